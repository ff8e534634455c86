"""The SPARQL 1.1 Protocol: what a request to the endpoint asks, and what is wrong with it."""

from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse
from werkzeug.wrappers import Request

from urbact_graph.web.protocol import DIRECT, FORM, QueryOperation, is_bare, read_operation
from urbact_graph.web.response import ACCEPT_QUERY

SELECT = "SELECT ?n WHERE { ?n a <https://w3id.org/urbact-graph/ontology#Network> } LIMIT 2"
ASK = "ASK {}"


def get(client: FlaskClient, query: str, accept: str | None = None, **more: str) -> TestResponse:
    headers = {} if accept is None else {"Accept": accept}
    return client.get("/sparql?" + urlencode({"query": query, **more}), headers=headers)


def operation(path: str, **members: object) -> QueryOperation:
    """Read the operation of a request that is sent to ``path``."""
    return read_operation(Request(EnvironBuilder(path, **members).get_environ()))  # type: ignore[arg-type]


def test_the_three_ways_to_ask_give_the_same(demo_client: FlaskClient) -> None:
    by_get = get(demo_client, SELECT)
    form = urlencode({"query": SELECT})
    for data, content_type in (
        (form, FORM),
        (SELECT, DIRECT),
        (SELECT, f"{DIRECT}; charset=UTF-8"),
        (form, f"{FORM}; charset=utf8"),
    ):
        response = demo_client.post("/sparql", data=data, content_type=content_type)
        assert response.status_code == 200
        assert response.content_type == "application/sparql-results+json"
        assert response.data == by_get.data
    assert by_get.data.count(b"/network/") == 2


@pytest.mark.parametrize(
    "query", [SELECT, f"# note\r\n{SELECT}", ASK, "CONSTRUCT WHERE { ?s ?p 1 }"]
)
@pytest.mark.parametrize(
    ("method", "content_type"),
    [("GET", None), ("POST", FORM), ("POST", DIRECT), ("QUERY", FORM), ("QUERY", DIRECT)],
)
def test_a_byte_order_mark_before_the_query_is_skipped(
    demo_client: FlaskClient, method: str, content_type: str | None, query: str
) -> None:
    marked = f"\ufeff{query}"
    form = urlencode({"query": marked})
    data = marked.encode() if content_type == DIRECT else form
    given = {"data": data, "content_type": content_type} if content_type else {}
    path = "/sparql" if content_type else f"/sparql?{form}"
    response = demo_client.open(path, method=method, **given)  # type: ignore[arg-type]
    assert (response.status_code, response.data) == (200, get(demo_client, query).data)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(SELECT, DIRECT), (SELECT, f"{DIRECT};charset=utf-8"), (urlencode({"query": SELECT}), FORM)],
)
def test_the_method_query_gives_the_same(
    demo_client: FlaskClient, data: str, content_type: str
) -> None:
    response = demo_client.open("/sparql", method="QUERY", data=data, content_type=content_type)
    assert (response.status_code, response.data) == (200, get(demo_client, SELECT).data)
    assert response.headers["ETag"] == get(demo_client, SELECT).headers["ETag"]
    known = {"If-None-Match": response.headers["ETag"]}
    again = demo_client.open(
        "/sparql", method="QUERY", data=data, content_type=content_type, headers=known
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("data", "content_type", "path", "status"),
    [
        # A request without Content-Type fails (RFC 10008, section 2).
        (SELECT, None, "/sparql", 400),
        ("", None, f"/sparql?query={quote(SELECT)}", 400),
        (SELECT, "text/plain", "/sparql", 415),
        (SELECT, "application/sparql-update", "/sparql", 403),
        (SELECT, DIRECT, f"/sparql?query={quote(SELECT)}", 400),
        ("query=", FORM, "/sparql", 400),
        ("SELECT", DIRECT, "/sparql", 400),
    ],
)
def test_a_wrong_request_by_the_method_query_gets_its_problem(
    demo_client: FlaskClient, data: str, content_type: str | None, path: str, status: int
) -> None:
    response = demo_client.open(path, method="QUERY", data=data, content_type=content_type)
    assert response.status_code == status
    assert response.headers["Accept-Query"] == ACCEPT_QUERY


