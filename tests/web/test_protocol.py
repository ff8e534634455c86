"""The SPARQL 1.1 Protocol over the application: every way to ask, every way to ask wrongly."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results
from rdflib import Graph
from werkzeug.test import TestResponse

from urbact_graph.dataset.building import Build
from urbact_graph.engine.local import Engine
from urbact_graph.rdf.formats import FORMATS, Format, formats
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.protocol import DIRECT, FORM

SELECT = "SELECT ?n WHERE { ?n a <https://w3id.org/urbact-graph/ontology#Network> } LIMIT 2"
ASK = "ASK {}"
CONSTRUCT = "CONSTRUCT { <x:a> <x:b> 'é' } WHERE {}"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def client(built: Build) -> Iterator[FlaskClient]:
    settings = Settings.load(max_running_queries=2, public_url="https://data.example/graph")
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine).test_client()


@pytest.fixture(scope="module")
def quads_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Serve a small dataset with two named graphs."""
    file = tmp_path_factory.mktemp("quads") / "small.nq"
    file.write_text('<x:a> <x:p> "d" .\n<x:a> <x:p> "1" <x:g1> .\n<x:a> <x:p> "2" <x:g2> .\n')
    settings = Settings.load(max_running_queries=1)
    with Engine(settings, file) as engine:
        yield create_app(settings, engine).test_client()


def get(client: FlaskClient, query: str, accept: str | None = None, **more: str) -> TestResponse:
    headers = {} if accept is None else {"Accept": accept}
    return client.get("/sparql?" + urlencode({"query": query, **more}), headers=headers)


def test_the_three_ways_to_ask_give_the_same(client: FlaskClient) -> None:
    by_get = get(client, SELECT)
    by_form = client.post("/sparql", data=urlencode({"query": SELECT}), content_type=FORM)
    direct = client.post("/sparql", data=SELECT, content_type=DIRECT)
    with_charset = client.post("/sparql", data=SELECT, content_type=f"{DIRECT}; charset=UTF-8")
    for response in (by_get, by_form, direct, with_charset):
        assert response.status_code == 200
        assert response.content_type == "application/sparql-results+json"
        assert response.data == by_get.data
    assert by_get.data.count(b"/network/") == 2


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    path = "/sparql?" + urlencode({"query": SELECT})
    head, full = client.head(path), client.get(path)
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Type"] == full.headers["Content-Type"]
    assert head.headers["Content-Length"] == str(len(full.data))


def test_options_and_cross_origin_headers(client: FlaskClient) -> None:
    response = client.options("/sparql", headers={"Origin": "https://other.example"})
    assert response.status_code == 200
    assert {"GET", "HEAD", "OPTIONS", "POST"} == set(response.headers["Allow"].split(", "))
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    for other in (response, get(client, ASK), get(client, "NONSENSE"), client.get("/nowhere")):
        assert other.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("form", formats("results"), ids=lambda form: form.name)
def test_every_results_format(client: FlaskClient, form: Format) -> None:
    kind = QueryResultsFormat.from_media_type(form.media_type)
    for asked in (form.media_type, *form.aliases):
        response = get(client, SELECT, asked)
        assert response.content_type == form.content_type
        assert "accept" in response.vary.as_set()
        if form.name == "csv":
            assert len(response.text.splitlines()) == 1 + 2
        else:
            assert len(list(parse_query_results(response.data, format=kind))) == 2  # type: ignore[arg-type]
    assert get(client, ASK, form.media_type).status_code == 200
    assert get(client, SELECT, format=form.name).content_type == form.content_type


@pytest.mark.parametrize("form", formats("graph"), ids=lambda form: form.name)
def test_every_graph_format(client: FlaskClient, form: Format) -> None:
    for asked in (form.media_type, *form.aliases):
        response = get(client, CONSTRUCT, asked)
        assert response.content_type == form.content_type
        quads = list(parse(response.data, format=RdfFormat.from_media_type(form.media_type)))
        assert [quad.object.value for quad in quads] == ["é"]
    assert get(client, CONSTRUCT, format=form.name).content_type == form.content_type
    described = get(client, "DESCRIBE <https://w3id.org/urbact-graph/network/cope>", asked)
    assert described.content_type == form.content_type


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/csv;charset=utf-8", "text/csv"),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.5, */*;q=0.4", "text/csv"),
        ("text/csv;q=0.5, */*;q=0.6", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("application/json, text/csv;q=0.9", "application/sparql-results+json"),
        ("image/png, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
        ("text/html, application/xhtml+xml, */*;q=0.1", "application/sparql-results+json"),
        ("text/turtle, text/csv;q=0.2", "text/csv"),
    ],
)
def test_the_accept_header_decides(client: FlaskClient, accept: str | None, expected: str) -> None:
    assert get(client, SELECT, accept).mimetype == expected


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/csv;q=0"])
def test_nothing_acceptable_is_406(client: FlaskClient, accept: str) -> None:
    response = get(client, SELECT, accept)
    assert response.status_code == 406
    assert "text/csv" in response.get_json()["detail"]


