"""Wait for conditions: with one deadline, so generous that no test depends on a machine's speed."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Self

# Seconds after which what has not happened counts as never happening.
DEADLINE = 60.0
_INTERVAL = 0.01


def until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Wait until ``condition`` holds.

    Raises:
        AssertionError: it does not within the deadline; ``what`` names it.
    """
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"{what} did not hold within {DEADLINE:g} seconds"
        time.sleep(_INTERVAL)


def is_running(pid: int) -> bool:
    """Tell whether a process has not ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A process that has ended stays listed as a zombie until its parent has read its status.
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def children(pid: int) -> list[int]:
    """Return the ids of the processes that a process has started and that have not ended."""
    found: list[int] = []
    # It may have ended, or have a thread less. To read what all processes of the machine say of
    # themselves takes much longer, and tests that wait do this again and again.
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (thread / "children").read_text().split())
    return sorted(found)


def until_gone(*pids: int) -> None:
    """Wait until these processes have ended."""
    until(lambda: not any(is_running(pid) for pid in pids), f"the end of the processes {pids}")


def kill(*pids: int) -> None:
    """Kill these processes, and wait until they have ended."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until_gone(*pids)


@contextmanager
def together(*actions: Callable[[], object]) -> Iterator[list[Thread]]:
    """Run each of ``actions`` in a thread of its own; all have ended when the block has."""
    threads = [Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.join(timeout=DEADLINE)
    assert not any(thread.is_alive() for thread in threads), "a thread did not end"


class WhileBlockLasts:
    """Threads that run ``actions``, each until ``is_over``, which holds when the block ends."""

    def __init__(self, *actions: Callable[[], object]) -> None:
        self._over = Event()
        self._threads = [Thread(target=action) for action in actions]

    @property
    def is_over(self) -> bool:
        """Whether the block has ended."""
        return self._over.is_set()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
