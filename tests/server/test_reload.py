"""Another dataset in the place of one: whole, at once, without harm to who is being answered."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import Engine
from urbact_graph.engine.messages import Answer
from urbact_graph.engine.pool import Pool
from urbact_graph.errors import DatasetError, EngineError
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

from tests.support.engines import ENDLESS, is_gone, request, together, until, write_facts

VALUE = "SELECT DISTINCT ?o { ?s ?p ?o }"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings.load(max_running_queries=2, query_timeout_seconds=30.0)
    with Engine(settings, write_facts(tmp_path / "one.nt", "one")) as engine:
        yield engine


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_facts(tmp_path / "two.nt", "two", count=7)


def ask(engine: Engine, query: str = VALUE, told: Cancellation | None = None) -> Answer:
    return engine.query(request(query, results_format="text/csv"), cancellation=told)


def processes(pool: Pool) -> list[int]:
    return [pool._parent.pid, *(worker.pid for worker in pool._idle)]


@contextmanager
def running(engine: Engine, query: str) -> Iterator[list[Answer | ProblemError]]:
    """Have ``query`` run; it is stopped with the block if it has no end."""
    outcomes: list[Answer | ProblemError] = []
    told = Cancellation()

    def run() -> None:
        try:
            outcomes.append(ask(engine, query, told))
        except ProblemError as error:
            outcomes.append(error)

    with together(run):
        try:
            until(lambda: len(engine.pool._idle) == 1)
            yield outcomes
        finally:
            told.cancel()


def test_other_content_is_answered_from_at_once(engine: Engine, other: Path) -> None:
    before, old = ask(engine), processes(engine.pool)
    assert engine.reload(other) is True
    after = ask(engine)
    assert (before.content, after.content) == (b"o\r\none\r\n", b"o\r\ntwo\r\n")
    assert before.version != after.version == engine.version
    assert engine.quads == 7
    assert engine.counters.reloads == 1
    assert engine.counters.failed_reloads == 0
    until(lambda: all(map(is_gone, old)))


def test_other_content_of_the_same_file_is_another_version(engine: Engine) -> None:
    file, before = engine.pool.source.file, engine.version
    write_facts(file, "three")
    assert engine.reload(file)
    assert engine.version != before
    assert b"three" in ask(engine).content
    write_facts(file, "one")
    assert engine.reload(file)
    assert engine.version == before, "the content alone makes the version"


def test_a_query_that_runs_is_answered_from_what_it_began_on(engine: Engine, other: Path) -> None:
    old, version = engine.pool, engine.version
    pids = processes(old)
    slow = "SELECT ?o { { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } } ?s ?p ?o }"
    with running(engine, f"{slow} LIMIT 1") as outcomes:
        # Held still, so that it runs for as long as it takes to reload.
        busy = next(pid for pid in children(pids[0]) if pid not in idle(old))
        os.kill(busy, signal.SIGSTOP)
        assert engine.reload(other)
        assert b"two" in ask(engine).content
        assert not outcomes
        assert not any(map(is_gone, pids)), "what it runs on is left to it"
        os.kill(busy, signal.SIGCONT)
        until(lambda: bool(outcomes))
        answer = outcomes[0]
        assert isinstance(answer, Answer)
        assert (b"one" in answer.content, answer.version) == (True, version)
    until(lambda: all(map(is_gone, pids)))


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def idle(pool: Pool) -> list[int]:
    return [worker.pid for worker in pool._idle]


def test_the_old_processes_end_with_a_query_that_is_stopped(engine: Engine, other: Path) -> None:
    pids = processes(engine.pool)
    with running(engine, ENDLESS) as outcomes:
        assert engine.reload(other)
        assert not any(map(is_gone, pids))
    assert isinstance(outcomes[0], ProblemError)
    assert outcomes[0].problem.name == "client-closed-request"
    until(lambda: all(map(is_gone, pids)))
    assert b"two" in ask(engine).content


def test_reloads_follow_each_other_while_a_query_runs(engine: Engine, tmp_path: Path) -> None:
    pids = []
    with running(engine, ENDLESS):
        for value in ("two", "three", "four"):
            pids += processes(engine.pool)
            assert engine.reload(write_facts(tmp_path / f"{value}.nt", value))
            assert value.encode() in ask(engine).content
        # Of the first its parent and its idle worker, which is what was noted of it.
        until(lambda: [pid for pid in pids if not is_gone(pid)] == pids[:2])
    until(lambda: all(map(is_gone, pids)))


def test_equal_content_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    pids, version = processes(engine.pool), engine.version
    assert engine.reload(engine.pool.source.file) is False
    assert engine.reload(write_facts(tmp_path / "equal.nt", "one")) is False
    assert processes(engine.pool) == pids
    assert engine.version == version
    assert (engine.counters.reloads, engine.counters.failed_reloads) == (0, 0)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.nt", "<x:a> <x:b> ", "broken.nt cannot be loaded: Parser error at line 1"),
        ("empty.nt", "", "empty.nt cannot be served: it has no statement."),
        ("comment.ttl", "# nothing\n", "comment.ttl cannot be served: it has no statement."),
        ("absent.nt", None, "absent.nt cannot be loaded: No such file"),
    ],
)
def test_what_cannot_be_served_is_told_and_the_old_goes_on(
    engine: Engine, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    pids, version = processes(engine.pool), engine.version
    before = children(os.getpid())
    with pytest.raises(EngineError) as raised:
        engine.reload(tmp_path / name)
    assert words in str(raised.value)
    assert str(raised.value).endswith(".")
    assert processes(engine.pool) == pids
    assert engine.version == version
    assert (engine.counters.reloads, engine.counters.failed_reloads) == (0, 1)
    assert b"one" in ask(engine).content
    assert sorted(children(os.getpid())) == sorted(before), "nothing is left of what was tried"


def test_what_cannot_answer_does_not_take_over(tmp_path: Path, other: Path) -> None:
    settings = Settings.load(max_running_queries=1, query_timeout_seconds=1e-9)
    with Engine(settings, write_facts(tmp_path / "one.nt")) as engine:
        with pytest.raises(EngineError, match=r"two\.nt cannot be served: it gives no answer"):
            engine.reload(other)
        assert engine.counters.failed_reloads == 1


def test_what_is_no_rdf_by_its_name_is_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"should end in \.ttl"):
        engine.reload(write_facts(tmp_path / "facts.docx"))
    assert engine.counters.failed_reloads == 1
    assert b"one" in ask(engine).content


def test_after_a_refused_reload_the_next_is_taken(engine: Engine, other: Path) -> None:
    content = other.read_text()
    other.write_text("this is no RDF")
    with pytest.raises(EngineError):
        engine.reload(other)
    other.write_text(content)
    assert engine.reload(other)
    assert b"two" in ask(engine).content


def test_each_answer_is_of_the_version_that_it_names(engine: Engine, tmp_path: Path) -> None:
    values = {engine.version: b"one"}
    answers, is_over = list[Answer](), threading.Event()

    def ask_on() -> None:
        while not is_over.is_set():
            answers.append(ask(engine))

    with together(ask_on, ask_on, ask_on):
        try:
            for number in range(6):
                value = f"value {number}"
                assert engine.reload(write_facts(tmp_path / f"{number}.nt", value))
                values[engine.version] = value.encode()
                count = len(answers)
                until(lambda: len(answers) > count + 6)  # noqa: B023
        finally:
            is_over.set()
    assert len(values) == 7
    assert {answer.version for answer in answers} == set(values)
    for answer in answers:
        assert answer.content == b"o\r\n" + values[answer.version] + b"\r\n"
    assert engine.counters.problems == {}


def test_reloads_at_one_time_come_one_after_the_other(engine: Engine, other: Path) -> None:
    done = list[bool]()
    with together(*[lambda: done.append(engine.reload(other))] * 3):
        pass
    assert sorted(done) == [False, False, True]
    assert engine.counters.reloads == 1


class Late(Cancellation):
    """Told just when the answer is there."""

    @contextmanager
    def calls(self, action: Callable[[], None]) -> Iterator[None]:
        with super().calls(action):
            yield
            self.cancel()


def test_who_leaves_as_its_answer_comes_harms_nobody(engine: Engine) -> None:
    for _ in range(4):
        ask(engine, told=Late())
        assert b"one" in ask(engine).content
