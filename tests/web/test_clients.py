"""The requests that clients send by default, and what each of them gets.

The headers are those that the programs send by default; None is no Accept header.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

import pytest
from flask.testing import FlaskClient

from tests.support.marking import sampled
from tests.support.stubs import StubEngine
from tests.support.tables import for_each
from urbact_graph.engine.protocol import Answer, Request
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
JENA_RESULTS = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, "
    "text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, "
    "application/xml;q=0.2, */*;q=0.1"
)
JENA_GRAPH = (
    "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
    "application/rdf+xml;q=0.7,*/*;q=0.3"
)
RDF4J_RESULTS = (
    "application/x-binary-rdf-results-table;q=0.8, application/sparql-results+json;q=0.8, "
    "application/json;q=0.8, application/sparql-results+xml;q=0.8, application/xml;q=0.8, "
    "text/csv;q=0.8, text/tab-separated-values;q=0.8"
)
RDF4J_GRAPH = (
    "application/rdf+xml;q=0.5, application/n-triples;q=0.5, text/turtle, text/n3;q=0.8, "
    "application/x-trig;q=0.8, application/x-binary-rdf, application/ld+json;q=0.8, "
    "application/xhtml+xml;q=0.4, text/html;q=0.4"
)
DOTNETRDF_RESULTS = (
    "application/sparql-results+xml,application/sparql-results+json,text/boolean,"
    "text/csv,text/comma-separated-values,text/tab-separated-values,*/*;q=0.5"
)
DOTNETRDF_GRAPH = (
    "application/x-turtle,text/turtle,application/rdf+xml,text/xml,application/rdf+json,"
    "text/rdf+n3,text/n3,application/json,text/plain,text/ntriples,application/xhtml+xml,*/*;q=0.5"
)
SPARQLWRAPPER_JSON = (
    "application/sparql-results+json,application/json,text/javascript,application/javascript"
)
EASYRDF = (
    "text/turtle,application/ld+json,application/n-triples;q=0.9,application/rdf+xml;q=0.8,"
    "application/xhtml+xml;q=0.4,text/html;q=0.4"
)
COMUNICA_GRAPH = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,"
    "application/n-triples;q=0.8,text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,"
    "application/xml;q=0.3,image/svg+xml;q=0.3,text/html;q=0.2,application/xhtml+xml;q=0.18"
)
PROTEGE = (
    "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
)
RDFLIB = (
    "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json, "
    "application/n-quads, application/trix, application/trig"
)
LYNX = "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01"


@dataclass(frozen=True)
class Client:
    """A client: its header, and what it gets for a SELECT, a CONSTRUCT, the home, and an entity.

    These are the names of formats; None where it accepts none that can hold the answer.
    """

    accept: str | None
    select: str | None
    construct: str | None
    home: str | None
    entity: str | None


CLIENTS = {
    "Java HttpURLConnection": Client(JAVA, "json", "ttl", "html", "html"),
    "Java HttpClient": Client(None, "json", "ttl", "html", "html"),
    "Jena, SELECT": Client(JENA_RESULTS, "json", "jsonld", "jsonld", "jsonld"),
    "Jena, CONSTRUCT": Client(JENA_GRAPH, "json", "ttl", "ttl", "ttl"),
    "RDF4J, SELECT": Client(RDF4J_RESULTS, "json", "jsonld", "jsonld", "jsonld"),
    "RDF4J, CONSTRUCT": Client(RDF4J_GRAPH, None, "ttl", "ttl", "ttl"),
    "Go net/http": Client(None, "json", "ttl", "html", "html"),
    ".NET HttpClient": Client(None, "json", "ttl", "html", "html"),
    "dotNetRDF, SELECT": Client(DOTNETRDF_RESULTS, "xml", "ttl", "html", "html"),
    "dotNetRDF, CONSTRUCT": Client(DOTNETRDF_GRAPH, "xml", "ttl", "ttl", "ttl"),
    "R httr": Client(
        "application/json, text/xml, application/xml, */*", "json", "jsonld", "jsonld", "jsonld"
    ),
    "R SPARQL": Client("application/sparql-results+xml", "xml", None, None, None),
    "R url(), download.file": Client("*/*", "json", "ttl", "html", "html"),
    "Perl LWP": Client(None, "json", "ttl", "html", "html"),
    "Perl AtteanX, SELECT": Client(
        "application/sparql-results+json;q=1, application/sparql-results+xml;q=0.9, */*;q=0.1",
        *("json", "ttl", "html", "html"),
    ),
    "PHP curl": Client("*/*", "json", "ttl", "html", "html"),
    "PHP streams": Client(None, "json", "ttl", "html", "html"),
    "PHP EasyRdf": Client(EASYRDF, None, "ttl", "ttl", "ttl"),
    "Excel": Client("*/*", "json", "ttl", "html", "html"),
    "Excel, web query": Client("text/html, application/xhtml+xml, */*", *["html"] * 4),
    "Power Query": Client(None, "json", "ttl", "html", "html"),
    "Protégé": Client(PROTEGE, "xml", "rdf", "rdf", "rdf"),
    "Python requests, httpx, polars, DuckDB": Client("*/*", "json", "ttl", "html", "html"),
    "Python urllib, pandas": Client(None, "json", "ttl", "html", "html"),
    "rdflib, parse": Client(RDFLIB, None, "rdf", "rdf", "rdf"),
    "rdflib, parse turtle": Client(
        "text/turtle, application/x-turtle, */*;q=0.1", "json", "ttl", "ttl", "ttl"
    ),
    "rdflib, parse nt": Client("text/plain, */*;q=0.1", "json", "nt", "nt", "nt"),
    "rdflib, parse trig": Client("application/trig, */*;q=0.1", "json", "trig", "ttl", "ttl"),
    "rdflib, SPARQLStore": Client(
        "application/sparql-results+xml, application/rdf+xml", "xml", "rdf", "rdf", "rdf"
    ),
    "SPARQLWrapper, JSON": Client(SPARQLWRAPPER_JSON, "json", "jsonld", "jsonld", "jsonld"),
    "SPARQLWrapper, unknown": Client("*/*", "json", "ttl", "html", "html"),
    "Node fetch, browsers' fetch": Client("*/*", "json", "ttl", "html", "html"),
    "axios": Client("application/json, text/plain, */*", "json", "jsonld", "jsonld", "jsonld"),
    "Comunica, SPARQL": Client(
        "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7",
        *("json", None, None, None),
    ),
    "Comunica, documents": Client(COMUNICA_GRAPH, "xml", "nq", "jsonld", "jsonld"),
    "YASGUI, SELECT": Client(
        "application/sparql-results+json,*/*;q=0.9", "json", "ttl", "html", "html"
    ),
    "YASGUI, CONSTRUCT": Client("text/turtle,*/*;q=0.9", "json", "ttl", "ttl", "ttl"),
    "Firefox, Safari": Client(FIREFOX, *["html"] * 4),
    "Chrome, Edge": Client(CHROME, *["html"] * 4),
    "a program that only reads HTML": Client("text/html", *["html"] * 4),
    "lynx": Client(LYNX, *["html"] * 4),
    "wget, curl, OpenRefine, Postman": Client("*/*", "json", "ttl", "html", "html"),
    "QGIS, LibreOffice": Client(None, "json", "ttl", "html", "html"),
    "Tableau": Client("application/json", "json", "jsonld", "jsonld", "jsonld"),
    "a maker of previews": Client("image/avif,image/webp,*/*;q=0.8", "json", "ttl", "html", "html"),
}
TYPES = {
    "html": "text/html",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


def answer(request: Request, version: str) -> Answer:
    """Answer as the engine does: a table or a graph, by the form of the query."""
    is_table = request.query.startswith("SELECT")
    media_type = request.results_format if is_table else request.graph_format
    if media_type is None:
        return Answer("", b"", version)
    empty = b'{"head":{"vars":[]},"results":{"bindings":[]}}' if is_table else b""
    return Answer(media_type, empty, version)


@pytest.fixture(scope="module")
def asked() -> StubEngine:
    return StubEngine(evaluate=answer)


@pytest.fixture(scope="module")
def asking(asked: StubEngine) -> FlaskClient:
    return create_app(Settings.load(), asked).test_client()


def headers(client: Client) -> dict[str, str]:
    return {} if client.accept is None else {"Accept": client.accept}


@for_each("name", CLIENTS)
@for_each("query", ["SELECT * {}", "CONSTRUCT {} {}"])
def test_a_query_is_answered_in_a_format_that_its_client_reads(
    asked: StubEngine, asking: FlaskClient, name: str, query: str
) -> None:
    client = CLIENTS[name]
    expected = client.select if query.startswith("SELECT") else client.construct
    path = "/sparql?" + urlencode({"query": query})
    if expected is None:
        # The engine, which knows the form of the query, says that there is no such format.
        asking.get(path, headers=headers(client))
        request = asked.evaluations[-1].request
        assert (request.results_format, request.graph_format).count(None) == 1
        return
    response = asking.get(path, headers=headers(client))
    assert (response.status_code, response.mimetype) == (200, TYPES[expected])
    # Who reads pages gets the editor with the query, and no other client does.
    assert ('<form class="query-editor"' in response.text) == (expected == "html")


@pytest.mark.parametrize("name", sampled(CLIENTS, 4))
@pytest.mark.parametrize("path", ["/", "/network/greenplace"])
def test_the_home_and_entities_lead_clients_to_what_they_read(
    demo_client: FlaskClient, name: str, path: str
) -> None:
    client = CLIENTS[name]
    expected = client.home if path == "/" else client.entity
    response = demo_client.get(path, headers=headers(client))
    if response.status_code == 303:
        path = urljoin(path, response.headers["Location"])
        response = demo_client.get(path, headers=headers(client))
    if expected is None:
        assert response.status_code == 406
    else:
        assert (response.status_code, response.mimetype) == (200, TYPES[expected])


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("query", ["calls", "network-neighbourhood"])
def test_a_stored_query_is_answered_as_the_same_query_is(
    demo_client: FlaskClient, name: str, query: str
) -> None:
    client = CLIENTS[name]
    expected = client.select if query == "calls" else client.construct
    response = demo_client.get(f"/queries/{query}", headers=headers(client))
    if expected is None and "text/html" in (client.accept or ""):
        # Who reads no such format, and pages, gets the page.
        expected = "html"
    if expected is None:
        assert (response.status_code, response.mimetype) == (406, "application/problem+json")
        return
    assert (response.status_code, response.mimetype) == (200, TYPES[expected])
    assert ('id="answer"' in response.text) == (expected == "html")


@pytest.mark.parametrize("name", CLIENTS)
def test_a_table_is_a_page_for_browsers_and_a_file_for_programs(
    demo_client: FlaskClient, name: str
) -> None:
    client = CLIENTS[name]
    response = demo_client.get("/tables/cities", headers=headers(client))
    assert response.status_code in (200, 406)
    is_page = response.mimetype == "text/html"
    if client.select == "html":
        assert is_page
    elif response.status_code == 200:
        assert response.mimetype in ("text/csv", "application/json", "text/html")
