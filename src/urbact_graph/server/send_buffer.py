"""The send buffer: large bodies that are being sent, each in a file in memory.

Granian buffers a body that is given as bytes as a whole, however slowly the client receives it, and
does not report when it has been sent. A file is read as fast as the client receives it; until its
end it is open in this process, where it can be counted. If the file is truncated meanwhile, the
response ends before its stated length, so that the client knows that it is incomplete.
"""

import contextlib
import os
import threading
import time
from collections import Counter, deque
from pathlib import Path

_NAME = "urbact-graph body"
# Granian opens a file within a second. A descriptor's number is not reused for a while, as its path
# may still be opened.
SWEEP_SECONDS = 1.0
_REST_SECONDS = 10.0
_OPEN_FILES = Path("/proc/self/fd")


class SendBuffer:
    """Holds at most ``capacity`` bytes at a time, but always at least one body; thread-safe.

    Where there is no room, bodies older than the grace period of ``grace_seconds`` are truncated,
    the oldest first.
    """

    def __init__(self, capacity: int, grace_seconds: float) -> None:
        self._capacity = capacity
        self._grace_seconds = grace_seconds
        self._lock = threading.Lock()
        # By inode: the size, and when it was added.
        self._sending: dict[int, tuple[int, float]] = {}
        # When it was added, the descriptor, the inode.
        self._added: deque[tuple[float, int, int]] = deque()
        # Since when it rests, the descriptor.
        self._resting: deque[tuple[float, int]] = deque()

    def add(self, body: bytes) -> str | None:
        """Put ``body`` into a file, if there is room for it; return the path to open it by."""
        with self._lock:
            if not self._has_room(len(body)):
                self._forget_sent()
                self._give_up_old(len(body))
                if not self._has_room(len(body)):
                    return None
            descriptor = os.memfd_create(_NAME)
            # Of full size from the start, as an empty file is one that was truncated.
            os.ftruncate(descriptor, len(body))
            inode = os.fstat(descriptor).st_ino
            self._sending[inode] = (len(body), time.monotonic())
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(body)
        finally:
            with self._lock:
                self._added.append((time.monotonic(), descriptor, inode))
        return _path(descriptor)

    def sweep(self) -> bool:
        """Close our descriptors of files that granian has opened; tell whether any are left.

        It is called every ``SWEEP_SECONDS``, as one look at all descriptors costs much less than
        one for each body. A file that granian does not have open then was sent, or was not opened.
        In case it is opened later, it is truncated, and its descriptor kept for a while: its path
        must not be that of another body.
        """
        with self._lock:
            now, opened = time.monotonic(), Counter(_open_bodies().values())
            while self._added and self._added[0][0] <= now - SWEEP_SECONDS:
                _, descriptor, inode = self._added.popleft()
                if opened[inode] > 1:
                    os.close(descriptor)
                    continue
                os.ftruncate(descriptor, 0)
                self._sending.pop(inode, None)
                self._resting.append((now, descriptor))
            while self._resting and self._resting[0][0] <= now - _REST_SECONDS:
                os.close(self._resting.popleft()[1])
            return bool(self._added or self._resting)

    def _has_room(self, size: int) -> bool:
        taken = sum(size for size, _ in self._sending.values())
        return not taken or taken + size <= self._capacity

    def _forget_sent(self) -> None:
        still_open = set(_open_bodies().values())
        self._sending = {
            inode: entry for inode, entry in self._sending.items() if inode in still_open
        }

    def _give_up_old(self, size: int) -> None:
        descriptors = {inode: descriptor for descriptor, inode in _open_bodies().items()}
        end_of_grace = time.monotonic() - self._grace_seconds
        for inode, (_, since) in list(self._sending.items()):
            if self._has_room(size) or since > end_of_grace:
                return
            if inode in descriptors:
                # By its path, as granian has it open for reading only.
                os.truncate(_path(descriptors[inode]), 0)
            del self._sending[inode]


def _path(descriptor: int) -> str:
    return str(_OPEN_FILES / str(descriptor))


def _open_bodies() -> dict[int, int]:
    """Return the descriptors of this process that are bodies, not truncated, and their inodes."""
    found = {}
    for file in _OPEN_FILES.iterdir():
        # It may be closed meanwhile.
        with contextlib.suppress(OSError):
            if _NAME in file.readlink().name and (state := file.stat()).st_size:
                found[int(file.name)] = state.st_ino
    return found
