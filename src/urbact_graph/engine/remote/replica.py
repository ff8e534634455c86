"""A replica: the SPARQL service at one address, its connections, and what is known of it."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl, urlencode, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from urbact_graph.engine.remote.dialects import STANDARD, Dialect, Parameters, dialect_of
from urbact_graph.engine.remote.exchange import (
    Connection,
    Exchange,
    Response,
    TooMuchError,
    reason_of,
)
from urbact_graph.engine.remote.faults import GoneError, StaleError
from urbact_graph.errors import EngineError

# A machine that does not take a connection within this many seconds counts as gone.
CONNECT_SECONDS = 0.7
_MAX_IDLE = 32
_GRAPH_PARAMETERS = ("default-graph-uri", "named-graph-uri")


class State(Enum):
    """How a replica is: it answers; it is late to answer, or failed a query; it does not answer."""

    UP = "up"
    DOUBTFUL = "doubtful"
    DOWN = "down"


@dataclass(frozen=True)
class Message:
    """What is sent for a query: its parameters without the limit of time, and what is accepted.

    With ``chooses_graphs`` those graphs are not sent that the address of the replica names; with
    ``all_graphs`` the default graph is to be the union of all.
    """

    parameters: Parameters
    accept: str = ""
    chooses_graphs: bool = False
    all_graphs: bool = False


class Replica:
    """The SPARQL service at ``url``; thread-safe.

    The parameters in the address are sent with every query. ``state``, ``reason`` (why it is not
    up), ``dialect`` and ``version`` are what was seen last.

    Raises:
        EngineError: the address is none of HTTP, or holds a password.
    """

    def __init__(self, url: str, authorization: str = "") -> None:
        parts = urlsplit(url)
        try:
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:
            self._host = ""
        if parts.scheme not in ("http", "https") or not self._host:
            raise EngineError(
                f"{url} is no address of an engine; name one such as "
                "http://127.0.0.1:7878/query with --engine."
            )
        if parts.username is not None:
            raise EngineError(
                "The address of the engine holds a user's name, which others can see; set "
                "URBACT_GRAPH_ENGINE_AUTHORIZATION instead."
            )
        self._scheme = parts.scheme
        self._target = parts.path or "/"
        self._parameters = tuple(parse_qsl(parts.query, keep_blank_values=True))
        self._authorization = authorization
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}"
        self.state = State.DOWN
        self.reason = "was not asked yet"
        self.dialect: Dialect = STANDARD
        self.version = ""
        self.running = 0
        self.changed = threading.Event()
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._is_closed = False

    @property
    def default_graphs(self) -> tuple[str, ...]:
        """The IRIs of the default graph that its address names."""
        return tuple(value for name, value in self._parameters if name == "default-graph-uri")

    def become(self, state: State, reason: str = "") -> None:
        """Note how it is, and if it is not up, a clause that says why."""
        self.state, self.reason = state, reason

    def doubt(self, reason: str) -> None:
        """Ask it only where no other is up, until the monitor has looked, which it does at once."""
        if self.state is State.UP:
            self.become(State.DOUBTFUL, reason)
        self.changed.set()

    @contextlib.contextmanager
    def occupied(self) -> Iterator[None]:
        """Count a query that it evaluates during the block."""
        with self._lock:
            self.running += 1
        try:
            yield
        finally:
            with self._lock:
                self.running -= 1

    def ask(self, message: Message, exchange: Exchange, max_bytes: int) -> Response:
        """Send ``message``; return the whole response, whatever its status.

        Raises:
            TimeoutError: the deadline has come.
            TooMuchError: the response has more than ``max_bytes``.
            GoneError: it does not answer.
            InterruptedExchangeError: the exchange was ended.
        """
        while True:
            connection, is_kept = self._connection()
            try:
                response = self._received(connection, message, exchange, max_bytes)
            except StaleError:
                connection.close()
                if not is_kept:
                    raise
            except BaseException:
                connection.close()
                raise
            else:
                self._keep(connection)
                return response

    def close(self) -> None:
        """Close the connections that are kept, and keep none from now on."""
        with self._lock:
            self._is_closed = True
            kept, self._idle = self._idle, []
        for connection in kept:
            connection.close()

    def _received(
        self, connection: Connection, message: Message, exchange: Exchange, max_bytes: int
    ) -> Response:
        headers = {
            "Accept": message.accept,
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "urbact-graph",
        }
        if self._authorization:
            headers["Authorization"] = self._authorization
        body = urlencode(self._sent(message, exchange)).encode()
        head: Response | None = None
        content, size = [], 0
        for part in exchange.send(connection, self._target, body, headers):
            if isinstance(part, Response):
                head = part
                continue
            size += len(part)
            if size > max_bytes:
                raise TooMuchError
            content.append(part)
        if head is None:
            raise GoneError("it ended the connection without an answer")
        if server := head.headers.get("Server"):
            self.dialect = dialect_of(server)
        return Response(head.status, head.headers, b"".join(content))

    def _sent(self, message: Message, exchange: Exchange) -> Parameters:
        known = self._parameters
        if message.chooses_graphs:
            known = tuple(one for one in known if one[0] not in _GRAPH_PARAMETERS)
        own = {name for name, _ in known}
        # A limit that the operator has put into the address stays.
        timeout = (one for one in self.dialect.timeout(exchange.seconds_left) if one[0] not in own)
        union = (self.dialect.union or ()) if message.all_graphs else ()
        return (*known, *message.parameters, *union, *timeout)

    def _connection(self) -> tuple[Connection, bool]:
        """Return an open connection, and whether it was kept from before.

        Raises:
            GoneError: none can be opened.
        """
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._opened(), False
            if connection.is_connected:
                return connection, True
            connection.close()

    def _opened(self) -> Connection:
        kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
        connection = kind(self._host, self._port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            raise GoneError(f"it takes no connection ({reason_of(error)})") from None
        return connection

    def _keep(self, connection: Connection) -> None:
        with self._lock:
            has_room = not self._is_closed and len(self._idle) < _MAX_IDLE
            is_kept = has_room and not connection.is_closed
            if is_kept:
                self._idle.append(connection)
        if not is_kept:
            connection.close()


def exchange_of(seconds: float) -> Exchange:
    """Make an exchange that may take so many seconds."""
    return Exchange(time.monotonic() + seconds)
