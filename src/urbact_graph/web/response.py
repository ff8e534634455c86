"""The one response class, and what is done to every response before it is sent."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Self

from flask import Response as FlaskResponse
from flask import current_app, request
from werkzeug.http import parse_date, unquote_etag

from urbact_graph.web.characters import shown
from urbact_graph.web.conditional import READ_METHODS, Conditions
from urbact_graph.web.context import RequestContext
from urbact_graph.web.negotiation import HTML_TYPE, accepts_gzip

# How long a response may be reused: a client asks each time, which costs a 304; or for ever, where
# the address names the content.
REVALIDATED = "public, no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"
# Scripts of any origin may read every response, errors too (Fetch standard, CORS protocol).
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
    "X-Content-Type-Options": "nosniff",
}
# Scripts may send any header, as no request has credentials. The wildcard does not cover
# Authorization (Fetch standard, CORS protocol), which proxies may want; old browsers lack it.
_CORS_REQUEST_HEADERS = (
    "*, Authorization, Accept, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Range"
)
# What pages may load and do: everything is from here, and nothing stands inline (Content Security
# Policy level 3). JSON-LD in a page is data, to which the policy does not apply.
_OF_PAGES = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
# What other sites may show within their pages is a page of its own, with no way to do anything.
_OF_FRAMES = {
    **_OF_PAGES,
    "Content-Security-Policy": _OF_PAGES["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    ),
}
# What the body of a QUERY may be (RFC 10008).
ACCEPT_QUERY = '"application/sparql-query", "application/x-www-form-urlencoded"'
# What people read as it is sent.
_FOR_PEOPLE = frozenset((HTML_TYPE, "text/plain"))
_MIN_COMPRESSED_BYTES = 1_000
# Of a large body the first level saves most, in a fifth of the time.
_LARGE_BYTES = 1_000_000
_CHUNK_BYTES = 256_000
_TAG_DIGITS = 24
# What a 304 repeats of the 200 (RFC 9110, section 15.4.5), and what scripts need to read it.
_HEADERS_OF_304 = frozenset(
    (
        "cache-control",
        "content-location",
        "etag",
        "expires",
        "vary",
        "access-control-allow-origin",
        "access-control-expose-headers",
    )
)

_UNCONDITIONAL = Conditions(*[None] * len(fields(Conditions)))

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class PublishedFile:
    """A file whose content never changes while it exists; ``tag`` is its strong entity tag."""

    path: Path
    size: int
    tag: str


@dataclass(frozen=True)
class Representation:
    """A whole 200 response in memory, which may be cached and sent again.

    ``headers`` lack Content-Length.
    """

    headers: Headers
    body: bytes

    def select(
        self, conditions: Conditions, headers: Headers | None = None
    ) -> tuple[HTTPStatus, Headers, bytes]:
        """Return status, headers and body of the response to a client that sends ``conditions``.

        They are checked in the order of RFC 9110, section 13.2.2. Preconditions and ranges are for
        content that is the same byte by byte while it has its tag, which Accept-Ranges says.
        ``headers`` are sent instead of those of the representation.

        Raises:
            ProblemError: a precondition does not hold, or the range has no byte of the content.
        """
        headers = self.headers if headers is None else headers
        # Read here, as most representations are never asked.
        known = dict(self.headers)
        tag, _ = unquote_etag(known.get("ETag"))
        modified = parse_date(known.get("Last-Modified"))
        has_parts = tag is not None and known.get("Accept-Ranges") == "bytes"
        if has_parts:
            conditions.ensure_unchanged(tag or "", modified)
        if conditions.is_not_modified(tag, modified):
            return HTTPStatus.NOT_MODIFIED, _known(not_modified(headers), conditions, tag), b""
        # The same date may be that of another order of the rows.
        part = conditions.part(tag or "", None, len(self.body)) if has_parts else None
        if part is None or "Content-Encoding" in known:
            return HTTPStatus.OK, headers, self.body
        start, end = part
        kept = [item for item in headers if item[0] != "Content-Length"]
        about = ("Content-Range", f"bytes {start}-{end - 1}/{len(self.body)}")
        length = ("Content-Length", str(end - start))
        return HTTPStatus.PARTIAL_CONTENT, [*kept, about, length], self.body[start:end]


class Response(FlaskResponse):
    """A response in memory, or a file.

    A route that answers with a file sets ``file``, and ``compressed`` to the same content
    compressed by gzip, if there is one. It sets ``may_be_framed`` for a page that other sites show
    within theirs.
    """

    may_be_framed = False
    file: PublishedFile | None = None
    compressed: PublishedFile | None = None

    @classmethod
    def of_file(
        cls,
        file: PublishedFile,
        modified: datetime,
        content_type: str,
        compressed: PublishedFile | None = None,
    ) -> Self:
        """Make the response whose body is ``file``."""
        response = cls(content_type=content_type)
        response.file, response.compressed = file, compressed
        # HTTP dates have whole seconds.
        response.last_modified = modified.replace(microsecond=0)
        response.accept_ranges = "bytes"
        if compressed:
            response.vary.add("Accept-Encoding")
        return response


def _known(headers: Headers, conditions: Conditions, tag: str | None) -> Headers:
    """Return ``headers`` of a 304 with a weak tag if the client has it weak.

    It has the same content compressed, and finds what it has by the tag (RFC 9111, section 3.2).
    """
    known = conditions.known(tag) if tag else None
    if not known or not known[1]:
        return headers
    return [(name, f'W/"{tag}"' if name == "ETag" else value) for name, value in headers]


def not_modified(headers: Headers) -> Headers:
    """Return the headers of a 304 for a 200 with ``headers`` (RFC 9110, section 15.4.5)."""
    return [item for item in headers if item[0].lower() in _HEADERS_OF_304]


def finish(response: Response, context: RequestContext) -> Response:
    """Complete ``response``: text, lifetime, date, tag, CORS, compression, conditions, ranges.

    To be called once for every response, as Flask's ``after_request``. A whole 200 that may be
    cached is noted in ``context``.
    """
    _allow_scripts(response)
    _add_timing(response, context)
    if response.mimetype == HTML_TYPE:
        response.headers.update(_OF_FRAMES if response.may_be_framed else _OF_PAGES)
    if response.mimetype in _FOR_PEOPLE and response.file is None:
        text = response.get_data(as_text=True)
        if (readable := shown(text)) != text:
            response.set_data(readable)
    if response.status_code < HTTPStatus.BAD_REQUEST and not response.cache_control:
        response.headers["Cache-Control"] = REVALIDATED
    if response.status_code != HTTPStatus.OK:
        return response
    if "Last-Modified" not in response.headers and context.snapshot is not None:
        response.last_modified = context.snapshot.page_modified
    if response.file is not None:
        return _finish_file(response, response.file)
    if not response.cache_control.no_store:
        _tag_and_compress(response)
        headers = [item for item in response.headers if item[0] != "Content-Length"]
        context.representation = Representation(headers, response.get_data())
        if request.method in READ_METHODS:
            _select(response, context.representation)
    return response


def _add_timing(response: Response, context: RequestContext) -> None:
    """Say how long the engine took, in milliseconds (Server Timing, section 3)."""
    if context.engine_seconds:
        response.headers["Server-Timing"] = f"query;dur={context.engine_seconds * 1_000:.1f}"


def _allow_scripts(response: Response) -> None:
    headers = response.headers
    headers.update(_CORS)
    if "Allow" in headers:
        headers["Access-Control-Allow-Methods"] = headers["Allow"]
        headers["Access-Control-Allow-Headers"] = _CORS_REQUEST_HEADERS
        headers["Access-Control-Max-Age"] = "86400"
        if "QUERY" in headers["Allow"]:
            headers["Accept-Query"] = ACCEPT_QUERY


def _tag_and_compress(response: Response) -> None:
    body = response.get_data()
    if "ETag" not in response.headers:
        response.set_etag(hashlib.sha256(body).hexdigest()[:_TAG_DIGITS], weak=True)
    if len(body) < _MIN_COMPRESSED_BYTES:
        return
    response.vary.add("Accept-Encoding")
    # Parts are those of the content as it is.
    is_part = "bytes" in response.headers.get("Accept-Ranges", "") and "Range" in request.headers
    if accepts_gzip(request.headers.get("Accept-Encoding")) and not is_part:
        # A strong tag is that of the bytes as they are sent.
        response.set_etag(response.get_etag()[0] or "", weak=True)
        response.set_data(gzip.compress(body, 1 if len(body) > _LARGE_BYTES else 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


def _select(response: Response, whole: Representation) -> None:
    """Make ``response`` what its client gets of the ``whole``."""
    conditions = Conditions.of(request.headers.get)
    if conditions == _UNCONDITIONAL:
        return
    if request.method == "HEAD":
        # For HEAD no range is defined (RFC 9110, section 14.2).
        conditions = replace(conditions, range=None)
    status, headers, body = whole.select(conditions)
    if status != HTTPStatus.OK:
        response.set_data(body)
        response.headers.clear()
        response.headers.extend(headers)
        response.status_code = status


def _empty(response: Response, status: HTTPStatus) -> None:
    """Make ``response`` one without a body, with the headers of a 304."""
    headers = not_modified(list(response.headers))
    response.set_data(b"")
    response.headers.clear()
    response.headers.extend(headers)
    response.status_code = status


def _finish_file(response: Response, file: PublishedFile) -> Response:
    """Answer the conditions, in the order of RFC 9110, section 13.2.2, and the range."""
    conditions = Conditions.of(request.headers.get)
    modified = response.last_modified
    assert modified is not None  # noqa: S101 - set by of_file
    chosen = _chosen_file(response, file, conditions)
    response.set_etag(chosen.tag)
    conditions.ensure_unchanged(chosen.tag, modified)
    if conditions.is_not_modified(chosen.tag, modified):
        _empty(response, HTTPStatus.NOT_MODIFIED)
        return response
    if chosen is response.compressed:
        response.headers["Content-Encoding"] = "gzip"
    start, end = 0, chosen.size
    # For HEAD no range is defined (section 14.2).
    part = conditions.part(chosen.tag, modified, chosen.size) if request.method == "GET" else None
    if part:
        start, end = part
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{chosen.size}"
    if current_app.config["USE_X_SENDFILE"]:
        response.headers["X-Sendfile"] = str(chosen.path)
    else:
        response.response = _read(chosen.path, start, end)
        response.direct_passthrough = True
    response.content_length = end - start
    return response


def _chosen_file(response: Response, file: PublishedFile, conditions: Conditions) -> PublishedFile:
    """Return the compressed file to a client that accepts it, unless it has the other one.

    Parts are those of the file as it is, since a client that continues a download began it so.
    """
    if (
        response.compressed is None
        or conditions.range is not None
        or not accepts_gzip(request.headers.get("Accept-Encoding"))
        or conditions.matches(file.tag)
    ):
        return file
    return response.compressed


def _read(path: Path, start: int, end: int) -> Iterator[bytes]:
    left = end - start
    with path.open("rb") as file:
        file.seek(start)
        while left and (chunk := file.read(min(_CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
