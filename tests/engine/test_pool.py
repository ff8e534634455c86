"""The pool: workers are confined, replaced when they end, and no more are kept than needed."""

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.engine.processes import children, idle, processes, zygote
from tests.support.engines import ENDLESS, request, write_facts
from tests.support.waiting import DEADLINE, is_running, kill, together, until, until_gone
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.pool import End, Pool
from urbact_graph.engine.protocol import Answer, Counts
from urbact_graph.engine.scheduler import Slot, Suspendable
from urbact_graph.engine.source import Source
from urbact_graph.errors import DatasetError, EngineError
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@contextmanager
def opened(source: Source, workers: int = 2) -> Iterator[Pool]:
    pool = Pool(Settings.load(max_running_queries=workers), source)
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_facts(tmp_path / "facts.nt")


@pytest.fixture
def pool(file: Path) -> Iterator[Pool]:
    with opened(Source(file)) as pool:
        yield pool


def evaluate(
    pool: Pool,
    query: str = COUNT,
    *,
    slot: Slot | None = None,
    cancellation: Cancellation | None = None,
) -> Answer:
    return pool.evaluate(
        request(query),
        DEADLINE,
        cancellation or Cancellation(),
        slot or Slot("", threading.Lock()),
    )


def is_right(answer: Answer) -> bool:
    return b'"200"' in answer.content


class Meeting(Slot):
    """A slot whose query goes on once as many workers as parties have each been given one."""

    def __init__(self, barrier: threading.Barrier) -> None:
        super().__init__("", threading.Lock())
        self._barrier = barrier

    @contextmanager
    def used_by(self, process: Suspendable) -> Iterator[None]:
        with super().used_by(process):
            self._barrier.wait(DEADLINE)
            yield


def test_a_pool_knows_its_dataset(pool: Pool, file: Path) -> None:
    assert pool.counts == Counts(quads=200, named_graphs=0)
    assert len(pool.version) == 16
    assert pool.modified == file.stat().st_ctime
    assert pool.workers == len(idle(pool)) == 2
    assert evaluate(pool).version == pool.version


def test_a_known_version_is_kept(file: Path) -> None:
    with opened(Source(file, "2026-01-01-abc"), workers=1) as pool:
        assert evaluate(pool).version == pool.version == "2026-01-01-abc"


def max_open_files(pid: int) -> list[str]:
    limits = Path(f"/proc/{pid}/limits").read_text()
    row = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    return row.split()[3:5]


def test_a_worker_can_open_neither_files_nor_sockets(pool: Pool) -> None:
    pid = idle(pool)[0]
    # A worker that has just been forked takes a moment to confine itself.
    until(lambda: max_open_files(pid) == ["0", "0"])
    targets = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    assert sum(target.startswith("socket:") for target in targets) == 1, "only the pool's"


def test_only_as_many_workers_are_kept_as_queries_may_run(pool: Pool) -> None:
    barrier = threading.Barrier(8)
    answers = list[Answer]()
    before = idle(pool)
    with together(*[lambda: answers.append(evaluate(pool, slot=Meeting(barrier)))] * 8):
        pass
    assert len(answers) == 8
    assert all(map(is_right, answers))
    assert pool.workers == len(idle(pool)) == 2
    until(lambda: sorted(children(zygote(pool))) == sorted(idle(pool)))
    assert is_right(evaluate(pool))
    assert pool.workers == 2
    assert len(before) == 2


def test_a_suspended_worker_answers_after_others_have_been_ended(pool: Pool) -> None:
    is_suspended, may_go_on = threading.Event(), threading.Event()

    class Suspended(Slot):
        @contextmanager
        def used_by(self, process: Suspendable) -> Iterator[None]:
            with super().used_by(process):
                process.suspend()
                is_suspended.set()
                may_go_on.wait(DEADLINE)
                process.resume()
                yield

    answers = list[Answer]()
    slot = Suspended("", threading.Lock())
    with together(lambda: answers.append(evaluate(pool, slot=slot))):
        assert is_suspended.wait(DEADLINE)
        barrier = threading.Barrier(6)
        with together(*[lambda: answers.append(evaluate(pool, slot=Meeting(barrier)))] * 6):
            pass
        assert pool.workers == 3
        assert len(answers) == 6
        may_go_on.set()
    assert len(answers) == 7
    assert all(map(is_right, answers))
    assert pool.workers == 2


