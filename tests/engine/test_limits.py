"""Every limit of the engine, with a small value; and the engine is well after each."""

import threading
from collections.abc import Iterator

import pytest

from tests.engine.processes import idle
from tests.engine.scheduling import occupied
from tests.support.engines import ENDLESS, request, write_facts
from tests.support.waiting import DEADLINE, together, until
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return Source(write_facts(tmp_path_factory.mktemp("limits") / "facts.nt"))


@pytest.fixture(scope="module")
def engine(source: Source) -> Iterator[LocalEngine]:
    settings = Settings.load(max_running_queries=2, query_timeout_seconds=DEADLINE)
    with LocalEngine(settings, source) as engine:
        yield engine


def limited(source: Source, **settings: object) -> LocalEngine:
    return LocalEngine(Settings.load(**{"max_running_queries": 1, **settings}), source)


def problem(
    engine: LocalEngine, query: str, seconds: float | None = None, **members: object
) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        engine.query(request(query, **members), seconds)
    return raised.value


def doubling(times: int) -> str:
    """Return a query with a value of ten characters that doubles so many times."""
    steps = (f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(times))
    return f"SELECT (STRLEN(?v{times}) AS ?n) {{ BIND('0123456789' AS ?v0) {' '.join(steps)} }}"


def is_well(engine: LocalEngine) -> bool:
    return b'"boolean":true' in engine.query(request("ASK {}")).content


def test_a_query_is_stopped_at_the_time_that_the_client_gives(engine: LocalEngine) -> None:
    before = idle(engine.pool)
    error = problem(engine, ENDLESS, seconds=0.1)
    assert error.problem.name == "query-timeout"
    assert error.extensions == {"limit": "timeout", "value": 0.1}
    assert "stopped after 0.1 s (timeout)" in error.detail
    assert len(set(idle(engine.pool)) - set(before)) == 1, "its worker is replaced"
    assert is_well(engine)


def test_a_client_gets_no_more_time_than_the_setting_allows(source: Source) -> None:
    with limited(source, query_timeout_seconds=0.1) as engine:
        for seconds in (None, 3_600):
            error = problem(engine, ENDLESS, seconds)
            assert error.problem.name == "query-timeout"
            assert error.extensions == {"limit": "query_timeout_seconds", "value": 0.1}


def test_the_packages_own_queries_have_more_time_and_a_limit(source: Source) -> None:
    with limited(source, query_timeout_seconds=0.1) as engine:
        error = problem(engine, ENDLESS, is_own=True)
        assert error.problem.name == "query-timeout"
        assert error.extensions["value"] == pytest.approx(0.6)


def test_a_query_is_stopped_at_the_size_of_its_answer(engine: LocalEngine) -> None:
    for query in ("SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        error = problem(engine, query, max_result_bytes=1_000)
        assert error.problem.name == "result-too-large"
        assert error.extensions == {"limit": "max_result_bytes", "value": 1_000}
    assert is_well(engine)


def test_a_query_is_refused_for_its_size(source: Source) -> None:
    with limited(source, max_query_bytes=10) as engine:
        error = problem(engine, "ASK {} # é")
        assert error.problem.name == "query-too-large"
        assert engine.query(request("ASK {} # e")).content


def test_a_query_is_refused_for_its_depth(source: Source) -> None:
    with limited(source, max_nesting_depth=3) as engine:
        assert problem(engine, "ASK {{{{}}}}").problem.name == "nesting-too-deep"
        assert engine.query(request("ASK {{{}}}")).content


@pytest.mark.parametrize(
    "query",
    [
        # Sorting holds every row at once.
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f ?c",
        # One value that doubles until it reaches the limit.
        doubling(30),
    ],
    ids=["sorting", "doubling"],
)
def test_a_query_is_stopped_at_its_memory(source: Source, query: str) -> None:
    settings = {"query_timeout_seconds": 60.0, "max_query_memory_bytes": 80_000_000}
    with limited(source, **settings) as engine:
        error = problem(engine, query)
        assert error.problem.name == "out-of-memory"
        assert error.extensions == {"limit": "max_query_memory_bytes"}
        assert is_well(engine)


@pytest.mark.slow
def test_a_worker_that_keeps_much_memory_is_replaced(engine: LocalEngine) -> None:
    before = idle(engine.pool)
    engine.query(request(doubling(23)))
    assert len(set(idle(engine.pool)) - set(before)) == 1
    assert is_well(engine)


def test_a_crash_of_the_parser_is_a_problem_of_the_query(engine: LocalEngine) -> None:
    error = problem(engine, "ASK { FILTER(1" + "+1" * 30_000 + " = 1) }")
    assert error.problem.name == "query-too-complex"
    assert is_well(engine)


def test_an_unforeseen_failure_in_a_worker_is_a_problem_of_the_query(engine: LocalEngine) -> None:
    before = idle(engine.pool)
    error = problem(engine, "ASK {}", results_format=5)
    assert error.problem.name == "evaluation-failed"
    assert "the reason is in the server's log" in error.detail
    assert sorted(idle(engine.pool)) == sorted(before), "the worker goes on"


def test_no_more_queries_wait_than_may(source: Source) -> None:
    with limited(source, max_waiting_queries=1) as engine:
        cancellation = Cancellation()

        def run() -> None:
            with pytest.raises(ProblemError):
                engine.query(request(ENDLESS), cancellation=cancellation)

        with together(run, run):
            until(lambda: engine.status().waiting == 1)
            error = problem(engine, "ASK {}")
            assert error.problem.name == "overloaded"
            assert int(error.headers["Retry-After"]) > 0
            assert "max_waiting_queries" in error.detail
            # It is occupied, not broken.
            engine.check()
            cancellation.cancel()
        assert is_well(engine)


@pytest.mark.parametrize(("setting", "given"), [(0.1, None), (60.0, 0.1)])
def test_the_time_bounds_the_wait_for_a_slot_too(
    source: Source, setting: float, given: float | None
) -> None:
    with limited(source, query_timeout_seconds=setting) as engine:
        with occupied(engine.scheduler):
            error = problem(engine, "ASK {}", given)
            assert error.problem.name == "overloaded"
            assert "none became free within 0.1 s" in error.detail
        assert engine.status().waiting == 0


def test_a_query_of_a_client_with_many_is_suspended_and_evicted(source: Source) -> None:
    cancellation, problems = Cancellation(), list[ProblemError]()
    has_answer = threading.Event()
    with limited(source, max_waiting_queries=1, query_timeout_seconds=60.0) as engine:

        def run() -> None:
            with pytest.raises(ProblemError) as raised:
                engine.query(request(ENDLESS), client="192.0.2.1", cancellation=cancellation)
            problems.append(raised.value)

        with together(run, run):
            until(lambda: len(engine.scheduler._suspended) == 1)
            # It gets both a place in the queue and a slot.
            assert b"true" in engine.query(request("ASK {}"), client="192.0.2.2").content
            has_answer.set()
            until(lambda: bool(problems))
            cancellation.cancel()
        assert has_answer.is_set()
        names = [error.problem.name for error in problems]
        assert names == ["overloaded", "client-closed-request"]
        assert "other clients have fewer queries here than you" in problems[0].detail
        status = engine.status()
        assert (status.running, status.waiting) == (0, 0)
        assert is_well(engine)
