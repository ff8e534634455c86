"""The SPARQL 1.1 Protocol: read the query operation of a request to the endpoint."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request

from urbact_graph.problems import (
    MALFORMED_REQUEST,
    UNSUPPORTED_MEDIA_TYPE,
    UPDATE_NOT_SUPPORTED,
    ProblemError,
)
from urbact_graph.rdf.formats import Format
from urbact_graph.rdf.sparql import is_repeatable
from urbact_graph.web.negotiation import chosen_formats

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_MAX_PARAMETERS = 1_000
_MAX_TYPE_LENGTH = 200
# A shorter timeout counts as this one, since every query that times out costs a new worker.
_MIN_SECONDS = 0.05


@dataclass(frozen=True)
class QueryOperation:
    """A query operation of the protocol.

    ``results`` and ``graph`` are the formats of the two kinds of answers; at least one is given.
    ``seconds`` is the client's own timeout, if it sends one.
    """

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    results: Format | None
    graph: Format | None
    seconds: float | None

    @cached_property
    def is_repeatable(self) -> bool:
        """Whether the query has the same answer each time on the same dataset."""
        return is_repeatable(self.query)


def is_bare(request: Request) -> bool:
    """Tell whether the request is for the endpoint itself: GET or HEAD without parameters."""
    return request.method in ("GET", "HEAD") and not request.query_string


def read_operation(request: Request) -> QueryOperation:
    """Read a query operation from GET, from a form or from a direct POST.

    The rules are those of SPARQL 1.1 Protocol, section 2.1.

    Raises:
        ProblemError: the request is malformed, of an unsupported media type, or an update, or it
            accepts none of the formats.
    """
    parameters = list(_parameters(request.query_string, "address"))
    if request.method == "POST":
        parameters += _posted(request)
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise ProblemError(
            UPDATE_NOT_SUPPORTED,
            "This endpoint only answers queries; send 'query' instead of 'update'.",
        )
    # Clients send several names of a format at once, and do not encode the + of a media type.
    wanted = tuple(text.replace(" ", "+") for text in values.get("format", ()) if text)
    query = _only(values, "query", needed=True) or ""
    default_graphs = _graphs(values, "default-graph-uri")
    named_graphs = _graphs(values, "named-graph-uri")
    seconds = _seconds(_only(values, "timeout"))
    results, graph = chosen_formats(request.headers.get("Accept"), wanted)
    return QueryOperation(query, default_graphs, named_graphs, results, graph, seconds)


def _posted(request: Request) -> list[tuple[str, str]]:
    if len(request.content_type or "") > _MAX_TYPE_LENGTH:
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE,
            f"The Content-Type has more than {_MAX_TYPE_LENGTH} characters; send {DIRECT}.",
        )
    media_type = request.mimetype
    if media_type == _UPDATE:
        raise ProblemError(
            UPDATE_NOT_SUPPORTED, f"This endpoint only answers queries; send {DIRECT} or a form."
        )
    if media_type not in (FORM, DIRECT):
        found = f"is {media_type}" if media_type else "has no media type"
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE, f"The body {found}; send {DIRECT}, or {FORM} with 'query'."
        )
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if encoding != "identity":
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE, f"The body is compressed ({encoding}); send it uncompressed."
        )
    if charset not in ("utf-8", "utf8"):
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE, f"The body's charset is {charset}; send it as UTF-8."
        )
    body = request.get_data()
    if media_type == FORM:
        return list(_parameters(body, "body"))
    try:
        return [("query", body.decode("utf-8-sig"))]
    except UnicodeDecodeError as error:
        raise _not_utf8("body", error) from None


def _parameters(encoded: bytes, place: str) -> Iterator[tuple[str, str]]:
    try:
        yield from parse_qsl(
            encoded.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise _not_utf8(place, error) from None
    except ValueError:
        raise ProblemError(
            MALFORMED_REQUEST, f"The {place} has more than {_MAX_PARAMETERS} parameters."
        ) from None


def _not_utf8(place: str, error: UnicodeDecodeError) -> ProblemError:
    return ProblemError(
        MALFORMED_REQUEST,
        f"The {place} is not UTF-8 (at byte {error.start}); encode it as UTF-8, and "
        "percent-encode parameters.",
    )


def _only(values: dict[str, list[str]], name: str, *, needed: bool = False) -> str | None:
    found = values.get(name, [])
    if len(found) > 1:
        raise ProblemError(
            MALFORMED_REQUEST, f"The request has {len(found)} '{name}' parameters; send one."
        )
    if needed and not found:
        raise ProblemError(
            MALFORMED_REQUEST, f"The request has no '{name}' parameter; send the query in it."
        )
    return found[0] if found else None


def _graphs(values: dict[str, list[str]], name: str) -> tuple[str, ...]:
    iris = tuple(values.get(name, ()))
    for iri in iris:
        if not _ABSOLUTE_IRI.fullmatch(iri):
            raise ProblemError(
                MALFORMED_REQUEST, f"The {name} '{iri}' is not an absolute IRI; write it in full."
            )
    return iris


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    seconds = float(text) if _SECONDS.fullmatch(text) else 0.0
    if seconds <= 0:
        raise ProblemError(
            MALFORMED_REQUEST,
            f"The timeout '{text}' is not a number of seconds above 0; send one such as 2.5.",
        )
    return max(seconds, _MIN_SECONDS)
