"""The SPARQL 1.1 Protocol: read the query operation of a request to the endpoint."""

import re
from collections.abc import Iterator, Mapping, Sequence
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
from urbact_graph.web.negotiation import HTML_TYPE, chosen_formats, wants_page

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
# Names of the format that people read.
_PAGES = (("html",), (HTML_TYPE,))
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
    ``seconds`` is the client's own timeout, if it sends one. With ``is_page`` people want to read
    the answer, on a page that is made of it.
    """

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    results: Format | None
    graph: Format | None
    seconds: float | None
    is_page: bool = False

    @cached_property
    def is_repeatable(self) -> bool:
        """Whether the query has the same answer each time on the same dataset."""
        return is_repeatable(self.query)


def is_bare(request: Request) -> bool:
    """Tell whether the request is for the endpoint itself: GET or HEAD without parameters."""
    return request.method in ("GET", "HEAD") and not request.query_string


def read_operation(request: Request) -> QueryOperation:
    """Read a query operation from GET, or from the form or the query in a POST or QUERY.

    The rules are those of SPARQL 1.1 Protocol, section 2.1, and of RFC 10008 for the method QUERY.

    Raises:
        ProblemError: the request is malformed, of an unsupported media type, or an update, or it
            accepts none of the formats.
    """
    values = parameters(request)
    if "update" in values:
        raise ProblemError(
            UPDATE_NOT_SUPPORTED,
            "This endpoint only answers queries; send 'query' instead of 'update'.",
        )
    wanted = wanted_formats(values)
    # A byte order mark comes with the content of a file, however it is sent.
    query = (only(values, "query", needed=True) or "").removeprefix("\ufeff")
    default_graphs = _graphs(values, "default-graph-uri")
    named_graphs = _graphs(values, "named-graph-uri")
    seconds = _seconds(only(values, "timeout"))
    accept = request.headers.get("Accept")
    is_page = wanted in _PAGES or (not wanted and wants_page(accept))
    # What a page is made of can be read by this program, and by people.
    results, graph = chosen_formats(None, ()) if is_page else chosen_formats(accept, wanted)
    return QueryOperation(query, default_graphs, named_graphs, results, graph, seconds, is_page)


def parameters(request: Request) -> dict[str, list[str]]:
    """Return the values of each parameter, in the address and in the body of a POST or QUERY.

    Raises:
        ProblemError: they are not UTF-8, or too many, or the body is none that can be read.
    """
    pairs = list(_parameters(request.query_string, "address"))
    if request.method in ("POST", "QUERY"):
        pairs += _posted(request)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def wanted_formats(values: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the values of ``format`` among the ``values`` of parameters."""
    # Clients do not encode the + of a media type.
    return tuple(text.replace(" ", "+") for text in values.get("format", ()) if text)


def _posted(request: Request) -> list[tuple[str, str]]:
    if len(request.content_type or "") > _MAX_TYPE_LENGTH:
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE,
            f"The Content-Type has more than {_MAX_TYPE_LENGTH} characters; send {DIRECT}.",
        )
    media_type = request.mimetype
    if request.method == "QUERY" and not media_type:
        raise ProblemError(
            MALFORMED_REQUEST,
            f"The QUERY request has no Content-Type; send {DIRECT}, or {FORM} with 'query'.",
        )
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
        return [("query", body.decode())]
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


def only(values: Mapping[str, Sequence[str]], name: str, *, needed: bool = False) -> str | None:
    """Return the value of the parameter ``name``, None if the request has none.

    Raises:
        ProblemError: it has several, or it has none and one is ``needed``.
    """
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


def _graphs(values: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    return tuple(absolute_iri(name, iri) for iri in values.get(name, ()))


def absolute_iri(name: str, iri: str) -> str:
    """Return ``iri``, the value of the parameter ``name``, if it is absolute.

    Raises:
        ProblemError: it is not.
    """
    if not _ABSOLUTE_IRI.fullmatch(iri):
        raise ProblemError(
            MALFORMED_REQUEST, f"The {name} '{iri}' is not an absolute IRI; write it in full."
        )
    return iri


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