def test_a_worker_killed_for_its_query_is_replaced(pool: Pool) -> None:
    before, cancellation = idle(pool), Cancellation()
    problems = list[str]()

    def run() -> None:
        with pytest.raises(ProblemError) as raised:
            evaluate(pool, ENDLESS, cancellation=cancellation)
        problems.append(raised.value.problem.name)

    with together(run):
        until(lambda: len(idle(pool)) == 1)
        cancellation.cancel()
    assert problems == ["client-closed-request"]
    assert pool.workers == len(idle(pool)) == 2
    assert sum(map(is_running, before)) == 1


def test_a_query_out_of_time_has_its_worker_replaced(pool: Pool) -> None:
    before = idle(pool)
    with pytest.raises(TimeoutError):
        pool.evaluate(request(ENDLESS), 0.1, Cancellation(), Slot("", threading.Lock()))
    assert pool.workers == len(idle(pool)) == 2
    assert sum(map(is_running, before)) == 1


class Late(Cancellation):
    """Cancels just as the answer has arrived."""

    @contextmanager
    def callback(self, action: Callable[[], None]) -> Iterator[None]:
        with super().callback(action):
            yield
            self.cancel()


def test_a_cancellation_just_as_the_answer_arrives_harms_no_other_query(pool: Pool) -> None:
    for _ in range(4):
        evaluate(pool, cancellation=Late())
        assert is_right(evaluate(pool))


def test_workers_killed_while_idle_are_passed_over(pool: Pool) -> None:
    kill(*idle(pool))
    for _ in range(3):
        assert is_right(evaluate(pool))
    assert pool.workers == 2


def test_a_query_whose_worker_is_killed_by_others_is_tried_again(pool: Pool) -> None:
    class Killing(Slot):
        def __init__(self, kills: int) -> None:
            super().__init__("", threading.Lock())
            self.left = kills

        @contextmanager
        def used_by(self, process: Suspendable) -> Iterator[None]:
            with super().used_by(process):
                if self.left:
                    self.left -= 1
                    process.kill()
                yield

    # A query that has no answer yet when its worker is killed.
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . { SELECT * { ?g ?h ?i } LIMIT 40 } }"
    assert b'"1600000"' in evaluate(pool, slow, slot=Killing(1)).content
    with pytest.raises(ProblemError) as raised:
        evaluate(pool, ENDLESS, slot=Killing(2))
    assert raised.value.problem.name == "engine-unavailable"
    assert raised.value.headers == {"Retry-After": "1"}
    assert is_right(evaluate(pool))


def test_a_zygote_that_was_killed_is_restarted(pool: Pool) -> None:
    before = processes(pool)
    kill(*before)
    assert is_right(evaluate(pool))
    assert zygote(pool) != before[0]
    until(lambda: pool.workers <= 2)


def test_a_zygote_is_restarted_from_what_is_held_open(tmp_path: Path) -> None:
    file = tmp_path / "facts.ttl"
    file.write_text("<#me> <x:p> <x:o> .\n")
    subject = "SELECT ?s { ?s ?p ?o }"
    with file.open("rb") as content:
        source = Source(file, content=Path(f"/proc/{os.getpid()}/fd/{content.fileno()}"))
        with opened(source, workers=1) as pool:
            before = evaluate(pool, subject).content
            assert f"{file.as_uri()}#me".encode() in before
            file.rename(tmp_path / "old.ttl")
            file.write_text("<#other> <x:p> <x:o> .\n")
            kill(*processes(pool))
            assert evaluate(pool, subject).content == before


def test_a_zygote_is_not_restarted_from_another_content(pool: Pool, file: Path) -> None:
    write_facts(file, "another")
    kill(*processes(pool))
    with pytest.raises(ProblemError, match=r"facts\.nt has changed since it was loaded") as raised:
        evaluate(pool)
    assert raised.value.problem.name == "engine-unavailable"
    write_facts(file)
    assert is_right(evaluate(pool))


