"""A worker process: evaluates one query at a time, received over a socket, until that is closed.

For another engine it reads queries and answers, which may be too much for their reader, too.
"""

import os
import resource
import socket
import traceback
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Store

from urbact_graph.engine.admission import admit
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.memory import resident_bytes
from urbact_graph.engine.messages import (
    FROM_WORKER,
    TO_WORKER,
    Check,
    Convert,
    Failure,
    FromWorker,
    Load,
    ToWorker,
)
from urbact_graph.engine.reading import checked, converted
from urbact_graph.problems import EVALUATION_FAILED, ProblemError

# A worker whose memory has grown by more than this is replaced after its query.
_MAX_GROWTH_BYTES = 100_000_000
# Queries yield to the web process, so that a busy machine still answers /health.
_NICENESS = 5


def work(connection: socket.socket, store: Store, load: Load) -> None:
    """Answer the requests that arrive over ``connection``; return when it is closed."""
    baseline = resident_bytes(os.getpid())
    _confine(load.max_query_memory_bytes)
    while True:
        try:
            message = TO_WORKER.receive(connection)
        except EOFError:
            return
        reply = _reply(store, message, load)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - baseline
        if grown > _MAX_GROWTH_BYTES:
            reply = replace(reply, retire=True)
        FROM_WORKER.send(connection, reply)


def _reply(store: Store, message: ToWorker, load: Load) -> FromWorker:
    try:
        if isinstance(message, Convert):
            return converted(message, load.prefixes)
        admit(
            message.query,
            max_query_bytes=load.max_query_bytes,
            max_nesting_depth=load.max_nesting_depth,
        )
        if isinstance(message, Check):
            return checked(message)
        return evaluate(
            store, message, load.prefixes, allow_unknown_graphs=load.allow_unknown_graphs
        )
    except ProblemError as error:
        return Failure.of(error)
    except Exception:  # noqa: BLE001 - a bug costs one query its answer, not others their worker
        traceback.print_exc()
        return Failure.of(
            ProblemError(
                EVALUATION_FAILED,
                "The engine failed to evaluate the query; the reason is in the server's log.",
            )
        )


def _confine(max_query_memory_bytes: int) -> None:
    """Give up what no query needs: more memory than allowed, new files and sockets, core dumps."""
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    mapped = int(statm.split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + max_query_memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Open descriptors stay open, but no file and no socket can be opened any more.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    os.nice(_NICENESS)
