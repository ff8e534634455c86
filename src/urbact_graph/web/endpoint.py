"""The query endpoint apart from its web pages: operations in, answers out."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from werkzeug.http import http_date
from werkzeug.wrappers import Request

from urbact_graph import __version__
from urbact_graph.engine import messages
from urbact_graph.engine.flights import Flight, Flights
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.problems import ProblemError
from urbact_graph.web.context import Caller
from urbact_graph.web.conditional import knows
from urbact_graph.web.problems import ensure_not_refused
from urbact_graph.web.protocol import QueryOperation, is_bare, read_operation
from urbact_graph.web.response import (
    NOT_MODIFIED,
    OK,
    OPEN_TO_SCRIPTS,
    REVALIDATED,
    Headers,
    Representation,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from urbact_graph.engine.local import Engine
    from urbact_graph.engine.messages import Answer
    from urbact_graph.settings import Settings

PATH = "/sparql"
_METHODS = frozenset(("GET", "HEAD", "POST"))
_OPERATION = "urbact_graph.operation"

_CONTENT_TYPES = {form.media_type: form.content_type for form in FORMATS}
_ALWAYS: Headers = [("Vary", "Accept, Accept-Encoding"), *OPEN_TO_SCRIPTS]


class Endpoint:
    """Answers query operations from ``engine``, equal ones at one time together."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self._flights = Flights(engine)
        self._prefixes = namespaces(settings.base_iri)

    def operation(self, environ: WSGIEnvironment) -> QueryOperation | None:
        """Return the query operation that a request is, None if it is something else.

        Raises:
            ProblemError: it is one, but malformed; or it was refused before.
        """
        ensure_not_refused(environ)
        if _OPERATION not in environ:
            environ[_OPERATION] = self._read(environ)
        found = environ[_OPERATION]
        if isinstance(found, ProblemError):
            raise found
        return found if isinstance(found, QueryOperation) else None

    def representation(self, operation: QueryOperation, environ: WSGIEnvironment) -> Representation:
        """Answer ``operation``, which the request ``environ`` is.

        Raises:
            ProblemError: the engine refuses it.
        """
        tag = self.tag(operation, self.engine.version)
        modified = datetime.fromtimestamp(int(self.engine.modified), UTC)
        if tag and knows(environ, tag):
            # Only who has had the answer to this very question has its tag: no need to ask again.
            return Representation(NOT_MODIFIED, _headers(tag, modified), b"", tag)
        answer = self._answer(operation, Caller.of(environ))
        tag = self.tag(operation, answer.version)
        headers = [("Content-Type", _CONTENT_TYPES[answer.media_type]), *_headers(tag, modified)]
        return Representation(OK, headers, answer.content, tag, modified if tag else None)

    def _answer(self, operation: QueryOperation, caller: Caller) -> Answer:
        request, seconds = self._request(operation), operation.seconds
        who, cancellation = caller.address, caller.cancellation
        if operation.is_repeatable:
            return self._flights.query(
                request, seconds, client=who, cancellation=cancellation, landed=caller.landed
            )
        return self.engine.query(request, seconds, client=who, cancellation=cancellation)

    def flight(self, environ: WSGIEnvironment) -> Flight | None:
        """Return the evaluation on its way that answers a request too, if there is one."""
        try:
            operation = self.operation(environ)
        except ProblemError:
            return None
        if operation is None or not operation.is_repeatable:
            return None
        return self._flights.find(self._request(operation), operation.seconds)

    def tag(self, operation: QueryOperation, version: str) -> str | None:
        """Return the entity tag of the answer drawn from the dataset ``version``.

        None if the query gives something else each time. It is a weak tag (RFC 9110, section
        8.8.1): SPARQL leaves open in which order an answer comes.
        """
        if not operation.is_repeatable:
            return None
        parts = (
            __version__,
            version,
            operation.query,
            operation.default_graphs,
            operation.named_graphs,
            operation.results.name if operation.results else "",
            operation.graph.name if operation.graph else "",
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]

    def _read(self, environ: WSGIEnvironment) -> QueryOperation | ProblemError | None:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] not in _METHODS:
            return None
        request = Request(environ)
        if is_bare(request):
            return None
        try:
            return read_operation(request)
        except ProblemError as error:
            return error

    def _request(self, operation: QueryOperation) -> messages.Request:
        return messages.Request(
            query=operation.query,
            results_format=operation.results.media_type if operation.results else None,
            graph_format=operation.graph.media_type if operation.graph else None,
            max_result_bytes=self.settings.max_result_bytes,
            default_graphs=operation.default_graphs,
            named_graphs=operation.named_graphs,
            prefixes=self._prefixes,
        )


def _headers(tag: str | None, modified: datetime) -> Headers:
    """Say how long an answer holds: until its tag is another, or not at all."""
    if tag is None:
        return [("Cache-Control", "no-store"), *_ALWAYS]
    return [
        ("ETag", f'W/"{tag}"'),
        ("Last-Modified", http_date(modified)),
        ("Cache-Control", REVALIDATED),
        *_ALWAYS,
    ]