def test_the_endpoint_says_what_a_query_may_be(demo_client: FlaskClient) -> None:
    for response in (
        demo_client.options("/sparql"),
        demo_client.get("/sparql"),
        demo_client.put("/sparql"),
        demo_client.post("/sparql", data="x", content_type="text/plain"),
    ):
        assert response.headers["Accept-Query"] == f'"{DIRECT}", "{FORM}"'
    assert "QUERY" in demo_client.options("/sparql").headers["Access-Control-Allow-Methods"]
    assert "Accept-Query" not in demo_client.options("/limits").headers


def test_head_is_get_without_the_body(demo_client: FlaskClient) -> None:
    path = "/sparql?" + urlencode({"query": SELECT})
    head, full = demo_client.head(path), demo_client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == full.headers["Content-Type"]
    assert head.headers["Content-Length"] == str(len(full.data))


def test_an_operation_has_its_graphs_its_formats_and_its_time() -> None:
    parameters = [
        ("query", ASK),
        ("default-graph-uri", "x:a"),
        ("default-graph-uri", "x:b"),
        ("named-graph-uri", "x:c"),
        ("timeout", "2.5"),
        ("format", "csv"),
    ]
    read = operation("/sparql?" + urlencode(parameters))
    assert (read.query, read.seconds) == (ASK, 2.5)
    assert (read.default_graphs, read.named_graphs) == (("x:a", "x:b"), ("x:c",))
    assert read.results is not None
    assert read.results.name == "csv"
    posted = operation("/sparql", method="POST", data=urlencode(parameters), content_type=FORM)
    assert posted == read


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [(None, None), ("1", 1.0), ("0.2", 0.2), ("0.001", 0.05), ("999999999", 999_999_999.0)],
)
def test_a_very_short_timeout_counts_as_a_twentieth_of_a_second(
    timeout: str | None, seconds: float | None
) -> None:
    more = {} if timeout is None else {"timeout": timeout}
    assert operation("/sparql?" + urlencode({"query": ASK, **more})).seconds == seconds


def test_a_byte_order_mark_before_a_query_is_left_out() -> None:
    body = b"\xef\xbb\xbfASK {}"
    read = operation("/sparql", method="POST", data=body, content_type=DIRECT)
    assert read.query == ASK


@pytest.mark.parametrize(
    ("method", "path", "is_the_endpoint"),
    [
        ("GET", "/sparql", True),
        ("HEAD", "/sparql", True),
        ("POST", "/sparql", False),
        ("GET", "/sparql?query=", False),
        ("GET", "/sparql?a=b", False),
    ],
)
def test_a_request_without_parameters_asks_for_the_endpoint(
    method: str, path: str, is_the_endpoint: bool
) -> None:
    request = Request(EnvironBuilder(path, method=method).get_environ())
    assert is_bare(request) is is_the_endpoint


@pytest.mark.parametrize(
    ("query", "is_repeatable"),
    [(ASK, True), ("SELECT (NOW() AS ?n) {}", False), ("SELECT (RAND() AS ?n) {}", False)],
)
def test_a_query_may_give_something_else_each_time(query: str, is_repeatable: bool) -> None:
    assert operation("/sparql?" + urlencode({"query": query})).is_repeatable is is_repeatable


def test_a_format_is_found_by_any_of_its_names() -> None:
    def graph(*names: str, accept: str = "*/*") -> str:
        parameters = urlencode([("query", ASK), *(("format", name) for name in names)])
        read = operation(f"/sparql?{parameters}", headers={"Accept": accept})
        assert read.graph is not None
        return read.graph.name

    assert graph("rdf+xml", "application/rdf+xml") == "rdf"
    assert graph("application/ld json") == "jsonld", "a + that was not encoded is a space"
    assert graph("nonsense", accept="application/n-triples") == "nt"
    assert graph("") == "ttl"


def posted(data: str | bytes, content_type: str = "", **headers: str) -> dict[str, object]:
    """Return a POST request to /sparql; without a content type it has none."""
    typed = {"content_type": content_type} if content_type else {}
    return {"method": "POST", "path": "/sparql", "data": data, "headers": headers, **typed}


def got(parameters: str) -> dict[str, object]:
    return {"method": "GET", "path": f"/sparql?{parameters}"}


