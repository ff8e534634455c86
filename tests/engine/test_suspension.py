"""Suspended and evicted queries: which, when, and that each goes on or ends."""

import random
import threading
from functools import partial

import pytest

from tests.engine.scheduling import Process, occupied, queries, refused
from tests.support.waiting import DEADLINE, together, until
from urbact_graph.engine import scheduler as module
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.scheduler import Scheduler, Slot
from urbact_graph.problems import ProblemError

# What suspended processes may occupy together, and what one occupies that can never be suspended.
MAX_SUSPENDED, HEAVY = 200_000_000, 300_000_000
# Long enough for several slices; a query that could be suspended would be so within it.
SEVERAL_SLICES = 0.3


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_SLICE", 0.01)
    monkeypatch.setattr(module, "_INTERVAL", 0.005)


def test_a_query_runs_soon_although_all_slots_are_in_use() -> None:
    scheduler = Scheduler(2, 5, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        long = [started.running() for _ in range(2)]
        assert (scheduler.running, scheduler.waiting) == (2, 0)
        started.running()
        until(lambda: sum(query.is_suspended() for query in long) == 1)
        # The suspended one counts as waiting.
        assert (scheduler.running, scheduler.waiting) == (2, 1)
        assert not scheduler.is_free
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_a_query_that_occupies_much_memory_is_not_suspended() -> None:
    scheduler = Scheduler(2, 5, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        heavy, light = started.running(memory_bytes=HEAVY), started.running()
        started.running(memory_bytes=HEAVY)
        assert light.is_suspended()
        assert heavy.process.suspensions == 0
        assert "none became free" in refused(scheduler, SEVERAL_SLICES).detail
        assert [query.process.suspensions for query in started.all] == [0, 1, 0]


def test_suspended_queries_occupy_no_more_memory_together_than_they_may() -> None:
    scheduler = Scheduler(1, 9, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        large = [started.running(memory_bytes=MAX_SUSPENDED // 2) for _ in range(3)]
        assert [query.is_suspended() for query in large] == [True, True, False]
        assert "none became free" in refused(scheduler, SEVERAL_SLICES).detail
        # A light one can always be suspended.
        large[2].process.memory_bytes = 1_000_000
        started.running(memory_bytes=HEAVY)
        assert [query.is_suspended() for query in large] == [True, True, True]


def test_without_a_limit_a_query_that_occupies_much_memory_is_suspended() -> None:
    with queries(Scheduler(1, 9, 5)) as started:
        first = started.running(memory_bytes=HEAVY)
        started.running()
        assert first.process.suspensions == 1


def test_a_query_without_a_process_is_not_suspended() -> None:
    scheduler = Scheduler(1, 5, 5, MAX_SUSPENDED)
    with occupied(scheduler):
        assert "none became free" in refused(scheduler, SEVERAL_SLICES).detail
        assert scheduler.running == 1


def test_suspended_queries_are_resumed_in_order_when_a_slot_is_free() -> None:
    scheduler = Scheduler(1, 5, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        first, second = started.running(), started.running()
        third = started.running(memory_bytes=HEAVY)
        assert first.is_suspended()
        assert second.is_suspended()
        assert (scheduler.running, scheduler.waiting) == (1, 2)
        third.finish()
        until(lambda: not first.is_suspended())
        assert second.process.resumptions == 0
        first.finish()
        until(lambda: not second.is_suspended())
        second.finish()
    assert (scheduler.running, scheduler.waiting) == (0, 0)
    assert [query.process.kills for query in started.all] == [0, 0, 0]


def test_the_time_for_which_a_query_is_suspended_does_not_count() -> None:
    scheduler = Scheduler(1, 5, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        first, second = started.running(), started.running()
        until(first.is_suspended)
        assert first.slot
        before = first.slot.seconds
        assert second.slot
        until(lambda: second.slot is not None and second.slot.seconds > 0.05)
        assert first.slot.seconds == before > 0


def test_another_process_for_a_suspended_query_is_suspended_too() -> None:
    with queries(Scheduler(1, 5, 5, MAX_SUSPENDED)) as started:
        first, _ = started.running(), started.running()
        until(first.is_suspended)
        assert first.slot
        other = Process()
        with first.slot.used_by(other):
            assert other.suspensions == 1
        assert other.resumptions == 1


def test_a_query_that_has_not_run_goes_before_suspended_ones() -> None:
    with queries(Scheduler(1, 5, 5, MAX_SUSPENDED)) as started:
        suspended, heavy = started.running(), started.running(memory_bytes=HEAVY)
        waiting = started.waiting(memory_bytes=HEAVY)
        heavy.finish()
        assert waiting.began.wait(DEADLINE)
        assert suspended.is_suspended()
        assert suspended.process.resumptions == 0


def test_long_queries_alternate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TIME_SLICE", 0.05)
    scheduler = Scheduler(1, 5, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        long = [started.start() for _ in range(2)]
        for query in long:
            until(lambda: query.process.resumptions >= 3)  # noqa: B023
        assert (scheduler.running, scheduler.waiting) == (1, 1)
        assert abs(long[0].process.suspensions - long[1].process.suspensions) <= 2
    assert not any(query.is_suspended() for query in long)


def test_a_process_suspended_just_as_it_finishes_is_resumed() -> None:
    scheduler = Scheduler(1, 5, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        suspended, other = started.running(), started.running(memory_bytes=HEAVY)
        assert suspended.is_suspended()
        suspended.finish()
        # It is idle now, and must be able to take the next query.
        assert not suspended.is_suspended()
        assert suspended.process.kills == 0
        assert (scheduler.running, scheduler.waiting) == (1, 0)
        assert not other.ended.is_set()
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_the_client_with_the_fewest_queries_goes_first() -> None:
    order = list[str]()
    with queries(Scheduler(2, 9, 5, MAX_SUSPENDED)) as started:
        started.running("a", HEAVY)
        last = started.running("x", HEAVY)
        waiting = {name: started.waiting(name[0], HEAVY) for name in ("a1", "a2", "b1", "b2")}
        for _ in range(4):
            last.finish()
            until(lambda: any(query.began.is_set() for query in waiting.values()))
            [name] = [name for name, query in waiting.items() if query.began.is_set()]
            order.append(name)
            last = waiting.pop(name)
    assert order == ["b1", "b2", "a1", "a2"]


def test_suspended_queries_count_for_their_client() -> None:
    with queries(Scheduler(1, 9, 5, MAX_SUSPENDED)) as started:
        started.running("a")
        last = started.running("x", HEAVY)
        first, second = started.waiting("a", HEAVY), started.waiting("b", HEAVY)
        last.finish()
        assert second.began.wait(DEADLINE)
        assert not first.began.is_set()


def test_a_query_of_the_client_with_most_is_evicted_for_another_client() -> None:
    scheduler = Scheduler(1, 3, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        started.running("a", HEAVY)
        first, other, last = started.waiting("a"), started.waiting("b"), started.waiting("a")
        newest = started.start("c", HEAVY)
        assert last.ended.wait(DEADLINE)
        assert last.problem is not None
        assert last.problem.problem.name == "overloaded"
        assert last.problem.headers == {"Retry-After": "5"}
        assert "other clients have fewer queries here than you" in last.problem.detail
        assert not last.began.is_set()
        assert (scheduler.running, scheduler.waiting) == (1, 3)
        assert not any(query.ended.is_set() for query in (first, other, newest))
    assert [query.problem for query in (first, other, newest)] == [None] * 3
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_a_suspended_query_that_is_evicted_is_killed() -> None:
    scheduler = Scheduler(1, 1, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        suspended, running = started.running("a"), started.running("a", HEAVY)
        assert suspended.is_suspended()
        newest = started.start("b")
        assert suspended.ended.wait(DEADLINE)
        assert suspended.process.kills == 1
        assert suspended.slot is not None
        assert suspended.slot.is_evicted
        until(lambda: scheduler.waiting == 1)
        running.finish()
        assert newest.began.wait(DEADLINE)
        assert running.process.kills == 0
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_a_query_evicted_before_it_has_a_process_is_killed_when_it_has() -> None:
    process = Process()
    with Slot("a", threading.Lock(), is_evicted=True).used_by(process):
        assert process.kills == 1


@pytest.mark.parametrize(("waiting", "clients"), [("a", "a"), ("b", "abc")])
def test_no_query_is_evicted_for_a_client_with_as_many(waiting: str, clients: str) -> None:
    scheduler = Scheduler(1, 1, 5, MAX_SUSPENDED)
    with queries(scheduler) as started:
        started.running("a", HEAVY)
        started.waiting(waiting)
        for client in clients:
            error = refused(scheduler, client=client)
            assert "the queue is full" in error.detail
    assert [query.problem for query in started.all] == [None, None]


def test_no_slot_is_lost_where_many_are_suspended_and_evicted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, seconds in {"_FIRST_SLICE": 0.0, "_TIME_SLICE": 0.0, "_INTERVAL": 0.0005}.items():
        monkeypatch.setattr(module, name, seconds)
    scheduler, ran, gave_up = Scheduler(2, 3, 5, MAX_SUSPENDED), list[Process](), list[int]()

    def hammer(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(150):
            process = Process(chance.choice((0, 0, 0, MAX_SUSPENDED // 2, HEAVY)))
            client = chance.choice("abc")
            try:
                with (
                    scheduler.slot(chance.uniform(0, 0.01), Cancellation(), client) as slot,
                    slot.used_by(process),
                ):
                    process.is_finished.wait(chance.uniform(0, 0.003))
                ran.append(process)
            except ProblemError:
                gave_up.append(seed)

    with together(*(partial(hammer, seed) for seed in range(8))):
        pass
    assert len(ran) + len(gave_up) == 8 * 150
    assert sum(process.suspensions for process in ran) > 0
    assert not any(process.is_suspended for process in ran), "one is still suspended"
    assert (scheduler.running, scheduler.waiting) == (0, 0), "a slot was lost or given twice"
