"""A pool of workers on one version of the dataset, with the zygote that forks them."""

import contextlib
import signal
import threading
import time
from dataclasses import dataclass, replace

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.handles import WorkerHandle, ZygoteHandle
from urbact_graph.engine.messages import (
    FROM_WORKER,
    TO_WORKER,
    Checked,
    Failure,
    FromWorker,
    Result,
    ToWorker,
)
from urbact_graph.engine.protocol import Answer, Request
from urbact_graph.engine.scheduler import Slot
from urbact_graph.engine.source import Source
from urbact_graph.errors import EngineError
from urbact_graph.problems import (
    CLIENT_CLOSED_REQUEST,
    ENGINE_UNAVAILABLE,
    EVALUATION_FAILED,
    QUERY_TOO_COMPLEX,
    ProblemError,
    out_of_memory,
)
from urbact_graph.settings import Settings

# A worker killed by SIGKILL, but not by us, was killed by an administrator or by the system for
# want of memory; how one ended that ended with its zygote is not known. That need not be the fault
# of the query, which is tried once more.
_KILLED_BY_OTHERS = (-signal.SIGKILL, None)
_ATTEMPTS = 2
# What the engine writes before it aborts for want of memory, and only then.
_OUT_OF_MEMORY = "memory allocation of"


class Pool:
    """Worker processes that evaluate queries on ``source``; thread-safe.

    A worker evaluates one query at a time. If all are busy, another one is forked; at most
    ``max_running_queries`` are kept once they are idle. ``modified`` is when this version replaced
    another, in seconds since 1970.

    Raises:
        DatasetError: the source's file is not an RDF file by its name.
        EngineError: it cannot be loaded.
    """

    def __init__(self, settings: Settings, source: Source) -> None:
        self._origin = source
        self.source = source.with_version()
        self.version = self.source.version or ""
        self.modified = source.modified()
        self._max_idle = settings.max_running_queries
        self._load = source.load(settings)
        self._lock = threading.Lock()
        self._workers: set[WorkerHandle] = set()
        self._idle: list[WorkerHandle] = []
        self._zygote_lock = threading.Lock()
        self._is_closed = False
        self._zygote = ZygoteHandle(self._load)
        self.counts = self._zygote.loaded()
        for _ in range(self._max_idle):
            self._release(self._fork())

    @property
    def workers(self) -> int:
        """How many workers there are, busy or idle."""
        return len(self._workers)

    def evaluate(
        self, request: Request, seconds: float, cancellation: Cancellation, slot: Slot
    ) -> Answer:
        """Evaluate ``request`` in its ``slot`` within ``seconds``, or until it is cancelled.

        Raises:
            TimeoutError: it took longer.
            ProblemError: it was cancelled or evicted, or cannot be evaluated.
        """
        reply = self.ask(request, seconds, cancellation, slot)
        if not isinstance(reply, Result):
            raise TypeError(reply)
        return Answer(reply.media_type, reply.content, self.version)

    def ask(
        self, message: ToWorker, seconds: float, cancellation: Cancellation, slot: Slot
    ) -> Result | Checked:
        """Return the reply of a worker to ``message``, as ``evaluate`` does for a request.

        Raises:
            TimeoutError, ProblemError: as ``evaluate``.
        """
        deadline = time.monotonic() + seconds
        end = End(None)
        for attempt in range(_ATTEMPTS):
            again = message
            if attempt and isinstance(message, Request):
                again = replace(message, attempt=attempt)
            reply = self._attempt(again, deadline, cancellation, slot)
            if isinstance(reply, Failure):
                raise reply.error()
            if not isinstance(reply, End):
                return reply
            end = reply
            if not end.may_be_tried_again:
                break
        raise end.problem()

    def close(self) -> None:
        """End the zygote and all workers; calling it again has no effect."""
        self._is_closed = True
        with self._zygote_lock:
            self._zygote.close()
        self._discard_idle()

    def _attempt(
        self, message: ToWorker, deadline: float, cancellation: Cancellation, slot: Slot
    ) -> "FromWorker | End":
        """Return the reply of a worker; or, if it ended without one, how it ended."""
        worker = self._assign(message)
        try:
            with cancellation.callback(worker.kill), slot.used_by(worker):
                reply = FROM_WORKER.receive(worker.connection, deadline)
        except TimeoutError:
            worker.kill()
            self._replace(worker)
            raise
        except EOFError:
            errors = worker.forward_errors()
            status = self._replace(worker)
            if cancellation.is_cancelled or slot.is_evicted:
                raise ProblemError(
                    CLIENT_CLOSED_REQUEST,
                    "The client closed the request while the query was running.",
                ) from None
            return End(status, errors)
        if isinstance(reply, Failure):
            worker.forward_errors()
        if reply.retire or cancellation.is_cancelled or slot.is_evicted:
            # It may have been killed just as it finished.
            self._replace(worker)
        else:
            self._release(worker)
        return reply

    def _assign(self, message: ToWorker) -> WorkerHandle:
        """Send ``message`` to an idle worker, or to a new one if none is idle and alive."""
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            worker = worker or self._fork()
            try:
                worker.connection.settimeout(None)
                TO_WORKER.send(worker.connection, message)
            except OSError:
                self._replace(worker)
            else:
                return worker

    def _release(self, worker: WorkerHandle) -> None:
        """Keep ``worker`` for another query, or end it if enough others are idle."""
        with self._lock:
            if is_kept := len(self._idle) < self._max_idle:
                self._idle.append(worker)
        if not is_kept:
            self._end(worker)

    def _replace(self, worker: WorkerHandle) -> int | None:
        """End ``worker``, have another one ready, and return how it ended if that is known."""
        status = self._end(worker)
        if len(self._idle) < self._max_idle:
            with contextlib.suppress(ProblemError):
                self._release(self._fork())
        return status

    def _end(self, worker: WorkerHandle) -> int | None:
        """End ``worker``, unless it has ended; return how it ended if that is known."""
        with self._lock:
            self._workers.discard(worker)
        worker.kill()
        worker.close()
        with self._zygote_lock:
            if self._is_closed or worker.zygote is not self._zygote:
                return None
            # One that is gone is replaced when the next worker is needed.
            with contextlib.suppress(OSError, EOFError):
                return self._zygote.collect(worker.pid)
        return None

    def _fork(self) -> WorkerHandle:
        with self._zygote_lock:
            if self._is_closed:
                raise ProblemError(
                    ENGINE_UNAVAILABLE, "The engine is shutting down; try again later."
                )
            try:
                worker = self._zygote.fork()
            except (OSError, EOFError):
                worker = self._restart()
        with self._lock:
            self._workers.add(worker)
        return worker

    def _restart(self) -> WorkerHandle:
        """Replace the zygote, which is gone, by a new one, and have it fork a worker."""
        self._zygote.close()
        self._discard_idle()
        try:
            self._ensure_unchanged()
            self._zygote = ZygoteHandle(self._load)
            self._zygote.loaded()
            return self._zygote.fork()
        except (OSError, EOFError, EngineError) as error:
            raise ProblemError(
                ENGINE_UNAVAILABLE, f"The engine cannot be restarted: {error}"
            ) from None

    def _ensure_unchanged(self) -> None:
        if self._origin.with_version() != self.source:
            raise EngineError(f"{self.source.file} has changed since it was loaded; reload it.")

    def _discard_idle(self) -> None:
        with self._lock:
            self._workers.difference_update(self._idle)
            discarded, self._idle = self._idle, []
        for worker in discarded:
            worker.close()


