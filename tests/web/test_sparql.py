"""The answers of the endpoint: formats, graphs, tags, limits, and its description of itself."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results
from rdflib import Graph
from werkzeug.test import EnvironBuilder, TestResponse

from tests.support.engines import ENDLESS
from tests.support.stubs import StubEngine, results
from tests.web.serving import ADDRESS, BROWSER, dispatch, problem, serving_file, text_of
from urbact_graph.engine.protocol import Answer, Request
from urbact_graph.rdf.formats import FORMATS, RESULTS_JSON, Format, formats
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.application import Application
from urbact_graph.web.protocol import DIRECT

SELECT = "SELECT ?n WHERE { ?n a <https://w3id.org/urbact-graph/ontology#Network> } LIMIT 2"
ASK = "ASK {}"
CONSTRUCT = "CONSTRUCT { <x:a> <x:b> 'é' } WHERE {}"


@pytest.fixture(scope="module")
def quads_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Serve a small dataset with two named graphs; answers have 500 bytes at most."""
    file = tmp_path_factory.mktemp("quads") / "small.nq"
    file.write_text(
        '<x:a> <x:p> "d" .\n<x:a> <x:p> "1" <x:g1> .\n<x:a> <x:p> "2" <x:g2> .\n', encoding="utf-8"
    )
    with serving_file(file, dataset=file, max_result_bytes=500) as app:
        yield app.test_client()


def get(client: FlaskClient, query: str, accept: str | None = None, **more: str) -> TestResponse:
    headers = {} if accept is None else {"Accept": accept}
    return client.get("/sparql?" + urlencode({"query": query, **more}), headers=headers)


# ---- Formats ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", formats("results"), ids=lambda form: form.name)
def test_tables_come_in_every_format(demo_client: FlaskClient, form: Format) -> None:
    kind = QueryResultsFormat.from_media_type(form.media_type)
    for media_type in (form.media_type, *form.aliases):
        response = get(demo_client, SELECT, media_type)
        assert response.content_type == form.content_type
        assert "accept" in response.vary.as_set()
        if form.name == "csv":
            assert len(response.text.splitlines()) == 1 + 2
        else:
            assert len(list(parse_query_results(response.data, format=kind))) == 2  # type: ignore[arg-type]
    assert get(demo_client, ASK, form.media_type).status_code == 200
    assert get(demo_client, SELECT, format=form.name).content_type == form.content_type


@pytest.mark.parametrize("form", formats("graph"), ids=lambda form: form.name)
def test_graphs_come_in_every_format(demo_client: FlaskClient, form: Format) -> None:
    for media_type in (form.media_type, *form.aliases):
        response = get(demo_client, CONSTRUCT, media_type)
        assert response.content_type == form.content_type
        quads = list(parse(response.data, format=RdfFormat.from_media_type(form.media_type)))
        assert [quad.object.value for quad in quads] == ["é"]
    assert get(demo_client, CONSTRUCT, format=form.name).content_type == form.content_type
    described = "DESCRIBE <https://w3id.org/urbact-graph/network/greenplace>"
    assert get(demo_client, described, form.media_type).content_type == form.content_type


def test_an_answer_of_a_kind_that_is_not_accepted_is_a_problem(demo_client: FlaskClient) -> None:
    assert get(demo_client, SELECT, "text/turtle").status_code == 406
    assert get(demo_client, CONSTRUCT, "text/csv").status_code == 406
    response = get(demo_client, CONSTRUCT, "text/csv", format="csv")
    assert (response.status_code, problem(response)) == (406, "not-acceptable")
    assert "CONSTRUCT and DESCRIBE return a graph" in response.get_json()["detail"]
    assert "ttl, nt" in response.get_json()["detail"]


def test_what_xml_cannot_hold_is_no_broken_200(demo_client: FlaskClient) -> None:
    query = 'SELECT ("a\\u0001b" AS ?x) {}'
    assert get(demo_client, query, format="xml").status_code == 406
    assert get(demo_client, query, format="json").status_code == 200
    assert get(demo_client, 'SELECT ("a\\nb" AS ?x) {}', format="xml").status_code == 200


# ---- Graphs and limits -----------------------------------------------------------------------

DEFAULT, NAMED = "default-graph-uri", "named-graph-uri"
OBJECTS = "SELECT ?o WHERE { ?s ?p ?o } ORDER BY ?o"
GRAPHS = "SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"


