"""Start the real server as a user would, and stop it by its own process id."""

import contextlib
import http.client
import itertools
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.engine_servers import served_options
from tests.support.engines import ENDLESS
from tests.support.waiting import DEADLINE, children, kill, until
from urbact_graph.server.control_socket import request_reload
from urbact_graph.settings import ENVIRONMENT_PREFIX

__all__ = [
    "ENDLESS",
    "PendingQuery",
    "Reply",
    "Server",
    "bodies",
    "cpu_ticks",
    "descriptors",
    "generations",
    "kill",
    "new_agent",
    "serving",
    "starting",
    "state",
    "until",
    "variables",
    "write_generation",
]

_ADDRESS = re.compile(r"^Serving .* at (http://\S+)/$", re.MULTILINE)
_ZYGOTE = "urbact_graph.engine.zygote"
_WEB_PROCESS = "urbact_graph.server.web_process"
# A body is truncated once it was sent, and its descriptor closed some seconds later.
_BODY_NAME = "urbact-graph body"
_AGENTS = itertools.count()


@dataclass(frozen=True)
class Reply:
    """The response to a request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def problem(self) -> str:
        """The name of the problem that it is."""
        return str(json.loads(self.body)["type"]).rsplit("/", 1)[-1]

    @property
    def cache(self) -> str:
        """What the response cache did, as Cache-Status says it; empty where it says nothing."""
        return self.headers.get("Cache-Status", "").removeprefix("urbact-graph; ")


class PendingQuery:
    """A query that was sent over a connection of its own; ``reply`` or ``disconnect`` ends it."""

    def __init__(self, port: int, query: str, method: str, agent: str) -> None:
        self.connection = socket.socket()
        # Small, so that a large response is not in a buffer as a whole before it is read.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 10_000)
        self.connection.settimeout(DEADLINE)
        self.connection.connect(("127.0.0.1", port))
        target, body = f"/sparql?query={quote(query)}", b""
        lines = ["Host: x", "Connection: close", f"User-Agent: {agent}"]
        if method == "POST":
            target, body = "/sparql", query.encode()
            lines += ["Content-Type: application/sparql-query", f"Content-Length: {len(body)}"]
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""])
        self.connection.sendall(head.encode() + body)

    def reply(self) -> Reply:
        """Return the response.

        Raises:
            OSError, HTTPException: the connection ends before the response does.
        """
        with self.connection:
            response = http.client.HTTPResponse(self.connection)
            response.begin()
            return Reply(response.status, response.headers, response.read())

    def __del__(self) -> None:
        self.connection.close()

    def disconnect(self, how: str = "FIN") -> None:
        """Close the connection, with a FIN or, abruptly, with an RST."""
        if how == "RST":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


@dataclass(frozen=True)
class Server:
    """A server that answers at ``url``; ``process`` is its main process.

    ``log`` is its standard error, ``runtime`` the folder of its control socket.
    """

    url: str
    process: subprocess.Popen[str]
    log: Path
    runtime: Path

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.url.rsplit(":", 1)[1])

    def fetch(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Reply:
        """Return the response to a request over a connection of its own.

        Raises:
            OSError, HTTPException: there is none.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            with connection.getresponse() as response:
                return Reply(response.status, response.headers, response.read())

    def query(self, query: str, **headers: str) -> Reply:
        """Return the response to ``query``; in names of headers ``_`` stands for a hyphen."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.fetch(f"/sparql?query={quote(query)}", given)

    def send_query(self, query: str, method: str = "GET", agent: str = "tests") -> PendingQuery:
        """Send ``query``, and do not wait for the response."""
        return PendingQuery(self.port, query, method, agent)

    def health(self) -> dict[str, Any]:
        """Return what /health says of the dataset."""
        reply = self.fetch("/health")
        assert reply.status == 200, reply.body
        found: dict[str, Any] = json.loads(reply.body)
        return found

    def metric(self, name: str) -> float:
        """Return the value of a metric, named with its labels but without the common prefix."""
        return self.metrics(name)[0]

    def metrics(self, *names: str) -> list[float]:
        """Return the values of several metrics at one time, named as for ``metric``."""
        lines = self.fetch("/metrics").body.decode().splitlines()
        values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return [float(values[f"urbact_graph_{name}"]) for name in names]

    def reload(self) -> str:
        """Reload as ``urbact-graph reload`` does; return the sentence that it prints.

        Raises:
            EngineError: the server could not reload.
        """
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(self.runtime))
            return request_reload("127.0.0.1", self.port)

    def until_at_work(self, running: int, waiting: int = 0) -> None:
        """Wait until so many queries run, and so many wait or are suspended."""
        until(
            lambda: self.metrics("queries_running", "queries_waiting") == [running, waiting],
            f"{running} queries that run and {waiting} that wait",
        )

    def until_workers(self, count: int) -> None:
        """Wait until there are so many workers, by the metric and by the processes that run."""
        until(
            lambda: self.metric("workers") == len(self.workers()) == count,
            f"a number of {count} workers",
        )

    def until_idle(self) -> None:
        """Wait until no query is at work, and every worker waits for one."""
        self.until_at_work(running=0)
        until(lambda: all(state(pid) == "S" for pid in self.workers()), "idle workers")

    def until_logged(self, sentence: str, times: int = 1) -> None:
        """Wait until standard error has ``sentence`` so often."""
        until(lambda: self.log.read_text().count(sentence) >= times, f"the sentence {sentence!r}")

    def logged(self, agent: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for ``count`` lines of the access log about ``agent``, and return them.

        Tests share servers: it is to be a name that ``new_agent`` gave, and no other test sends.
        """
        found: list[dict[str, Any]] = []

        def are_there() -> bool:
            lines = (self.log.parent / "access.log").read_text(encoding="utf-8").split("\n")[:-1]
            found[:] = [line for line in map(json.loads, lines) if line["agent"] == agent]
            return len(found) >= count

        until(are_there, f"{count} lines of the access log about {agent!r}")
        assert len(found) == count, f"{agent!r} is logged {len(found)} times: {found}"
        return found

    @contextlib.contextmanager
    def stopped_workers(self) -> Iterator[None]:
        """Stop the workers during the block, so that no query that is sent in it ends there.

        While more queries wait than may run at once, the scheduler lets workers go on.
        """
        self.until_workers(len(self.workers()))
        stopped = self.workers()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def processes(self) -> list[int]:
        """Return the ids of all its processes, the main one first."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found

    def web(self) -> int:
        """Return the id of its web process, once there is one."""
        until(self.has_web, "a web process")
        return self._running(_WEB_PROCESS)[0]

    def has_web(self) -> bool:
        """Tell whether a web process runs, if only just started."""
        return bool(self._running(_WEB_PROCESS))

    def zygote(self) -> int:
        """Return the id of the zygote, which forks the workers."""
        return self._running(_ZYGOTE)[0]

    def engine_processes(self) -> list[int]:
        """Return the ids of zygotes and workers; those of a reload come after those in use."""
        return self._running(_ZYGOTE)

    def workers(self) -> list[int]:
        """Return the ids of the workers, while there is one zygote."""
        return self._running(_ZYGOTE)[1:]

    def _running(self, module: str) -> list[int]:
        found = []
        for pid in self.processes():
            with contextlib.suppress(OSError):
                if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found


def new_agent() -> str:
    """Return a name of a client that nothing else has."""
    return f"client {next(_AGENTS)}"


def variables(**settings: object) -> dict[str, str]:
    """Return the environment variables of ``settings``."""
    return {f"{ENVIRONMENT_PREFIX}{name.upper()}": str(value) for name, value in settings.items()}


def write_generation(file: Path, number: int, size: int = 120) -> None:
    """Replace ``file`` by ``size`` statements, each of which has ``number`` in its object."""
    new = file.with_name(f"{file.name}.new")
    subjects = (f"http://x.example/subject/{i}" for i in range(size))
    predicate = "http://x.example/generation"
    new.write_text("".join(f'<{s}> <{predicate}> "generation {number}" .\n' for s in subjects))
    new.replace(file)


def generations(content: bytes) -> set[int]:
    """Return the numbers of the datasets that an answer was computed from."""
    return {int(number) for number in re.findall(rb"generation (\d+)", content)}


def descriptors(pid: int) -> int:
    """Return how many descriptors a process has open, without the rests of the send buffer."""
    found = 0
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        # It may be closed meanwhile.
        with contextlib.suppress(OSError):
            is_body = _BODY_NAME in str(descriptor.readlink())
            found += not is_body or descriptor.stat().st_size > 0
    return found


def bodies(server: Server) -> int:
    """Return how many descriptors of the web process are bodies that are being sent."""
    found = 0
    for descriptor in Path(f"/proc/{server.web()}/fd").iterdir():
        with contextlib.suppress(OSError):
            is_body = _BODY_NAME in str(descriptor.readlink())
            found += is_body and descriptor.stat().st_size > 0
    return found


def state(pid: int) -> str:
    """Return the state of a process as the kernel names it: R works, S waits, T is stopped."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return ""


