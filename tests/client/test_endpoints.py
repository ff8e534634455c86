"""Any SPARQL endpoint is queried with the same types; it offers nothing else of the graph."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import rdflib

from tests.client.endpoints import DATA, Asked, Reply, answering, oxigraph, rdflib_endpoint
from tests.support.servers import Server, serving
from urbact_graph import client
from urbact_graph.client.graph import Graph
from urbact_graph.errors import EngineError, QueryError
from urbact_graph.problems import ProblemError

pandas = pytest.importorskip("pandas")
pytest.importorskip("SPARQLWrapper")
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def rdflib_graph() -> Iterator[Graph]:
    with answering(rdflib_endpoint) as address:
        yield client.connect(f"{address}/query")


@pytest.fixture(scope="module")
def oxigraph_graph() -> Iterator[Graph]:
    with oxigraph() as address:
        if address is None:
            pytest.skip("the server of Oxigraph is not installed")
        yield client.connect(f"{address}/query")


@pytest.fixture(scope="module")
def other_dataset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Return what an instance of ours serves of a dataset that is not ours."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "other.ttl").write_text(DATA, encoding="utf-8")
    with serving(folder, "--dataset", str(folder / "other.ttl")) as server:
        yield client.connect(server.url)


@pytest.fixture(params=["rdflib_graph", "oxigraph_graph", "other_dataset"])
def endpoint(request: pytest.FixtureRequest) -> Graph:
    found: Graph = request.getfixturevalue(request.param)
    return found


_EVERYTHING = """PREFIX : <http://x.org/>
SELECT ?s ?name ?people ?share ?is ?since ?at ?no
{ ?s :name ?name ; :people ?people ; :share ?share ; :is ?is ; :since ?since ; :at ?at
  OPTIONAL { ?s :no ?no } } ORDER BY ?s"""


def test_columns_are_typed(endpoint: Graph) -> None:
    table = endpoint.sparql(_EVERYTHING)
    assert dict(table.dtypes.astype(str)) == {
        "s": "string",
        "name": "string",
        "people": "Int64",
        "share": "Float64",
        "is": "boolean",
        "since": "datetime64[s]",
        "since_precision": "string",
        "at": "string",
        "no": "string",
    }
    assert list(table.name) == ["Łódź", "Nîmes"]
    assert list(table.since.dt.date) == [dt.date(2023, 6, 1), dt.date(2024, 1, 2)]
    assert list(table.since_precision) == ["month", "day"]


def test_geometries_are_read(endpoint: Graph) -> None:
    pytest.importorskip("geopandas")
    assert list(endpoint.sparql(_EVERYTHING, as_geo=True).geometry.x) == [19.5, 4.4]


def test_variables_are_bound(endpoint: Graph) -> None:
    table = endpoint.sparql("SELECT ?s ?n { ?s <http://x.org/people> ?n }", n=7)
    assert list(table.s) == ["http://x.org/a"]
    both = endpoint.sparql("ASK { ?s <http://x.org/name> ?n }", s=rdflib.URIRef("http://x.org/b"))
    assert both is True


def test_graphs_are_read(endpoint: Graph) -> None:
    found = endpoint.sparql("CONSTRUCT { ?s ?p 1 } { ?s ?p 7 }")
    assert list(found) == [
        (rdflib.URIRef("http://x.org/a"), rdflib.URIRef("http://x.org/people"), rdflib.Literal(1))
    ]
    assert len(endpoint.describe("http://x.org/a")) == 6


def test_a_long_query_is_sent(endpoint: Graph) -> None:
    values = f"7 8 9 '{'x' * 15_000}'"
    found = endpoint.sparql(f"SELECT ?s {{ VALUES ?n {{ {values} }} ?s <http://x.org/people> ?n }}")
    assert sorted(found.s) == ["http://x.org/a", "http://x.org/b"]


def test_a_mistake_has_the_words_of_the_endpoint(endpoint: Graph) -> None:
    with pytest.raises(ProblemError) as caught:
        endpoint.sparql("SELECT * { ?s ?p }")
    assert caught.value.problem.status == 400
    assert len(caught.value.detail) > 10


@pytest.mark.parametrize(
    "call",
    [
        lambda graph: graph.run("networks-of-city"),
        lambda graph: graph.queries(),
        lambda graph: graph.cities(),
        lambda graph: graph.search("x"),
        lambda graph: graph.reconcile(["x"]),
        lambda graph: graph.version,
    ],
)
def test_what_it_does_not_offer_is_said_in_a_sentence(endpoint: Graph, call: Any) -> None:
    with pytest.raises(QueryError, match=r"offers no .* of the graph of URBACT, but SPARQL"):
        call(endpoint)


@pytest.mark.parametrize("path", ["", "/", "/sparql"])
def test_an_instance_is_known_by_each_of_its_addresses(demo_server: Server, path: str) -> None:
    graph = client.connect(f"{demo_server.url}{path}")
    assert graph.sparql("ASK { ?city a urb:City }") is True
    assert len(graph.queries()) > 0


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(EngineError, match=r"does not answer .*check the address"):
        client.connect("http://127.0.0.1:9/sparql")


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("example.org", {}, "write it like http://"),
        ("127.0.0.1:8000", {}, "write it like http://"),
        ("http://[", {}, "write it like http://"),
        ("http://", {}, "write it like http://"),
        ("http://me:secret@127.0.0.1:9", {}, "without a user's name"),
        ("http://127.0.0.1:9/é", {}, "in ASCII"),
        ("file:///etc/hosts", {}, "write it like http://"),
        (None, {}, "must be a text"),
        ("http://127.0.0.1:9", {"timeout": 0}, "number of seconds above 0"),
        ("http://127.0.0.1:9", {"timeout": None}, "number of seconds above 0"),
        ("http://127.0.0.1:9", {"timeout": float("inf")}, "number of seconds above 0"),
        ("http://127.0.0.1:9", {"base": "https://x.org"}, "a slash at its end"),
    ],
)
def test_what_nothing_can_be_asked_by_is_refused(
    url: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        client.connect(url, **options)


_RESULTS = "application/sparql-results+json"


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/html", "<html>Welcome</html>"),
        ("text/csv", "a\r\n1\r\n"),
        ("application/sparql-results+xml", "<sparql/>"),
        (_RESULTS, ""),
        (_RESULTS, "[]"),
        (_RESULTS, '{"head": {"vars": ["a"]}, "results": {"bindings": null}}'),
        (_RESULTS, '{"head": {"vars": ["a"]}, "results": {"bindings": ["x"]}}'),
        (_RESULTS, '{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": "x"}]}}'),
        (_RESULTS, '{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": {"type": "uri"}}]}}'),
    ],
)
def test_an_answer_of_another_kind_is_named(media_type: str, content: str) -> None:
    def answer(asked: Asked) -> Reply:
        is_query = "query=" in asked[1]
        return (200 if is_query else 404), {"Content-Type": media_type}, content.encode()

    with answering(answer) as address:
        graph = client.connect(f"{address}/query?mode=exact")
        with pytest.raises(EngineError, match=r"not in SPARQL 1\.1 Query Results JSON"):
            graph.sparql("SELECT ?a {}")
        if media_type != _RESULTS:
            with pytest.raises(EngineError, match="which is no format of graphs; check"):
                graph.sparql("CONSTRUCT WHERE { ?s ?p ?o }")


def test_the_parameters_of_an_address_are_sent_too() -> None:
    asked_for: list[str] = []

    def answer(asked: Asked) -> Reply:
        asked_for.append(asked[1])
        return 200, {"Content-Type": "text/javascript"}, b'{"head": {}, "boolean": true}'

    with answering(answer) as address:
        graph = client.connect(f"{address}/query?mode=exact&empty=#top")
        assert graph.sparql("ASK {}") is True
    (target,) = asked_for
    assert target.startswith("/query?")
    assert target.count("?") == 1
    assert {"mode=exact", "empty="} < set(target.partition("?")[2].split("&"))