@pytest.mark.process
@pytest.mark.parametrize(
    ("query", "graphs", "expected"),
    [
        (OBJECTS, [], ["d"]),
        (OBJECTS, [(DEFAULT, "x:g1")], ["1"]),
        (OBJECTS, [(DEFAULT, "x:g1"), (DEFAULT, "x:g2")], ["1", "2"]),
        (GRAPHS, [], ["x:g1", "x:g2"]),
        (GRAPHS, [(NAMED, "x:g2")], ["x:g2"]),
        ("SELECT ?o FROM <x:g2> { ?s ?p ?o }", [], ["2"]),
        ("SELECT ?o FROM <x:g2> { ?s ?p ?o }", [(DEFAULT, "x:g1")], ["1"]),
    ],
)
def test_the_graphs_of_the_request_override_those_of_the_query(
    quads_client: FlaskClient, query: str, graphs: list[tuple[str, str]], expected: list[str]
) -> None:
    headers = {"Accept": "text/csv"}
    got = quads_client.get("/sparql?" + urlencode([("query", query), *graphs]), headers=headers)
    assert got.text.split()[1:] == expected
    posted = quads_client.post(
        "/sparql?" + urlencode(graphs), data=query, content_type=DIRECT, headers=headers
    )
    assert posted.text.split()[1:] == expected


def test_a_client_may_ask_for_less_time(demo_client: FlaskClient) -> None:
    response = get(demo_client, ENDLESS, timeout="0.2")
    assert (response.status_code, problem(response)) == (503, "query-timeout")
    found = response.get_json()
    assert (found["limit"], found["value"]) == ("timeout", 0.2)
    assert get(demo_client, ASK).status_code == 200


@pytest.mark.process
def test_an_answer_over_the_limit_is_no_broken_200(quads_client: FlaskClient) -> None:
    values = " ".join(map(str, range(200)))
    response = get(quads_client, f"SELECT ?x {{ VALUES ?x {{ {values} }} }}")
    assert (response.status_code, problem(response)) == (503, "result-too-large")
    assert response.get_json()["limit"] == "max_result_bytes"


def test_the_query_is_noted_for_the_log(demo_app: Application) -> None:
    _, context = dispatch(demo_app, EnvironBuilder("/sparql", query_string={"query": ASK}))
    assert (context.query, context.route, context.problem) == (ASK, "/sparql", "")


# ---- Tags ------------------------------------------------------------------------------------


def tagged(engine: StubEngine, query: str = SELECT, **headers: str) -> TestResponse:
    client = create_app(Settings.load(), engine).test_client()
    known = {name.replace("_", "-"): text for name, text in headers.items()}
    return client.get("/sparql?" + urlencode({"query": query}), headers=known)


