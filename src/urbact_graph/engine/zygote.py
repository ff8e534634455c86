"""The parent of the workers: loads the store once, then forks a worker whenever it is asked to.

It runs as a program of its own, ``python -m urbact_graph.engine.zygote``, because a fork is only
safe in a process without threads, and the web process has some. The workers share the memory of
the store with it.
"""

import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from urbact_graph.engine.parent_death import end_with_parent
from urbact_graph.engine.messages import Limits, frame, receive
from urbact_graph.engine.worker import resident_bytes, work


def main(
    control_descriptor: int, dataset: str, name: str, media_type: str, limits: list[int]
) -> None:
    """Serve the control socket until the web process closes it."""
    # These are for the main process, which may share its terminal and its name with this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    control = socket.socket(fileno=control_descriptor)
    try:
        store = load(Path(dataset), media_type, Path(name))
    except (OSError, SyntaxError, ValueError) as error:
        # The web process may have met the same and be gone.
        with contextlib.suppress(BrokenPipeError):
            control.sendall(frame({"error": f"{name} cannot be loaded: {_reason(error)}"}))
        return
    graphs = sum(1 for _ in store.named_graphs())
    children: set[int] = set()
    try:
        # The web process may be gone at any time.
        with contextlib.suppress(ConnectionError):
            control.sendall(frame({"quads": len(store), "named_graphs": graphs}))
            _serve(control, store, Limits(*limits), children)
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    return getattr(error, "strerror", None) or str(error)


def load(dataset: Path, media_type: str, name: Path) -> Store:
    """Load an RDF file into a store in memory; the named graphs of quads are kept.

    Relative IRIs, common in hand-made files, are taken as relative to the file ``name``.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it does not hold what its name says.
    """
    store = Store()
    store.bulk_load(
        path=str(dataset),
        format=RdfFormat.from_media_type(media_type),
        base_iri=name.resolve().as_uri(),
    )
    return store


def _serve(control: socket.socket, store: Store, limits: Limits, children: set[int]) -> None:
    while True:
        try:
            message, _ = receive(control)
        except EOFError:
            return
        status = None
        if (ended := message.get("collect")) in children:
            children.discard(ended)
            status = os.waitstatus_to_exitcode(os.waitpid(ended, 0)[1])
        if not message.get("fork"):
            control.sendall(frame({"status": status}))
            continue
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            control.close()
            ours.close()
            _run_worker(theirs, store, limits, parent)
        children.add(child)
        theirs.close()
        descriptor = os.pidfd_open(child)
        resident = resident_bytes(parent)
        reply = frame({"status": status, "pid": child, "resident": resident})
        socket.send_fds(control, [reply], [ours.fileno(), descriptor])
        ours.close()
        os.close(descriptor)


def _run_worker(connection: socket.socket, store: Store, limits: Limits, parent: int) -> None:
    """Work, and leave without the parent's clean-up whatever happens."""
    try:
        end_with_parent(signal.SIGKILL, parent)
        work(connection, store, limits)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
