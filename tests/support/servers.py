"""Start the real server as a user would, and stop it by its own process id."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support.waiting import DEADLINE, is_running, kill, until, until_gone

__all__ = [
    "ENDLESS",
    "PATIENCE",
    "Asking",
    "Reply",
    "Server",
    "descriptors",
    "generations",
    "is_running",
    "kill",
    "serving",
    "starting",
    "until",
    "until_gone",
    "work_done",
    "write_generation",
]

# Runs until it is stopped, on any dataset of some hundred statements.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o }"
# The name of the deadline in modules that have not changed to tests.support.waiting yet.
PATIENCE = DEADLINE
_ADDRESS = re.compile(r"at (http://\S+)/sparql")


@dataclass(frozen=True)
class Reply:
    """What was answered to a request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def problem(self) -> str:
        """The name of the problem that it is."""
        return str(json.loads(self.body)["type"]).rsplit("/", 1)[-1]


class Asking:
    """A connection of its own on which a query was asked; ``leave`` or ``reply`` ends it."""

    def __init__(self, port: int, query: str) -> None:
        self.connection = socket.socket()
        # Small, so that a large answer is not whole in some buffer before it is read.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 10_000)
        self.connection.settimeout(DEADLINE)
        self.connection.connect(("127.0.0.1", port))
        target = f"/sparql?query={quote(query)}"
        self.connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )

    def reply(self) -> Reply:
        """Return the answer.

        Raises:
            OSError, HTTPException: the connection ends before the answer does.
        """
        with self.connection:
            response = http.client.HTTPResponse(self.connection)
            response.begin()
            return Reply(response.status, response.headers, response.read())

    def __del__(self) -> None:
        self.connection.close()

    def leave(self, how: str = "FIN") -> None:
        """Close the connection, with a FIN or abruptly, with an RST."""
        if how == "RST":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


@dataclass(frozen=True)
class Server:
    """A server that answers at ``url``; ``process`` is its main process."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.url.rsplit(":", 1)[1])

    def fetch(self, path: str, headers: dict[str, str] | None = None) -> Reply:
        """Return what is answered at ``path``, over a connection of its own.

        Raises:
            OSError, HTTPException: nothing is.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers or {})
            with connection.getresponse() as response:
                return Reply(response.status, response.headers, response.read())

    def query(self, query: str, **headers: str) -> Reply:
        """Return what is answered to ``query``."""
        return self.fetch(f"/sparql?query={quote(query)}", headers)

    def asking(self, query: str) -> Asking:
        """Ask ``query`` without waiting for the answer."""
        return Asking(self.port, query)

    def health(self) -> dict[str, Any]:
        """Return what /health says of the dataset."""
        reply = self.fetch("/health")
        assert reply.status == 200, reply.body
        found: dict[str, Any] = json.loads(reply.body)
        return found

    def metric(self, name: str) -> float:
        """Return the value of a metric, named with its labels but without the common prefix."""
        lines = self.fetch("/metrics").body.decode().splitlines()
        start = f"urbact_graph_{name} "
        return next(float(line.split()[-1]) for line in lines if line.startswith(start))

    def until_at_work(self, running: int, waiting: int = 0) -> None:
        """Wait until so many queries run and so many wait."""
        until(
            lambda: (
                (self.metric("queries_running"), self.metric("queries_waiting"))
                == (running, waiting)
            )
        )

    def until_said(self, sentence: str, times: int = 1) -> None:
        """Wait until it has said ``sentence`` so often."""
        until(lambda: self.log.read_text().count(sentence) >= times)

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
        return self._running("urbact_graph.server.web_process")[0]

    def has_web(self) -> bool:
        """Tell whether a web process runs, if only just started."""
        return bool(self._running("urbact_graph.server.web_process"))

    def parent(self) -> int:
        """Return the id of the engine's parent, which forks the workers."""
        return self._running("urbact_graph.engine.zygote")[0]

    def has_engine(self) -> bool:
        """Tell whether an engine has been started, if only just."""
        return self.engines() > 0

    def engines(self) -> int:
        """Return how many processes its engines have: parents and workers."""
        return len(self._running("urbact_graph.engine.zygote"))

    def workers(self) -> list[int]:
        """Return the ids of the engine's workers."""
        return self._running("urbact_graph.engine.zygote")[1:]

    def _running(self, module: str) -> list[int]:
        found = []
        for pid in self.processes():
            with contextlib.suppress(OSError):
                if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found


def write_generation(file: Path, number: int, size: int = 120) -> None:
    """Put a dataset of ``size`` statements, each with ``number`` as its object, in one's place."""
    new = file.with_name(f"{file.name}.new")
    subjects = (f"http://x.example/subject/{i}" for i in range(size))
    predicate = "http://x.example/generation"
    new.write_text("".join(f'<{s}> <{predicate}> "generation {number}" .\n' for s in subjects))
    new.replace(file)


def generations(content: bytes) -> set[int]:
    """Return the generations that an answer was drawn from."""
    return {int(number) for number in re.findall(rb"generation (\d+)", content)}


def descriptors(pid: int) -> int:
    """Return how many descriptors a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def work_done(*pids: int) -> int:
    """Return the processor time that these processes have taken, in ticks."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks


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
    with starting(folder, *options, cwd=cwd, settings=settings) as (process, log):
        yield Server(_address(process, log), process, log)


@contextlib.contextmanager
def starting(
    folder: Path,
    *options: str,
    cwd: Path | None = None,
    settings: dict[str, str] | None = None,
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run it as ``serving`` does, without waiting until it serves; give its process and log."""
    log = folder / "server.log"
    command = [sys.executable, "-m", "urbact_graph", "serve", "--port", "0", *options]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), **(settings or {})}
    with log.open("w") as errors, (folder / "access.log").open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, cwd=cwd, text=True, env=environment
        )
    try:
        yield process, log
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    def has_ended_or_serves() -> bool:
        return process.poll() is not None or _ADDRESS.search(log.read_text()) is not None

    until(has_ended_or_serves, "the start of the server")
    match = _ADDRESS.search(log.read_text())
    assert match, f"the server ended: {log.read_text()}"
    return match[1]