def test_a_client_that_has_the_answer_costs_no_evaluation() -> None:
    engine = StubEngine()
    full = tagged(engine)
    assert full.headers["ETag"].startswith('"')
    assert len(engine.evaluations) == 1
    again = tagged(engine, If_None_Match=full.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert len(engine.evaluations) == 1
    for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
        assert again.headers[name] == full.headers[name]


def test_any_answer_is_matched_by_a_star_once_there_is_one() -> None:
    engine = StubEngine()
    assert tagged(engine, If_None_Match="*").status_code == 304
    assert len(engine.evaluations) == 1


def test_a_tag_is_of_one_answer_only() -> None:
    engine = StubEngine()
    tag = tagged(engine).headers["ETag"]
    for query in (SELECT + " ", ASK, "SELECT * {}"):
        assert tagged(engine, query, If_None_Match=tag).status_code == 200
    assert tagged(engine, Accept="application/sparql-results+xml, */*;q=0.1").headers["ETag"] != tag
    parameters = urlencode({"query": SELECT, "default-graph-uri": "x:g"})
    client = create_app(Settings.load(), engine).test_client()
    other = client.get(f"/sparql?{parameters}", headers={"If-None-Match": tag})
    assert other.status_code == 200
    engine.reload()
    assert tagged(engine, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize("query", ["SELECT (NOW() AS ?n) {}", "SELECT (RAND() AS ?n) {}"])
def test_an_answer_that_is_another_each_time_is_never_stored(query: str) -> None:
    response = tagged(StubEngine(), query, If_None_Match="*")
    assert response.status_code == 200
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_a_post_is_always_answered_in_full(demo_client: FlaskClient) -> None:
    full = get(demo_client, SELECT)
    for known in (full.headers["ETag"], "*"):
        headers = {"If-None-Match": known}
        response = demo_client.post("/sparql", data=SELECT, content_type=DIRECT, headers=headers)
        assert (response.status_code, response.data) == (200, full.data)


@pytest.mark.parametrize(
    ("headers", "status", "part"),
    [
        ({"Range": "bytes=0-9"}, 206, slice(0, 10)),
        ({"Range": "bytes=5-"}, 206, slice(5, None)),
        ({"Range": "bytes=-4"}, 206, slice(-4, None)),
        ({"Range": "bytes=0-9999999999999999999999999"}, 206, slice(None)),
        ({"Range": "bytes=0-9", "Accept-Encoding": "gzip"}, 206, slice(0, 10)),
        ({"Range": "bytes=0-9", "If-Range": "TAG"}, 206, slice(0, 10)),
        ({"Range": "bytes=0-9", "If-Range": "W/TAG"}, 200, slice(None)),
        ({"Range": "bytes=0-9", "If-Range": "DATE"}, 200, slice(None)),
        ({"Range": "bytes=0-9", "If-Match": "TAG"}, 206, slice(0, 10)),
        ({"Range": "bytes=0-1,3-4"}, 200, slice(None)),
        ({"Range": "lines=0-9"}, 200, slice(None)),
        ({"Range": "bytes=999999999999-"}, 416, None),
        ({"Range": "bytes=0-9", "If-Match": '"other"'}, 412, None),
    ],
)
@pytest.mark.parametrize("form", ["json", "csv", "xml"])
def test_an_answer_can_be_had_in_parts(
    demo_client: FlaskClient, form: str, headers: dict[str, str], status: int, part: slice | None
) -> None:
    query = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 30"
    full = get(demo_client, query, format=form)
    assert (full.headers["Accept-Ranges"], full.headers["ETag"][:1]) == ("bytes", '"')
    named = {"TAG": full.headers["ETag"], "W/TAG": f"W/{full.headers['ETag']}"}
    named["DATE"] = full.headers["Last-Modified"]
    sent = {name: named.get(value, value) for name, value in headers.items()}
    path = "/sparql?" + urlencode({"query": query, "format": form})
    for method in ("GET", "HEAD"):
        response = demo_client.open(path, method=method, headers=sent)
        if method == "HEAD":
            # For HEAD no range is defined.
            assert response.status_code == (412 if status == 412 else 200)
            continue
        assert response.status_code == status
        if part is not None:
            assert response.data == full.data[part]
            assert response.headers["Content-Length"] == str(len(response.data))
            assert response.headers["Content-Type"] == full.headers["Content-Type"]
        if status == 416:
            assert response.headers["Content-Range"] == f"bytes */{len(full.data)}"


def test_the_tag_of_a_compressed_answer_is_weak(demo_client: FlaskClient) -> None:
    path = "/sparql?" + urlencode({"query": "SELECT ?s ?o { ?s a ?o } LIMIT 100"})
    full = demo_client.get(path)
    packed = demo_client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    # Its bytes are others; it is the same answer.
    assert packed.headers["ETag"] == f"W/{full.headers['ETag']}"
    for tag in (full.headers["ETag"], packed.headers["ETag"]):
        again = demo_client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["ETag"]) == (304, tag)


def test_a_tag_tells_answers_with_other_rows_apart() -> None:
    rows = iter(["1", "2"])

    def evaluate(_: Request, version: str) -> Answer:
        return Answer(RESULTS_JSON, results(next(rows)), version)

    engine = StubEngine(evaluate)
    first, second = tagged(engine), tagged(engine)
    assert first.headers["ETag"] != second.headers["ETag"]
    # Either is a right answer to the query, so that a client with one needs no other.
    for one in (first, second):
        again = tagged(engine, If_None_Match=one.headers["ETag"])
        assert (again.status_code, again.headers["ETag"]) == (304, one.headers["ETag"])


@pytest.mark.parametrize("query", ["NONSENSE", "DROP ALL"])
def test_a_star_does_not_match_a_problem(demo_client: FlaskClient, query: str) -> None:
    headers = {"If-None-Match": "*"}
    response = demo_client.get("/sparql?" + urlencode({"query": query}), headers=headers)
    assert response.status_code == get(demo_client, query).status_code >= 400


# ---- The endpoint itself ---------------------------------------------------------------------


def test_the_endpoint_describes_itself(demo_client: FlaskClient) -> None:
    response = demo_client.get("/sparql")
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
    assert str(endpoint) == f"{ADDRESS}/sparql"
    assert int(count) == len(FORMATS)
    assert b"_:" not in response.data


@pytest.mark.process
def test_triples_of_a_dataset_with_named_graphs_are_not_counted(quads_client: FlaskClient) -> None:
    description = quads_client.get("/sparql", headers={"Accept": "application/n-triples"}).text
    assert "#defaultGraph" in description
    assert "void#triples" not in description


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER["Accept"], "text/html"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("text/csv", None),
        ("image/png", None),
    ],
)
def test_the_endpoint_is_a_page_for_browsers(
    demo_client: FlaskClient, accept: str, media_type: str | None
) -> None:
    response = demo_client.get("/sparql", headers={"Accept": accept})
    if media_type is None:
        assert (response.status_code, problem(response)) == (406, "not-acceptable")
        return
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert "accept" in response.vary.as_set()
    assert f"{ADDRESS}/sparql" in response.text


@pytest.mark.process
def test_the_page_runs_an_example(demo_client: FlaskClient, quads_client: FlaskClient) -> None:
    for client, words in ((demo_client, "?networks"), (quads_client, "?property")):
        page = client.get("/sparql", headers=BROWSER).text
        query = text_of(page.partition('rows="12">')[2].partition("</textarea>")[0])
        assert words in query
        assert get(client, query, "text/csv").status_code == 200
    assert "small.nq" in quads_client.get("/sparql", headers=BROWSER).text


def test_health_is_200_once_the_engine_answers(demo_client: FlaskClient) -> None:
    response = demo_client.get("/health")
    assert response.status_code == 200
    found = response.get_json()
    assert found["status"] == "ok"
    assert found["quads"] > 4_000
    assert found["version"]
