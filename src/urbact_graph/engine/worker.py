"""A worker: takes one query at a time from its socket until that is closed."""

import os
import resource
import socket
import traceback
from pathlib import Path

from pyoxigraph import Store

from urbact_graph.engine.admission import admit
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.messages import Limits, Request, frame, receive
from urbact_graph.problems import EVALUATION_FAILED, ProblemError

# Memory that a worker may keep after a query; one that kept more is replaced.
_KEPT_BYTES = 100_000_000
# An answer up to this size is sent together with its head; a larger one is not to be copied.
_SMALL_BYTES = 100_000
# A query runs below the web process, so that a full machine still answers /health.
_NICENESS = 5


def work(connection: socket.socket, store: Store, limits: Limits) -> None:
    """Answer the requests that come over ``connection``; returns when it is closed."""
    baseline = resident_bytes(os.getpid())
    _confine(limits.memory_bytes)
    while True:
        try:
            message, _ = receive(connection)
        except EOFError:
            return
        header, content = _answer(store, message, limits)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - baseline
        head = frame({**header, "retire": grown > _KEPT_BYTES}, len(content))
        if len(content) < _SMALL_BYTES:
            connection.sendall(head + content)
        else:
            connection.sendall(head)
            connection.sendall(content)


def _answer(
    store: Store, message: dict[str, object], limits: Limits
) -> tuple[dict[str, object], bytes]:
    try:
        request = _request(message)
        admit(request.query, max_query_bytes=limits.max_query_bytes, max_nesting_depth=limits.max_nesting_depth)
        answer = evaluate(store, request)
    except ProblemError as error:
        refused = error
    except Exception:  # noqa: BLE001 - whatever it is
        # Unforeseen, but no reason to die: it is logged, and the client gets an answer.
        traceback.print_exc()
        refused = ProblemError(
            EVALUATION_FAILED, "The engine failed at this query; the reason is in the server's log."
        )
    else:
        return {"media_type": answer.media_type}, answer.content
    header: dict[str, object] = {
        "problem": refused.problem.name,
        "detail": refused.detail,
        "extensions": refused.extensions,
    }
    return header, b""


def _request(message: dict[str, object]) -> Request:
    return Request(**message)  # type: ignore[arg-type]


def _confine(memory_bytes: int) -> None:
    """Give up what no query needs: more memory than allowed, new files, new sockets, cores."""
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    mapped = int(statm.split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Files that are open stay open; none can be opened any more, and no socket either.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    os.nice(_NICENESS)


def resident_bytes(pid: int) -> int:
    """Return the memory that a process has, shared or not; 0 if there is none."""
    try:
        statm = Path(f"/proc/{pid}/statm").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(statm.split()[1]) * resource.getpagesize()
