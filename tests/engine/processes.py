"""The processes of a pool, as tests of the engine kill them and wait for their end."""

from pathlib import Path

from urbact_graph.engine.pool import Pool


def zygote(pool: Pool) -> int:
    """Return the number of the zygote's process."""
    return pool._zygote.pid


def idle(pool: Pool) -> list[int]:
    """Return the numbers of the idle workers' processes."""
    return [worker.pid for worker in pool._idle]


def processes(pool: Pool) -> list[int]:
    """Return the numbers of the zygote's process and of its idle workers'."""
    return [zygote(pool), *idle(pool)]


def children(pid: int) -> list[int]:
    """Return the numbers of the processes that the main thread of a process started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
