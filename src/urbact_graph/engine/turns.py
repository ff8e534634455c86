"""Turns: as many queries run at once as may, others wait in the order of their coming."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.refusals import BUSY, RefusedError


class BusyError(RefusedError):
    """All workers are busy, and the query may not wait, or has waited long enough."""


class Turns:
    """``running`` at once and ``waiting`` more; ``pause`` is what who is refused should wait."""

    def __init__(self, running: int, waiting: int, pause: float) -> None:
        self._may_run = running
        self._may_wait = waiting
        self._pause = max(1, round(pause))
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._queue)

    @property
    def is_free(self) -> bool:
        """Whether a turn could be had at once."""
        return self.running < self._may_run

    @contextlib.contextmanager
    def turn(self, seconds: float, cancellation: Cancellation) -> Iterator[None]:
        """Have a turn while the block lasts; wait for it at most ``seconds``.

        Raises:
            BusyError: too many wait, or no turn came. Who has left waits no longer, and has a
                turn only if it came before.
        """
        self._take(seconds, cancellation)
        try:
            yield
        finally:
            self._give()

    def _take(self, seconds: float, cancellation: Cancellation) -> None:
        with self._lock:
            if self.running < self._may_run:
                self.running += 1
                return
            if self.waiting >= self._may_wait:
                raise self._busy(f"{self.waiting} queries are waiting already")
            called = threading.Event()
            self._queue.append(called)
        with cancellation.calls(called.set):
            called.wait(seconds)
        with self._lock:
            # Who is no longer in the queue was given a turn, even if too late.
            if called in self._queue:
                self._queue.remove(called)
                raise self._busy(f"no turn came within {seconds:g} s")

    def _give(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self.running -= 1

    def _busy(self, why: str) -> BusyError:
        return BusyError(
            BUSY,
            f"All {self._may_run} workers are busy and {why} (running_queries, waiting_queries); "
            f"try again in {self._pause} s.",
            headers={"Retry-After": str(self._pause)},
        )
