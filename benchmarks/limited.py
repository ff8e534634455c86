"""Work in a process of its own, with a limit of time: what it takes of time and memory."""

from __future__ import annotations

import multiprocessing
import resource
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

# The start of the process, which is not counted.
_START = 10.0


@dataclass(frozen=True)
class Done:
    """What came of the work: seconds, the most bytes in memory, and what it returned.

    ``processor`` are the seconds of all cores, which do not depend on what else the machine does.
    ``fault`` says why there is nothing else, and is empty otherwise.
    """

    seconds: float = 0.0
    memory: int = 0
    value: Any = None
    processor: float = 0.0
    fault: str = ""


def limited(seconds: float, work: Callable[..., Any], *arguments: Any) -> Done:
    """Do ``work`` with ``arguments`` in another process, which is ended after ``seconds``."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds + _START):
            return Done(fault=f"stopped after {seconds / 60:.0f} minutes")
        found: Done = ours.recv()
    except EOFError:
        return Done(fault="the process was ended, as by want of memory")
    else:
        return found
    finally:
        process.terminate()
        process.join()


def _work(pipe: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    started = time.perf_counter()
    try:
        value = work(*arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a figure that is missing
        pipe.send(Done(fault=f"{type(error).__name__}: {error}"))
        return
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    memory = max(usage.ru_maxrss for usage in used) * 1024
    processor = sum(usage.ru_utime + usage.ru_stime for usage in used)
    pipe.send(Done(time.perf_counter() - started, memory, value, processor))
