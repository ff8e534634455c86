"""The shapes and the validation report over HTTP."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from tests.support.stubs import StubEngine
from tests.web.serving import BASE, BROWSER, problem, text_of
from urbact_graph.rdf.namespaces import RDF, SH, XSD
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import Report, Severity
from urbact_graph.validation.validating import validate
from urbact_graph.web.app import create_app

FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}


@pytest.fixture(scope="module")
def demo_report(demo_release: Release, demo_sources: GraphSources) -> Report:
    return validate(demo_release.graph, demo_sources)


@pytest.mark.parametrize("path", ["shapes", "shapes/core", "validation"])
def test_every_format_says_the_same(
    demo_client: FlaskClient, demo_release: Release, path: str
) -> None:
    file = {
        "shapes": demo_release.shapes,
        "shapes/core": demo_release.core_shapes,
        "validation": demo_release.report,
    }[path]
    expected = {quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES)}
    assert expected
    for suffix, (media_type, form) in FORMATS.items():
        for response in (
            demo_client.get(f"/{path}.{suffix}"),
            demo_client.get(f"/{path}", headers={"Accept": media_type}),
        ):
            assert (response.status_code, response.mimetype) == (200, media_type)
            assert {quad.triple for quad in parse(response.data, format=form)} == expected
            assert b"_:" not in response.data
        # It is relative to the address.
        assert response.headers["Content-Location"] == f"{path.rpartition('/')[2]}.{suffix}"
        assert "Accept" in response.vary
        assert f'/{path}.html>; rel="describes"' in response.headers["Link"]


@pytest.mark.parametrize("path", ["/shapes.html", "/shapes/core.html"])
def test_the_page_of_the_shapes_lists_every_rule(
    demo_client: FlaskClient, demo_report: Report, path: str
) -> None:
    page = demo_client.get(path).text
    assert f"The {demo_report.rules} rules" in page
    assert page.count('<section class="term"') == demo_report.rules
    assert 'id="Network-lead-known"' in page


def test_the_page_of_the_report_lists_every_result(
    demo_client: FlaskClient, demo_report: Report, base: str
) -> None:
    response = demo_client.get("/validation", headers=BROWSER)
    assert response.mimetype == "text/html"
    page, counts = response.text, demo_report.counts
    assert (
        f"{counts[Severity.VIOLATION]} violations, {counts[Severity.WARNING]} warnings, "
        f"{counts[Severity.INFO]} infos"
    ) in text_of(page).replace(" , ", ", ")
    assert demo_report.results
    for result in demo_report.results:
        assert f'id="{result.identifier}"' in page
        path = str(result.entity).removeprefix(base)
        # A resource that has no document here is named, and no link.
        assert (f'href="/{path}"' if result.entity.startswith(base) else path) in page


def test_each_result_leads_to_the_report(demo_client: FlaskClient, demo_report: Report) -> None:
    identifier = demo_report.results[0].identifier
    page = demo_client.get(f"/validation/{identifier}", headers=BROWSER)
    assert page.status_code == 303
    assert page.headers["Location"] == f"../validation.html#{identifier}"
    assert "Accept" in page.vary
    headers = {"Accept": "application/n-triples"}
    rdf = demo_client.get(f"/validation/{identifier}", headers=headers)
    assert rdf.headers["Location"] == "../validation.nt"


@pytest.mark.parametrize(
    "identifier", ["nothing", "a%20b", "%3Cx%3E", "a%00b", "%22", "a%0Ab", "a%7Bb%5C", "x" * 3_000]
)
def test_an_unknown_result_is_not_found(demo_client: FlaskClient, identifier: str) -> None:
    response = demo_client.get(f"/validation/{identifier}")
    assert (response.status_code, problem(response)) == (404, "not-found")


def test_the_report_is_about_entities_of_the_served_graph(
    demo_client: FlaskClient, demo_store: Store, demo_report: Report
) -> None:
    shapes = parse(demo_client.get("/shapes.nt").data, format=RdfFormat.N_TRIPLES)
    # The demo is too small for every rule to have something to check.
    rules = {quad.triple.subject for quad in shapes}
    content = demo_client.get("/validation.nt").data
    found = [
        quad.triple.object
        for quad in parse(content, format=RdfFormat.N_TRIPLES)
        if quad.triple.predicate.value == SH.focusNode
    ]
    assert len(found) == len(demo_report.results)
    for focus in found:
        assert isinstance(focus, NamedNode)
        assert focus in rules or any(demo_store.quads_for_pattern(focus, None, None))


# ---- Releases that are not whole, and none ---------------------------------------------------


def written(folder: Path, shapes: str = "", report: str = "") -> FlaskClient:
    """Return a client of a release with these shapes and this report, and nothing else."""
    (folder / "shapes.nt").write_text(shapes)
    (folder / "validation.nt").write_text(report)
    release = Release(folder, "1", "0" * 64, None, (), "a test")
    return create_app(Settings.load(base_iri=BASE), StubEngine(), release).test_client()


def test_rules_and_findings_that_say_little_are_listed_too(tmp_path: Path) -> None:
    shape, result = f"<{BASE}shapes#Thing-labelled>", f"<{BASE}validation/1>"
    client = written(
        tmp_path,
        f"{shape} <{SH.severity}> <{SH.Warning}> .\n",
        f"{result} <{SH.focusNode}> <x:unknown> .\n"
        f"{result} <{SH.resultSeverity}> <{SH.Warning}> .\n"
        f'{result} <{SH.resultMessage}> "It has no label." .\n'
        f"{result} <{SH.sourceShape}> {shape} .\n"
        f'{result} <{SH.value}> "5"^^<{XSD.integer}> .\n'
        f"<{BASE}validation> <{RDF.type}> <{SH.ValidationReport}> .\n",
    )
    assert "The 1 rule that" in text_of(client.get("/shapes.html").text)
    text = text_of(client.get("/validation.html").text)
    assert "0 violations, 1 warning, 0 infos" in text
    assert "Thing-labelled Warning It has no label." in text
    assert "x:unknown 5" in text


@pytest.mark.parametrize("path", ["/shapes.ttl", "/validation.html", "/validation", "/shapes"])
def test_a_report_that_was_removed_while_it_is_served_is_not_found(
    tmp_path: Path, path: str
) -> None:
    client = written(tmp_path)
    assert client.get(path).status_code == 200
    for name in ("shapes.nt", "validation.nt"):
        (tmp_path / name).unlink()
    response = client.get(path)
    assert (response.status_code, problem(response)) == (404, "not-found")
    assert "no longer there" in response.get_json()["detail"]


def test_entities_have_documents_though_their_release_was_removed(
    demo_release: Release, tmp_path: Path
) -> None:
    gone = replace(demo_release, folder=tmp_path / "gone")
    client = create_app(Settings.load(base_iri=BASE), StubEngine(), gone).test_client()
    assert client.get("/context.jsonld").status_code == 200


@pytest.mark.parametrize("path", ["shapes", "validation", "shapes.ttl", "validation/x"])
def test_another_dataset_has_no_shapes_and_no_report(path: str) -> None:
    response = create_app(Settings.load(), StubEngine()).test_client().get(f"/{path}")
    assert (response.status_code, problem(response)) == (404, "not-found")
    assert "did not validate" in response.get_json()["detail"]