def test_a_closed_pool_has_no_process(file: Path) -> None:
    with opened(Source(file)) as pool:
        pids = processes(pool)
        outcomes = list[str]()

        def run() -> None:
            with pytest.raises(ProblemError) as raised:
                evaluate(pool, ENDLESS)
            outcomes.append(raised.value.problem.name)

        with together(run):
            until(lambda: len(idle(pool)) == 1)
            pool.close()
        assert outcomes == ["engine-unavailable"]
        until_gone(*pids)
        with pytest.raises(ProblemError) as raised:
            evaluate(pool)
        assert raised.value.problem.name == "engine-unavailable"
        pool.close()


def test_all_processes_end_with_the_zygote(pool: Pool) -> None:
    pids = processes(pool)
    os.kill(pids[0], signal.SIGKILL)
    until_gone(*pids)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.ttl", "<x:a> <x:b> ", "cannot be loaded: "),
        ("broken.nt", "this is no RDF", "cannot be loaded: "),
        ("absent.ttl", None, "cannot be loaded: No such file or directory."),
    ],
)
def test_a_file_that_cannot_be_loaded_leaves_no_process(
    tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content)
    before = children(os.getpid())
    with pytest.raises(EngineError) as raised, opened(Source(file)):
        pytest.fail("it was loaded")
    assert f"{name} {words}" in str(raised.value)
    assert str(raised.value).endswith(".")
    assert children(os.getpid()) == before


def test_a_file_that_is_no_rdf_by_its_name_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(DatasetError, match=r"should end in \.ttl"),
        opened(Source(tmp_path / "a.docx")),
    ):
        pytest.fail("it was loaded")


def test_named_graphs_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "small.trig"
    file.write_text("<x:a> <x:p> 1 . <x:g1> { <x:a> <x:p> 2 . } <x:g2> { <x:b> <x:p> 3 . }")
    with opened(Source(file), workers=1) as pool:
        assert pool.counts == Counts(quads=3, named_graphs=2)


def test_queries_at_the_same_time_get_their_own_answers(pool: Pool) -> None:
    answers = dict[int, bytes]()

    def run(number: int) -> None:
        answers[number] = evaluate(pool, f"SELECT ({number} AS ?x) {{}}").content

    with together(*(partial(run, number) for number in range(12))):
        pass
    assert len(answers) == 12
    for number, content in answers.items():
        assert f'"value":"{number}"'.encode() in content


def moments(zones: tuple[str, ...]) -> list[str]:
    """Return times of each of ``zones``, in an order that is none."""
    mixer = random.Random(1)
    values = [
        f"2020-01-{mixer.randrange(1, 28):02}T{mixer.randrange(24):02}:{minute % 60:02}:00{zone}"
        for zone in zones
        for minute in range(150)
    ]
    mixer.shuffle(values)
    return [f'"{value}"^^xsd:dateTime' for value in values]


def test_an_order_that_the_engine_fails_at_is_found_at_the_second_attempt(
    pool: Pool, capfd: pytest.CaptureFixture[str]
) -> None:
    values = " ".join(moments(("", "Z", "+14:00", "-14:00")))
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    query = f"{prefix} SELECT ?x {{ VALUES ?x {{ {values} }} }} ORDER BY ?x"
    assert evaluate(pool, query).content.count(b'"value"') == 600
    assert "does not correctly implement a total order" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("status", "errors", "name"),
    [
        (-signal.SIGABRT, "memory allocation of 4096 bytes failed\n", "out-of-memory"),
        (-signal.SIGABRT, "thread panicked at sort.rs\n", "evaluation-failed"),
        (-signal.SIGABRT, "", "evaluation-failed"),
        (-signal.SIGSEGV, "", "query-too-complex"),
        (-signal.SIGKILL, "", "engine-unavailable"),
        (None, "memory allocation of 4096 bytes failed\n", "engine-unavailable"),
    ],
)
def test_only_want_of_memory_is_called_so(status: int | None, errors: str, name: str) -> None:
    assert End(status, errors).problem().problem.name == name
