"""Slots: how many queries run and wait, in which order, and that no slot is ever lost."""

import random
import threading
from contextlib import ExitStack
from functools import partial

import pytest

from tests.engine.scheduling import occupied, refused
from tests.support.waiting import DEADLINE, together, until
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.scheduler import Scheduler
from urbact_graph.problems import ProblemError


def test_as_many_queries_run_as_may() -> None:
    scheduler = Scheduler(2, 0, 5)
    with occupied(scheduler):
        assert scheduler.is_free
        with occupied(scheduler):
            assert not scheduler.is_free
            assert scheduler.running == 2
            refused(scheduler)
        assert scheduler.is_free
    assert scheduler.running == 0


def test_waiting_queries_run_in_the_order_of_their_arrival() -> None:
    scheduler, order = Scheduler(1, 20, 5), list[int]()

    def run(number: int) -> None:
        with scheduler.slot(DEADLINE, Cancellation()):
            order.append(number)

    with ExitStack() as stack, occupied(scheduler):
        for number in range(10):
            stack.enter_context(together(partial(run, number)))
            until(lambda: scheduler.waiting == number + 1)  # noqa: B023
        assert order == []
    assert order == list(range(10))
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_a_free_slot_is_for_a_waiting_query_not_for_a_new_one() -> None:
    scheduler = Scheduler(1, 1, 5)
    has_begun, may_end = threading.Event(), threading.Event()

    def run() -> None:
        with scheduler.slot(DEADLINE, Cancellation()):
            has_begun.set()
            may_end.wait(DEADLINE)

    with ExitStack() as stack:
        with occupied(scheduler):
            stack.enter_context(together(run))
            until(lambda: scheduler.waiting == 1)
        # Handed over: it was never free in between.
        assert not scheduler.is_free
        assert has_begun.wait(DEADLINE)
        assert scheduler.running == 1
        may_end.set()


@pytest.mark.parametrize("waiting", [0, 1, 3])
def test_no_more_queries_wait_than_may(waiting: int) -> None:
    scheduler, cancellation = Scheduler(1, waiting, 5), Cancellation()
    wait = partial(refused, scheduler, cancellation=cancellation)
    with occupied(scheduler), together(*[wait] * waiting):
        until(lambda: scheduler.waiting == waiting)
        error = refused(scheduler)
        assert "the queue is full" in error.detail
        assert error.problem.name == "overloaded"
        cancellation.cancel()
    assert scheduler.waiting == 0


def test_a_query_that_gets_no_slot_in_time_is_refused() -> None:
    scheduler = Scheduler(1, 1, 5)
    with occupied(scheduler):
        assert "none became free within 0.01 s" in refused(scheduler, seconds=0.01).detail
        assert scheduler.waiting == 0
        assert scheduler.running == 1
    assert scheduler.is_free


@pytest.mark.parametrize(("seconds", "header"), [(0.2, "1"), (1, "1"), (10.0, "10"), (12.6, "13")])
def test_a_refused_client_learns_when_to_try_again(seconds: float, header: str) -> None:
    scheduler = Scheduler(1, 0, seconds)
    with occupied(scheduler):
        error = refused(scheduler)
    assert error.headers == {"Retry-After": header}
    assert f"try again in {header} s" in error.detail


def test_a_query_cancelled_while_it_waits_makes_room_at_once() -> None:
    scheduler, cancellation, errors = Scheduler(1, 1, 5), Cancellation(), list[ProblemError]()
    with (
        occupied(scheduler),
        together(lambda: errors.append(refused(scheduler, cancellation=cancellation))) as threads,
    ):
        until(lambda: scheduler.waiting == 1)
        cancellation.cancel()
        threads[0].join(timeout=DEADLINE)
        assert [error.problem.name for error in errors] == ["client-closed-request"]
        assert scheduler.waiting == 0
        # Another may wait in its place, while the slot is still occupied.
        assert "none became free" in refused(scheduler, seconds=0.01).detail
        assert scheduler.running == 1
    assert scheduler.is_free


def test_a_cancelled_query_does_not_wait() -> None:
    scheduler, cancellation = Scheduler(1, 1, 5), Cancellation()
    cancellation.cancel()
    with occupied(scheduler):
        error = refused(scheduler, cancellation=cancellation)
        assert error.problem.name == "client-closed-request"
        assert scheduler.waiting == 0


def test_a_slot_is_free_again_after_an_error() -> None:
    scheduler = Scheduler(1, 0, 5)
    with pytest.raises(KeyError), scheduler.slot(1.0, Cancellation()):
        raise KeyError
    assert scheduler.is_free


def test_no_slot_is_lost_that_becomes_free_just_as_a_wait_ends() -> None:
    scheduler, ran, gave_up = Scheduler(2, 3, 5), list[int](), list[int]()
    most = threading.Semaphore(2)

    def hammer(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(300):
            cancellation = Cancellation()
            timer = threading.Timer(chance.uniform(0, 0.0004), cancellation.cancel)
            if chance.random() < 0.1:
                timer.start()
            try:
                # About as long as others run, so that both often happen at the same time.
                with scheduler.slot(chance.uniform(0, 0.0003), cancellation):
                    assert most.acquire(blocking=False), "more run than may"
                    threading.Event().wait(chance.uniform(0, 0.0002))
                    most.release()
                ran.append(seed)
            except ProblemError:
                gave_up.append(seed)

    with together(*(partial(hammer, seed) for seed in range(8))):
        pass
    assert len(ran) + len(gave_up) == 8 * 300
    assert ran
    assert gave_up
    assert (scheduler.running, scheduler.waiting) == (0, 0), "a slot was lost or given twice"
    assert scheduler.is_free
