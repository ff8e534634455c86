"""A dataset of terms that are hard to write: each format of an address holds them, or is 406."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from tests.web.serving import BASE, BROWSER, problem, serving_file
from urbact_graph.rdf.formats import FORMATS, Format
from urbact_graph.rdf.namespaces import RDF, RDFS
from urbact_graph.web.documents.document import RDF_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

pytestmark = pytest.mark.process

P = f"<{BASE}ontology#note>"
# The statements about an entity beside its label, and the formats of graphs that cannot hold them.
ENTITIES: dict[str, tuple[str, set[str]]] = {
    "triple-term": (f"<{BASE}e/x> <{RDF.reifies}> <<( <{BASE}a> {P} 'x' )>>", {"jsonld"}),
    "nested": (f"<{BASE}e/x> {P} <<( <{BASE}a> {P} <<( <{BASE}a> {P} 1 )>> )>>", {"jsonld"}),
    "direction": (f"<{BASE}e/x> {P} 'x'@ar--rtl", {"jsonld"}),
    "direction-of-a-label": (f"<{BASE}e/x> <{RDFS.label}> 'x'@ar--rtl", {"jsonld"}),
    "reifier": (f"<{BASE}e/x> {P} 'x' ~ <{BASE}r> {{| {P} 'y' |}}", set()),
    "bell": (f"<{BASE}e/x> {P} 'a\\u0007'", {"rdf"}),
    "no-character": (f"<{BASE}e/x> {P} 'a\\uFFFE'", {"rdf"}),
    "null": (f"<{BASE}e/x> {P} 'a\\u0000b'", {"rdf"}),
    "both": (f"<{BASE}e/x> {P} 'a\\u0007', 'x'@ar--rtl", {"rdf", "jsonld"}),
    "number": (f"<{BASE}e/x> <{BASE}p/12> 1", {"rdf"}),
    "syntax": (f"<{BASE}e/x> <{RDF.li}> 1", {"rdf"}),
    "type-without-a-name": (f"<{BASE}e/x> a <{BASE}c/12>", set()),
    "carriage-return": (f"<{BASE}e/x> {P} 'a\\rb\\r\\nc\\t'", set()),
    "separators": (f"<{BASE}e/x> {P} 'a\\u2028b\\u0085'", set()),
    "blank": (f"<{BASE}e/x> {P} [ {P} 'x' ]", set()),
    "blank-list": (f"<{BASE}e/x> {P} (1 'x'@en _:1)", set()),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = tmp_path_factory.mktemp("odd") / "odd.ttl"
    labels = (f"<{BASE}e/{name}> <{RDFS.label}> '{name}' ." for name in ENTITIES)
    facts = (
        f"{stated.replace('/e/x>', f'/e/{name}>')} ." for name, (stated, _) in ENTITIES.items()
    )
    file.write_text("\n".join([*labels, *facts]), encoding="utf-8")
    with serving_file(file, base_iri=BASE, dataset=file) as app:
        yield app.test_client()


def count(response: TestResponse) -> int:
    """Return how many triples are in a graph."""
    if response.mimetype == "application/rdf+xml":
        ElementTree.fromstring(response.data)  # noqa: S314 - the tests' own
    form = RdfFormat.from_media_type(response.mimetype or "")
    return len(list(parse(response.data, format=form)))


@pytest.mark.parametrize("suffix", RDF_SUFFIXES)
@pytest.mark.parametrize("name", ENTITIES)
def test_a_document_is_whole_or_refused_with_the_reason(
    client: FlaskClient, name: str, suffix: str
) -> None:
    response = client.get(f"/e/{name}.{suffix}")
    without = ENTITIES[name][1]
    if suffix not in without:
        assert response.status_code == 200, response.text
        whole = client.get(f"/e/{name}.nt")
        assert count(response) == count(whole) > 1
        return
    assert response.status_code == 406
    assert problem(response) == "not-acceptable"
    others = [f".{other}" for other in RDF_SUFFIXES if other not in without]
    detail = response.get_json()["detail"]
    assert detail.endswith(f"this document also comes as {', '.join(others)}.")


@pytest.mark.parametrize("name", ENTITIES)
def test_a_page_is_given(client: FlaskClient, name: str) -> None:
    response = client.get(f"/e/{name}.html", headers=BROWSER)
    assert response.status_code == 200, response.text
    assert name in response.text


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("name", ENTITIES)
def test_an_answer_is_whole_or_refused_with_the_reason(
    client: FlaskClient, name: str, form: Format
) -> None:
    head = "SELECT ?p ?o" if form.kind == "results" else "CONSTRUCT { ?s ?p ?o }"
    query = f"{head} WHERE {{ VALUES ?s {{ <{BASE}e/{name}> }} ?s ?p ?o }}"
    response = client.get("/sparql", query_string={"query": query, "format": form.name})
    in_xml = name in ("bell", "no-character", "null", "both")
    is_refused = in_xml if form.name == "xml" else form.name in ENTITIES[name][1]
    assert response.status_code == (406 if is_refused else 200), response.text
    if is_refused:
        assert problem(response) == "not-acceptable"
        assert "; choose one of " in response.get_json()["detail"]
    elif form.name == "xml":
        ElementTree.fromstring(response.data)  # noqa: S314 - the tests' own
    elif form.kind == "graph":
        lines = client.get("/sparql", query_string={"query": query, "format": "nt"})
        assert count(response) == count(lines) > 1


@pytest.mark.parametrize("path", ["/", "/sitemap.xml", "/search?q=null", "/health", "/robots.txt"])
def test_the_other_addresses_are_not_disturbed(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=BROWSER)
    assert response.status_code in (200, 303, 404), response.text
    if path == "/sitemap.xml":
        ElementTree.fromstring(response.data)  # noqa: S314 - the tests' own


@pytest.mark.parametrize("query", ["%ED%A0%80", "%FF", "%C0%80"])
def test_a_query_of_half_characters_is_refused(client: FlaskClient, query: str) -> None:
    form = "application/x-www-form-urlencoded"
    for response in (
        client.get(f"/sparql?query=ASK%20%7B%7D%23{query}"),
        client.post("/sparql", data=f"query=ASK%20%7B%7D%23{query}", content_type=form),
        client.post(
            "/sparql", data=b"ASK {} #\xed\xa0\x80", content_type="application/sparql-query"
        ),
    ):
        assert response.status_code == 400, response.text
