"""The local engine as an ``Engine``: answers, counters, open datasets, and its end."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.processes import processes
from tests.engine.scheduling import occupied
from tests.support.engines import ENDLESS, request, write_facts
from tests.support.waiting import kill, together, until, until_gone
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.engine.protocol import Counters, Counts, Dataset, Engine, Status
from urbact_graph.errors import DatasetError, EngineError
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(write_facts(tmp_path / "facts.nt"))


@pytest.fixture
def engine(source: Source) -> Iterator[LocalEngine]:
    with LocalEngine(Settings.load(max_running_queries=2), source) as engine:
        yield engine


def value(dataset: Engine | Dataset) -> str:
    answer = dataset.query(request("SELECT DISTINCT ?o { ?s ?p ?o }", results_format="text/csv"))
    return answer.content.decode().split()[1]


def test_it_is_an_engine_and_opens_a_dataset(source: Source) -> None:
    before = time.time()
    engine: Engine = LocalEngine(Settings.load(max_running_queries=1), source)
    with engine as entered, engine.open() as dataset:
        assert entered is engine
        assert before <= engine.started <= time.time()
        opened: Dataset = dataset
        for one in (engine, opened):
            assert one.counts == Counts(200, 0)
            assert one.modified == source.file.stat().st_ctime
            assert one.version == source.with_version().version
            assert value(one) == "one"


def test_status_counts_what_was_done(engine: LocalEngine) -> None:
    idle = Status(running=0, waiting=0, workers=2, counters=Counters())
    assert engine.status() == idle
    engine.query(request("ASK {}"))
    for query in ("NONSENSE", "NONSENSE", "DROP ALL"):
        with pytest.raises(ProblemError):
            engine.query(request(query))
    counters = engine.status().counters
    assert counters.answers == 1
    assert counters.problems == {"syntax-error": 2, "update-not-supported": 1}
    assert counters.seconds > 0
    # A snapshot: it does not change, and changes nothing.
    counters.problems.clear()
    engine.query(request("ASK {}"))
    assert counters.answers == 1
    assert engine.status().counters.problems == {"syntax-error": 2, "update-not-supported": 1}


def test_status_shows_what_is_going_on(engine: LocalEngine) -> None:
    cancellation = Cancellation()

    def run() -> None:
        with pytest.raises(ProblemError):
            engine.query(request(ENDLESS), cancellation=cancellation)

    with together(run, run, run):
        until(lambda: (engine.status().running, engine.status().waiting) == (2, 1))
        cancellation.cancel()
    status = engine.status()
    assert (status.running, status.waiting, status.workers) == (0, 0, 2)
    assert status.counters.problems == {"client-closed-request": 3}


def test_a_cancelled_query_does_not_run(engine: LocalEngine) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(ProblemError) as raised:
        engine.query(request("ASK {}"), cancellation=cancellation)
    assert raised.value.problem.name == "client-closed-request"
    assert "before the query could run" in raised.value.detail


def test_an_open_dataset_outlives_reloads(engine: LocalEngine, tmp_path: Path) -> None:
    with engine.open() as first:
        assert engine.reload(Source(write_facts(tmp_path / "two.nt", "two", count=7)))
        with engine.open() as second:
            assert engine.reload(Source(write_facts(tmp_path / "three.nt", "three")))
            pids = processes(second.pool)
            assert [value(one) for one in (first, second, engine)] == ["one", "two", "three"]
            assert first.query(request("ASK {}")).version == first.version != engine.version
            assert (first.counts.quads, second.counts.quads) == (200, 7)
            assert engine.status().workers == 6
        until_gone(*pids)
        assert value(first) == "one"
    assert engine.status().workers == 2
    assert value(engine) == "three"


def test_a_closed_dataset_refuses_queries(engine: LocalEngine) -> None:
    dataset, other = engine.open(), engine.open()
    for _ in range(3):
        dataset.close()
    with pytest.raises(ProblemError) as raised:
        dataset.query(request("ASK {}"))
    assert raised.value.problem.name == "engine-unavailable"
    assert value(other) == value(engine) == "one", "it was released only once"


def test_check_passes_while_the_engine_is_occupied(engine: LocalEngine) -> None:
    engine.check()
    with occupied(engine.scheduler, 2):
        engine.check()


def test_check_restarts_what_has_ended_and_counts_nothing(engine: LocalEngine) -> None:
    kill(*processes(engine.pool))
    engine.check()
    assert engine.status().counters == Counters()


def test_check_fails_when_the_engine_cannot_answer(engine: LocalEngine, source: Source) -> None:
    source.file.unlink()
    kill(*processes(engine.pool))
    with pytest.raises(ProblemError) as raised:
        engine.check()
    assert raised.value.problem.name == "engine-unavailable"
    assert "facts.nt cannot be loaded: No such file or directory." in raised.value.detail


def test_close_ends_every_process(engine: LocalEngine, tmp_path: Path) -> None:
    with engine.open() as dataset:
        assert engine.reload(Source(write_facts(tmp_path / "two.nt", "two")))
        pids = [*processes(dataset.pool), *processes(engine.pool)]
        engine.close()
        until_gone(*pids)
        for one in (dataset, engine):
            with pytest.raises(ProblemError) as raised:
                one.query(request("ASK {}"))
            assert raised.value.problem.name == "engine-unavailable"
        engine.close()


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("broken.ttl", EngineError, r"broken\.ttl cannot be loaded"),
        ("absent.nt", EngineError, r"absent\.nt cannot be loaded: No such file"),
        ("data.docx", DatasetError, r"should end in \.ttl"),
    ],
)
def test_an_engine_is_not_started_on_what_cannot_be_loaded(
    tmp_path: Path, name: str, error: type[Exception], words: str
) -> None:
    (tmp_path / "broken.ttl").write_text("<x:a> <x:b> ")
    with pytest.raises(error, match=words):
        LocalEngine(Settings.load(), Source(tmp_path / name))
