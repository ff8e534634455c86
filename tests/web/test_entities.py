"""Entities as linked data: their IRIs lead to documents that say the same in every format."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, Triple, parse
from rdflib import Graph
from werkzeug.test import EnvironBuilder

from tests.support.marking import sampled
from tests.web.serving import ADDRESS, BROWSER, dispatch, links, problem, serving_file
from urbact_graph.web.application import Application

# rdflib's reader of JSON-LD calls what rdflib itself advises against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins")

FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE, "turtle"),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD, "json-ld"),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES, "nt"),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML, "xml"),
}
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
# One of each kind, and the oddest.
PATHS = (
    "network/greenplace",
    "city/pl/wroclaw",
    "partnership/greenplace/wroclaw",
    "plan/greenplace/ie/limerick/integrated-action-plan",
    "theme/biodiversity",
    "theme",
    "glossary",
    "programme/urbact-iv",
    "person/vittorio-alberto-torbianelli",
    "document/92dadbb5",
    "dataset",
    "ontology",
)


def triples(client: FlaskClient, path: str, suffix: str = "nt") -> set[Triple]:
    response = client.get(f"/{path}.{suffix}")
    assert response.status_code == 200, response.text
    return {quad.triple for quad in parse(response.data, format=FORMATS[suffix][1])}


# All that an Accept header may say stands in test_negotiation.
@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (None, "html"),
        ("*/*", "html"),
        ("text/turtle", "ttl"),
        (BROWSER["Accept"], "html"),
        ("application/json", "jsonld"),
    ],
)
def test_an_iri_leads_to_the_document_that_is_accepted(
    demo_client: FlaskClient, accept: str | None, suffix: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    response = demo_client.get("/network/greenplace", headers=headers)
    assert response.status_code == 303
    # Relative, so that a local instance stays local.
    assert response.headers["Location"] == f"../network/greenplace.{suffix}"
    assert "Accept" in response.vary
    assert demo_client.get(f"/network/greenplace.{suffix}").status_code == 200


def test_a_format_that_there_is_not_is_not_acceptable(demo_client: FlaskClient) -> None:
    response = demo_client.get("/network/greenplace", headers={"Accept": "image/png"})
    assert (response.status_code, problem(response)) == (406, "not-acceptable")


@pytest.mark.parametrize("path", sampled(PATHS, 4))
def test_every_format_says_the_same(demo_client: FlaskClient, path: str) -> None:
    expected = triples(demo_client, path)
    assert expected
    assert not [t for t in expected for term in t if isinstance(term, BlankNode)]
    for suffix, (media_type, _, name) in FORMATS.items():
        response = demo_client.get(f"/{path}.{suffix}")
        assert response.mimetype == media_type
        assert triples(demo_client, path, suffix) == expected
        assert len(Graph().parse(data=response.data, format=name)) == len(expected)
    assert demo_client.get(f"/{path}.html").mimetype == "text/html"


@pytest.mark.parametrize("path", PATHS)
def test_a_document_has_all_that_is_stated_of_its_entity_and_nothing_else(
    demo_client: FlaskClient, path: str, demo_store: Store, base: str
) -> None:
    document = triples(demo_client, path)
    entity = NamedNode(base + path)
    stated = {quad.triple for quad in demo_store.quads_for_pattern(entity, None, None)}
    assert stated <= document
    for triple in stated:
        if isinstance(triple.object, NamedNode):
            labels = demo_store.quads_for_pattern(triple.object, LABEL, None)
            assert {quad.triple for quad in labels} <= document
    assert document <= {quad.triple for quad in demo_store}


def linked(document: set[Triple], subject: str, property_: str, base: str) -> set[str]:
    """Return the paths that ``subject`` links to by a property of this name."""
    return {
        str(t.object).strip("<>").removeprefix(base)
        for t in document
        if t.subject == NamedNode(base + subject) and t.predicate.value.endswith(property_)
    }


@pytest.mark.parametrize(
    ("subject", "property_", "target"),
    [
        ("network/greenplace", "#hasPartnership", "partnership/greenplace/wroclaw"),
        (
            "network/greenplace",
            "#hasPlan",
            "plan/greenplace/ie/limerick/integrated-action-plan",
        ),
        ("city/pl/wroclaw", "#inNetwork", "network/greenplace"),
        ("theme/climate-action", "#narrower", "theme/biodiversity"),
    ],
)
def test_links_of_both_directions_are_in_the_document(
    demo_client: FlaskClient, base: str, subject: str, property_: str, target: str
) -> None:
    assert target in linked(triples(demo_client, subject), subject, property_, base)


def test_links_to_an_entity_that_states_none_itself_are_in_its_document(
    demo_client: FlaskClient, base: str
) -> None:
    # A theme states nothing of its networks; they do.
    linking = {
        t.subject
        for t in triples(demo_client, "theme/biodiversity")
        if t.object == NamedNode(f"{base}theme/biodiversity")
        and t.predicate.value.endswith("#theme")
    }
    assert NamedNode(f"{base}network/greenplace") in linking


def test_a_resource_without_a_document_is_described_where_it_is_linked(
    demo_client: FlaskClient, demo_store: Store
) -> None:
    poland = NamedNode("http://publications.europa.eu/resource/authority/country/POL")
    stated = {quad.triple for quad in demo_store.quads_for_pattern(poland, None, None)}
    assert stated
    assert stated <= triples(demo_client, "city/pl/wroclaw")


def test_the_geometry_of_a_city_is_a_part_of_its_document(
    demo_client: FlaskClient, base: str
) -> None:
    geometry = NamedNode(f"{base}city/pl/wroclaw#geometry")
    assert any(t.subject == geometry for t in triples(demo_client, "city/pl/wroclaw"))
    page = demo_client.get("/city/pl/wroclaw.html").text
    assert 'href="#geometry"' in page
    assert 'id="geometry"' in page


def test_the_document_of_the_ontology_has_all_terms(
    demo_client: FlaskClient, demo_store: Store, base: str
) -> None:
    own = {q.triple for q in demo_store if str(q.subject).startswith(f"<{base}ontology")}
    assert own <= triples(demo_client, "ontology")
    page = demo_client.get("/ontology.html").text
    for term in ("Network", "partnerCity", "LeadPartner", "remedy"):
        assert f'id="{term}"' in page
    # Classes come first, then properties, then individuals.
    assert page.index('id="Network"') < page.index('id="remedy"') < page.index('id="LeadPartner"')


def test_an_unknown_entity_gets_suggestions_by_path_and_by_name(
    demo_client: FlaskClient, base: str
) -> None:
    response = demo_client.get("/city/pl/wroclav")
    assert (response.status_code, problem(response)) == (404, "not-found")
    found = response.get_json()
    assert "/city/pl/wroclaw" in found["detail"]
    assert found["suggestions"][0] == {
        "label": "Wroclaw",
        "iri": f"{base}city/pl/wroclaw",
        "document": f"{ADDRESS}/city/pl/wroclaw",
    }
    page = demo_client.get("/city/pl/wroclav.html", headers=BROWSER)
    assert page.status_code == 404
    assert f'href="{ADDRESS}/city/pl/wroclaw"' in page.text
    assert demo_client.get("/GreenPlace").get_json()["suggestions"][0]["label"] == "GreenPlace"


def test_a_path_that_is_like_no_other_gets_no_suggestions(demo_client: FlaskClient) -> None:
    found = demo_client.get("/" + "q9" * 900).get_json()
    assert "suggestions" not in found
    assert len(found["detail"]) < 400


@pytest.mark.parametrize(
    "path",
    ["network/greenplace.nq", "network/greenplace.", "network/greenplace//", ".ttl", "a/b.c"],
)
def test_other_addresses_lead_nowhere(demo_client: FlaskClient, path: str) -> None:
    assert demo_client.get(f"/{path}").status_code == 404


def test_links_lead_from_the_page_to_the_descriptions_and_back(
    demo_client: FlaskClient, base: str
) -> None:
    def targets(path: str) -> dict[str, set[str]]:
        found = links(demo_client.get(path))
        return {relation: {target for target, _ in some} for relation, some in found.items()}

    page = targets("/city/pl/wroclaw.html")
    address = f"{ADDRESS}/city/pl/wroclaw"
    assert page["canonical"] == {f"{address}.html"}
    assert page["cite-as"] == {f"{base}city/pl/wroclaw"}
    assert page["license"] == {"https://creativecommons.org/licenses/by/4.0/"}
    assert page["collection"] == {f"{ADDRESS}/dataset"}
    assert {"https://schema.org/AboutPage", f"{base}ontology#City"} <= page["type"]
    assert page["describedby"] == {f"{address}.{suffix}" for suffix in FORMATS}
    for suffix in FORMATS:
        document = targets(f"/city/pl/wroclaw.{suffix}")
        assert document["canonical"] == {f"{address}.{suffix}"}
        assert document["describes"] == {f"{address}.html"}
        assert document["cite-as"] == {f"{base}city/pl/wroclaw"}
        others = {"html", *FORMATS} - {suffix}
        assert document["alternate"] == {f"{address}.{other}" for other in others}


def test_pages_link_to_this_instance_below_its_path(demo_client: FlaskClient) -> None:
    page = demo_client.get("/city/pl/wroclaw.html", environ_overrides={"SCRIPT_NAME": "/graph"})
    assert 'href="/graph/network/greenplace"' in page.text
    assert 'href="/graph/city/pl/wroclaw.ttl"' in page.text
    assert not re.search(r'href="/(?!graph/)', page.text)


def test_the_route_of_an_entity_and_of_an_unknown_path_are_counted_apart(
    demo_app: Application,
) -> None:
    routes = {path: route_of(demo_app, path) for path in ("/network/greenplace", "/nowhere")}
    assert routes == {"/network/greenplace": "/<path:path>", "/nowhere": "none"}


def route_of(app: Application, path: str) -> str:
    _, context = dispatch(app, EnvironBuilder(path))
    return context.route


@pytest.mark.process
def test_another_dataset_has_documents_of_its_own_entities(tmp_path: Path) -> None:
    encoded = "https://x.example/d%C3%A9j%C3%A0%20vu"
    plain = "https://x.example/über/straße"
    file = tmp_path / "other.nt"
    file.write_text(
        f'<{encoded}> <https://x.example/p#says> "<b>\\"a\\" & b</b>" .\n'
        f"<{plain}> <https://x.example/p#knows> <{encoded}> .\n"
        f"<{plain}> <https://x.example/p#mail> <mailto:x@x.example> .\n",
        encoding="utf-8",
    )
    with serving_file(file, base_iri="https://x.example/", dataset=file) as app:
        client = app.test_client()
        first = client.get("/d%C3%A9j%C3%A0%20vu", headers={"Accept": "text/turtle"})
        assert first.status_code == 303
        assert first.headers["Location"] == "d%C3%A9j%C3%A0%20vu.ttl"
        assert len(triples(client, "d%C3%A9j%C3%A0%20vu")) == 2
        page = client.get("/d%C3%A9j%C3%A0%20vu.html").text
        assert "&lt;b&gt;" in page
        assert "<b>" not in page
        second = client.get(f"/{quote('über/straße')}.html")
        assert second.status_code == 200
        assert 'href="mailto:' not in second.text
        second.headers["Link"].encode("ascii")