def test_a_form_of_answer_that_is_not_accepted_is_406(client: FlaskClient) -> None:
    assert get(client, SELECT, "text/turtle").status_code == 406
    assert get(client, CONSTRUCT, "text/csv").status_code == 406
    refused = get(client, CONSTRUCT, format="csv")
    assert refused.status_code == 406
    assert "CONSTRUCT and DESCRIBE give a graph" in refused.get_json()["detail"]
    assert "ask for ttl, nt" in refused.get_json()["detail"]


def test_a_format_is_found_under_any_of_its_names(client: FlaskClient) -> None:
    def media_type(*names: str, accept: str = "*/*") -> str:
        encoded = urlencode([("query", CONSTRUCT), *(("format", name) for name in names)])
        response = client.get(f"/sparql?{encoded}", headers={"Accept": accept})
        assert response.status_code == 200
        return str(response.mimetype)

    assert media_type("rdf+xml", "application/rdf+xml") == "application/rdf+xml"
    assert media_type("application/ld json") == "application/ld+json", "a bare + is a space"
    assert media_type("nonsense", accept="application/n-triples") == "application/n-triples"
    assert media_type("") == "text/turtle"
    assert media_type("json") == "application/ld+json"


def test_a_byte_order_mark_is_passed_over(client: FlaskClient) -> None:
    body = b"\xef\xbb\xbfASK {}"
    assert client.post("/sparql", data=body, content_type=DIRECT).status_code == 200


def test_what_xml_cannot_carry_is_no_broken_200(client: FlaskClient) -> None:
    query = 'SELECT ("a\\u0001b" AS ?x) {}'
    assert get(client, query, format="xml").status_code == 406
    assert get(client, query, format="json").status_code == 200
    assert get(client, 'SELECT ("a\\nb" AS ?x) {}', format="xml").status_code == 200


def test_the_graphs_of_the_request_override_the_querys(quads_client: FlaskClient) -> None:
    def objects(query: str, *parameters: tuple[str, str], direct: bool = False) -> list[str]:
        encoded = urlencode([*parameters] if direct else [("query", query), *parameters])
        if direct:
            response = quads_client.post(
                f"/sparql?{encoded}",
                data=query,
                content_type=DIRECT,
                headers={"Accept": "text/csv"},
            )
        else:
            response = quads_client.get(f"/sparql?{encoded}", headers={"Accept": "text/csv"})
        assert response.status_code == 200
        return response.text.split()[1:]

    default, named = "default-graph-uri", "named-graph-uri"
    plain = "SELECT ?o WHERE { ?s ?p ?o } ORDER BY ?o"
    graphs = "SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    assert objects(plain) == ["d"]
    assert objects(plain, (default, "x:g1")) == ["1"]
    assert objects(plain, (default, "x:g1"), (default, "x:g2")) == ["1", "2"]
    assert objects(plain, (default, "x:g1"), direct=True) == ["1"]
    assert objects(graphs) == ["x:g1", "x:g2"]
    assert objects(graphs, (named, "x:g2")) == ["x:g2"]
    assert objects("SELECT ?o FROM <x:g2> { ?s ?p ?o }") == ["2"]
    assert objects("SELECT ?o FROM <x:g2> { ?s ?p ?o }", (default, "x:g1")) == ["1"]


