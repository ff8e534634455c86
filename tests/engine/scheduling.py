"""Queries of tests, in threads of their own, whose processes only note what is done to them."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.support.waiting import DEADLINE, together, until
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.scheduler import Scheduler, Slot
from urbact_graph.problems import ProblemError


def refused(
    scheduler: Scheduler,
    seconds: float = DEADLINE,
    cancellation: Cancellation | None = None,
    client: str = "",
) -> ProblemError:
    """Return the problem of a query that gets no slot."""
    with (
        pytest.raises(ProblemError) as raised,
        scheduler.slot(seconds, cancellation or Cancellation(), client),
    ):
        pytest.fail("a slot was given")
    return raised.value


@contextmanager
def occupied(scheduler: Scheduler, slots: int = 1) -> Iterator[ExitStack]:
    """Occupy ``slots`` slots, by queries without a process, until the stack is closed."""
    with ExitStack() as stack:
        for _ in range(slots):
            stack.enter_context(scheduler.slot(1.0, Cancellation()))
        yield stack


class Process:
    """Notes what is done to it; a process that is killed has finished its query."""

    def __init__(self, memory_bytes: int = 0) -> None:
        self.memory_bytes = memory_bytes
        self.is_suspended = False
        self.is_finished = threading.Event()
        self.suspensions = self.resumptions = self.kills = 0

    def suspend(self) -> None:
        self.suspensions += 1
        self.is_suspended = True

    def resume(self) -> None:
        self.resumptions += 1
        self.is_suspended = False

    def kill(self) -> None:
        self.kills += 1
        self.is_finished.set()


class Query:
    """A query of ``client``, which a process evaluates until it is finished."""

    def __init__(self, scheduler: Scheduler, client: str, process: Process) -> None:
        self.process = process
        self.began = threading.Event()
        self.ended = threading.Event()
        self.slot: Slot | None = None
        self.problem: ProblemError | None = None
        self._scheduler, self._client = scheduler, client

    def __call__(self) -> None:
        try:
            with (
                self._scheduler.slot(DEADLINE, Cancellation(), self._client) as self.slot,
                self.slot.used_by(self.process),
            ):
                self.began.set()
                self.process.is_finished.wait(DEADLINE)
        except ProblemError as error:
            self.problem = error
        self.ended.set()

    def is_suspended(self) -> bool:
        return self.process.is_suspended

    def finish(self) -> None:
        """Let the process finish, and wait until the slot is free."""
        self.process.is_finished.set()
        assert self.ended.wait(DEADLINE)


class Queries:
    """Starts queries, in a thread each; they have all ended when the block of ``queries`` has."""

    def __init__(self, scheduler: Scheduler, stack: ExitStack) -> None:
        self.all: list[Query] = []
        self._scheduler, self._stack = scheduler, stack

    def start(self, client: str = "", memory_bytes: int = 0) -> Query:
        query = Query(self._scheduler, client, Process(memory_bytes))
        self.all.append(query)
        self._stack.enter_context(together(query))
        return query

    def running(self, client: str = "", memory_bytes: int = 0) -> Query:
        """Start a query and wait until it runs."""
        query = self.start(client, memory_bytes)
        assert query.began.wait(DEADLINE)
        return query

    def waiting(self, client: str = "", memory_bytes: int = 0) -> Query:
        """Start a query and wait until it waits."""
        count = self._scheduler.waiting
        query = self.start(client, memory_bytes)
        until(lambda: self._scheduler.waiting == count + 1)
        return query


@contextmanager
def queries(scheduler: Scheduler) -> Iterator[Queries]:
    """Start queries in the block; afterwards they finish."""
    with ExitStack() as stack:
        started = Queries(scheduler, stack)
        try:
            yield started
        finally:
            for query in started.all:
                query.process.is_finished.set()
