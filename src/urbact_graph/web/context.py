"""The context of one request: what the server knows of it, and what the application notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import request

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.problems import NOT_FOUND, ProblemError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from urbact_graph.release.release import Release
    from urbact_graph.web.response import Representation
    from urbact_graph.web.snapshot import Snapshot

_KEY = "urbact_graph.context"


@dataclass
class RequestContext:
    """What the server knows of a request, and what the application notes while it answers.

    The server gives ``client`` (an IP address), ``public_address`` (where the client reaches this
    instance, without a final slash, as stated by a trusted proxy; empty otherwise, in which case
    the application fills in that of the settings), ``cancellation`` (cancelled when the client
    disconnects) and ``problem_before`` (a problem that it found while it read the request, which
    is the answer then).

    The application notes ``route`` (the rule that matched the path), ``query`` (the SPARQL query),
    ``problem`` (the name of the problem that the response is), ``snapshot`` (what it answers from,
    until the request has ended), ``generation`` (that of the snapshot), ``engine_seconds`` (how
    long its queries waited for the engine and ran) and ``representation`` (the whole response, if
    it may be cached).
    """

    client: str
    public_address: str = ""
    cancellation: Cancellation = field(default_factory=Cancellation)
    problem_before: ProblemError | None = None
    route: str = "none"
    query: str = ""
    problem: str = ""
    snapshot: Snapshot | None = None
    generation: int = 0
    engine_seconds: float = 0.0
    representation: Representation | None = None

    def enter(self, environ: WSGIEnvironment) -> None:
        """Make this the context of the request ``environ``."""
        environ[_KEY] = self

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> RequestContext:
        """Return the context of the request ``environ``; a new one if the server gave none."""
        context: RequestContext | None = environ.get(_KEY)
        if context is None:
            context = environ[_KEY] = cls(environ.get("REMOTE_ADDR", ""))
        return context


def current_context() -> RequestContext:
    """Return the context of the request that Flask handles at this moment."""
    return RequestContext.of(request.environ)


def current_snapshot() -> Snapshot:
    """Return the snapshot that the current request is answered from."""
    snapshot = current_context().snapshot
    if snapshot is None:
        raise RuntimeError("the request has no snapshot yet")
    return snapshot


def served_release(missing: str) -> Release:
    """Return the release that the current request is answered from.

    Raises:
        ProblemError: the dataset was not built here; ``missing`` says what it is without.
    """
    release = current_snapshot().release
    if release is None:
        raise ProblemError(NOT_FOUND, missing)
    return release
