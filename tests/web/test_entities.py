"""Entities as linked data: their IRIs lead to documents that say the same in every format."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, Triple, parse
from rdflib import Graph

from urbact_graph.dataset.building import Build
from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

# rdflib's reader of JSON-LD calls what rdflib itself advises against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins")

ADDRESS = "https://data.example/graph"
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
    "theme/food",
    "theme",
    "programme/urbact-iv",
    "person/claire-buckley",
    "ontology",
)


@pytest.fixture(scope="module")
def client(built: Build) -> Iterator[FlaskClient]:
    settings = Settings.load(max_running_queries=2, public_url=ADDRESS)
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine).test_client()


def triples(client: FlaskClient, path: str, suffix: str = "nt") -> set[Triple]:
    response = client.get(f"/{path}.{suffix}")
    assert response.status_code == 200, response.text
    return {quad.triple for quad in parse(response.data, format=FORMATS[suffix][1])}


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (None, "ttl"),
        ("*/*", "ttl"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "html"),
        ("text/html;q=0.5, text/turtle", "ttl"),
        ("text/html, text/turtle", "html"),
        ("text/*", "ttl"),
        ("text/turtle;q=0, */*", "jsonld"),
        ("application/ld+json", "jsonld"),
        ("application/json", "jsonld"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("application/xml", "rdf"),
        ("application/rdf+xml;q=0.4, application/n-triples;q=0.7", "nt"),
        ("text/turtle;q=0, application/*;q=0, text/html", "html"),
    ],
)
def test_an_iri_leads_to_the_document_that_is_accepted(
    client: FlaskClient, accept: str | None, suffix: str
) -> None:
    response = client.get("/network/greenplace", headers={"Accept": accept} if accept else {})
    assert response.status_code == 303
    # Relative, so that an instance of one's own leads to itself.
    assert response.headers["Location"] == f"greenplace.{suffix}"
    assert "Accept" in response.vary
    assert client.get(f"/network/{response.headers['Location']}").status_code == 200


def test_what_cannot_be_given_is_refused(client: FlaskClient) -> None:
    response = client.get("/network/greenplace", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.get_json()["detail"]
    assert "text/html" in response.get_json()["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_every_format_says_the_same(client: FlaskClient, path: str) -> None:
    expected = triples(client, path)
    assert expected
    assert not [t for t in expected for term in t if isinstance(term, BlankNode)]
    for suffix, (media_type, _, name) in FORMATS.items():
        response = client.get(f"/{path}.{suffix}")
        assert response.mimetype == media_type
        assert triples(client, path, suffix) == expected
        assert len(Graph().parse(data=response.data, format=name)) == len(expected)
    assert client.get(f"/{path}.html").mimetype == "text/html"


@pytest.mark.parametrize("path", PATHS)
def test_a_document_says_all_that_is_stated_of_its_entity(
    client: FlaskClient, path: str, store: Store, base: str
) -> None:
    entity = NamedNode(base + path)
    said = triples(client, path)
    stated = {quad.triple for quad in store.quads_for_pattern(entity, None, None)}
    assert stated <= said
    for triple in stated:
        if isinstance(triple.object, NamedNode):
            labels = store.quads_for_pattern(triple.object, LABEL, None)
            assert {quad.triple for quad in labels} <= said
    # Nothing is made up.
    assert said <= {quad.triple for quad in store}


def linked(said: set[Triple], subject: str, property_: str, base: str) -> set[str]:
    return {
        str(t.object).strip("<>").removeprefix(base)
        for t in said
        if t.subject == NamedNode(base + subject) and t.predicate.value.endswith(property_)
    }


def test_both_directions_stand_where_a_reader_expects_them(client: FlaskClient, base: str) -> None:
    network = triples(client, "network/greenplace")
    assert "partnership/greenplace/nitra" in linked(
        network, "network/greenplace", "#hasPartnership", base
    )
    assert any(
        plan.endswith("integrated-action-plan")
        for plan in linked(network, "network/greenplace", "#hasPlan", base)
    )
    assert linked(network, "network/greenplace", "#hasRecommendation", base)
    city = triples(client, "city/pl/wroclaw")
    assert "network/greenplace" in linked(city, "city/pl/wroclaw", "#inNetwork", base)
    assert linked(city, "city/pl/wroclaw", "#hasPlan", base)
    # A theme states nothing of its networks; they do.
    theme = triples(client, "theme/climate-action")
    assert linked(theme, "theme/climate-action", "#narrower", base)
    pointing = {
        str(t.subject).strip("<>").removeprefix(base)
        for t in theme
        if t.object == NamedNode(f"{base}theme/climate-action")
        and t.predicate.value.endswith("#theme")
    }
    assert any(path.startswith("network/") for path in pointing)


def test_a_resource_without_a_document_is_told_of_where_it_is_linked(
    client: FlaskClient, store: Store
) -> None:
    poland = NamedNode("http://publications.europa.eu/resource/authority/country/POL")
    stated = {quad.triple for quad in store.quads_for_pattern(poland, None, None)}
    assert stated
    assert stated <= triples(client, "city/pl/wroclaw")


def test_a_citys_geometry_is_a_part_of_its_document(client: FlaskClient, base: str) -> None:
    geometry = NamedNode(f"{base}city/pl/wroclaw#geometry")
    assert any(t.subject == geometry for t in triples(client, "city/pl/wroclaw"))
    page = client.get("/city/pl/wroclaw.html").text
    assert 'href="#geometry"' in page
    assert 'id="geometry"' in page


def test_the_ontologys_document_has_all_terms(client: FlaskClient, store: Store, base: str) -> None:
    own = {q.triple for q in store if str(q.subject).startswith(f"<{base}ontology")}
    assert own <= triples(client, "ontology")
    page = client.get("/ontology.html").text
    for term in ("Network", "partnerCity", "LeadPartner", "remedy"):
        assert f'id="{term}"' in page
    assert page.index('id="remedy"') < page.index('id="LeadPartner"')


def test_an_unknown_entity_is_told_of_with_suggestions(client: FlaskClient, base: str) -> None:
    response = client.get("/city/pl/wroclav")
    assert response.status_code == 404
    problem = response.get_json()
    assert "/city/pl/wroclaw" in problem["detail"]
    assert problem["suggestions"][0] == {
        "label": "Wroclaw",
        "iri": f"{base}city/pl/wroclaw",
        "document": f"{ADDRESS}/city/pl/wroclaw",
    }
    page = client.get("/city/pl/wroclav.html", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert f'href="{ADDRESS}/city/pl/wroclaw"' in page.text
    # By its name as well, wherever it was looked for.
    assert client.get("/GreenPlace").get_json()["suggestions"][0]["label"] == "GreenPlace"
    assert "suggestions" not in client.get("/" + "q9" * 900).get_json()


@pytest.mark.parametrize(
    "path", ["network/greenplace.nq", "network/greenplace.", "network/greenplace/", ".ttl", "a/b.c"]
)
def test_other_addresses_are_nothing(client: FlaskClient, path: str) -> None:
    assert client.get(f"/{path}").status_code == 404


def test_links_lead_from_page_to_descriptions_and_back(client: FlaskClient, base: str) -> None:
    page = link_header(client, "/city/pl/wroclaw.html")
    address = f"{ADDRESS}/city/pl/wroclaw"
    assert page["canonical"] == {f"{address}.html"}
    assert page["cite-as"] == {f"{base}city/pl/wroclaw"}
    assert page["license"] == {"https://creativecommons.org/licenses/by/4.0/"}
    assert page["collection"] == {f"{ADDRESS}/dataset"}
    assert {"https://schema.org/AboutPage", f"{base}ontology#City"} <= page["type"]
    assert page["describedby"] == {f"{address}.{suffix}" for suffix in FORMATS}
    for suffix in FORMATS:
        links = link_header(client, f"/city/pl/wroclaw.{suffix}")
        assert links["canonical"] == {f"{address}.{suffix}"}
        assert links["describes"] == {f"{address}.html"}
        assert links["cite-as"] == {f"{base}city/pl/wroclaw"}
        others = {"html", *FORMATS} - {suffix}
        assert links["alternate"] == {f"{address}.{other}" for other in others}


def link_header(client: FlaskClient, path: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for target, relation in re.findall(
        r'<([^>]*)>; rel="([^"]*)"', client.get(path).headers["Link"]
    ):
        found.setdefault(relation, set()).add(target)
    return found


@pytest.mark.parametrize("suffix", ["html", *FORMATS])
def test_a_document_is_validated_by_its_tag(client: FlaskClient, suffix: str) -> None:
    path = f"/network/greenplace.{suffix}"
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == first.headers["Content-Length"]
    options = client.options(path)
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))
    assert client.post(path).status_code == 405


def test_pages_link_to_this_instance_below_its_path(built: Build) -> None:
    settings = Settings.load(max_running_queries=1)
    with Engine(settings, built.dataset) as engine:
        client = create_app(settings, engine).test_client()
        page = client.get("/city/pl/wroclaw.html", environ_overrides={"SCRIPT_NAME": "/graph"}).text
    assert 'href="/graph/network/greenplace"' in page
    assert 'href="/graph/city/pl/wroclaw.ttl"' in page
    assert not re.search(r'href="/(?!graph/)', page)


def test_another_dataset_has_documents_of_its_own_entities(tmp_path: Path) -> None:
    odd = "https://x.example/d%C3%A9j%C3%A0%20vu"
    plain = "https://x.example/über/straße"
    file = tmp_path / "other.nt"
    file.write_text(
        f'<{odd}> <https://x.example/p#says> "<b>\\"a\\" & b</b>" .\n'
        f"<{plain}> <https://x.example/p#knows> <{odd}> .\n"
        f"<{plain}> <https://x.example/p#mail> <mailto:x@x.example> .\n"
    )
    settings = Settings.load(max_running_queries=1, base_iri="https://x.example/", dataset=file)
    with Engine(settings, file) as engine:
        client = create_app(settings, engine).test_client()
        first = client.get("/d%C3%A9j%C3%A0%20vu")
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
