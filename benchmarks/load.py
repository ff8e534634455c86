"""The load: clients that each send a request as soon as the last one is answered.

All clients live in one process that waits for whichever socket has something to read, so that
they take little of the processors that the servers are measured on.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import re
import selectors
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

_CHUNK = 1 << 18
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_OK, _NO_CONTENT = 200, 204
_SMALL_ANSWER = b"x" * 2_000


@dataclass
class Run:
    """What came of a run: how long each good answer took, and how many were none."""

    times: list[float] = field(default_factory=list)
    errors: int = 0
    timeouts: int = 0
    seconds: float = 0.0

    def __iadd__(self, other: Run) -> Run:
        self.times += other.times
        self.errors += other.errors
        self.timeouts += other.timeouts
        self.seconds += other.seconds
        return self

    @property
    def median(self) -> float:
        """The time within which half of the answers came, in seconds."""
        return percentile(self.times, 50)

    @property
    def p99(self) -> float:
        """The time within which 99 of 100 answers came, in seconds."""
        return percentile(self.times, 99)

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.times) / self.seconds if self.seconds else math.nan


def percentile(times: Iterable[float], percent: float) -> float:
    """Return the least of ``times`` that ``percent`` of 100 of them do not exceed."""
    ordered = sorted(times)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


class Response:
    """Reads one HTTP response as it arrives; keeps the body only if asked to."""

    def __init__(self, *, keep: bool = False) -> None:
        self.status = 0
        self.closes = False
        self.done = False
        self._chunked = False
        self._left = -1
        self._pending = b""
        self._body: list[bytes] | None = [] if keep else None

    @property
    def body(self) -> bytes:
        """The body, as far as it was kept."""
        return b"".join(self._body or ())

    def feed(self, data: bytes) -> None:
        """Take the next bytes; ``done`` tells when the response is whole."""
        if not self.status:
            data = self._pending + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._pending = data
                return
            self._start(data[:end])
            data, self._pending = data[end + 4 :], b""
        if self._chunked:
            self._feed_chunks(data)
        else:
            self._take(data)
            self.done = self._left == 0

    def end(self) -> None:
        """Note that the connection was closed; without a length that ends the body."""
        self.done = self.done or bool(self.status and not self._chunked and self._left < 0)
        self.closes = True

    def _start(self, head: bytes) -> None:
        self.status = int(head[9:12])
        self._chunked = bool(_CHUNKED.search(head))
        length = _LENGTH.search(head)
        self._left = int(length[1]) if length and not self._chunked else -1
        self.closes = bool(_CLOSE.search(head)) or head.startswith(b"HTTP/1.0")
        if self._chunked or self.status == _NO_CONTENT:
            self._left = 0

    def _take(self, data: bytes) -> None:
        if self._left > 0:
            self._left -= len(data)
        if self._body is not None:
            self._body.append(data)

    def _feed_chunks(self, data: bytes) -> None:
        """Take chunks; ``_left`` counts what is missing of one and its line break."""
        data = self._pending + data
        at = 0
        while True:
            if self._left:
                step = min(self._left, len(data) - at)
                if self._body is not None:
                    # The last two bytes of a chunk are its line break.
                    self._body.append(data[at : at + min(step, max(self._left - 2, 0))])
                self._left -= step
                at += step
                if self._left:
                    break
            end = data.find(b"\r\n", at)
            if end < 0:
                break
            size = int(data[at:end].split(b";")[0], 16)
            if size == 0:
                # No server here sends trailers: an empty line ends the body.
                self.done = data[end + 2 : end + 4] == b"\r\n"
                break
            self._left, at = size + 2, end + 2
        self._pending = data[at:]


class _Client:
    """One connection that is kept alive, and the request that is on its way."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.response = Response()
        self.started = 0.0
        self.busy = False
        self.connection = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self.address, timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def fileno(self) -> int:
        return self.connection.fileno()

    def send(self, message: bytes) -> None:
        self.response = Response()
        self.busy = True
        self.started = time.perf_counter()
        self.connection.sendall(message)

    def receive(self) -> None:
        """Read what has come; a connection that broke ends the response."""
        try:
            data = self.connection.recv(_CHUNK)
        except OSError:
            data = b""
        if data:
            self.response.feed(data)
        else:
            self.response.end()

    def reconnect(self) -> None:
        self.connection.close()
        self.connection = self._connect()


