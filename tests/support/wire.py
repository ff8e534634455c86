"""HTTP byte by byte: requests that no client library sends, and responses as they arrive."""

import contextlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.servers import Server
from tests.support.waiting import DEADLINE


@dataclass(frozen=True)
class Received:
    """A response as it arrived; the names of ``headers`` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        """The name of the problem that it is."""
        return str(json.loads(self.body)["type"]).rpartition("/")[2]


class Wire:
    """A connection to a server."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._file = connection.makefile("rb")

    def send(self, *lines: bytes, body: bytes = b"") -> None:
        """Send a request: its first line, further header lines, and a body."""
        head = [lines[0] + b" HTTP/1.1", b"Host: stranger.example", *lines[1:], b"", b""]
        self.connection.sendall(b"\r\n".join(head) + body)

    def receive(self, method: str = "GET") -> Received:
        """Receive the whole response to a request of ``method``, or an interim one (1xx)."""
        line = self._file.readline()
        assert line.startswith(b"HTTP/1.1 "), f"no status line but {line!r}"
        status = int(line.split()[1])
        headers: dict[str, str] = {}
        while (line := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = b""
        if method != "HEAD" and status >= 200 and status != 304:
            if headers.get("transfer-encoding") == "chunked":
                body = b"".join(self._chunks())
            else:
                body = self._file.read(int(headers["content-length"]))
        return Received(status, headers, body)

    def ask(self, *lines: bytes, body: bytes = b"") -> Received:
        """Send a request and receive its response."""
        self.send(*lines, body=body)
        return self.receive(lines[0].split()[0].decode())

    def is_ended(self) -> bool:
        """Wait for another byte; tell whether the server has closed the connection instead."""
        with contextlib.suppress(ConnectionError):
            return self._file.read(1) == b""
        return True

    def disconnect(self) -> None:
        """Close the connection without reading what is still to come."""
        self._file.close()
        self.connection.close()

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._file.readline(), 16):
            yield self._file.read(size)
            self._file.readline()
        self._file.readline()


@contextlib.contextmanager
def wire(server: Server, received_bytes: int | None = None) -> Iterator[Wire]:
    """Connect to ``server`` while the block lasts, optionally with a small receive buffer."""
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    with socket.socket() as connection:
        if received_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, received_bytes)
        connection.settimeout(DEADLINE)
        connection.connect((host, int(port)))
        connected = Wire(connection)
        try:
            yield connected
        finally:
            connected.disconnect()


def ask(server: Server, *lines: bytes, body: bytes = b"") -> Received:
    """Send one request to ``server`` on a connection of its own."""
    with wire(server) as connected:
        return connected.ask(*lines, body=body)
