"""The scheduler: which queries run, which wait, and which are suspended.

There are as many slots as queries may run at once. A query without a slot waits, but not for long:
while others wait, a query that has run for a moment is suspended, and resumed when a slot is free.
So short queries are answered soon, however many endless ones there are; those share the remaining
time, and end at their deadline. As the length of a query is not known beforehand, this is the
feedback scheduling of operating systems.
"""

import contextlib
import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.problems import CLIENT_CLOSED_REQUEST, OVERLOADED, ProblemError

# How long a query runs, in seconds, before it may be suspended for one that has not run yet; and
# for one that was suspended itself.
_FIRST_SLICE = 0.25
_TIME_SLICE = 1.0
# How often running queries are compared with these, while others wait.
_INTERVAL = 0.05
# A process that occupies no more can always be suspended.
_LIGHT_BYTES = 20_000_000


class OverloadedError(ProblemError):
    """All slots are in use, and the query may not wait, or has waited long enough."""


class Suspendable(Protocol):
    """A process that evaluates a query."""

    @property
    def memory_bytes(self) -> int:
        """The memory that it does not share."""

    def suspend(self) -> None:
        """Stop it until it is resumed."""

    def resume(self) -> None:
        """Let it continue, if it was suspended."""

    def kill(self) -> None:
        """End it."""


@dataclass(eq=False)
class Slot:
    """A query's place in the scheduler: it waits, runs, and may be suspended in between.

    ``ready`` is set when its wait is over: it runs, or was evicted to make room for another.
    """

    client: str
    lock: threading.Lock
    ready: threading.Event = field(default_factory=threading.Event)
    process: Suspendable | None = None
    resumed_at: float = 0.0
    ran: float = 0.0
    is_suspended: bool = False
    is_evicted: bool = False

    @property
    def seconds(self) -> float:
        """How long the query has run, without the time for which it was suspended."""
        return self.ran + (0.0 if self.is_suspended else time.monotonic() - self.resumed_at)

    @contextlib.contextmanager
    def used_by(self, process: Suspendable) -> Iterator[None]:
        """Let the scheduler control ``process``, which evaluates the query, during the block."""
        with self.lock:
            self.process = process
            if self.is_evicted:
                process.kill()
            elif self.is_suspended:
                process.suspend()
        try:
            yield
        finally:
            with self.lock:
                # It may have been suspended just as it finished.
                process.resume()
                self.process = None


