"""The pool of workers, as the web process sees it: queries in, answers or refusals out."""

import contextlib
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

from urbact_graph.engine.admission import admit
from urbact_graph.engine.messages import Answer, Request, frame, receive
from urbact_graph.errors import EngineError
from urbact_graph.formats import RESULTS_JSON, format_of_file
from urbact_graph.refusals import (
    BUSY,
    OUT_OF_TIME,
    REFUSALS,
    TOO_COMPLEX,
    UNAVAILABLE,
    RefusedError,
    out_of_memory,
)
from urbact_graph.settings import Settings

_PROBE = Request("ASK {}", RESULTS_JSON, None, answer_bytes=1_000)


class BusyError(RefusedError):
    """All workers are busy, and no more queries may wait."""


@dataclass(frozen=True)
class _Worker:
    pid: int
    connection: socket.socket
    process: int

    def kill(self) -> None:
        # By descriptor, not by number: the number may be another process's by now.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, signal.SIGKILL)

    def close(self) -> None:
        self.connection.close()
        os.close(self.process)


class Engine:
    """Evaluates queries on one dataset, as many at once as the settings allow; thread-safe.

    ``held_as`` is where the content of ``dataset`` is read from, if not there: a descriptor that
    is held open keeps giving the same content when the file is replaced.

    Raises:
        DatasetError: the dataset is no RDF file by its name.
        EngineError: it cannot be loaded.
    """

    def __init__(self, settings: Settings, dataset: Path, held_as: Path | None = None) -> None:
        self.settings = settings
        self.dataset = dataset
        self._held_as = held_as or dataset
        self._media_type = format_of_file(dataset).media_type
        self._turns = threading.Condition()
        self._running = 0
        self._waiting = 0
        self._idle: list[_Worker] = []
        self._control_lock = threading.Lock()
        self._closed = False
        self._start()

    def query(self, request: Request, seconds: float | None = None) -> Answer:
        """Evaluate ``request`` within ``seconds``, or the setting query_seconds if that is less.

        Raises:
            RefusedError: there is no turn for it, it is not answered in time, or the worker says
                why it cannot be answered.
        """
        limits = self.settings
        admit(request.query, query_bytes=limits.query_bytes, nesting_depth=limits.nesting_depth)
        allowed = min(seconds or limits.query_seconds, limits.query_seconds)
        self._take_turn(allowed)
        try:
            return self._evaluate(request, allowed)
        finally:
            with self._turns:
                self._running -= 1
                self._turns.notify()

    def check(self) -> None:
        """Prove that the engine answers; while it is at work on other queries, that it lives.

        Raises:
            RefusedError: it does not, and could not be started anew.
        """
        if self._running < self.settings.running_queries:
            with contextlib.suppress(BusyError):
                self.query(_PROBE)

    def close(self) -> None:
        """End the parent and with it all workers."""
        self._closed = True
        with self._control_lock:
            self._end_parent()
        self._dismiss_idle()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take_turn(self, seconds: float) -> None:
        settings = self.settings
        with self._turns:
            if self._running >= settings.running_queries:
                if self._waiting >= settings.waiting_queries:
                    raise self._busy(f"{self._waiting} queries are waiting already")
                self._waiting += 1
                try:
                    free = self._turns.wait_for(
                        lambda: self._running < settings.running_queries,
                        timeout=seconds,
                    )
                finally:
                    self._waiting -= 1
                if not free:
                    raise self._busy(f"no turn came within {seconds:g} s")
            self._running += 1

    def _busy(self, why: str) -> BusyError:
        seconds = max(1, round(self.settings.query_seconds))
        return BusyError(
            BUSY,
            f"All {self.settings.running_queries} workers are busy and {why} "
            f"(running_queries, waiting_queries); try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )

    def _evaluate(self, request: Request, seconds: float) -> Answer:
        worker = self._send(request)
        try:
            header, content = receive(worker.connection, time.monotonic() + seconds)
        except TimeoutError:
            worker.kill()
            self._replace(worker)
            raise self._out_of_time(seconds) from None
        except EOFError:
            raise _ended(self._replace(worker)) from None
        if header["retire"]:
            self._replace(worker)
        else:
            self._idle.append(worker)
        if "refusal" in header:
            raise RefusedError(
                REFUSALS[header["refusal"]], header["detail"], extensions=header["extensions"]
            )
        return Answer(header["media_type"], content)

    def _out_of_time(self, seconds: float) -> RefusedError:
        limit = "timeout" if seconds < self.settings.query_seconds else "query_seconds"
        return RefusedError(
            OUT_OF_TIME,
            f"The query was stopped after {seconds:g} s ({limit}); add LIMIT, narrow its "
            "patterns, or ask the data on a machine of your own.",
            extensions={"limit": limit, "value": seconds},
        )

    def _send(self, request: Request) -> _Worker:
        """Hand ``request`` to a worker; one that died while idle is passed over."""
        message = request.encode()
        while True:
            try:
                worker = self._idle.pop()
            except IndexError:
                worker = self._fork()
            try:
                worker.connection.settimeout(None)
                worker.connection.sendall(message)
            except OSError:
                self._replace(worker)
            else:
                return worker

    def _replace(self, worker: _Worker) -> int | None:
        """Put a new worker in the place of ``worker``; return how the old one ended."""
        worker.close()
        with contextlib.suppress(RefusedError):
            status, new = self._ask({"collect": worker.pid, "fork": True})
            if new:
                self._idle.append(new)
            return status
        return None

    def _fork(self) -> _Worker:
        _, worker = self._ask({"fork": True})
        if worker is None:
            raise RefusedError(UNAVAILABLE, "The engine gave no worker; try again.")
        return worker

    def _ask(self, message: dict[str, Any]) -> tuple[int | None, _Worker | None]:
        with self._control_lock:
            if self._closed:
                raise RefusedError(UNAVAILABLE, "The server is going down; try again later.")
            try:
                return self._exchange(message)
            except (OSError, EOFError):
                return self._recover()

    def _exchange(self, message: dict[str, Any]) -> tuple[int | None, _Worker | None]:
        self._control.sendall(frame(message))
        header, _ = receive(self._control)
        if "pid" not in header:
            return header["status"], None
        _, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        worker = _Worker(header["pid"], socket.socket(fileno=descriptors[0]), descriptors[1])
        return header["status"], worker

    def _recover(self) -> tuple[int | None, _Worker | None]:
        """Start a new parent in the place of one that died."""
        self._end_parent()
        self._dismiss_idle()
        try:
            self._start_parent()
            return self._exchange({"fork": True})
        except (OSError, EOFError, EngineError) as error:
            raise RefusedError(UNAVAILABLE, f"The engine does not start: {error}") from None

    def _start(self) -> None:
        self._start_parent()
        self._idle = [self._fork() for _ in range(self.settings.running_queries)]

    def _start_parent(self) -> None:
        self._control, theirs = socket.socketpair()
        arguments = {
            "control_descriptor": theirs.fileno(),
            "dataset": str(self._held_as),
            "name": str(self.dataset),
            "media_type": self._media_type,
            "memory_bytes": self.settings.query_memory_bytes,
        }
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "urbact_graph.engine.parent", json.dumps(arguments)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            # A worker that runs out of memory says so in one line, not in a backtrace.
            env={**os.environ, "RUST_BACKTRACE": "0"},
        )
        theirs.close()
        try:
            header, _ = receive(self._control)
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

    def _dismiss_idle(self) -> None:
        # One by one, as other threads may take and give workers meanwhile.
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()


def _ended(status: int | None) -> RefusedError:
    """Say why a worker ended without an answer, as far as its status tells."""
    if status == -signal.SIGABRT:
        return out_of_memory()
    return RefusedError(
        TOO_COMPLEX,
        "The engine broke off at this query, most likely because it chains too many patterns or "
        "operators; write it shorter.",
    )
