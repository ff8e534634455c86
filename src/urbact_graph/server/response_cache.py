"""The response cache: queries are answered here, before the application, and their answers kept."""

from __future__ import annotations

import contextlib
import sys
import threading
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from cachetools import LRUCache

from urbact_graph.problems import ProblemError
from urbact_graph.web.endpoint import PATH
from urbact_graph.web.problems import refuse, unexpected
from urbact_graph.web.records import Record
from urbact_graph.web.response import OK, FileRepresentation, Reply, Representation, taken_from

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from urbact_graph.web.endpoint import Endpoint
    from urbact_graph.web.protocol import QueryOperation

# A page may ask several questions, and a reload may come in between.
_ATTEMPTS = 3
# One answer may take this part of the cache, so that none drives out all the others.
_LARGEST_PART = 4
# What an entry takes beside its body and its key.
_ENTRY_BYTES = 2_000

_Key = tuple[object, ...]
# What is kept, and the bytes of its key.
_Entry = tuple[Representation, int]


class ResponseCache:
    """A WSGI application in front of ``app`` that answers queries, repeated ones by itself.

    Everything else, and what is to be said of a query that is refused, is left to ``app``.
    Answers are kept by dataset version, query, graphs and formats, the least used of them going
    first when they have more than ``capacity`` bytes; those of an older version go at once.
    """

    def __init__(self, app: WSGIApplication, endpoint: Endpoint, capacity: int) -> None:
        self._app = app
        self._endpoint = endpoint
        self._capacity = capacity
        self._lock = threading.Lock()
        self._kept: LRUCache[_Key, _Entry] = LRUCache(capacity, getsizeof=_size)
        self._version = ""
        self.hits = 0
        self.misses = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI application (PEP 3333)."""
        reply = self.reply(environ)
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", reply.headers)
        return reply.chunks()

    @property
    def size(self) -> float:
        """How many bytes are kept."""
        return self._kept.currsize

    def kept(self, environ: WSGIEnvironment) -> Reply | None:
        """Return the reply that can be given at once, if there is one."""
        found = self._find(environ)
        if found is None or not found.is_ready_for(environ):
            return None
        return self._hit(environ, found.reply(environ))

    def reply(self, environ: WSGIEnvironment) -> Reply:
        """Return the reply to a request, from the cache or from the application."""
        # Made here, as the application gets a copy of the environment.
        Record.of(environ)
        found = self._find(environ)
        if found:
            reply = found.reply(environ)
            # Its size may have grown, by being compressed.
            self._keep(environ, found)
            return self._hit(environ, reply)
        operation = self._operation(environ)
        if operation is None:
            return self._other(environ)
        self.misses += 1
        record = Record.of(environ)
        record.route, record.cache = PATH, "miss"
        made = self._answered(operation, environ)
        reply = made.reply(environ)
        is_kept = self._keep(environ, made)
        return _told(reply, "fwd=miss; stored" if is_kept else "fwd=miss")

    def _answered(self, operation: QueryOperation, environ: WSGIEnvironment) -> Representation:
        try:
            return self._endpoint.representation(operation, environ)
        except ProblemError as error:
            refuse(environ, error)
        except Exception:  # noqa: BLE001 - whatever it is
            refuse(environ, unexpected())
        return self._refused(environ)

    def _other(self, environ: WSGIEnvironment) -> Reply:
        """Return the reply to what is no query."""
        try:
            return self._undivided(environ).reply(environ)
        except ProblemError as error:
            # Of a file it is known late that it cannot be had as it is asked for.
            refuse(environ, error)
        return self._refused(environ).reply(environ)

    def _undivided(self, environ: WSGIEnvironment) -> Representation | FileRepresentation:
        """Take what the application answers from one dataset, and not from two."""
        for _ in range(_ATTEMPTS):
            version = self._endpoint.engine.version
            said = taken_from(self._app, environ)
            if version == self._endpoint.engine.version:
                break
        return said

    def _refused(self, environ: WSGIEnvironment) -> Representation:
        """Have the application say why a request was refused."""
        said = taken_from(self._app, environ)
        if isinstance(said, FileRepresentation):
            raise TypeError("no problem is a file")
        return said

    def _hit(self, environ: WSGIEnvironment, reply: Reply) -> Reply:
        self.hits += 1
        record = Record.of(environ)
        record.route, record.cache = PATH, "hit"
        return _told(reply, "hit")

    def is_query(self, environ: WSGIEnvironment) -> bool:
        """Tell whether a request is a query, which is known from then on."""
        return self._operation(environ) is not None

    def _find(self, environ: WSGIEnvironment) -> Representation | None:
        operation = self._operation(environ)
        if operation is None:
            return None
        version = self._endpoint.engine.version
        with self._lock:
            if version != self._version:
                self._kept.clear()
                self._version = version
            entry = self._kept.get(_key(version, operation))
        return entry[0] if entry else None

    def _keep(self, environ: WSGIEnvironment, made: Representation) -> bool:
        operation = self._operation(environ)
        if operation is None or made.status != OK:
            return False
        version = self._endpoint.engine.version
        if made.size > self._capacity // _LARGEST_PART:
            # It may have been kept before it was compressed as well.
            with self._lock:
                self._kept.pop(_key(version, operation), None)
            return False
        # While it was made, another dataset may have come.
        if made.tag is None or made.tag != self._endpoint.tag(operation, version):
            return False
        with self._lock, contextlib.suppress(ValueError):
            graphs = (*operation.default_graphs, *operation.named_graphs)
            weight = sum(map(sys.getsizeof, (operation.query, *graphs)))
            self._kept[_key(version, operation)] = (made, weight)
            return True
        return False

    def _operation(self, environ: WSGIEnvironment) -> QueryOperation | None:
        try:
            return self._endpoint.operation(environ)
        except ProblemError:
            # That is for the application to say.
            return None


def _key(version: str, operation: QueryOperation) -> _Key:
    return (
        version,
        operation.query,
        operation.default_graphs,
        operation.named_graphs,
        operation.results,
        operation.graph,
    )


def _size(entry: _Entry) -> int:
    kept, weight = entry
    return kept.size + weight + _ENTRY_BYTES


def _told(reply: Reply, how: str) -> Reply:
    """Say in the reply what the cache did (RFC 9211)."""
    headers = [*reply.headers, ("Cache-Status", f"urbact-graph; {how}")]
    return replace(reply, headers=headers)