class Scheduler:
    """Lets ``max_running`` queries run at once, and ``max_waiting`` more wait; thread-safe.

    Suspended queries count as waiting. The suspended processes that are not light occupy at most
    ``max_suspended_bytes`` together. Where no more may wait, a client that has fewer queries here
    than another evicts one of that other. A refused client is asked to wait ``retry_seconds``.
    """

    def __init__(
        self,
        max_running: int,
        max_waiting: int,
        retry_seconds: float,
        max_suspended_bytes: float = math.inf,
    ) -> None:
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._retry_seconds = max(1, round(retry_seconds))
        self._max_suspended_bytes = max_suspended_bytes
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._running: list[Slot] = []
        self._waiting: list[Slot] = []
        self._suspended: list[Slot] = []
        self._timer: threading.Thread | None = None
        self._is_timer_idle = False

    @property
    def running(self) -> int:
        """How many queries run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many queries wait for a slot, or are suspended."""
        return len(self._waiting) + len(self._suspended)

    @property
    def is_free(self) -> bool:
        """Whether a query could run at once."""
        return self.running < self._max_running

    @contextlib.contextmanager
    def slot(self, seconds: float, cancellation: Cancellation, client: str = "") -> Iterator[Slot]:
        """Occupy a slot during the block; wait for it at most ``seconds``.

        Raises:
            OverloadedError: too many queries wait, or no slot became free in time.
            ProblemError: the query was cancelled before it could run.
        """
        slot = Slot(client, self._lock)
        self._acquire(slot, seconds, cancellation)
        try:
            if cancellation.is_cancelled:
                raise ProblemError(
                    CLIENT_CLOSED_REQUEST,
                    "The client closed the request before the query could run.",
                )
            yield slot
        finally:
            with self._lock:
                self._remove(slot)
                self._fill()

    def overloaded(self, reason: str) -> OverloadedError:
        """Make the error of a query for which there is no slot."""
        return OverloadedError(
            OVERLOADED,
            f"All slots for queries are in use, and {reason} "
            f"(max_running_queries, max_waiting_queries); try again in {self._retry_seconds} s.",
            headers={"Retry-After": str(self._retry_seconds)},
        )

    def evicted(self) -> OverloadedError:
        """Make the error of a query that was evicted."""
        return self.overloaded("other clients have fewer queries here than you")

    def _acquire(self, slot: Slot, seconds: float, cancellation: Cancellation) -> None:
        with self._lock:
            if self.is_free and not self._waiting:
                self._run(slot)
                return
            if self.waiting >= self._max_waiting and not self._evict_for(slot):
                raise self.overloaded("the queue is full")
            self._waiting.append(slot)
            self._reschedule()
            self._start_timer()
        with cancellation.callback(slot.ready.set):
            slot.ready.wait(seconds)
        with self._lock:
            if slot.is_evicted:
                raise self.evicted()
            # One that no longer waits was given its slot, perhaps just too late.
            if slot in self._waiting:
                self._waiting.remove(slot)
                if not cancellation.is_cancelled:
                    raise self.overloaded(f"none became free within {seconds:g} s")

    def _run(self, slot: Slot) -> None:
        slot.resumed_at, slot.is_suspended = time.monotonic(), False
        self._running.append(slot)
        slot.ready.set()
        if slot.process:
            slot.process.resume()

    def _remove(self, slot: Slot) -> None:
        for slots in (self._running, self._waiting, self._suspended):
            if slot in slots:
                slots.remove(slot)

    def _fill(self) -> None:
        """Let queries run where they may: first those that have not run yet."""
        while self.is_free and (self._waiting or self._suspended):
            self._run(self._next() if self._waiting else self._suspended.pop(0))

    def _next(self) -> Slot:
        """Take the longest waiting query of those whose client has the fewest queries here."""
        here = Counter(slot.client for slot in (*self._running, *self._suspended))
        slot = min(self._waiting, key=lambda slot: here[slot.client])
        self._waiting.remove(slot)
        return slot

    def _reschedule(self) -> None:
        """Suspend queries that have run long enough for as many as wait."""
        self._fill()
        time_slice = _FIRST_SLICE if self._waiting else _TIME_SLICE
        wanted = len(self._waiting) or len(self._suspended)
        latest = time.monotonic() - time_slice
        for slot in [slot for slot in self._running if slot.resumed_at <= latest]:
            if wanted and slot.process and self._may_suspend(slot.process):
                wanted -= 1
                slot.process.suspend()
                slot.ran, slot.is_suspended = slot.seconds, True
                self._running.remove(slot)
                self._fill()
                self._suspended.append(slot)

    def _may_suspend(self, process: Suspendable) -> bool:
        occupied = process.memory_bytes
        if occupied < _LIGHT_BYTES:
            return True
        others = sum(slot.process.memory_bytes for slot in self._suspended if slot.process)
        return others + occupied <= self._max_suspended_bytes

    def _evict_for(self, slot: Slot) -> bool:
        """Evict a query of the client that has most here, if that of ``slot`` has fewer."""
        here = Counter(other.client for other in (*self._running, *self._waiting, *self._suspended))
        # The latest first, and rather one that has not run yet.
        candidates = (*reversed(self._waiting), *reversed(self._suspended))
        other = max(candidates, key=lambda other: here[other.client], default=None)
        if other is None or here[slot.client] + 1 >= here[other.client]:
            return False
        self._evict(other)
        return True

    def _evict(self, slot: Slot) -> None:
        slot.is_evicted = True
        self._remove(slot)
        slot.ready.set()
        if slot.process:
            slot.process.kill()

    def _start_timer(self) -> None:
        """Have the timer's thread reschedule at intervals, until nothing waits."""
        if self._timer is None:
            self._timer = threading.Thread(target=self._tick, name="scheduler", daemon=True)
            self._timer.start()
        elif self._is_timer_idle:
            self._changed.notify()

    def _tick(self) -> None:
        with self._lock:
            while True:
                self._reschedule()
                self._is_timer_idle = not (self._waiting or self._suspended)
                self._changed.wait(None if self._is_timer_idle else _INTERVAL)
