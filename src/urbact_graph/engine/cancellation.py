"""Cancellation of a query, from any thread, while another evaluates it."""

import contextlib
import threading
from collections.abc import Callable, Iterator


class Cancellation:
    """Set once, for good; callbacks registered with it are then called; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self.is_cancelled = False

    def cancel(self) -> None:
        """Cancel, and call the registered callbacks; calling it again has no effect."""
        with self._lock:
            if self.is_cancelled:
                return
            self.is_cancelled = True
            # Under the lock, so that no callback runs after its block has been left.
            for callback in self._callbacks:
                callback()

    @contextlib.contextmanager
    def callback(self, action: Callable[[], None]) -> Iterator[None]:
        """Call ``action`` on cancellation during the block, or at once if already cancelled.

        ``action`` must be short, and must not use this cancellation.
        """
        with self._lock:
            self._callbacks.append(action)
            if self.is_cancelled:
                action()
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(action)
