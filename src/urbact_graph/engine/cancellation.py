"""Word that nobody waits for an answer any more, from any thread to any other."""

import contextlib
import threading
from collections.abc import Callable, Iterator


class Cancellation:
    """Told once; what is registered is then done, or at once where it has been told already."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._actions: list[Callable[[], None]] = []
        self.told = False

    def cancel(self) -> None:
        """Tell it; further times do nothing."""
        with self._lock:
            if self.told:
                return
            self.told = True
            # Below the lock, so that no action is done after its block has been left.
            for action in self._actions:
                action()

    @contextlib.contextmanager
    def calls(self, action: Callable[[], None]) -> Iterator[None]:
        """Do ``action``, which must be short, if it is told while the block lasts."""
        with self._lock:
            self._actions.append(action)
            if self.told:
                action()
        try:
            yield
        finally:
            with self._lock:
                self._actions.remove(action)