MALFORMED = [
    ("no query", "GET", "/sparql?format=csv", {}, 400, "no 'query'"),
    ("no query in form", "POST", "/sparql", {"data": "a=b", "content_type": FORM}, 400, "no 'q"),
    ("empty direct body", "POST", "/sparql", {"data": "", "content_type": DIRECT}, 400, "yntax"),
    ("several queries", "GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, 400, "2 'query'"),
    (
        "query in address and body",
        "POST",
        "/sparql?query=ASK%7B%7D",
        {"data": ASK, "content_type": DIRECT},
        400,
        "2 'query'",
    ),
    ("syntax-error", "GET", "/sparql?query=SELECT", {}, 400, "line 1, column 7"),
    ("wrong method", "PUT", "/sparql?query=ASK%7B%7D", {}, 405, "method"),
    ("delete", "DELETE", "/sparql", {}, 405, "method"),
    (
        "wrong type",
        "POST",
        "/sparql",
        {"data": ASK, "content_type": "text/plain"},
        415,
        "text/plain",
    ),
    ("no type", "POST", "/sparql", {"data": ASK}, 415, "no media type"),
    (
        "utf-16",
        "POST",
        "/sparql",
        {"data": ASK.encode("utf-16"), "content_type": f"{DIRECT}; charset=UTF-16"},
        415,
        "utf-16",
    ),
    ("latin-1", "POST", "/sparql", {"data": b"ASK{}#\xe9", "content_type": DIRECT}, 400, "byte 6"),
    ("latin-1 in address", "GET", "/sparql?query=ASK%7B%7D%23%E9", {}, 400, "not UTF-8"),
    (
        "latin-1 in form",
        "POST",
        "/sparql",
        {"data": "query=%E9", "content_type": FORM},
        400,
        "UTF-8",
    ),
    (
        "compressed",
        "POST",
        "/sparql",
        {"data": ASK, "content_type": DIRECT, "headers": {"Content-Encoding": "gzip"}},
        415,
        "uncompressed",
    ),
    (
        "update parameter",
        "POST",
        "/sparql",
        {"data": "update=DROP+ALL", "content_type": FORM},
        403,
        "",
    ),
    ("update in address", "GET", "/sparql?update=DROP+ALL", {}, 403, "only answers"),
    (
        "update body",
        "POST",
        "/sparql",
        {"data": "DROP ALL", "content_type": "application/sparql-update"},
        403,
        "only answers",
    ),
    ("update as query", "GET", "/sparql?query=DROP+ALL", {}, 403, "DROP"),
    ("service", "GET", "/sparql?query=ASK%7BSERVICE%20%3Cx:y%3E%7B%7D%7D", {}, 403, "SERVICE"),
    ("relative graph", "GET", "/sparql?query=ASK%7B%7D&default-graph-uri=g1", {}, 400, "g1"),
    ("bad graph", "GET", "/sparql?query=ASK%7B%7D&named-graph-uri=x%3Aa%20b", {}, 400, "absolute"),
    ("bad timeout", "GET", "/sparql?query=ASK%7B%7D&timeout=soon", {}, 400, "soon"),
    ("timeout nan", "GET", "/sparql?query=ASK%7B%7D&timeout=nan", {}, 400, "nan"),
    ("timeout 1_0", "GET", "/sparql?query=ASK%7B%7D&timeout=1_0", {}, 400, "1_0"),
    ("odd graph", "GET", "/sparql?query=ASK%7B%7D&default-graph-uri=http://%5B", {}, 400, "IRI"),
    ("timeout 0", "GET", "/sparql?query=ASK%7B%7D&timeout=0", {}, 400, "above 0"),
    ("bad format", "GET", "/sparql?query=ASK%7B%7D&format=pdf", {}, 400, "json, xml, csv"),
    ("too long", "GET", "/sparql?query=" + "a" * 64_001, {}, 413, "64,000"),
    (
        "too long a body",
        "POST",
        "/sparql",
        {"data": "query=" + "a" * 400_000, "content_type": FORM},
        413,
        "max_query_bytes",
    ),
    ("bom", "GET", "/sparql?query=%EF%BB%BFSELECT", {}, 400, "yntax"),
    ("too many parameters", "GET", "/sparql?" + "&".join(["a=b"] * 1_001), {}, 400, "1000"),
    ("too deep", "GET", "/sparql?query=" + quote("ASK " + "{" * 101 + "}" * 101), {}, 400, "100"),
    ("unknown page", "GET", "/nowhere", {}, 404, "/sparql"),
]


@pytest.mark.parametrize(
    ("method", "path", "members", "status", "words"),
    [row[1:] for row in MALFORMED],
    ids=[row[0] for row in MALFORMED],
)
def test_each_wrong_request_gets_its_problem(
    client: FlaskClient, method: str, path: str, members: dict[str, object], status: int, words: str
) -> None:
    response = client.open(path, method=method, **members)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.content_type == PROBLEM
    problem = response.get_json()
    assert problem["status"] == status
    assert problem["type"].startswith("https://w3id.org/urbact-graph/problem/")
    assert problem["title"]
    assert words in problem["detail"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    if status == 405:
        assert "POST" in response.headers["Allow"]


def test_a_problem_names_line_column_and_limit(client: FlaskClient) -> None:
    assert get(client, "SELECT").get_json().items() >= {"line": 1, "column": 7}.items()
    assert get(client, "a" * 64_001).get_json()["limit"] == "max_query_bytes"


@pytest.mark.parametrize(
    ("accept", "agent", "media_type"),
    [
        (None, "python", PROBLEM),
        ("*/*", "python", PROBLEM),
        ("*/*", "curl/8.5.0", "text/plain"),
        ("application/sparql-results+json", "curl/8.5.0", "text/plain"),
        ("application/json", "python", PROBLEM),
        ("text/plain", "python", "text/plain"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "Mozilla/5.0", "text/html"),
    ],
)
def test_a_problem_comes_in_the_readers_format(
    client: FlaskClient, accept: str | None, agent: str, media_type: str
) -> None:
    headers = {"User-Agent": agent} | ({} if accept is None else {"Accept": accept})
    response = client.get("/sparql?query=SELECT+%3Cb%3E", headers=headers)
    assert response.status_code == 400
    assert response.mimetype == media_type
    assert "line 1" in response.text
    if media_type == "text/html":
        assert "SELECT &lt;b&gt;</textarea>" in response.text, "the query is there to be mended"


def test_a_client_may_ask_for_less_time(client: FlaskClient) -> None:
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    response = get(client, endless, timeout="0.2")
    assert response.status_code == 503
    assert response.get_json()["value"] == 0.2
    assert get(client, ASK).status_code == 200


def test_an_answer_over_the_cap_is_no_broken_200(built: Build) -> None:
    settings = Settings.load(max_running_queries=1, max_result_bytes=500)
    with Engine(settings, built.dataset) as engine:
        response = get(create_app(settings, engine).test_client(), "SELECT * { ?s ?p ?o }")
        assert response.status_code == 503
        assert response.get_json()["limit"] == "max_result_bytes"


def test_the_bare_endpoint_describes_itself(client: FlaskClient) -> None:
    response = client.get("/sparql")
    assert response.mimetype == "text/turtle"
    graph = Graph().parse(data=response.data, format="turtle")
    answer = graph.query(
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
        SELECT ?endpoint (COUNT(?format) AS ?formats) WHERE {
          ?s a sd:Service ; sd:endpoint ?endpoint ; sd:resultFormat ?format ;
            sd:supportedLanguage sd:SPARQL11Query ;
            sd:defaultDataset/sd:defaultGraph/<http://rdfs.org/ns/void#triples> ?n
        } GROUP BY ?endpoint"""
    )
    [(endpoint, count)] = list(answer)  # type: ignore[misc]
    assert str(endpoint) == "https://data.example/graph/sparql"
    assert int(count) == len(FORMATS)
    assert b"_:" not in response.data


def test_the_bare_endpoint_has_a_page_for_browsers(client: FlaskClient) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = client.get("/sparql", headers={"Accept": accept})
    assert page.mimetype == "text/html"
    assert "https://data.example/graph/sparql" in page.text
    assert client.get("/sparql", headers={"Accept": "text/csv"}).status_code == 406
    ranked = {"Accept": "text/html;q=0.5, text/turtle"}
    assert client.get("/sparql", headers=ranked).mimetype == "text/turtle"


def test_health(client: FlaskClient) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.get_json()["status"] == "ok"


def test_an_unexpected_error_is_a_problem_too(
    built: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.load(max_running_queries=1)
    with Engine(settings, built.dataset) as engine:
        app = create_app(settings, engine)

        def fail() -> None:
            raise RuntimeError("planted")

        monkeypatch.setattr(engine, "check", fail)
        app.logger.disabled = True
        response = app.test_client().get("/health")
        assert response.status_code == 500
        assert response.content_type == PROBLEM
        assert "planted" not in response.text
