"""What the response of a replica means: an answer, or what is wrong with it."""

import math
import re

from urbact_graph.engine.remote.dialects import Dialect
from urbact_graph.engine.remote.exchange import Response
from urbact_graph.engine.remote.faults import (
    BusyError,
    EngineTimeoutError,
    FailedError,
    GoneError,
)
from urbact_graph.rdf.formats import Kind, format_named
from urbact_graph.retry_after import seconds_to_wait

# In the order in which they are preferred: those that say where they end, and are read quickly.
ACCEPT: dict[Kind, str] = {
    "results": "application/sparql-results+json, application/sparql-results+xml;q=0.5",
    "graph": "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5",
}
# For engines that write an answer in the first one so that it cannot be read.
OTHER_ACCEPT: dict[Kind, str] = {
    "results": "application/sparql-results+xml",
    "graph": "application/rdf+xml, text/turtle;q=0.8",
}
_OK, _FIRST_REDIRECT, _FIRST_CLIENT_ERROR = 200, 300, 400
_BUSY = (429, 503)
# The query, not the replica, is what it does not take.
_REFUSED = (400, 406, 413, 414, 422, 431)
# It is not there, or a proxy in front of it does not reach it, or does not let us in.
_GONE = (401, 403, 404, 405, 407, 410, 415, 502, 504)
_TIMED_OUT = re.compile(
    r"(?i:\btime(?:d)?[ -]?out\b|time limit|\bcancell?ed\b|estimated execution time)|S1T00|S1TAT"
)
_MAX_EXCERPT = 300
_MAX_RETRY_SECONDS = 3_600


def accept_of(dialect: Dialect, kind: Kind, *, again: bool) -> str:
    """Return what an engine is to answer in; with ``again`` another format than before."""
    if kind == "results" and dialect.prefers_xml:
        again = not again
    return (OTHER_ACCEPT if again else ACCEPT)[kind]


def media_type_of(response: Response, dialect: Dialect, kind: Kind) -> str:
    """Return the media type of the answer of ``kind`` that ``response`` is.

    Raises:
        EngineTimeoutError: the engine stopped the query.
        BusyError: it takes no more queries now.
        FailedError: it cannot answer this query.
        GoneError: it is no SPARQL service, or none that lets us in.
    """
    status = response.status
    if status == _OK:
        if dialect.is_partial(response.headers):
            raise EngineTimeoutError("stopped the query at its own limit of time")
        form = format_named(response.media_type, kind)
        if form is None:
            raise GoneError(f"it answers with {response.media_type or 'no media type'}")
        return form.media_type
    said = _excerpt(response)
    if status in _BUSY or status not in (*_REFUSED, *_GONE):
        if _TIMED_OUT.search(said):
            raise EngineTimeoutError("stopped the query at its own limit of time")
        if status in _BUSY:
            raise BusyError(f"it answers {status}", _retry_seconds(response))
    if _FIRST_REDIRECT <= status < _FIRST_CLIENT_ERROR:
        place = response.headers.get("Location", "")[:_MAX_EXCERPT]
        raise GoneError(f"it redirects to {place or 'nowhere'}")
    if status in _GONE or status < _FIRST_REDIRECT:
        raise GoneError(f"it answers {status}{f' ({said})' if said else ''}")
    raise FailedError(said or f"status {status}", may_pass=status not in _REFUSED)


def _excerpt(response: Response) -> str:
    """Return the first line of an error, where it is a text."""
    if response.media_type not in ("text/plain", "", "application/json"):
        return ""
    text = response.content[: 4 * _MAX_EXCERPT].decode(errors="replace").strip()
    return " ".join(text.partition("\n")[0].split())[:_MAX_EXCERPT].rstrip(".")


def _retry_seconds(response: Response) -> int | None:
    seconds = seconds_to_wait(response.headers)
    return None if seconds is None else min(math.ceil(seconds), _MAX_RETRY_SECONDS)
