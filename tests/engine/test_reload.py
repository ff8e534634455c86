"""Reloads: the dataset is replaced whole and at once, and queries that run keep theirs."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.processes import children, idle, processes, zygote
from tests.support.engines import ENDLESS, request, write_facts
from tests.support.waiting import is_running, together, until, until_gone
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.engine.protocol import Answer
from urbact_graph.errors import DatasetError, EngineError
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

VALUE = "SELECT DISTINCT ?o { ?s ?p ?o }"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    settings = Settings.load(max_running_queries=2, query_timeout_seconds=30.0)
    with LocalEngine(settings, Source(write_facts(tmp_path / "one.nt", "one"))) as engine:
        yield engine


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_facts(tmp_path / "two.nt", "two", count=7)


def ask(
    engine: LocalEngine, query: str = VALUE, cancellation: Cancellation | None = None
) -> Answer:
    return engine.query(request(query, results_format="text/csv"), cancellation=cancellation)


def reloads(engine: LocalEngine) -> tuple[int, int]:
    counters = engine.status().counters
    return counters.reloads, counters.failed_reloads


@contextmanager
def running(engine: LocalEngine, query: str) -> Iterator[list[Answer | ProblemError]]:
    """Run ``query`` during the block, and cancel it then if it has not ended."""
    outcomes: list[Answer | ProblemError] = []
    cancellation = Cancellation()

    def run() -> None:
        try:
            outcomes.append(ask(engine, query, cancellation))
        except ProblemError as error:
            outcomes.append(error)

    with together(run):
        try:
            until(lambda: len(engine.pool._idle) == 1)
            yield outcomes
        finally:
            cancellation.cancel()


def test_another_dataset_answers_at_once(engine: LocalEngine, other: Path) -> None:
    before, old = ask(engine), processes(engine.pool)
    assert engine.reload(Source(other)) is True
    after = ask(engine)
    assert (before.content, after.content) == (b"o\r\none\r\n", b"o\r\ntwo\r\n")
    assert before.version != after.version == engine.version
    assert engine.counts.quads == 7
    assert engine.status().counters.reloads == 1
    assert engine.status().counters.failed_reloads == 0
    until_gone(*old)


def test_other_content_of_the_same_file_is_another_version(engine: LocalEngine) -> None:
    file, before = engine.pool.source.file, engine.version
    write_facts(file, "three")
    assert engine.reload(Source(file))
    assert engine.version != before
    assert b"three" in ask(engine).content
    write_facts(file, "one")
    assert engine.reload(Source(file))
    assert engine.version == before, "the version depends on the content alone"


def test_a_query_that_runs_is_answered_from_its_own_dataset(
    engine: LocalEngine, other: Path
) -> None:
    old, version = engine.pool, engine.version
    pids = processes(old)
    slow = "SELECT ?o { { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } } ?s ?p ?o }"
    with running(engine, f"{slow} LIMIT 1") as outcomes:
        # Stopped, so that it runs for as long as the reload takes.
        busy = next(pid for pid in children(zygote(old)) if pid not in idle(old))
        os.kill(busy, signal.SIGSTOP)
        assert engine.reload(Source(other))
        assert b"two" in ask(engine).content
        assert not outcomes
        assert all(map(is_running, pids)), "its processes are kept"
        os.kill(busy, signal.SIGCONT)
        until(lambda: bool(outcomes))
        answer = outcomes[0]
        assert isinstance(answer, Answer)
        assert (b"one" in answer.content, answer.version) == (True, version)
    until_gone(*pids)


def test_the_old_processes_end_with_a_query_that_is_stopped(
    engine: LocalEngine, other: Path
) -> None:
    pids = processes(engine.pool)
    with running(engine, ENDLESS) as outcomes:
        assert engine.reload(Source(other))
        assert all(map(is_running, pids))
    assert isinstance(outcomes[0], ProblemError)
    assert outcomes[0].problem.name == "client-closed-request"
    until_gone(*pids)
    assert b"two" in ask(engine).content


def test_reloads_follow_each_other_while_a_query_runs(engine: LocalEngine, tmp_path: Path) -> None:
    pids = []
    with running(engine, ENDLESS):
        for value in ("two", "three", "four"):
            pids += processes(engine.pool)
            assert engine.reload(Source(write_facts(tmp_path / f"{value}.nt", value)))
            assert value.encode() in ask(engine).content
        # Of the first pool, the zygote and the idle worker.
        until(lambda: [pid for pid in pids if is_running(pid)] == pids[:2])
    until_gone(*pids)


def test_equal_content_changes_nothing(engine: LocalEngine, tmp_path: Path) -> None:
    pids, version = processes(engine.pool), engine.version
    assert engine.reload(engine.pool.source) is False
    assert engine.reload(Source(write_facts(tmp_path / "equal.nt", "one"))) is False
    assert processes(engine.pool) == pids
    assert engine.version == version
    assert reloads(engine) == (0, 0)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.nt", "<x:a> <x:b> ", "broken.nt cannot be loaded: line 1: "),
        ("empty.nt", "", "empty.nt cannot be served: it has no statement."),
        ("comment.ttl", "# nothing\n", "comment.ttl cannot be served: it has no statement."),
        ("absent.nt", None, "absent.nt cannot be loaded: No such file"),
    ],
)
def test_what_cannot_be_served_is_refused_and_the_old_goes_on(
    engine: LocalEngine, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    pids, version = processes(engine.pool), engine.version
    before = children(os.getpid())
    with pytest.raises(EngineError) as raised:
        engine.reload(Source(tmp_path / name))
    assert words in str(raised.value)
    assert str(raised.value).endswith(".")
    assert processes(engine.pool) == pids
    assert engine.version == version
    assert reloads(engine) == (0, 1)
    assert b"one" in ask(engine).content
    assert sorted(children(os.getpid())) == sorted(before), (
        "the processes of the attempt have ended"
    )


def test_what_cannot_answer_does_not_take_over(tmp_path: Path, other: Path) -> None:
    settings = Settings.load(max_running_queries=1, query_timeout_seconds=1e-9)
    with LocalEngine(settings, Source(write_facts(tmp_path / "one.nt"))) as engine:
        with pytest.raises(EngineError, match=r"two\.nt cannot be served: it does not answer"):
            engine.reload(Source(other))
        assert engine.status().counters.failed_reloads == 1


def test_what_is_no_rdf_by_its_name_is_refused(engine: LocalEngine, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"should end in \.ttl"):
        engine.reload(Source(write_facts(tmp_path / "facts.docx")))
    assert engine.status().counters.failed_reloads == 1
    assert b"one" in ask(engine).content


def test_a_reload_after_a_refused_one_succeeds(engine: LocalEngine, other: Path) -> None:
    content = other.read_text()
    other.write_text("this is no RDF")
    with pytest.raises(EngineError):
        engine.reload(Source(other))
    other.write_text(content)
    assert engine.reload(Source(other))
    assert b"two" in ask(engine).content


def test_each_answer_is_of_the_version_that_it_names(engine: LocalEngine, tmp_path: Path) -> None:
    values = {engine.version: b"one"}
    answers, is_over = list[Answer](), threading.Event()

    def ask_again() -> None:
        while not is_over.is_set():
            answers.append(ask(engine))

    with together(ask_again, ask_again, ask_again):
        try:
            for number in range(3):
                value = f"value {number}"
                assert engine.reload(Source(write_facts(tmp_path / f"{number}.nt", value)))
                values[engine.version] = value.encode()
                count = len(answers)
                until(lambda: len(answers) > count + 6)  # noqa: B023
        finally:
            is_over.set()
    assert len(values) == 4
    assert {answer.version for answer in answers} == set(values)
    for answer in answers:
        assert answer.content == b"o\r\n" + values[answer.version] + b"\r\n"
    assert engine.status().counters.problems == {}


def test_simultaneous_reloads_happen_one_after_the_other(engine: LocalEngine, other: Path) -> None:
    done = list[bool]()
    with together(*[lambda: done.append(engine.reload(Source(other)))] * 3):
        pass
    assert sorted(done) == [False, False, True]
    assert engine.status().counters.reloads == 1


def test_only_the_version_decides_whether_a_reload_is_needed(
    engine: LocalEngine, tmp_path: Path
) -> None:
    file = engine.pool.source.file
    assert engine.reload(Source(file, "2026-01-01-a")) is True
    assert engine.version == ask(engine).version == "2026-01-01-a"
    assert engine.reload(Source(tmp_path / "absent.nt", "2026-01-01-a")) is False
    assert engine.reload(Source(file)) is True


def test_a_replaced_dataset_and_its_replacement_are_not_of_the_same_second(
    engine: LocalEngine, tmp_path: Path
) -> None:
    times = [engine.started]
    for value in ("two", "three", "four"):
        assert engine.reload(Source(write_facts(tmp_path / f"{value}.nt", value)))
        times.append(engine.modified)
        with engine.open() as dataset:
            assert dataset.modified == engine.modified
    assert len({int(moment) for moment in times}) == 4
    assert times == sorted(times)
