"""Start the real server as a user would, and stop it by its own process id."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = re.compile(r"at (http://\S+)/sparql")


@dataclass(frozen=True)
class Server:
    """A server that answers at ``url``; ``process`` is its main process."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def processes(self) -> list[int]:
        """Return the ids of all its processes, the main one first."""
        parents: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rsplit(")", 1)[1].split()
                parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found = [self.process.pid]
        for pid in found:
            found += parents.get(pid, [])
        return found

    def web(self) -> int:
        """Return the id of its web process."""
        return self._running("urbact_graph.web.process")[0]

    def parent(self) -> int:
        """Return the id of the engine's parent, which forks the workers."""
        return self._running("urbact_graph.engine.parent")[0]

    def workers(self) -> list[int]:
        """Return the ids of the engine's workers."""
        return self._running("urbact_graph.engine.parent")[1:]

    def _running(self, module: str) -> list[int]:
        found = []
        for pid in self.processes():
            with contextlib.suppress(OSError):
                if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found


@contextlib.contextmanager
def serving(
    folder: Path,
    *options: str,
    cwd: Path | None = None,
    settings: dict[str, str] | None = None,
) -> Iterator[Server]:
    """Run ``urbact-graph serve`` on a free port while the block lasts.

    ``settings`` are environment variables. What it says goes to server.log in ``folder``, its
    access log to access.log.
    """
    log = folder / "server.log"
    command = [sys.executable, "-m", "urbact_graph", "serve", "--port", "0", *options]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), **(settings or {})}
    with log.open("w") as errors, (folder / "access.log").open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, cwd=cwd, text=True, env=environment
        )
    try:
        yield Server(_address(process, log), process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        match = _ADDRESS.search(log.read_text())
        if match:
            return match[1]
        assert process.poll() is None, f"the server ended: {log.read_text()}"
        time.sleep(0.05)
    raise AssertionError(f"the server never answered: {log.read_text()}")
