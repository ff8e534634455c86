"""The processes of a server: starting, waiting until it answers, memory, stopping."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_POLL_SECONDS = 0.02
# Prints the processor time that it got, as a share of the time that it ran.
_SPIN = """
import sys, time
started, used, until = time.perf_counter(), time.process_time(), float(sys.argv[1])
while time.perf_counter() - started < until:
    pass
print((time.process_time() - used) / (time.perf_counter() - started))
"""


class StartError(Exception):
    """A server ended, or did not answer in time; says which and what it printed."""


class Processes:
    """A server's main process and all that descend from it."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.log = folder / "server.log"
        self.started = time.monotonic()
        with self.log.open("wb") as log, (folder / "output.log").open("wb") as output:
            self.main = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                env=None if environment is None else dict(environment),
            )

    def wait(self, ready: Callable[[], bool], seconds: float) -> float:
        """Wait until ``ready``; return the seconds since the start.

        Raises:
            StartError: the process ended, or ``seconds`` have passed.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.main.poll() is not None:
                raise StartError(f"the server ended: {self._said()}")
            if time.monotonic() > deadline:
                raise StartError(f"the server did not answer within {seconds:g} s: {self._said()}")
            time.sleep(_POLL_SECONDS)
        return time.monotonic() - self.started

    def finish(self, seconds: float) -> float:
        """Wait until the process has ended well; return the seconds since the start.

        Raises:
            StartError: it failed, or ``seconds`` have passed.
        """
        try:
            status = self.main.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise StartError(f"the command did not end within {seconds:g} s") from None
        if status:
            raise StartError(f"the command failed: {self._said()}")
        return time.monotonic() - self.started

    def ids(self) -> list[int]:
        """Return the ids of all processes, the main one first."""
        parents: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rsplit(")", 1)[1].split()
                parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found = [self.main.pid]
        for pid in found:
            found += parents.get(pid, [])
        return found

    def memory(self) -> int:
        """Return the bytes in memory, a page that processes share counted once."""
        return sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in self.ids()) * 1024

    def largest(self) -> int:
        """Return the bytes in memory of the largest single process."""
        return max(_kilobytes(pid, "status", "VmRSS:") for pid in self.ids()) * 1024

    def processor_seconds(self) -> float:
        """Return the processor time that the processes have used so far, and those that ended."""
        total = 0
        for pid in self.ids():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                # Its own in two fields, and that of children that have ended.
                total += sum(map(int, fields[11:15]))
        return total / os.sysconf("SC_CLK_TCK")

    def stop(self, seconds: float = 20) -> None:
        """Ask the main process to end, and end it and what is left of the others if it does not."""
        members = self.ids()
        self.main.send_signal(signal.SIGTERM)
        try:
            self.main.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            for pid in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.main.wait()

    def _said(self) -> str:
        return self.log.read_text(errors="replace").strip()[-500:] or "it printed nothing"


def _kilobytes(pid: int, file: str, label: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(label):
                return int(line.split()[1])
    return 0


def busy_share(seconds: float = 1.0) -> float:
    """Return the share of all processors' time that the machine was at work in ``seconds``."""
    before = _processor_times()
    time.sleep(seconds)
    idle, total = (after - b for after, b in zip(_processor_times(), before, strict=True))
    return 1 - idle / total if total else 0.0


def _processor_times() -> tuple[int, int]:
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    # The fourth is idle time, the fifth is idle time with input or output on its way.
    return fields[3] + fields[4], sum(fields[:8])


def core_share(seconds: float = 1.0) -> float:
    """Return the share of a core that a program gets which is never idle, on each core at once.

    It is 1 on a machine where nothing else runs.
    """
    command = [sys.executable, "-c", _SPIN, str(seconds)]
    cores = len(os.sched_getaffinity(0))
    spinning = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(cores)]
    return sum(float(each.communicate()[0]) for each in spinning) / cores


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    """Tell whether a connection to ``port`` is taken."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False
