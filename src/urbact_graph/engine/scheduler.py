"""Scheduler: which queries run, which wait, and which have to make room for a while.

No more run at once than may. The others wait, but none for long: a query that has had a moment's
run is stopped where it stands when another waits, and goes on when there is room. So quick queries
are answered in a moment, however many endless ones there are; those share what is left, and end at
their deadline. Nobody knows beforehand which is which: this is the feedback scheduling of operating
systems.
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
from urbact_graph.problems import OVERLOADED, CLIENT_CLOSED_REQUEST, ProblemError

# What a query runs at least before it makes room for one that has not run yet, and before it
# changes places with another that has.
_MOMENT = 0.25
_TIME_SLICE = 1.0
# How often somebody looks whether it has, while any wait.
_LOOK = 0.05
# A query that takes no more can always be held up.
_LIGHT_BYTES = 20_000_000


class OverloadedError(ProblemError):
    """All workers are busy, and the query may not wait, or has waited long enough."""


class Suspendable(Protocol):
    """A process at work on a query."""

    @property
    def memory_bytes(self) -> int:
        """What it takes for itself."""

    def suspend(self) -> None:
        """Stop it where it stands."""

    def resume(self) -> None:
        """Let it go on."""

    def kill(self) -> None:
        """End it."""


@dataclass(eq=False)
class Slot:
    """A query's place: it waits until ``called``, runs, and may be held up in between."""

    client: str
    lock: threading.Lock
    called: threading.Event = field(default_factory=threading.Event)
    process: Suspendable | None = None
    began: float = 0.0
    ran: float = 0.0
    is_suspended: bool = False
    is_evicted: bool = False

    @property
    def seconds(self) -> float:
        """How long the query has run, without the time for which it was held up."""
        return self.ran + (0.0 if self.is_suspended else time.monotonic() - self.began)

    @contextlib.contextmanager
    def taken_by(self, process: Suspendable) -> Iterator[None]:
        """Have ``process`` work on the query while the block lasts."""
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
                # It may have been held up just when it was done.
                process.resume()
                self.process = None


