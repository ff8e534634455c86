"""A SPARQL service over HTTP, as others run one, whose faults are switched on and off."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store, serialize

from tests.support.waiting import DEADLINE

Handle = Callable[["Handler", str], None]


class Handler(BaseHTTPRequestHandler):
    """Answers one query after another over a connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        form = parse_qs(self.rfile.read(size).decode(), keep_blank_values=True)
        query = form["query"][0]
        service = self.server.service
        with service.lock:
            service.forms.append(form)
            fault = service.fault if service.is_met(query) else None
        with service.busy():
            (fault or answer)(self, query)

    def version_string(self) -> str:
        return self.server.service.name

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def send(
        self,
        content: bytes,
        media_type: str,
        status: int = 200,
        size: int | None = None,
        **more: Any,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content) if size is None else size))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(content)


def answer(handler: Handler, query: str) -> None:
    """Answer as a right service does."""
    service = handler.server.service
    accept = handler.headers.get("Accept", "")
    try:
        found = service.store.query(query)
    except SyntaxError as error:
        handler.send(str(error).encode(), "text/plain", 400)
        return
    except RuntimeError as error:
        handler.send(str(error).encode(), "text/plain", 500)
        return
    if isinstance(found, QueryTriples):
        form = next(f for f in (RdfFormat.N_TRIPLES, RdfFormat.TURTLE) if f.media_type in accept)
        handler.send(serialize(found, format=form) or b"", form.media_type)
        return
    results = QueryResultsFormat.XML if "json" not in accept else QueryResultsFormat.JSON
    handler.send(found.serialize(format=results) or b"", results.media_type)


def slow(handler: Handler, _: str) -> None:
    """Answer nothing until the client has gone."""
    handler.connection.settimeout(DEADLINE)
    with contextlib.suppress(OSError):
        handler.server.service.was_left = handler.connection.recv(1) == b""
    handler.close_connection = True


def drip(handler: Handler, _: str) -> None:
    """Send the head of a response by the byte, for ever."""
    with contextlib.suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 10_000:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
    handler.close_connection = True


def dead(handler: Handler, _: str) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def cut(handler: Handler, _: str) -> None:
    """Announce more than is sent."""
    handler.send(b'{"head":{"vars":["x"]},"results":{"bindings":[', JSON, size=1_000)
    handler.close_connection = True


def garbage(handler: Handler, _: str) -> None:
    """Send what looks like an answer by its type alone."""
    media_type = JSON if "json" in handler.headers.get("Accept", "") else XML
    handler.send(b'{"head":{"vars":["x"]},"results":{"bindings":[', media_type)


def nested(handler: Handler, _: str) -> None:
    """Send brackets for ever further in."""
    handler.send(b'{"head":' + b"[" * 200_000, JSON)


def other_form(handler: Handler, _: str) -> None:
    """Answer every query as if it were an ASK."""
    handler.send(json.dumps({"head": {}, "boolean": True}).encode(), JSON)


def page(handler: Handler, _: str) -> None:
    """Send a page for people."""
    handler.send(b"<!doctype html><title>Log in</title>", "text/html")


def huge(handler: Handler, _: str) -> None:
    """Send rows for ever."""
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Connection", "close")
    handler.end_headers()
    row = b'{"x":{"type":"literal","value":"' + b"a" * 1_000 + b'"}},'
    with contextlib.suppress(OSError):
        handler.wfile.write(b'{"head":{"vars":["x"]},"results":{"bindings":[')
        for _i in range(100_000):
            handler.wfile.write(row)
    handler.close_connection = True


def redirect(handler: Handler, _: str) -> None:
    """Send the client to this very address."""
    handler.send(b"", "text/plain", 302, Location="/query")


def refusing(status: int, text: str = "no", **headers: Any) -> Handle:
    """Return a fault that answers with an error."""

    def refuse(handler: Handler, _: str) -> None:
        handler.send(text.encode(), "text/plain", status, **headers)

    return refuse


def partial(handler: Handler, _: str) -> None:
    """Answer with a part of the rows, as Virtuoso does at its own limit of time."""
    content = b'{"head":{"vars":["x"]},"results":{"bindings":[]}}'
    handler.send(content, JSON, X_SQL_State="S1TAT")


JSON = QueryResultsFormat.JSON.media_type
XML = QueryResultsFormat.XML.media_type


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    service: Service
    connections: ClassVar[set[socket.socket]]


class Service:
    """A service on ``store``; ``fault`` answers, if there is one, the queries that it is met by.

    ``forms`` are the forms that were sent, ``was_left`` whether a client went before it was
    answered; with ``is_thorough`` the fault also answers what watches the service.
    """

    def __init__(self, store: Store, name: str = "Test/1") -> None:
        self.store = store
        self.name = name
        self.fault: Handle | None = None
        self.is_thorough = False
        self.was_left = False
        self.forms: list[dict[str, list[str]]] = []
        self.running = self.most_running = 0
        self.lock = threading.Lock()
        self._server: Server | None = None
        self._sockets: set[socket.socket] = set()
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/query"

    @property
    def queries(self) -> list[str]:
        return [form["query"][0] for form in self.forms]

    def is_met(self, query: str) -> bool:
        return self.is_thorough or "x:" in query

    def start(self) -> None:
        """Listen, on the same port as before."""
        service = self

        class Tracked(Server):
            def get_request(self) -> tuple[socket.socket, Any]:
                connection, address = super().get_request()
                with service.lock:
                    service._sockets.add(connection)
                return connection, address

            def handle_error(self, *_: object) -> None:
                """Say nothing: clients leave, and are left."""

        self._server = Tracked(("127.0.0.1", self.port), Handler)
        self._server.service = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Be gone, as a process that is killed: with all connections."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        with self.lock:
            connections, self._sockets = self._sockets, set()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        with self.lock:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            yield
        finally:
            with self.lock:
                self.running -= 1


@contextlib.contextmanager
def services(
    count: int, store: Callable[[], Store], name: str = "Test/1"
) -> Iterator[list[Service]]:
    """Run so many services, each on a store of its own, while the block lasts."""
    found = [Service(store(), name) for _ in range(count)]
    try:
        yield found
    finally:
        for service in found:
            service.stop()
