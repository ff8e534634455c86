"""Every method has the same answer without a server and from one."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import rdflib
from rdflib.compare import isomorphic

from tests.queries.cases import OTHERS, QUERIES
from urbact_graph.client.graph import Graph
from urbact_graph.errors import QueryError, UrbactGraphError
from urbact_graph.release.layouts import LAYOUTS
from urbact_graph.stored.query import StoredQuery

pandas = pytest.importorskip("pandas")
pytestmark = pytest.mark.process

Call = Callable[[Graph], Any]


def answer(call: Call, graph: Graph) -> Any:
    """Return the answer of ``call``, or the sentence that says why there is none."""
    try:
        return call(graph)
    except UrbactGraphError as error:
        kind = QueryError if isinstance(error, QueryError) else type(error)
        return f"{kind.__name__}: {error}"


def assert_same(call: Call, opened: Graph, connected: Graph) -> None:
    expected, found = answer(call, opened), answer(call, connected)
    assert type(found) is type(expected), (expected, found)
    if isinstance(expected, pandas.DataFrame):
        pandas.testing.assert_frame_equal(found, expected)
    elif isinstance(expected, rdflib.Graph):
        assert isomorphic(found, expected)
    else:
        assert found == expected


QUERY_TEXTS = {
    "table": "SELECT * { ?city a urb:City ; rdfs:label ?name } ORDER BY ?city",
    "types": "SELECT (1 AS ?a) (1.5 AS ?b) (1e0 AS ?c) (true AS ?d) ('x'@en AS ?e) (?no AS ?f) {}",
    "dates": "SELECT ?n ?start { ?n urb:start ?start } ORDER BY ?n",
    "blank": "SELECT (ISBLANK(BNODE()) AS ?x) {}",
    "empty": "SELECT ?x { ?x a urb:Elephant }",
    "ask": "ASK { ?x a urb:City }",
    "construct": "CONSTRUCT { ?x a urb:City } WHERE { ?x a urb:City }",
    "describe": "DESCRIBE urb:City",
    "mistake": "SELECT * { ?s ?p }",
    "no query": "",
    "update": "DELETE WHERE { ?s ?p ?o }",
    "update with a query": "INSERT { ?x a urb:City } WHERE { SELECT ?x { ?x a urb:City } }",
    "service": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "nesting": "SELECT * { " + "{" * 150 + "}" * 150 + " }",
    "function": "SELECT (<urn:f>(1) AS ?x) {}",
    "prefix": "SELECT * { ?s unknown:p ?o }",
    # It goes into the body of a request.
    "long": "SELECT ?x { VALUES ?x { " + " ".join(map(str, range(2_000))) + " } }",
}


@pytest.mark.parametrize("name", QUERY_TEXTS)
def test_sparql(name: str, opened: Graph, connected: Graph) -> None:
    assert_same(lambda graph: graph.sparql(QUERY_TEXTS[name]), opened, connected)


@pytest.mark.parametrize("query", QUERIES.values(), ids=list(QUERIES))
def test_stored_queries(query: StoredQuery, opened: Graph, connected: Graph) -> None:
    for params in ({}, *OTHERS.get(query.name, [])):
        assert_same(_run(query.name, params), opened, connected)


def _run(name: str, params: Mapping[str, Any]) -> Call:
    return lambda graph: graph.run(name, **params)


@pytest.mark.parametrize(
    "call",
    [
        lambda graph: graph.run("networks-of-city", city="Wrocław", short=True),
        lambda graph: graph.run("networks-of-city", city=" "),
        lambda graph: graph.run("networks-of-city", city="Atlantis"),
        lambda graph: graph.run("networks-of-city", town="x"),
        lambda graph: graph.run("networks-of-city", format="csv"),
        lambda graph: graph.run("networks-of-cty"),
        lambda graph: graph.run("city-table", as_geo=True),
        lambda graph: graph.queries(),
        lambda graph: graph.version,
        lambda graph: graph.search("Wroclaw"),
        lambda graph: graph.search("plan", kind="plan", limit=150),
        lambda graph: graph.search("wroc", limit=1, short=True),
        lambda graph: graph.search(""),
        lambda graph: graph.search("x", kind="town"),
        lambda graph: graph.search("x" * 201),
        lambda graph: graph.reconcile(["BRESLAU", "Atlantis", None, "", "x" * 300, "wroclaw"]),
        lambda graph: graph.reconcile(["food", "zzz"], kind="theme", short=True),
        lambda graph: graph.reconcile(["food"], kind="town"),
        lambda graph: graph.table("people"),
        lambda graph: graph.table("towns"),
        lambda graph: graph.table("../queries"),
        lambda graph: graph.cities(as_geo=True),
        lambda graph: graph.networks(frame="excel"),
    ],
)
def test_other_answers(call: Call, opened: Graph, connected: Graph) -> None:
    assert_same(call, opened, connected)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("short", [False, True])
def test_tables(name: str, short: bool, opened: Graph, connected: Graph) -> None:
    assert_same(lambda graph: graph.table(name, short=short), opened, connected)


@pytest.mark.parametrize(
    "iri",
    [
        "network/greenplace",
        "city/pl/wroclaw",
        "https://w3id.org/urbact-graph/theme/food",
        "<https://w3id.org/urbact-graph/programme/urbact-iv>",
        "urbact-graph",
        "ontology",
        "urb:City",
        "country:POL",
        "http://publications.europa.eu/resource/authority/country/POL",
        "city/pl/wroclaw#geometry",
        "city/xx/atlantis",
        "city/pl/Wrocław",
        "queries",
        "urn:x",
        "not an iri",
        "",
    ],
)
def test_documents(iri: str, opened: Graph, connected: Graph) -> None:
    assert_same(lambda graph: graph.describe(iri), opened, connected)
