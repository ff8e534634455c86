"""A small store by the SPARQL 1.1 Graph Store Protocol, which also fails as stores do.

It is a WSGI application on pyoxigraph, with endpoints for queries and updates, authentication, and
rules that have it refuse, break a connection or lose triples.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Store,
    parse,
    serialize,
)
from werkzeug.datastructures import Authorization

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# Of the authority of the tests, which they have instead of those of the system.
CERTIFICATES = Path(__file__).with_name("certificates")
AUTHORITY = CERTIFICATES / "authority.pem"
USER, PASSWORD, TOKEN = "ünal", 'p"ss: wörd', "to.ken-1"
_FORMATS = {"application/n-triples": RdfFormat.N_TRIPLES, "text/turtle": RdfFormat.TURTLE}


class BrokenError(Exception):
    """Has the connection closed without an answer."""


@dataclass(frozen=True)
class Asked:
    """A request: ``what`` is its method and path, or "query" or "update"; ``number`` counts those.

    ``graph`` is None for the default graph.
    """

    what: str
    number: int
    graph: str | None
    media_type: str
    body: bytes
    address: str
    authorization: str


# An answer: status, headers, body. A rule returns None where it leaves the request to the store.
Answered = tuple[int, dict[str, str], bytes]
Rule = Callable[[Asked], Answered | None]


@dataclass
class StoreServer:
    """The store behind ``address``; ``asked`` has all requests, those that were refused too.

    ``rule`` decides before the store, ``after`` is called once it has done what was asked.
    ``wants`` is the header of its challenges, empty where it takes everything from everybody.
    """

    data: Store = field(default_factory=Store)
    rule: Rule = lambda _: None
    after: Callable[[Asked], None] = lambda _: None
    wants: list[str] = field(default_factory=list)
    paths: tuple[str, str, str] = ("/store", "/query", "/update")
    largest: int = 1 << 40
    asked: list[Asked] = field(default_factory=list)
    address: str = ""
    nonces: Iterator[int] = field(default_factory=itertools.count)
    uses_of_nonce: int = 1 << 30
    _uses: dict[str, int] = field(default_factory=dict)

    @property
    def store(self) -> str:
        """The address of the graph store."""
        return f"{self.address}{self.paths[0]}"

    def sent(self, *methods: str) -> list[Asked]:
        """Return the requests of these kinds."""
        return [one for one in self.asked if one.what.split()[0] in methods]

    def graph(self, name: str | None = None) -> set[str]:
        """Return the statements of a graph."""
        place = DefaultGraph() if name is None else NamedNode(name)
        return {str(quad.triple) for quad in self.data.quads_for_pattern(None, None, None, place)}

    def graphs(self) -> set[str]:
        """Return the names of the named graphs."""
        return {str(name)[1:-1] for name in self.data.named_graphs()}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        """Answer a request (PEP 3333)."""
        asked = self._asked(environ)
        self.asked.append(asked)
        try:
            status, headers, body = self._answer(asked, environ["REQUEST_METHOD"])
            self.after(asked)
        except BrokenError:
            environ["tests.break"]()
            # What wsgiref takes for a client that has gone.
            raise ConnectionResetError from None
        start(
            f"{status} {HTTPStatus(status).phrase}", [*headers.items(), *self._challenges(status)]
        )
        return [body]

    def _asked(self, environ: WSGIEnvironment) -> Asked:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        query = environ.get("QUERY_STRING", "")
        given = parse_qs(query, keep_blank_values=True)
        what = {self.paths[1]: "query", self.paths[2]: "update"}.get(path, f"{method} {path}")
        if method == "POST" and self.paths[1] == self.paths[2] == path:
            what = "query" if body.startswith(b"query=") else "update"
        graph = given.get("graph", [None])[0]
        if path != self.paths[0] and path.startswith(self.paths[0]):
            graph = f"{self.address}{path}"
        return Asked(
            what,
            sum(one.what == what for one in self.asked),
            graph,
            environ.get("CONTENT_TYPE", ""),
            body,
            f"{path}?{query}" if query else path,
            environ.get("HTTP_AUTHORIZATION", ""),
        )

    def _answer(self, asked: Asked, method: str) -> Answered:
        if (found := self.rule(asked)) is not None:
            return found
        if self.wants and not self._is_known(asked, method):
            return 401, {"Content-Type": "text/plain"}, b"Who are you?"
        if asked.what in ("query", "update"):
            return self._asked_in_sparql(asked)
        if not asked.address.startswith(self.paths[0]):
            return 404, {"Content-Type": "text/plain"}, b"There is nothing here."
        if len(asked.body) > self.largest:
            return 413, {"Content-Type": "text/html"}, b"<h1>413 Request Entity Too Large</h1>"
        return self._changed(asked, method)

    def _changed(self, asked: Asked, method: str) -> Answered:
        place = DefaultGraph() if asked.graph is None else NamedNode(asked.graph)
        is_there = asked.graph is None or self.data.contains_named_graph(place)
        if method in ("GET", "HEAD"):
            if not is_there:
                return 404, {"Content-Type": "text/plain"}, b"no such graph"
            quads = self.data.quads_for_pattern(None, None, None, place)
            body = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b""
            return 200, {"Content-Type": "application/n-triples"}, body if method == "GET" else b""
        if method == "DELETE":
            self.data.remove_graph(place)
            return 204, {}, b""
        form = _FORMATS.get(asked.media_type)
        if form is None:
            return 415, {"Content-Type": "text/plain"}, b"What is this?"
        new = [
            Quad(quad.subject, quad.predicate, quad.object, place)
            for quad in parse(asked.body, format=form)
        ]
        if method == "PUT":
            self.data.clear_graph(place)
        self.data.extend(new)
        return (204 if is_there else 201), {}, b""

    def _asked_in_sparql(self, asked: Asked) -> Answered:
        text = parse_qs(asked.body.decode())[asked.what][0]
        if asked.what == "update":
            self.data.update(text)
            return 204, {}, b""
        found: Any = self.data.query(text)
        body = found.serialize(format=QueryResultsFormat.XML)
        return 200, {"Content-Type": "application/sparql-results+xml"}, body

    def _challenges(self, status: int) -> list[tuple[str, str]]:
        if status != HTTPStatus.UNAUTHORIZED:
            return []
        nonce = f"nonce{next(self.nonces)}"
        self._uses[nonce] = 0
        return [("WWW-Authenticate", want.replace("NONCE", nonce)) for want in self.wants]

    def _is_known(self, asked: Asked, method: str) -> bool:
        scheme, _, given = asked.authorization.partition(" ")
        offered = [want for want in self.wants if want.split()[0] == scheme]
        if not offered:
            return False
        if scheme == "Bearer":
            return given == TOKEN
        if scheme == "Basic":
            return base64.b64decode(given).decode() == f"{USER}:{PASSWORD}"
        # The last is the one that clients can have.
        return self._is_digest(asked, method, offered[-1])

    def _is_digest(self, asked: Asked, method: str, want: str) -> bool:
        """Check a digest by the rules of RFC 7616, section 3.4, apart from the code under test."""
        text = asked.authorization.encode("latin-1").decode()
        name = (re.search(r"algorithm=([\w-]+)", want) or ["", "MD5"])[1]
        given = Authorization.from_header(text)
        assert given is not None

        def digest(value: str) -> str:
            return hashlib.new(name.replace("SHA-", "sha"), value.encode()).hexdigest()

        secret = digest(f"{USER}:{given['realm']}:{PASSWORD}")
        request = digest(f"{method}:{given['uri']}")
        nonce = given["nonce"]
        assert nonce is not None
        self._uses[nonce] += 1
        middle = [nonce]
        if "qop" in want:
            assert int(f"{given['nc']}", 16) == self._uses[nonce]
            middle += [f"{given[name]}" for name in ("nc", "cnonce", "qop")]
        assert unquote(f"{given['uri']}") == unquote(asked.address)
        is_right = given["response"] == digest(":".join([secret, *middle, request]))
        return is_right and self._uses[nonce] <= self.uses_of_nonce


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        connection, client = super().get_request()
        if self.context is not None:
            # The handshake is made by the thread that answers.
            connection = self.context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, client

    def handle_error(self, *_: object) -> None:
        """Write nothing of connections that clients break off."""


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), "tests.break": self._break}

    def _break(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextlib.contextmanager
def storing(server: StoreServer, certificate: str = "") -> Iterator[StoreServer]:
    """Run the store while the block lasts, by TLS if it has a certificate of that name."""
    with make_server("127.0.0.1", 0, server, _Server, _Handler) as listening:
        server.address = f"http://127.0.0.1:{listening.server_port}"
        if certificate:
            listening.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            listening.context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
            server.address = f"https://localhost:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
