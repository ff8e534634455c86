"""Turns and cancellation: who runs, who waits, who leaves, and that no turn is ever lost."""

import random
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import pytest

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.turns import Turns
from urbact_graph.refusals import RefusedError

from .engines import together, until


def refused(turns: Turns, seconds: float = 20.0, told: Cancellation | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as raised, turns.turn(seconds, told or Cancellation()):
        pytest.fail("a turn was given")
    return raised.value


def all_taken(turns: Turns, running: int) -> ExitStack:
    stack = ExitStack()
    for _ in range(running):
        stack.enter_context(turns.turn(1.0, Cancellation()))
    return stack


def test_as_many_run_as_may_and_the_next_waits() -> None:
    turns = Turns(2, 0, 5)
    with all_taken(turns, 1):
        assert turns.is_free
        with all_taken(turns, 1):
            assert not turns.is_free
            assert turns.running == 2
            refused(turns)
        assert turns.is_free
    assert turns.running == 0


def test_those_who_wait_come_in_the_order_of_their_coming() -> None:
    turns, order = Turns(1, 20, 5), list[int]()

    def come(number: int) -> None:
        with turns.turn(20.0, Cancellation()):
            order.append(number)

    with ExitStack() as stack, all_taken(turns, 1):
        for number in range(10):
            stack.enter_context(together(partial(come, number)))
            until(lambda: turns.waiting == number + 1)  # noqa: B023
        assert order == []
    assert order == list(range(10))
    assert (turns.running, turns.waiting) == (0, 0)


def test_a_turn_given_back_goes_to_who_waits_not_to_who_comes() -> None:
    turns = Turns(1, 1, 5)
    came, may_go = threading.Event(), threading.Event()

    def wait_for_it() -> None:
        with turns.turn(20.0, Cancellation()):
            came.set()
            may_go.wait(20)

    with ExitStack() as stack:
        with all_taken(turns, 1):
            stack.enter_context(together(wait_for_it))
            until(lambda: turns.waiting == 1)
        # Handed over in giving back: it is never free in between.
        assert not turns.is_free
        assert came.wait(20)
        assert turns.running == 1
        may_go.set()


@pytest.mark.parametrize("waiting", [0, 1, 3])
def test_no_more_wait_than_may(waiting: int) -> None:
    turns, told = Turns(1, waiting, 5), Cancellation()
    with all_taken(turns, 1), together(*[lambda: refused(turns, told=told)] * waiting):
        until(lambda: turns.waiting == waiting)
        error = refused(turns)
        assert f"{waiting} queries are waiting already" in error.detail
        assert error.refusal.name == "busy"
        told.cancel()
    assert turns.waiting == 0


def test_a_turn_that_does_not_come_in_time_is_told() -> None:
    turns = Turns(1, 1, 5)
    with all_taken(turns, 1):
        assert "no turn came within 0.01 s" in refused(turns, seconds=0.01).detail
        assert turns.waiting == 0
        assert turns.running == 1
    assert turns.is_free


@pytest.mark.parametrize(("pause", "header"), [(0.2, "1"), (1, "1"), (10.0, "10"), (12.6, "13")])
def test_who_is_refused_is_told_when_to_come_again(pause: float, header: str) -> None:
    turns = Turns(1, 0, pause)
    with all_taken(turns, 1):
        error = refused(turns)
    assert error.headers == {"Retry-After": header}
    assert f"try again in {header} s" in error.detail


def test_who_leaves_while_waiting_frees_the_place_at_once() -> None:
    turns, told = Turns(1, 1, 5), Cancellation()
    with all_taken(turns, 1), together(lambda: refused(turns, told=told)) as threads:
        until(lambda: turns.waiting == 1)
        told.cancel()
        threads[0].join(timeout=20)
        assert turns.waiting == 0
        # The place is another's, the turn still whose it was.
        assert "no turn came" in refused(turns, seconds=0.01).detail
        assert turns.running == 1
    assert turns.is_free


def test_who_has_left_before_does_not_wait() -> None:
    turns, told = Turns(1, 1, 5), Cancellation()
    told.cancel()
    with all_taken(turns, 1):
        refused(turns, told=told)
        assert turns.waiting == 0


def test_a_turn_is_given_back_after_an_error() -> None:
    turns = Turns(1, 0, 5)
    with pytest.raises(KeyError), turns.turn(1.0, Cancellation()):
        raise KeyError
    assert turns.is_free


def test_a_turn_handed_over_as_the_wait_ends_is_not_lost() -> None:
    turns, ran, gave_up = Turns(2, 3, 5), list[int](), list[int]()
    most = threading.Semaphore(2)

    def hammer(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        for _ in range(300):
            told = Cancellation()
            leaving = threading.Timer(chance.uniform(0, 0.0004), told.cancel)
            if chance.random() < 0.1:
                leaving.start()
            try:
                # About as long as others have theirs, so that both often come at one time.
                with turns.turn(chance.uniform(0, 0.0003), told):
                    assert most.acquire(blocking=False), "more run than may"
                    threading.Event().wait(chance.uniform(0, 0.0002))
                    most.release()
                ran.append(seed)
            except RefusedError:
                gave_up.append(seed)

    with together(*(partial(hammer, seed) for seed in range(8))):
        pass
    assert len(ran) + len(gave_up) == 8 * 300
    assert ran
    assert gave_up
    assert (turns.running, turns.waiting) == (0, 0), "a turn was lost or given twice"
    assert turns.is_free


class Noted:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def within(told: Cancellation, action: Callable[[], None]) -> None:
    with told.calls(action):
        told.cancel()
        told.cancel()


def test_what_is_registered_is_done_once_when_it_is_told() -> None:
    told, first, second = Cancellation(), Noted(), Noted()
    with told.calls(first), told.calls(second):
        assert not told.told
        assert (first.times, second.times) == (0, 0)
        told.cancel()
        assert told.told
        told.cancel()
        assert (first.times, second.times) == (1, 1)


def test_what_was_told_before_is_done_at_once() -> None:
    told, noted = Cancellation(), Noted()
    told.cancel()
    with told.calls(noted):
        assert noted.times == 1
        told.cancel()
    assert noted.times == 1


def test_nothing_is_done_after_the_block() -> None:
    told, noted, later = Cancellation(), Noted(), Noted()
    with told.calls(noted):
        pass
    with pytest.raises(KeyError), told.calls(noted):
        raise KeyError
    within(told, later)
    assert (noted.times, later.times) == (0, 1)


def test_one_action_registered_twice_is_done_for_each_block() -> None:
    told, noted = Cancellation(), Noted()
    with told.calls(noted):
        with told.calls(noted):
            pass
        told.cancel()
    assert noted.times == 1


def test_a_block_is_not_left_while_its_action_is_done() -> None:
    told, is_inside, ended = Cancellation(), threading.Event(), threading.Event()
    seen = list[bool]()

    def slowly() -> None:
        is_inside.set()
        seen.append(ended.wait(0.1))

    def block() -> None:
        with told.calls(slowly):
            is_inside.wait(20)
        ended.set()

    with together(block):
        until(lambda: bool(told._actions))
        told.cancel()
    assert seen == [False], "the block was left before its action was done"
