"""The zygote: loads the dataset once, then forks a worker at each request.

It is a program of its own, ``python -m urbact_graph.engine.zygote DESCRIPTOR``, because only a
process without threads can fork safely, and the process that uses the engine has threads. The
workers share the memory of the dataset with it. It serves the socket DESCRIPTOR until that is
closed at the other end.
"""

import contextlib
import os
import signal
import socket
import sys

from pyoxigraph import Store

from urbact_graph.engine.loading import LoadError, load_store
from urbact_graph.engine.memory import resident_bytes
from urbact_graph.engine.messages import (
    FROM_ZYGOTE,
    TO_ZYGOTE,
    Collect,
    Collected,
    Fork,
    Forked,
    Load,
    LoadFailed,
)
from urbact_graph.engine.protocol import Counts
from urbact_graph.engine.worker import work
from urbact_graph.parent_death import end_with_parent


def main(descriptor: int) -> None:
    """Load the dataset that the first message names, and serve the others."""
    # These are for the main process, with which this one may share a terminal and a name.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    # The other side may close the socket at any time.
    with contextlib.suppress(EOFError, ConnectionError):
        load = TO_ZYGOTE.receive(control)
        if not isinstance(load, Load):
            raise TypeError(load)
        try:
            store = load_store(load)
        except LoadError as error:
            FROM_ZYGOTE.send(control, LoadFailed(f"{load.name} cannot be loaded: {error}"))
            return
        graphs = sum(1 for _ in store.named_graphs())
        FROM_ZYGOTE.send(control, Counts(len(store), graphs))
        _serve(control, store, load)


def _serve(control: socket.socket, store: Store, load: Load) -> None:
    """Fork workers and collect them until the other side closes ``control``; then end the rest."""
    children: set[int] = set()
    try:
        while True:
            match TO_ZYGOTE.receive(control):
                case Fork():
                    children.add(_fork(control, store, load))
                case Collect(pid):
                    status = None
                    if pid in children:
                        children.discard(pid)
                        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                    FROM_ZYGOTE.send(control, Collected(status))
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _fork(control: socket.socket, store: Store, load: Load) -> int:
    """Fork a worker, send the descriptors of it, and return its number."""
    ours, theirs = socket.socketpair()
    # What a worker writes before it aborts says why.
    errors = os.memfd_create("stderr")
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            control.close()
            ours.close()
            os.dup2(errors, sys.stderr.fileno())
            end_with_parent(signal.SIGKILL, parent)
            work(theirs, store, load)
        finally:
            # Without the clean-up of the zygote.
            os._exit(0)
    theirs.close()
    process = os.pidfd_open(child)
    reply = FROM_ZYGOTE.encode(Forked(child, resident_bytes(parent)))
    socket.send_fds(control, [reply], [ours.fileno(), process, errors])
    ours.close()
    os.close(process)
    os.close(errors)
    return child


if __name__ == "__main__":
    main(int(sys.argv[1]))