class Scheduler:
    """``running`` at once and ``waiting`` more; ``pause`` is what who is refused should wait.

    Those that are held up take no more than ``max_suspended_bytes`` of memory together, besides small
    ones. Where all places are taken, a client that has none yet gets that of the one that has most.
    """

    def __init__(
        self, running: int, waiting: int, pause: float, max_suspended_bytes: float = math.inf
    ) -> None:
        self._may_run = running
        self._may_wait = waiting
        self._pause = max(1, round(pause))
        self._max_suspended_bytes = max_suspended_bytes
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._running: list[Slot] = []
        self._waiting: list[Slot] = []
        self._suspended: list[Slot] = []
        self._keeper: threading.Thread | None = None
        self._is_keeper_asleep = False

    @property
    def running(self) -> int:
        """How many run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many wait, for the first time or again."""
        return len(self._waiting) + len(self._suspended)

    @property
    def is_free(self) -> bool:
        """Whether a turn could be had at once."""
        return self.running < self._may_run

    @contextlib.contextmanager
    def turn(self, seconds: float, cancellation: Cancellation, client: str = "") -> Iterator[Slot]:
        """Have a turn while the block lasts; wait for it at most ``seconds``.

        Raises:
            OverloadedError: too many wait, or no turn came.
            ProblemError: the client left while it waited.
        """
        turn = Slot(client, self._lock)
        self._take(turn, seconds, cancellation)
        try:
            yield turn
        finally:
            with self._lock:
                self._remove(turn)
                self._fill()

    def busy(self, why: str) -> OverloadedError:
        """Make the error of a query for which there is no room."""
        return OverloadedError(
            OVERLOADED,
            f"All {self._may_run} workers are busy and {why} (max_running_queries, max_waiting_queries); "
            f"try again in {self._pause} s.",
            headers={"Retry-After": str(self._pause)},
        )

    def _take(self, turn: Slot, seconds: float, cancellation: Cancellation) -> None:
        with self._lock:
            if self.is_free and not self._waiting:
                self._run(turn)
                return
            if self.waiting >= self._may_wait and not self._make_place(turn):
                raise self.busy(f"{self.waiting} queries are waiting already")
            self._waiting.append(turn)
            self._rearrange()
            self._keep_time()
        with cancellation.calls(turn.called.set):
            turn.called.wait(seconds)
        with self._lock:
            if turn.is_evicted:
                raise self.busy("others have fewer queries here than you")
            # Who is no longer waiting was given a turn, even if too late.
            if turn in self._waiting:
                self._waiting.remove(turn)
                if cancellation.told:
                    raise ProblemError(CLIENT_CLOSED_REQUEST, "The query never ran, as its client left.")
                raise self.busy(f"no turn came within {seconds:g} s")

    def _run(self, turn: Slot) -> None:
        turn.began = time.monotonic()
        self._running.append(turn)
        turn.called.set()

    def _remove(self, turn: Slot) -> None:
        for places in (self._running, self._suspended):
            if turn in places:
                places.remove(turn)

    def _fill(self) -> None:
        """Give free scheduler to those that wait for their first, else to those held up."""
        while self.is_free and (self._waiting or self._suspended):
            if self._waiting:
                self._run(self._next())
            else:
                self._go_on(self._suspended.pop(0))

    def _next(self) -> Slot:
        """Take who waits longest of those whose client has the fewest queries here."""
        here = Counter(turn.client for turn in (*self._running, *self._suspended))
        turn = min(self._waiting, key=lambda turn: here[turn.client])
        self._waiting.remove(turn)
        return turn

    def _rearrange(self) -> float | None:
        """Have those that ran long enough make room; return after how long to look again."""
        self._fill()
        time_slice = _MOMENT if self._waiting else _TIME_SLICE
        wanted = len(self._waiting) or len(self._suspended)
        long_ago = time.monotonic() - time_slice
        for turn in [turn for turn in self._running if turn.began <= long_ago]:
            if wanted and turn.process and self._may_suspend(turn.process):
                wanted -= 1
                turn.process.suspend()
                turn.ran, turn.is_suspended = turn.seconds, True
                self._running.remove(turn)
                self._fill()
                self._suspended.append(turn)
        if not self._waiting and not self._suspended:
            return None
        return _LOOK

    def _may_suspend(self, process: Suspendable) -> bool:
        taken = process.memory_bytes
        if taken < _LIGHT_BYTES:
            return True
        held = sum(turn.process.memory_bytes for turn in self._suspended if turn.process)
        return held + taken <= self._max_suspended_bytes

    def _go_on(self, turn: Slot) -> None:
        turn.began, turn.is_suspended = time.monotonic(), False
        self._running.append(turn)
        if turn.process:
            turn.process.resume()

    def _make_place(self, turn: Slot) -> bool:
        """Dismiss a query of the client that has most here, if ``turn`` is of one with fewer."""
        here = Counter(other.client for other in (*self._running, *self._waiting, *self._suspended))
        # The latest first, and of those that have not run.
        places = (*reversed(self._waiting), *reversed(self._suspended))
        other = max(places, key=lambda other: here[other.client], default=None)
        if other is None or here[turn.client] + 1 >= here[other.client]:
            return False
        self._evict(other)
        return True

    def _evict(self, turn: Slot) -> None:
        turn.is_evicted = True
        for places in (self._waiting, self._suspended):
            if turn in places:
                places.remove(turn)
        turn.called.set()
        if turn.process:
            turn.process.kill()

    def _keep_time(self) -> None:
        """See to it that somebody looks after those that wait."""
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._look_after, name="scheduler", daemon=True)
            self._keeper.start()
        elif self._is_keeper_asleep:
            self._changed.notify()

    def _look_after(self) -> None:
        with self._lock:
            while True:
                pause = self._rearrange()
                self._is_keeper_asleep = pause is None
                self._changed.wait(pause)
