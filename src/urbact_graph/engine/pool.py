"""A pool of workers on one dataset, with the parent that forks them."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.messages import Answer, Limits, Request, frame, parse, receive
from urbact_graph.engine.scheduler import Slot
from urbact_graph.engine.worker import resident_bytes
from urbact_graph.errors import EngineError
from urbact_graph.rdf.formats import format_of_file
from urbact_graph.problems import (
    CLIENT_CLOSED_REQUEST,
    PROBLEMS,
    QUERY_TOO_COMPLEX,
    ENGINE_UNAVAILABLE,
    ProblemError,
    out_of_memory,
)

_VERSION_CHARACTERS = 16
_LARGEST_REPLY = 1_000
# A worker that is killed, and not by us, was so by an administrator or by the system for want of
# memory; of one whose parent died with it nobody knows. That need not be the query's fault, which
# is tried once more.
_ENDED_FROM_OUTSIDE = (-signal.SIGKILL, None)
_ATTEMPTS = 2


@dataclass(frozen=True)
class Source:
    """A dataset to load: the file it is called by, and where its content is read from.

    The two differ where a descriptor is held open, which keeps giving the same content when the
    file is replaced.

    Raises:
        DatasetError: ``file`` is no RDF file by its name.
    """

    file: Path
    content: Path
    media_type: str

    @classmethod
    def of(cls, file: Path, content: Path | None = None) -> "Source":
        """Name the dataset ``file``, whose content is read from ``content`` if that is given."""
        return cls(file, content or file, format_of_file(file).media_type)

    def version(self) -> str:
        """Return the dataset's version, which its content makes.

        Raises:
            EngineError: it cannot be read.
        """
        try:
            with self.content.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise EngineError(f"{self.file} cannot be loaded: {error.strerror}.") from None
        return digest[:_VERSION_CHARACTERS]

    def modified(self) -> float:
        """Return when its content took its place, in seconds since 1970.

        Not when it was written: a file that is put back has an older time than what it replaces.

        Raises:
            EngineError: it cannot be read.
        """
        try:
            return self.content.stat().st_ctime
        except OSError as error:
            raise EngineError(f"{self.file} cannot be loaded: {error.strerror}.") from None


@dataclass(frozen=True)
class _Worker:
    pid: int
    connection: socket.socket
    process: int
    resident: int

    @property
    def memory_bytes(self) -> int:
        return max(0, resident_bytes(self.pid) - self.resident)

    def suspend(self) -> None:
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        # By descriptor, not by number: the number may be another process's by now.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, number)

    def close(self) -> None:
        self.connection.close()
        os.close(self.process)


class Pool:
    """``workers`` processes that evaluate queries on ``source`` within ``limits``; thread-safe.

    A worker takes one query at a time; where more come than there are workers, more are forked.

    Raises:
        EngineError: the dataset cannot be loaded.
    """

    def __init__(self, source: Source, workers: int, limits: Limits) -> None:
        self.source = source
        self._limits = limits
        self._idle: list[_Worker] = []
        self._control_lock = threading.Lock()
        self._closed = False
        self._start_parent()
        self._idle = [self._fork() for _ in range(workers)]

    def evaluate(
        self, request: Request, seconds: float, cancellation: Cancellation, turn: Slot
    ) -> Answer:
        """Evaluate ``request`` in its ``turn`` within ``seconds``, or until it is cancelled.

        Raises:
            TimeoutError: it took longer.
            ProblemError: nobody waits for it any more, or the worker says why it cannot be
                answered.
        """
        deadline = time.monotonic() + seconds
        status = None
        for _ in range(_ATTEMPTS):
            try:
                return self._attempt(request, deadline, cancellation, turn)
            except _EndedError as error:
                status = error.status
            if status not in _ENDED_FROM_OUTSIDE:
                break
        raise _ended(status)

    def _attempt(
        self, request: Request, deadline: float, cancellation: Cancellation, turn: Slot
    ) -> Answer:
        worker = self._send(request)
        try:
            with cancellation.calls(worker.kill), turn.taken_by(worker):
                header, content = receive(worker.connection, deadline)
        except TimeoutError:
            worker.kill()
            self._replace(worker)
            raise
        except EOFError:
            status = self._replace(worker)
            if cancellation.told or turn.is_evicted:
                raise ProblemError(
                    CLIENT_CLOSED_REQUEST, "The query was stopped, as its client left."
                ) from None
            raise _EndedError(status) from None
        if header["retire"] or cancellation.told or turn.is_evicted:
            # It may have been killed just when it was done.
            self._replace(worker)
        else:
            self._idle.append(worker)
        if "problem" in header:
            raise ProblemError(
                PROBLEMS[header["problem"]], header["detail"], extensions=header["extensions"]
            )
        return Answer(header["media_type"], content, self.version)

    def close(self) -> None:
        """End the parent and with it all workers."""
        self._closed = True
        with self._control_lock:
            self._end_parent()
        self._close_idle()

    def _send(self, request: Request) -> _Worker:
        """Hand ``request`` to a worker; one that died while idle is passed over."""
        while True:
            try:
                worker = self._idle.pop()
            except IndexError:
                worker = self._fork()
            try:
                worker.connection.settimeout(None)
                worker.connection.sendall(request.encoded)
            except OSError:
                self._replace(worker)
            else:
                return worker

    def _replace(self, worker: _Worker) -> int | None:
        """Put a new worker in the place of ``worker``; return how the old one ended."""
        worker.close()
        with contextlib.suppress(ProblemError):
            status, new = self._ask({"collect": worker.pid, "fork": True})
            if new:
                self._idle.append(new)
            return status
        return None

    def _fork(self) -> _Worker:
        _, worker = self._ask({"fork": True})
        if worker is None:
            raise ProblemError(ENGINE_UNAVAILABLE, "The engine gave no worker; try again.")
        return worker

    def _ask(self, message: dict[str, Any]) -> tuple[int | None, _Worker | None]:
        with self._control_lock:
            if self._closed:
                raise ProblemError(ENGINE_UNAVAILABLE, "The server is going down; try again later.")
            try:
                return self._exchange(message)
            except (OSError, EOFError):
                return self._recover()

    def _exchange(self, message: dict[str, Any]) -> tuple[int | None, _Worker | None]:
        self._control.sendall(frame(message))
        # Short enough to come as it was sent: whole, and with its descriptors.
        reply, descriptors, _, _ = socket.recv_fds(self._control, _LARGEST_REPLY, 2)
        header = parse(reply)
        if not descriptors:
            return header["status"], None
        connection, process = socket.socket(fileno=descriptors[0]), descriptors[1]
        worker = _Worker(header["pid"], connection, process, header["resident"])
        return header["status"], worker

    def _recover(self) -> tuple[int | None, _Worker | None]:
        """Start a new parent in the place of one that died."""
        self._end_parent()
        self._close_idle()
        try:
            self._start_parent()
            return self._exchange({"fork": True})
        except (OSError, EOFError, EngineError) as error:
            raise ProblemError(ENGINE_UNAVAILABLE, f"The engine does not start: {error}") from None

    def _start_parent(self) -> None:
        self._control, theirs = socket.socketpair()
        arguments = {
            "control_descriptor": theirs.fileno(),
            "dataset": str(self.source.content),
            "name": str(self.source.file),
            "media_type": self.source.media_type,
            "limits": self._limits,
        }
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "urbact_graph.engine.zygote", json.dumps(arguments)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            # A worker that runs out of memory says so in one line, not in a backtrace.
            env={**os.environ, "RUST_BACKTRACE": "0"},
        )
        theirs.close()
        try:
            # While the parent loads it.
            self.version = self.source.version()
            self.modified = self.source.modified()
            header, _ = receive(self._control)
        except EngineError:
            self._end_parent()
            raise
        except EOFError:
            header = {"error": "the process that holds the dataset ended while it started"}
        if "error" in header:
            self._end_parent()
            raise EngineError(f"{header['error']}.")
        self.quads: int = header["quads"]
        self.named_graphs: int = header["named_graphs"]

    def _end_parent(self) -> None:
        self._control.close()
        try:
            self._parent.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._parent.kill()
            self._parent.wait()

    def _close_idle(self) -> None:
        # One by one, as other threads may take and give workers meanwhile.
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()


class _EndedError(Exception):
    """A worker ended while it was at a query; ``status`` is None where nobody knows how."""

    def __init__(self, status: int | None) -> None:
        self.status = status


def _ended(status: int | None) -> ProblemError:
    """Say why a query's worker ended, as far as its status tells."""
    if status in _ENDED_FROM_OUTSIDE:
        return ProblemError(
            ENGINE_UNAVAILABLE,
            "The workers that were at this query were ended from outside; try again.",
            headers={"Retry-After": "1"},
        )
    if status == -signal.SIGABRT:
        return out_of_memory()
    return ProblemError(
        QUERY_TOO_COMPLEX,
        "The engine broke off at this query, most likely because it chains too many patterns or "
        "operators; write it shorter.",
    )