def run(
    address: tuple[str, int],
    messages: Iterator[bytes],
    *,
    clients: int,
    seconds: float,
    least: int = 0,
    timeout: float = 20.0,
) -> Run:
    """Send ``messages`` from ``clients`` for ``seconds``, but ``least`` of them at the least.

    After a timeout no further request is sent. The run lasts until the last answer.
    """
    return _Loop(address, messages, clients, timeout).run(seconds, least)


class _Loop:
    def __init__(
        self, address: tuple[str, int], messages: Iterator[bytes], clients: int, timeout: float
    ) -> None:
        self.messages = messages
        self.timeout = timeout
        self.result = Run()
        self.sent = 0
        self.selector = selectors.EpollSelector()
        self.clients = [_Client(address) for _ in range(clients)]

    def run(self, seconds: float, least: int) -> Run:
        for client in self.clients:
            self.selector.register(client, selectors.EVENT_READ, client)
        started = time.perf_counter()
        self.until, self.least = started + seconds, least
        try:
            for client in self.clients:
                self._next(client)
            while any(client.busy for client in self.clients):
                self._turn()
        finally:
            self.result.seconds = time.perf_counter() - started
            for client in self.clients:
                client.connection.close()
            self.selector.close()
        return self.result

    def _turn(self) -> None:
        oldest = min(client.started for client in self.clients if client.busy)
        wait = max(0.0, oldest + self.timeout - time.perf_counter())
        for key, _ in self.selector.select(wait):
            client: _Client = key.data
            client.receive()
            if client.response.done or client.response.closes:
                self._finish(client)
        for client in self.clients:
            if client.busy and time.perf_counter() - client.started > self.timeout:
                self.result.timeouts += 1
                self._reconnect(client)

    def _finish(self, client: _Client) -> None:
        response = client.response
        if not client.busy:
            # The server closed a connection that nothing was asked on.
            self._reconnect(client)
            return
        if response.done and response.status == _OK:
            self.result.times.append(time.perf_counter() - client.started)
        else:
            self.result.errors += 1
        if response.closes:
            self._reconnect(client)
        self._next(client)

    def _next(self, client: _Client) -> None:
        client.busy = False
        going = time.perf_counter() < self.until or self.sent < self.least
        if self.result.timeouts or not going:
            return
        self.sent += 1
        client.send(next(self.messages))

    def _reconnect(self, client: _Client) -> None:
        client.busy = False
        self.selector.unregister(client)
        client.reconnect()
        self.selector.register(client, selectors.EVENT_READ, client)


def ask(
    address: tuple[str, int], message: bytes, timeout: float = 20.0, file: Path | None = None
) -> Response:
    """Send one request on a connection of its own, and return the whole response.

    The content of ``file`` is sent after the message.

    Raises:
        OSError: the server cannot be reached, breaks off, or takes longer than ``timeout``.
    """
    response = Response(keep=True)
    deadline = time.monotonic() + timeout
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.sendall(message)
        if file is not None:
            with file.open("rb") as content:
                connection.sendfile(content)
        while not response.done:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            data = connection.recv(_CHUNK)
            if data:
                response.feed(data)
                continue
            response.end()
            if not response.done:
                raise ConnectionError("the server broke off")
    return response


def ceiling(clients: int, seconds: float) -> Run:
    """Measure the clients themselves, against a server that always gives the same small answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_answer_all, args=(theirs,), daemon=True)
    server.start()
    try:
        address = ours.recv()
        message = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" + b"q" * 500
        return run(address, iter(lambda: message, b""), clients=clients, seconds=seconds)
    finally:
        server.terminate()
        server.join()


def _answer_all(pipe: Connection) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(_SMALL_ANSWER) + _SMALL_ANSWER
    with socket.create_server(("127.0.0.1", 0)) as listener, selectors.EpollSelector() as selector:
        pipe.send(listener.getsockname()[:2])
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    accepted, _ = listener.accept()
                    selector.register(accepted, selectors.EVENT_READ)
                    continue
                connection = key.fileobj
                if not isinstance(connection, socket.socket):
                    continue
                with contextlib.suppress(OSError):
                    if connection.recv(_CHUNK):
                        connection.sendall(answer)
                        continue
                selector.unregister(connection)
                connection.close()