ONE = "query=ASK%7B%7D"
# Each wrong request by name, with the status and what the problem says of it.
WRONG: dict[str, tuple[dict[str, object], int, str]] = {
    "no query": (got("format=csv"), 400, "no 'query'"),
    "no query in a form": (posted("a=b", FORM), 400, "no 'query'"),
    "empty body": (posted("", DIRECT), 400, "yntax"),
    "several queries": (got(f"{ONE}&{ONE}"), 400, "2 'query'"),
    "query in address and body": ({**posted(ASK, DIRECT), "path": f"/sparql?{ONE}"}, 400, "2 '"),
    "several formats": (got(f"{ONE}&format=csv&format=json"), 400, "2 'format'"),
    "the same format twice": (got(f"{ONE}&format=csv&format=csv"), 400, "2 'format'"),
    "several timeouts": (got(f"{ONE}&timeout=1&timeout=2"), 400, "2 'timeout'"),
    "syntax error": (got("query=SELECT"), 400, "line 1, column 7"),
    "wrong method": ({"method": "PUT", "path": f"/sparql?{ONE}"}, 405, "method"),
    "delete": ({"method": "DELETE", "path": "/sparql"}, 405, "method"),
    "wrong type": (posted(ASK, "text/plain"), 415, "text/plain"),
    "no type": (posted(ASK), 415, "no media type"),
    "long type": (posted(ASK, "text/" + "x" * 200), 415, "more than 200 characters"),
    "utf-16": (posted(ASK.encode("utf-16"), f"{DIRECT}; charset=UTF-16"), 415, "utf-16"),
    "latin-1": (posted(b"ASK{}#\xe9", DIRECT), 400, "byte 6"),
    "latin-1 in address": (got("query=ASK%7B%7D%23%E9"), 400, "not UTF-8"),
    "latin-1 in form": (posted("query=%E9", FORM), 400, "UTF-8"),
    "compressed": (posted(ASK, DIRECT, **{"Content-Encoding": "gzip"}), 415, "uncompressed"),
    "update parameter": (posted("update=DROP+ALL", FORM), 403, "only answers"),
    "update in address": (got("update=DROP+ALL"), 403, "only answers"),
    "update body": (posted("DROP ALL", "application/sparql-update"), 403, "only answers"),
    "update as query": (got("query=DROP+ALL"), 403, "DROP"),
    "service": (got("query=ASK%7BSERVICE%20%3Cx:y%3E%7B%7D%7D"), 403, "SERVICE"),
    "relative graph": (got(f"{ONE}&default-graph-uri=g1"), 400, "g1"),
    "graph with a space": (got(f"{ONE}&named-graph-uri=x%3Aa%20b"), 400, "absolute"),
    "graph with a bracket": (got(f"{ONE}&default-graph-uri=http://%5B"), 400, "IRI"),
    "timeout in words": (got(f"{ONE}&timeout=soon"), 400, "soon"),
    "timeout nan": (got(f"{ONE}&timeout=nan"), 400, "nan"),
    "timeout 1_0": (got(f"{ONE}&timeout=1_0"), 400, "1_0"),
    "timeout 0": (got(f"{ONE}&timeout=0"), 400, "above 0"),
    "unknown format": (got(f"{ONE}&format=pdf"), 400, "json, xml, csv"),
    "too long": (got("query=" + "a" * 64_001), 413, "64,000"),
    "too long a body": (posted("query=" + "a" * 400_000, FORM), 413, "max_query_bytes"),
    "byte order mark": (got("query=%EF%BB%BFSELECT"), 400, "yntax"),
    "many parameters": (got("&".join(["a=b"] * 1_001)), 400, "more than 1000"),
    "too deep": (got("query=" + quote("ASK " + "{" * 101 + "}" * 101)), 400, "100"),
}


@pytest.mark.parametrize(("request_", "status", "words"), WRONG.values(), ids=list(WRONG))
def test_each_wrong_request_gets_its_problem(
    demo_client: FlaskClient, request_: dict[str, object], status: int, words: str
) -> None:
    response = demo_client.open(**request_)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    found = response.get_json()
    assert found["status"] == status
    assert found["type"].startswith("https://w3id.org/urbact-graph/problem/")
    assert words in found["detail"]
    assert found["detail"].endswith(".")


def test_a_problem_names_line_column_and_limit(demo_client: FlaskClient) -> None:
    assert get(demo_client, "SELECT").get_json().items() >= {"line": 1, "column": 7}.items()
    assert get(demo_client, "a" * 64_001).get_json()["limit"] == "max_query_bytes"
