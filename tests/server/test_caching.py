"""Kept answers: who gets one, when one is asked about, and how much may be kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import Application, create_app
from urbact_graph.web.protocol import DIRECT, FORM

from tests.support.engines import write_facts

VALUE = "SELECT DISTINCT ?o { ?s ?p ?o }"
GRAPH = "CONSTRUCT { <x:a> <x:b> 1 } {}"
ALL = "SELECT * { ?s ?p ?o }"
PROBLEM = "application/problem+json"


Evaluated = Callable[[], int]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file = write_facts(tmp_path_factory.mktemp("caching") / "facts.nt")
    with Engine(Settings.load(max_running_queries=1), file) as engine:
        yield engine


@pytest.fixture
def reloaded(tmp_path: Path) -> Iterator[Engine]:
    """Start an engine that a test may reload."""
    with Engine(Settings.load(max_running_queries=1), write_facts(tmp_path / "one.nt")) as engine:
        yield engine


@pytest.fixture
def evaluated(engine: Engine) -> Evaluated:
    """Return how many queries the engine has evaluated since the test began."""
    before = engine.counters.answers
    return lambda: engine.counters.answers - before


Made = Callable[..., Application]


@pytest.fixture
def made(engine: Engine) -> Made:
    """Make an application with a cache of its own."""

    def make(max_cache_bytes: int = 1_000_000) -> Application:
        return create_app(Settings.load(max_running_queries=1, max_cache_bytes=max_cache_bytes), engine)

    return make


@pytest.fixture
def client(made: Made) -> FlaskClient:
    return made().test_client()


def ask(
    client: FlaskClient, query: str = VALUE, method: str = "GET", **headers: str
) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open("/sparql?" + urlencode({"query": query}), method=method, headers=given)


def did(response: TestResponse) -> str:
    """Return what the cache says that it did."""
    name, _, how = response.headers["Cache-Status"].partition("; ")
    assert name == "urbact-graph"
    return how


def test_the_second_answer_never_reaches_the_engine(
    evaluated: Evaluated, client: FlaskClient
) -> None:
    first, second = ask(client), ask(client)
    assert (did(first), did(second)) == ("fwd=miss; stored", "hit")
    assert evaluated() == 1
    assert second.data == first.data
    assert b'"one"' in second.data
    drop = {"Cache-Status"}
    assert [h for h in second.headers if h[0] not in drop] == [
        h for h in first.headers if h[0] not in drop
    ]
    assert first.headers["Cache-Control"] == "public, no-cache"


def test_all_ways_to_ask_the_same_share_an_entry(evaluated: Evaluated, client: FlaskClient) -> None:
    first = ask(client)
    again = [
        client.post("/sparql", data=urlencode({"query": VALUE}), content_type=FORM),
        client.post("/sparql", data=VALUE, content_type=DIRECT),
        client.get("/sparql?" + urlencode({"timeout": "5", "query": VALUE})),
        ask(client, Accept="*/*"),
    ]
    for response in again:
        assert (did(response), response.data) == ("hit", first.data)
    assert evaluated() == 1


@pytest.mark.parametrize("is_post", [True, False])
def test_a_post_fills_the_cache_too(
    evaluated: Evaluated, client: FlaskClient, is_post: bool
) -> None:
    if is_post:
        assert did(client.post("/sparql", data=VALUE, content_type=DIRECT)).endswith("stored")
    else:
        assert ask(client, method="HEAD").data == b""
    assert did(ask(client)) == "hit"
    assert evaluated() == 1


def test_what_is_asked_otherwise_has_an_entry_of_its_own(
    evaluated: Evaluated, client: FlaskClient
) -> None:
    parameters: list[dict[str, str | list[str]]] = [
        {"query": VALUE},
        {"query": VALUE + " "},
        {"query": VALUE, "format": "csv"},
        {"query": VALUE, "default-graph-uri": "x:g"},
        {"query": VALUE, "named-graph-uri": "x:g"},
        {"query": VALUE, "default-graph-uri": ["x:g", "x:h"]},
        {"query": VALUE, "default-graph-uri": ["x:h", "x:g"]},
        {"query": VALUE, "default-graph-uri": "x:g", "named-graph-uri": "x:h"},
    ]
    paths = ["/sparql?" + urlencode(each, doseq=True) for each in parameters]
    assert {did(client.get(path)) for path in paths} == {"fwd=miss; stored"}
    assert {did(client.get(path)) for path in paths} == {"hit"}
    assert did(ask(client, Accept="text/csv")) == "hit", "the same as by format=csv"
    assert did(ask(client, Accept="text/csv, text/turtle")) == "fwd=miss; stored"
    assert len({client.get(path).headers["ETag"] for path in paths}) == len(paths)
    assert evaluated() == len(paths) + 1


def test_head_is_answered_from_the_cache_and_without(
    evaluated: Evaluated, client: FlaskClient
) -> None:
    uncached = ask(client, ALL, "HEAD")
    cached = ask(client, ALL, "HEAD")
    full = ask(client, ALL)
    assert (did(uncached), did(cached), did(full)) == ("fwd=miss; stored", "hit", "hit")
    for head in (uncached, cached):
        assert head.data == b""
        assert head.headers["Content-Length"] == str(len(full.data))
        assert head.headers["ETag"] == full.headers["ETag"]
    assert evaluated() == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [("NONSENSE", 400), ("DROP ALL", 403), ("ASK { SERVICE <x:y> {} }", 403), ("", 400)],
)
def test_errors_are_never_kept(client: FlaskClient, query: str, status: int) -> None:
    for _ in range(2):
        response = ask(client, query)
        assert response.status_code == status
        assert did(response) == "fwd=miss"
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


def test_what_is_no_query_is_not_looked_up(client: FlaskClient) -> None:
    for path in ("/", "/sparql", "/limits", "/health", "/nowhere", "/sparql?query=ASK{}&query=B"):
        assert "Cache-Status" not in client.get(path).headers


@pytest.mark.parametrize("call", ["RAND()", "NOW()", "UUID()", "STRUUID()", "BNODE()"])
def test_what_differs_each_time_is_never_kept(
    evaluated: Evaluated, client: FlaskClient, call: str
) -> None:
    for _ in range(2):
        response = ask(client, f"SELECT ({call} AS ?x) {{}}")
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers
        assert did(response) == "fwd=miss"
    assert evaluated() == 2


def test_of_another_dataset_no_old_answer_comes(reloaded: Engine, tmp_path: Path) -> None:
    app = create_app(Settings.load(max_running_queries=1), reloaded)
    client = app.test_client()
    old = ask(client)
    assert reloaded.reload(write_facts(tmp_path / "two.nt", "two"))
    new = ask(client, If_None_Match=old.headers["ETag"])
    assert new.status_code == 200
    assert did(new) == "fwd=miss; stored"
    assert b'"two"' in new.data
    assert new.headers["ETag"] != old.headers["ETag"]
    size = app.responses.size
    assert did(ask(client)) == "hit"
    assert app.responses.size == size < 2 * (len(new.data) + 2_000), "the old entry is gone"
    assert reloaded.reload(write_facts(tmp_path / "one.nt", "one"))
    assert did(ask(client)) == "fwd=miss; stored"


def test_an_answer_of_a_dataset_that_has_gone_meanwhile_is_not_kept(
    reloaded: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, query = create_app(Settings.load(), reloaded).test_client(), reloaded.query

    def reload_behind(*given: object, **named: object) -> object:
        answer = query(*given, **named)  # type: ignore[arg-type]
        reloaded.reload(write_facts(tmp_path / "two.nt", "two"))
        return answer

    monkeypatch.setattr(reloaded, "query", reload_behind)
    late = ask(client)
    assert b'"one"' in late.data
    assert did(late) == "fwd=miss"
    assert b'"two"' in ask(client, If_None_Match=late.headers["ETag"]).data


def query_of(size: int, number: int = 0) -> str:
    """Return a query whose answer is about as large as ``size``, one for each ``number``."""
    return f'SELECT ?n ?x {{ VALUES (?n ?x) {{ ({number} "{"x" * size}") }} }}'


def test_as_much_is_kept_as_may_be(made: Made) -> None:
    app = made(max_cache_bytes=20_000)
    client = app.test_client()
    for number in range(30):
        assert did(ask(client, query_of(1_000, number))) == "fwd=miss; stored"
        assert app.responses.size <= 20_000
    assert app.responses.size > 10_000
    assert did(ask(client, query_of(1_000, 29))) == "hit"
    assert did(ask(client, query_of(1_000, 0))) != "hit"


def test_the_text_of_a_query_counts_as_well(made: Made) -> None:
    app = made(max_cache_bytes=200_000)
    client = app.test_client()
    for number in range(40):
        ask(client, f"ASK {{}} # {number} {'x' * 20_000}")
    keys = sum(len(str(key)) for key in app.responses._kept)
    assert keys <= 200_000, f"{keys:,} bytes of queries are kept"


def test_what_would_take_more_than_a_quarter_is_not_kept(evaluated: Evaluated, made: Made) -> None:
    client = made(max_cache_bytes=40_000).test_client()
    for _ in range(2):
        assert did(ask(client, query_of(10_000))) == "fwd=miss"
    assert did(ask(client, query_of(9_000))) == "fwd=miss; stored"
    assert evaluated() == 3


def test_the_least_used_goes_first(made: Made) -> None:
    client = made(max_cache_bytes=18_000).test_client()
    queries = [query_of(1_500, number) for number in range(4)]
    for query in queries[:3]:
        ask(client, query)
    assert did(ask(client, queries[0])) == "hit"
    ask(client, queries[3])
    assert did(ask(client, queries[0])) == "hit"
    assert did(ask(client, queries[3])) == "hit"
    assert did(ask(client, queries[1])) != "hit"


def test_without_a_cache_all_is_answered_as_well(evaluated: Evaluated, made: Made) -> None:
    client = made(max_cache_bytes=0).test_client()
    empty = "CONSTRUCT { <x:a> <x:b> 1 } { <x:none> ?p ?o }"
    for query in (VALUE, GRAPH, empty, ALL):
        first, second = ask(client, query), ask(client, query)
        assert (did(first), did(second)) == ("fwd=miss", "fwd=miss")
        assert first.data == second.data
        tag = first.headers["ETag"]
        assert ask(client, query, If_None_Match=tag).status_code == 304
    assert evaluated() == 8


def test_hits_and_misses_are_counted(made: Made) -> None:
    app = made()
    client = app.test_client()
    for query in (VALUE, VALUE, GRAPH, VALUE, "NONSENSE"):
        ask(client, query)
    client.get("/limits")
    client.get("/sparql")
    assert (app.responses.hits, app.responses.misses) == (2, 3)
