"""What /metrics tells, read by the parser that Prometheus publishes."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import Engine
from urbact_graph.errors import EngineError
from urbact_graph.problems import PROBLEMS
from urbact_graph.settings import Settings
from urbact_graph.web.app import Application, create_app

from tests.support.engines import ENDLESS, together, until, write_facts
from tests.support.servers import Server, serving
from tests.support.wire import ask as ask_server

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings.load(max_running_queries=1, max_result_bytes=5_000)
    with Engine(settings, write_facts(tmp_path / "facts.nt")) as engine:
        yield engine


@pytest.fixture
def app(engine: Engine) -> Application:
    return create_app(engine.settings, engine)


@pytest.fixture
def client(app: Application) -> FlaskClient:
    return app.test_client()


def read(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(page: FlaskClient | Samples, name: str, **labels: str) -> float | None:
    samples = page if isinstance(page, dict) else read(page.get("/metrics").text)
    return samples.get((f"urbact_graph_{name}", tuple(sorted(labels.items()))))


def ask(client: FlaskClient, query: str, **more: str) -> int:
    return client.get("/sparql?" + urlencode({"query": query, **more})).status_code


def test_it_comes_as_prometheus_takes_it(client: FlaskClient) -> None:
    response = client.get("/metrics")
    assert response.mimetype == "text/plain"
    assert response.headers["Cache-Control"] == "no-store"
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert all(family.documentation for family in families.values())
    assert families["urbact_graph_answers"].type == "counter"
    assert families["urbact_graph_queries_running"].type == "gauge"
    assert "process_resident_memory_bytes" in families


def test_the_dataset_is_told(client: FlaskClient, engine: Engine, tmp_path: Path) -> None:
    assert value(client, "dataset_info", version=engine.version) == 1
    assert value(client, "dataset_quads") == 200
    old = engine.version
    engine.reload(write_facts(tmp_path / "two.nt", "two", count=3))
    with pytest.raises(EngineError):
        engine.reload(tmp_path / "absent.nt")
    samples = read(client.get("/metrics").text)
    assert value(samples, "dataset_info", version=engine.version) == 1
    assert value(samples, "dataset_info", version=old) is None
    assert value(samples, "dataset_quads") == 3
    assert value(samples, "reloads_total") == 1
    assert value(samples, "failed_reloads_total") == 1


def test_answers_hits_and_misses_are_counted(client: FlaskClient, app: Application) -> None:
    for query in ("ASK {}", "ASK {}", "ASK { ?s ?p ?o }", "ASK {}"):
        assert ask(client, query) == 200
    samples = read(client.get("/metrics").text)
    assert value(samples, "answers_total") == 2
    assert value(samples, "cache_hits_total") == 2
    assert value(samples, "cache_misses_total") == 2
    assert value(samples, "max_cache_bytes") == app.responses.size > 0
    seconds = value(samples, "engine_seconds_total")
    assert seconds is not None
    assert seconds > 0


def test_what_was_stopped_is_counted_by_its_reason(client: FlaskClient) -> None:
    assert value(client, "kills_total", reason="query-timeout") == 0, "told before it ever happens"
    for _ in range(2):
        assert ask(client, ENDLESS, timeout="0.05") == 503
    assert ask(client, "SELECT * { ?s ?p ?o }") == 503
    samples = read(client.get("/metrics").text)
    assert value(samples, "kills_total", reason="query-timeout") == 2
    assert value(samples, "kills_total", reason="result-too-large") == 1
    assert value(samples, "kills_total", reason="client-closed-request") == 0
    assert value(samples, "refusals_total", problem="query-timeout") is None


def test_what_was_refused_otherwise_is_counted_by_its_problem(client: FlaskClient) -> None:
    for query in ("NONSENSE", "ASK {", "DROP ALL", "ASK { SERVICE <x:y> {} }"):
        assert ask(client, query) >= 400
    samples = read(client.get("/metrics").text)
    assert value(samples, "refusals_total", problem="syntax-error") == 2
    assert value(samples, "refusals_total", problem="update-not-supported") == 1
    assert value(samples, "refusals_total", problem="service-not-allowed") == 1
    assert value(samples, "kills_total", reason="syntax-error") is None
    problems = {dict(labels).get("problem", "syntax-error") for _, labels in samples}
    assert problems <= set(PROBLEMS)


def test_who_runs_and_who_waits_is_told(client: FlaskClient, engine: Engine) -> None:
    with ExitStack() as asking, engine.scheduler.turn(1.0, Cancellation()):
        asking.enter_context(together(lambda: ask(client, "ASK {}")))
        until(lambda: engine.scheduler.waiting == 1)
        samples = read(client.get("/metrics").text)
        assert value(samples, "queries_running") == 1
        assert value(samples, "queries_waiting") == 1
    samples = read(client.get("/metrics").text)
    assert (value(samples, "queries_running"), value(samples, "queries_waiting")) == (0, 0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("metrics")
    with serving(folder, "--dataset", str(write_facts(folder / "facts.nt"))) as server:
        yield server


def test_a_query_is_a_request_to_the_endpoint(server: Server) -> None:
    ask_server(server, b"GET /sparql?query=ASK%7B%7D")
    samples = read(ask_server(server, b"GET /metrics").body.decode())
    assert value(samples, "requests_total", method="GET", route="/sparql", status="200") == 1
    assert value(samples, "request_seconds_count", route="/sparql") == 1


def test_requests_are_counted_by_method_route_and_status(server: Server) -> None:
    # From here on it is kept.
    ask_server(server, b"GET /sparql?query=ASK%7B%7D")
    before = counts_of(server)
    lines = [
        *[b"GET /sparql?query=ASK%7B%7D"] * 3,
        b"HEAD /sparql?query=ASK%7B%7D",
        b"GET /sparql?query=NONSENSE",
        b"GET /sparql",
        b"OPTIONS /sparql",
        b"GET /limits",
        b"GET /",
        b"GET /health",
        b"GET /metrics",
        b"DELETE /sparql",
        b"BREW /coffee",
        b"brew /coffee",
        *[f"GET /page{number}".encode() for number in range(20)],
        b"GET /static/absent",
        b"GET /%7Bpath%7D%22%0A",
    ]
    for line in lines:
        ask_server(server, line)
    counts = dict(counts_of(server) - before)
    static = {key: counts.pop(key) for key in list(counts) if "static" in key[1]}
    assert counts == {
        ("GET", "/sparql", "200"): 4,
        ("HEAD", "/sparql", "200"): 1,
        ("GET", "/sparql", "400"): 1,
        ("OPTIONS", "/sparql", "200"): 1,
        ("GET", "/limits", "200"): 1,
        ("GET", "/", "303"): 1,
        ("GET", "/health", "200"): 1,
        # The page before told what came before it.
        ("GET", "/metrics", "200"): 2,
        # Any address might be an entity's, and those are only read.
        ("other", "none", "405"): 3,
        ("GET", "none", "404"): 21,
    }
    assert sum(static.values()) == 1
    names = {name for name, _ in read(ask_server(server, b"GET /metrics").body.decode())}
    assert "urbact_graph_request_seconds_bucket" in names
    assert not [name for name in names if name.endswith("_created")]


def counts_of(server: Server) -> Counter[tuple[str, ...]]:
    samples = read(ask_server(server, b"GET /metrics").body.decode())
    return Counter(
        {
            tuple(dict(labels)[name] for name in ("method", "route", "status")): int(number)
            for (metric, labels), number in samples.items()
            if metric == "urbact_graph_requests_total"
        }
    )
