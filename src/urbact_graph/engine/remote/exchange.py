"""One query sent to a replica over HTTP, and what comes back; another thread may end it."""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from urbact_graph.engine.remote.faults import GoneError, InterruptedExchangeError, StaleError

Connection = HTTPConnection | HTTPSConnection

_PIECE = 65_536


class TooMuchError(Exception):
    """The body is larger than allowed."""


@dataclass(frozen=True)
class Response:
    """A whole response; names of headers are compared without regard to case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def media_type(self) -> str:
        """The media type of the content, without parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass
class Exchange:
    """What is asked for one query, of one replica after another, until ``deadline``.

    ``deadline`` is a time of ``time.monotonic``. The scheduler has it as a process, which cannot
    be suspended: what another machine does goes on.
    """

    deadline: float
    memory_bytes: int = sys.maxsize
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _socket: socket.socket | None = None
    _is_ended: bool = False

    @property
    def seconds_left(self) -> float:
        """How much time is left; not below a millisecond."""
        return max(0.001, self.deadline - time.monotonic())

    @property
    def is_late(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self.deadline

    def kill(self) -> None:
        """End it: the connection is closed, which is how the engine learns of it."""
        with self._lock:
            self._is_ended = True
            self._shut()

    def suspend(self) -> None:
        """Leave it as it is."""

    def resume(self) -> None:
        """Leave it as it is."""

    def send(
        self, connection: Connection, target: str, body: bytes, headers: Mapping[str, str]
    ) -> Iterator[Response | bytes]:
        """Send a form to ``target`` by POST; yield the head of the response, then its pieces.

        Raises:
            TimeoutError: the deadline has come.
            InterruptedExchangeError: it was ended.
            GoneError: the connection failed; StaleError if that was one kept from before.
        """
        is_kept = not connection.is_closed
        timer = threading.Timer(self.seconds_left, self._expire)
        timer.daemon = True
        timer.start()
        try:
            with self._on(connection):
                connection.timeout = self.seconds_left
                connection.request("POST", target, body, headers, preload_content=False)
                response = connection.getresponse()
                is_kept = False
                yield Response(response.status, response.headers, b"")
                yield from response.stream(_PIECE)
        except (OSError, HTTPError, HTTPException) as error:
            if self.is_late:
                raise TimeoutError from None
            if self._is_ended:
                raise InterruptedExchangeError("was interrupted") from None
            kind = StaleError if is_kept else GoneError
            raise kind(f"the connection failed ({reason_of(error)})") from None
        finally:
            timer.cancel()

    @contextlib.contextmanager
    def _on(self, connection: Connection) -> Iterator[None]:
        """Let ``connection``, which is open, be closed by ``kill`` during the block."""
        with self._lock:
            self._socket = connection.sock
            if self._is_ended:
                self._shut()
        try:
            yield
        finally:
            with self._lock:
                self._socket = None

    def _expire(self) -> None:
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            # It may be closed from the other side.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def reason_of(error: Exception) -> str:
    """Return in a few words why a connection failed."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "it took too long"
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return str(cause).split(": ")[-1] or type(cause).__name__
