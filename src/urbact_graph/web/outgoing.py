"""Large answers on their way out, each in a file in memory that the server reads as it sends.

Bytes that are handed to the server are out of sight: it takes them at once, however slowly the
client does, and does not tell when it is done. Of a file it reads what the connection takes, and
as long as it does, the file is open in this process, where it can be counted.
"""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

_NAME = "urbact-graph answer"
_OPEN_FILES = Path("/proc/self/fd")


class Outgoing:
    """At most ``capacity`` bytes at a time, except that one answer is always sent; thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._sizes: dict[int, int] = {}

    @property
    def size(self) -> int:
        """How many bytes are on their way."""
        with self._lock:
            self._forget_sent()
            return sum(self._sizes.values())

    def add(self, body: bytes) -> tuple[str, Callable[[], None]] | None:
        """Put ``body`` into a file, if there is room for it.

        Returns its path, and what is to be called once the server has opened it.
        """
        descriptor = os.memfd_create(_NAME)
        with self._lock:
            self._sizes[os.fstat(descriptor).st_ino] = len(body)
            if not self._fits():
                self._forget_sent()
            is_refused = not self._fits()
        if is_refused:
            os.close(descriptor)
            return None
        with open(descriptor, "wb", closefd=False) as file:
            file.write(body)
        return str(_OPEN_FILES / str(descriptor)), lambda: os.close(descriptor)

    def _fits(self) -> bool:
        return len(self._sizes) == 1 or sum(self._sizes.values()) <= self._capacity

    def _forget_sent(self) -> None:
        still_open = set()
        for file in _OPEN_FILES.iterdir():
            # It may be closed meanwhile.
            with contextlib.suppress(OSError):
                if _NAME in file.readlink().name:
                    still_open.add(file.stat().st_ino)
        self._sizes = {inode: size for inode, size in self._sizes.items() if inode in still_open}
