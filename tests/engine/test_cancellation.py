"""Cancellation: callbacks run once, in time, and never after their block."""

import threading

import pytest

from tests.support.waiting import DEADLINE, together, until
from urbact_graph.engine.cancellation import Cancellation


class Calls:
    """Counts how often it is called."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def test_callbacks_run_once_on_cancellation() -> None:
    cancellation, first, second = Cancellation(), Calls(), Calls()
    with cancellation.callback(first), cancellation.callback(second):
        assert not cancellation.is_cancelled
        assert (first.count, second.count) == (0, 0)
        cancellation.cancel()
        assert cancellation.is_cancelled
        cancellation.cancel()
        assert (first.count, second.count) == (1, 1)


def test_a_callback_runs_at_once_if_already_cancelled() -> None:
    cancellation, calls = Cancellation(), Calls()
    cancellation.cancel()
    with cancellation.callback(calls):
        assert calls.count == 1
        cancellation.cancel()
    assert calls.count == 1


def test_no_callback_runs_after_its_block() -> None:
    cancellation, calls, later = Cancellation(), Calls(), Calls()
    with cancellation.callback(calls):
        pass
    with pytest.raises(KeyError), cancellation.callback(calls):
        raise KeyError
    with cancellation.callback(later):
        cancellation.cancel()
    assert (calls.count, later.count) == (0, 1)


def test_a_callback_registered_twice_runs_for_each_block() -> None:
    cancellation, calls = Cancellation(), Calls()
    with cancellation.callback(calls):
        with cancellation.callback(calls):
            pass
        cancellation.cancel()
    assert calls.count == 1


def test_a_block_lasts_until_its_callback_has_run() -> None:
    cancellation, is_inside, is_left = Cancellation(), threading.Event(), threading.Event()
    was_left = list[bool]()

    def slow() -> None:
        is_inside.set()
        was_left.append(is_left.wait(0.1))

    def block() -> None:
        with cancellation.callback(slow):
            is_inside.wait(DEADLINE)
        is_left.set()

    with together(block):
        until(lambda: bool(cancellation._callbacks))
        cancellation.cancel()
    assert was_left == [False], "the block was left before its callback had run"
