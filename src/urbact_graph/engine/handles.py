"""The engine's handles of its processes: of a zygote, and of the workers that it forks."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass

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
from urbact_graph.errors import EngineError

_MAX_FORKED_BYTES = 1_000
_EXIT_SECONDS = 5.0
_MAX_ERROR_BYTES = 10_000


@dataclass(eq=False)
class WorkerHandle:
    """A worker process: the socket to it, its descriptor (pidfd), and its standard error.

    ``shared_bytes`` is the memory that it had in common with its zygote at first.
    """

    zygote: "ZygoteHandle"
    pid: int
    connection: socket.socket
    process: int
    errors: int
    shared_bytes: int
    _forwarded: int = 0

    @property
    def memory_bytes(self) -> int:
        """The memory that it does not share with its zygote."""
        return max(0, resident_bytes(self.pid) - self.shared_bytes)

    def suspend(self) -> None:
        """Stop it until it is resumed."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it continue."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        self._send(signal.SIGKILL)

    def close(self) -> None:
        """Close the descriptors; a worker that is idle exits."""
        self.connection.close()
        os.close(self.process)
        os.close(self.errors)

    def forward_errors(self) -> str:
        """Write what is new on its standard error to that of this process, and return it."""
        written = os.pread(self.errors, _MAX_ERROR_BYTES, self._forwarded)
        self._forwarded += len(written)
        text = written.decode(errors="replace")
        sys.stderr.write(text)
        return text

    def _send(self, number: signal.Signals) -> None:
        # By descriptor: the number may be that of another process by now.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, number)


class ZygoteHandle:
    """A zygote process and the socket to it; for one thread at a time."""

    def __init__(self, load: Load) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "urbact_graph.engine.zygote", str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                # A worker that runs out of memory writes one line, not a backtrace.
                env={**os.environ, "RUST_BACKTRACE": "0"},
            )
        self.pid = self._process.pid
        # It may exit at once; loaded() notices.
        with contextlib.suppress(OSError):
            TO_ZYGOTE.send(self._control, load)

    def loaded(self) -> Counts:
        """Wait until the dataset is loaded; return how large it is.

        Raises:
            EngineError: it cannot be loaded.
        """
        try:
            reply = FROM_ZYGOTE.receive(self._control)
        except EOFError:
            reply = LoadFailed("the process that loads the dataset ended unexpectedly")
        match reply:
            case Counts():
                return reply
            case LoadFailed(reason):
                self.close()
                raise EngineError(f"{reason}.")
        raise TypeError(reply)

    def fork(self) -> WorkerHandle:
        """Have a worker forked.

        Raises:
            OSError, EOFError: the zygote is gone.
        """
        TO_ZYGOTE.send(self._control, Fork())
        # Short enough to arrive as it was sent: whole, and with its descriptors.
        frame, descriptors, _, _ = socket.recv_fds(self._control, _MAX_FORKED_BYTES, 3)
        reply = FROM_ZYGOTE.decode(frame)
        if not isinstance(reply, Forked):
            raise TypeError(reply)
        connection, process, errors = socket.socket(fileno=descriptors[0]), *descriptors[1:]
        return WorkerHandle(self, reply.pid, connection, process, errors, reply.resident_bytes)

    def collect(self, pid: int) -> int | None:
        """Wait for the end of a worker, and return how it ended, as ``Popen.returncode``.

        Raises:
            OSError, EOFError: the zygote is gone.
        """
        TO_ZYGOTE.send(self._control, Collect(pid))
        reply = FROM_ZYGOTE.receive(self._control)
        if not isinstance(reply, Collected):
            raise TypeError(reply)
        return reply.status

    def close(self) -> None:
        """End the zygote, and with it all its workers; calling it again has no effect."""
        self._control.close()
        try:
            self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
