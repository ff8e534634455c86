"""What /metrics gives, read by the parser that Prometheus publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.engines import ENDLESS, write_facts
from tests.support.stubs import StubEngine
from tests.web.serving import serving_file
from urbact_graph.engine.protocol import Counters, Counts, Status
from urbact_graph.problems import PROBLEMS
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(text: str) -> Samples:
    """Return the samples by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def samples_of(client: FlaskClient) -> Samples:
    return read(client.get("/metrics").text)


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((f"urbact_graph_{name}", tuple(sorted(labels.items()))))


def client_of(engine: StubEngine) -> FlaskClient:
    return create_app(Settings.load(), engine).test_client()


def test_metrics_come_in_the_text_format_of_prometheus() -> None:
    response = client_of(StubEngine()).get("/metrics")
    assert response.mimetype == "text/plain"
    assert response.headers["Cache-Control"] == "no-store"
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert all(family.documentation for family in families.values())
    assert families["urbact_graph_answers"].type == "counter"
    assert families["urbact_graph_queries_running"].type == "gauge"
    assert "process_resident_memory_bytes" in families


def test_the_numbers_are_those_of_the_engine_at_this_moment() -> None:
    engine = StubEngine(counts=Counts(200, 0))
    client = client_of(engine)
    problems = {"query-timeout": 2, "syntax-error": 3}
    counters = Counters(5, problems, seconds=1.5, reloads=4, failed_reloads=1)
    engine.current_status = Status(2, 7, 3, counters)
    samples = samples_of(client)
    assert {
        name: value(samples, name)
        for name in (
            *("queries_running", "queries_waiting", "workers"),
            *("answers_total", "engine_seconds_total", "dataset_quads"),
            *("reloads_total", "failed_reloads_total"),
        )
    } == {
        "queries_running": 2,
        "queries_waiting": 7,
        "workers": 3,
        "answers_total": 5,
        "engine_seconds_total": 1.5,
        "dataset_quads": 200,
        "reloads_total": 4,
        "failed_reloads_total": 1,
    }


def test_the_version_of_the_dataset_is_that_which_is_served() -> None:
    engine = StubEngine()
    client = client_of(engine)
    assert value(samples_of(client), "dataset_info", version="1") == 1
    engine.reload()
    samples = samples_of(client)
    assert value(samples, "dataset_info", version="2") == 1
    assert value(samples, "dataset_info", version="1") is None


@pytest.mark.parametrize(
    ("problem", "is_stop"),
    [
        ("query-timeout", True),
        ("out-of-memory", True),
        ("result-too-large", True),
        ("client-closed-request", True),
        ("syntax-error", False),
        ("overloaded", False),
        ("rate-limited", False),
    ],
)
def test_queries_that_were_stopped_are_counted_apart_from_other_problems(
    problem: str, is_stop: bool
) -> None:
    engine = StubEngine()
    client = client_of(engine)
    before = samples_of(client)
    # A stop is listed before the first, so that its rate is known.
    assert value(before, "kills_total", reason=problem) == (0 if is_stop else None)
    engine.current_status = Status(0, 0, 1, Counters(0, {problem: 3}))
    samples = samples_of(client)
    assert value(samples, "kills_total", reason=problem) == (3 if is_stop else None)
    assert value(samples, "problems_total", problem=problem) == (None if is_stop else 3)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = write_facts(tmp_path_factory.mktemp("metrics") / "facts.nt")
    with serving_file(file, max_result_bytes=5_000) as app:
        yield app.test_client()


def status_of(client: FlaskClient, query: str, **more: str) -> int:
    return client.get("/sparql?" + urlencode({"query": query, **more})).status_code


@pytest.mark.process
def test_answers_and_problems_of_a_real_engine_are_counted(client: FlaskClient) -> None:
    before = samples_of(client)
    expected = {
        "ASK {}": 200,
        "NONSENSE": 400,
        "ASK {": 400,
        "DROP ALL": 403,
        "ASK { SERVICE <x:y> {} }": 403,
        "SELECT * { ?s ?p ?o }": 503,
    }
    assert {query: status_of(client, query) for query in expected} == expected
    assert status_of(client, ENDLESS, timeout="0.05") == 503
    after = samples_of(client)

    def more(name: str, **labels: str) -> float:
        return (value(after, name, **labels) or 0) - (value(before, name, **labels) or 0)

    assert more("answers_total") == 1
    assert more("engine_seconds_total") > 0
    assert more("problems_total", problem="syntax-error") == 2
    assert more("problems_total", problem="update-not-supported") == 1
    assert more("problems_total", problem="service-not-allowed") == 1
    assert more("kills_total", reason="result-too-large") == 1
    assert more("kills_total", reason="query-timeout") == 1
    named = {dict(labels).get("problem", "syntax-error") for _, labels in after}
    assert named <= set(PROBLEMS)


def test_requests_are_counted_by_method_route_and_status() -> None:
    metrics = Metrics(StubEngine())
    for method, route, status, seconds in (
        ("GET", "/sparql", 200, 0.002),
        ("GET", "/sparql", 200, 0.2),
        ("BREW", "none", 405, 0.001),
        ("brew", "none", 405, 0.001),
    ):
        metrics.count(method, route, status, seconds)
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
    }
    assert found["urbact_graph_requests_total", "/sparql", "200", "GET"] == 2
    # Labels are few, whatever methods clients send.
    assert found["urbact_graph_requests_total", "405", "none", "other"] == 2
    assert found["urbact_graph_request_seconds_count", "/sparql"] == 2
    assert found["urbact_graph_request_seconds_sum", "/sparql"] == pytest.approx(0.202)
    assert found["urbact_graph_request_seconds_bucket", "/sparql", "0.003"] == 1
