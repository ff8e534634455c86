"""The shapes and the report over HTTP."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from urbact_graph.dataset.building import Build
from urbact_graph.release.release import Release
from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.validation.report import Report, Severity
from urbact_graph.web.app import create_app

FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}
_SH = "http://www.w3.org/ns/shacl#"


@pytest.fixture(scope="module")
def client(built: Build, edition: Release) -> Iterator[FlaskClient]:
    settings = Settings.load(max_running_queries=1, build_folder=edition.folder.parents[1])
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine).test_client()


@pytest.mark.parametrize("path", ["shapes", "validation"])
def test_each_format_says_the_same(client: FlaskClient, edition: Release, path: str) -> None:
    file = edition.shapes if path == "shapes" else edition.validation
    expected = {quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES)}
    for suffix, (media_type, form) in FORMATS.items():
        for response in (
            client.get(f"/{path}.{suffix}"),
            client.get(f"/{path}", headers={"Accept": media_type}),
        ):
            assert (response.status_code, response.mimetype) == (200, media_type)
            assert {quad.triple for quad in parse(response.data, format=form)} == expected
            assert b"_:" not in response.data
        assert response.headers["Content-Location"] == f"{path}.{suffix}"
        assert "Accept" in response.vary
        assert f'/{path}.html>; rel="describes"' in response.headers["Link"]


def test_the_pages_of_shapes_lists_every_rule(client: FlaskClient, report: Report) -> None:
    page = client.get("/shapes.html").text
    assert f"The {report.rules} rules" in page
    assert page.count('<section class="term"') == report.rules
    assert 'id="Network-lead-known"' in page


def test_the_page_of_the_report_lists_every_result(
    client: FlaskClient, report: Report, base: str
) -> None:
    response = client.get("/validation", headers={"Accept": "text/html"})
    assert response.mimetype == "text/html"
    page = response.text
    counts = report.counts
    assert (
        f"{counts[Severity.VIOLATION]} violations, {counts[Severity.WARNING]} warnings, "
        f"{counts[Severity.INFO]} infos"
    ) in " ".join(page.split())
    for result in report.results:
        assert f'id="{result.identifier}"' in page
        path = str(result.entity).removeprefix(base)
        # What has no document here is named, and no link.
        assert (f'href="/{path}"' if result.entity.startswith(base) else path) in page


def test_each_result_leads_to_the_report(client: FlaskClient, report: Report) -> None:
    identifier = report.results[0].identifier
    response = client.get(f"/validation/{identifier}", headers={"Accept": "text/html"})
    assert response.status_code == 303
    assert response.headers["Location"] == f"../validation.html#{identifier}"
    rdf = client.get(f"/validation/{identifier}", headers={"Accept": "application/n-triples"})
    assert rdf.headers["Location"] == "../validation.nt"


@pytest.mark.parametrize(
    "identifier", ["nothing", "a%20b", "%3Cx%3E", "a%00b", "%22", "a%0Ab", "a%7Bb%5C", "x" * 3_000]
)
def test_what_is_no_result_leads_nowhere(client: FlaskClient, identifier: str) -> None:
    response = client.get(f"/validation/{identifier}")
    assert response.status_code == 404
    assert response.get_json()["type"].endswith("/problem/not-found")


def test_the_report_is_that_of_the_served_graph(
    client: FlaskClient, store: Store, report: Report
) -> None:
    response = client.get("/validation.nt")
    found = [
        quad.triple.object
        for quad in parse(response.data, format=RdfFormat.N_TRIPLES)
        if quad.triple.predicate.value == f"{_SH}focusNode"
    ]
    assert len(found) == len(report.results) > 0
    for focus in found:
        assert isinstance(focus, NamedNode)
        assert any(store.quads_for_pattern(focus, None, None))


@pytest.mark.parametrize("path", ["shapes", "validation", "shapes.ttl", "validation/x"])
def test_without_an_edition_that_is_said(built: Build, path: str) -> None:
    settings = Settings.load(max_running_queries=1, dataset=built.dataset)
    with Engine(settings, built.dataset) as engine:
        response = create_app(settings, engine).test_client().get(f"/{path}")
    assert response.status_code == 404
    assert "did not check itself" in response.get_json()["detail"]