@dataclass(frozen=True)
class End:
    """The end of a worker that did not reply: its status if that is known, its last errors."""

    status: int | None
    errors: str = ""

    @property
    def is_out_of_memory(self) -> bool:
        """Whether it ended for want of memory."""
        return self.status == -signal.SIGABRT and _OUT_OF_MEMORY in self.errors

    @property
    def may_be_tried_again(self) -> bool:
        """Whether another attempt may have another end."""
        has_panicked = self.status == -signal.SIGABRT and not self.is_out_of_memory
        return self.status in _KILLED_BY_OTHERS or has_panicked

    def problem(self) -> ProblemError:
        """Return what the client is to know of it."""
        if self.status in _KILLED_BY_OTHERS:
            return ProblemError(
                ENGINE_UNAVAILABLE,
                "The processes that evaluated this query were ended from outside; try again.",
                headers={"Retry-After": "1"},
            )
        if self.is_out_of_memory:
            return out_of_memory()
        if self.status == -signal.SIGABRT:
            return ProblemError(
                EVALUATION_FAILED,
                "The engine has a fault that this query meets; ask it in another way. The server's "
                "log has the reason.",
            )
        return ProblemError(
            QUERY_TOO_COMPLEX,
            "The engine crashed at this query, most likely because it chains too many patterns or "
            "operators; shorten it.",
        )