def cpu_ticks(*pids: int) -> int:
    """Return the processor time that these processes have used, in clock ticks."""
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

    ``settings`` are environment variables. Standard error goes to server.log in ``folder``, the
    access log to access.log.
    """
    with starting(folder, *options, cwd=cwd, settings=settings) as server:
        yield replace(server, url=_address(server))


@contextlib.contextmanager
def starting(
    folder: Path,
    *options: str,
    cwd: Path | None = None,
    settings: dict[str, str] | None = None,
) -> Iterator[Server]:
    """Run it as ``serving`` does, but do not wait until it serves; its address is not known yet."""
    log = folder / "server.log"
    command = (sys.executable, "-m", "urbact_graph", "serve", "--port", "0")
    # The paths of sockets have at most 107 bytes, which those of tests' folders may exceed.
    with tempfile.TemporaryDirectory() as runtime, served_options(options) as given:
        environment = {**os.environ, "XDG_RUNTIME_DIR": runtime, **(settings or {})}
        with log.open("w") as errors, (folder / "access.log").open("w") as output:
            arguments = [*command, *given]
            process = subprocess.Popen(
                arguments, stdout=output, stderr=errors, cwd=cwd, text=True, env=environment
            )
        try:
            yield Server("", process, log, Path(runtime))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(server: Server) -> str:
    process, log = server.process, server.log

    def has_ended_or_serves() -> bool:
        return process.poll() is not None or _ADDRESS.search(log.read_text()) is not None

    until(has_ended_or_serves, "the start of the server")
    match = _ADDRESS.search(log.read_text())
    assert match, f"the server ended: {log.read_text()}"
    return match[1]
