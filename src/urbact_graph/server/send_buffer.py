"""Large answers on their way out, each in a file in memory that the server reads as it sends.

Bytes that are handed to the server are out of sight: it takes them at once, however slowly the
client does, and does not tell when it is done. Of a file it reads what the connection takes, and
as long as it does, the file is open in this process, where it can be counted. An answer whose file
is emptied meanwhile ends before its stated length, which no client takes for a whole one.
"""

import contextlib
import os
import threading
import time
from collections import Counter, deque
from pathlib import Path

_NAME = "urbact-graph answer"
# The server opens a file in a moment; a number is given to another no sooner than after a rest.
OPENING_SECONDS = 1.0
REST_SECONDS = 10.0
_OPEN_FILES = Path("/proc/self/fd")


class Outgoing:
    """At most ``capacity`` bytes at a time, except that one answer is always sent; thread-safe.

    Where there is no room, answers that have been on their way for more than ``patience`` seconds
    are given up, the oldest first.
    """

    def __init__(self, capacity: int, patience: float) -> None:
        self._capacity = capacity
        self._patience = patience
        self._lock = threading.Lock()
        # By inode: the size, and when it was added.
        self._on_their_way: dict[int, tuple[int, float]] = {}
        # Since when, the descriptor, and of those that were added the inode.
        self._added: deque[tuple[float, int, int]] = deque()
        self._resting: deque[tuple[float, int]] = deque()

    def add(self, body: bytes) -> int | None:
        """Put ``body`` into a file, if there is room for it; return its descriptor."""
        with self._lock:
            if not self._has_room(len(body)):
                self._forget_sent()
                self._give_up_old(len(body))
                if not self._has_room(len(body)):
                    return None
            descriptor = os.memfd_create(_NAME)
            # Empty ones are no answers any more.
            os.ftruncate(descriptor, len(body))
            inode = os.fstat(descriptor).st_ino
            self._on_their_way[inode] = (len(body), time.monotonic())
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(body)
        finally:
            with self._lock:
                self._added.append((time.monotonic(), descriptor, inode))
        return descriptor

    @staticmethod
    def path(descriptor: int) -> str:
        """Return the path by which the server opens the file of ``descriptor``."""
        return str(_OPEN_FILES / str(descriptor))

    def sweep(self) -> bool:
        """Leave the files to the server that had time to open them; return whether any are left.

        What it does not have open it has sent, or has not come to yet. For the latter case the
        file is emptied, and its number kept for some time: the path would soon be that of another
        answer. To be called from time to time, as to look once costs much less than to look for
        each answer.
        """
        with self._lock:
            now, opened = time.monotonic(), Counter(_open_answers().values())
            while self._added and self._added[0][0] <= now - OPENING_SECONDS:
                _, descriptor, inode = self._added.popleft()
                if opened[inode] > 1:
                    os.close(descriptor)
                    continue
                os.ftruncate(descriptor, 0)
                self._on_their_way.pop(inode, None)
                self._resting.append((now, descriptor))
            while self._resting and self._resting[0][0] <= now - REST_SECONDS:
                os.close(self._resting.popleft()[1])
            return bool(self._added or self._resting)

    def _has_room(self, size: int) -> bool:
        taken = sum(size for size, _ in self._on_their_way.values())
        return not taken or taken + size <= self._capacity

    def _forget_sent(self) -> None:
        still_open = set(_open_answers().values())
        self._on_their_way = {
            inode: entry for inode, entry in self._on_their_way.items() if inode in still_open
        }

    def _give_up_old(self, size: int) -> None:
        descriptors = {inode: descriptor for descriptor, inode in _open_answers().items()}
        long_ago = time.monotonic() - self._patience
        for inode, (_, since) in list(self._on_their_way.items()):
            if self._has_room(size) or since > long_ago:
                return
            if inode in descriptors:
                # By its path, as the server may have it open for reading only.
                os.truncate(self.path(descriptors[inode]), 0)
            del self._on_their_way[inode]


def _open_answers() -> dict[int, int]:
    """Return the descriptors of this process that are answers, not emptied, and their inodes."""
    found = {}
    for file in _OPEN_FILES.iterdir():
        # It may be closed meanwhile.
        with contextlib.suppress(OSError):
            if _NAME in file.readlink().name and (state := file.stat()).st_size:
                found[int(file.name)] = state.st_ino
    return found
