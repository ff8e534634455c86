"""Replies as they are sent: validated, compressed, in parts, without a body for HEAD."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Response

from urbact_graph.web.negotiation import accepts_gzip
from urbact_graph.web.conditional import ensure_unchanged, has_since, knows, may_be_continued
from urbact_graph.web.ranges import asked_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OK, PARTIAL, NOT_MODIFIED = 200, 206, 304
# How long an answer holds: until its tag is another, so that one asks each time, which costs a 304;
# or for ever, where its address names its content.
REVALIDATED = "public, no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"
_SMALLEST_COMPRESSED = 1_000
# Of a large answer most is had at the first level, in a fifth of the time.
_LARGE = 1_000_000
_CHUNK = 256_000
# What a 304 repeats of the 200 (RFC 9110, section 15.4.5), the date for those without tags, and
# what scripts need to read it.
_KEPT_BY_304 = frozenset(
    (
        "cache-control",
        "content-location",
        "etag",
        "expires",
        "last-modified",
        "vary",
        "access-control-allow-origin",
        "access-control-expose-headers",
    )
)
_BEARER = "urbact_graph.sent_file"

Headers = list[tuple[str, str]]

# Scripts of any origin may read every answer, errors too (Fetch standard, CORS protocol).
OPEN_TO_SCRIPTS: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "*"),
    ("X-Content-Type-Options", "nosniff"),
]


@dataclass(frozen=True)
class StandingFile:
    """A file whose content never changes while it stands; ``tag`` is its strong entity tag."""

    path: Path
    size: int
    tag: str


@dataclass(frozen=True)
class Part:
    """The bytes of the file at ``path`` from ``start`` up to but without ``end``."""

    path: Path
    start: int
    end: int

    def read(self) -> Iterator[bytes]:
        """Read it, a chunk at a time.

        Raises:
            OSError: the file cannot be read.
        """
        left = self.end - self.start
        with self.path.open("rb") as file:
            file.seek(self.start)
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk


@dataclass(frozen=True)
class Reply:
    """What goes over the wire: ``body``, or the ``part`` of a file.

    For HEAD the length that the headers tell is that of the body that GET would have.
    """

    status: int
    headers: Headers
    body: bytes = b""
    part: Part | None = None

    @property
    def size(self) -> int:
        """The bytes that are sent behind the headers."""
        return self.part.end - self.part.start if self.part else len(self.body)

    def chunks(self) -> Iterable[bytes]:
        """Return what is sent behind the headers, as a WSGI server wants it."""
        return self.part.read() if self.part else [self.body]


class FileResponse(Response):
    """The response of a route whose body is a file, which is sent without being read here.

    ``compressed`` is the same compressed by gzip, for those who accept that.
    """

    def __init__(
        self,
        file: StandingFile,
        modified: datetime,
        content_type: str,
        compressed: StandingFile | None = None,
    ) -> None:
        super().__init__(content_type=content_type)
        self.file, self.compressed = file, compressed
        # HTTP dates have whole seconds.
        self.modified = self.last_modified = modified.replace(microsecond=0)
        self.accept_ranges = "bytes"
        if compressed:
            self.vary.add("Accept-Encoding")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the file over to whoever called the application (`taken_from`)."""
        environ[_BEARER].append(self)
        return super().__call__(environ, start_response)


@dataclass
class Representation:
    """What an address gives, once: it is sent in several ways. ``tag`` is its entity tag."""

    status: int
    headers: Headers
    body: bytes
    tag: str | None = None
    modified: datetime | None = None
    _compressed: bytes | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """The bytes of its body, in all the ways it is kept."""
        return len(self.body) + len(self._compressed or b"")

    def is_ready_for(self, environ: WSGIEnvironment) -> bool:
        """Tell whether it can be sent without compressing it first."""
        return (
            self._compressed is not None
            or not self._is_compressed_for(environ)
            or self._is_known_to(environ)
        )

    def reply(self, environ: WSGIEnvironment) -> Reply:
        """Return it as the request ``environ`` has it sent."""
        if self.status == NOT_MODIFIED or self._is_known_to(environ):
            return _not_modified(self.headers)
        headers, body = self.headers, self.body
        if self._is_compressed_for(environ):
            if self._compressed is None:
                self._compressed = gzip.compress(body, 1 if len(body) > _LARGE else 6, mtime=0)
            headers, body = [*headers, ("Content-Encoding", "gzip")], self._compressed
        headers = [*headers, ("Content-Length", str(len(body)))]
        return Reply(self.status, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body)

    def _is_known_to(self, environ: WSGIEnvironment) -> bool:
        if self.status != OK:
            return False
        if self.tag is not None and knows(environ, self.tag, or_any=True):
            return True
        return self.modified is not None and has_since(environ, self.modified)

    def _is_compressed_for(self, environ: WSGIEnvironment) -> bool:
        return len(self.body) >= _SMALLEST_COMPRESSED and accepts_gzip(
            environ.get("HTTP_ACCEPT_ENCODING")
        )


@dataclass(frozen=True)
class FileRepresentation:
    """A file that an address gives: whole, in parts, or compressed beforehand."""

    headers: Headers
    modified: datetime
    file: StandingFile
    compressed: StandingFile | None = None

    def reply(self, environ: WSGIEnvironment) -> Reply:
        """Return it as the request ``environ`` has it sent.

        The order of the conditions is that of RFC 9110, section 13.2.2.

        Raises:
            ProblemError: it is not what the client takes it for, or has no such part.
        """
        file = self._chosen(environ)
        headers = [*self.headers, ("ETag", f'"{file.tag}"')]
        ensure_unchanged(environ, file.tag, self.modified)
        if knows(environ, file.tag, or_any=True) or has_since(environ, self.modified):
            return _not_modified(headers)
        if file is self.compressed:
            headers.append(("Content-Encoding", "gzip"))
        status, part = OK, Part(file.path, 0, file.size)
        asked = self._asked(environ, file)
        if asked:
            status, part = PARTIAL, Part(file.path, *asked)
            headers.append(("Content-Range", f"bytes {part.start}-{part.end - 1}/{file.size}"))
        headers.append(("Content-Length", str(part.end - part.start)))
        return Reply(status, headers, part=None if environ["REQUEST_METHOD"] == "HEAD" else part)

    def _chosen(self, environ: WSGIEnvironment) -> StandingFile:
        """Return the compressed file to who accepts it, unless the client has the other one.

        Parts are those of the file as it is, since who continues a download has begun it so.
        """
        if (
            self.compressed is None
            or "HTTP_RANGE" in environ
            or not accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING"))
            or knows(environ, self.file.tag)
        ):
            return self.file
        return self.compressed

    def _asked(self, environ: WSGIEnvironment, file: StandingFile) -> tuple[int, int] | None:
        # For HEAD no range is defined (section 14.2).
        if environ["REQUEST_METHOD"] != "GET":
            return None
        if not may_be_continued(environ, file.tag, self.modified):
            return None
        return asked_part(environ.get("HTTP_RANGE"), file.size)


def taken_from(
    app: WSGIApplication, environ: WSGIEnvironment
) -> Representation | FileRepresentation:
    """Take what ``app`` answers; for HEAD what it would to GET.

    A 200 that may be kept has an entity tag: its own, or one made from its content.
    """
    method = environ["REQUEST_METHOD"]
    sent: list[FileResponse] = []
    environ[_BEARER] = sent
    try:
        if method == "HEAD":
            environ["REQUEST_METHOD"] = "GET"
        response = Response.from_app(app, environ, buffered=True)
    finally:
        environ["REQUEST_METHOD"] = method
    headers = [item for item in response.headers if item[0] != "Content-Length"]
    if sent:
        return FileRepresentation(headers, sent[0].modified, sent[0].file, sent[0].compressed)
    body = response.get_data()
    if response.status_code == OK and not response.cache_control.no_store:
        if not response.get_etag()[0]:
            response.set_etag(hashlib.sha256(body).hexdigest()[:24], weak=True)
        if len(body) >= _SMALLEST_COMPRESSED:
            response.vary.add("Accept-Encoding")
        headers = [item for item in response.headers if item[0] != "Content-Length"]
    tag, modified = response.get_etag()[0], response.last_modified
    return Representation(response.status_code, headers, body, tag, modified)


def _not_modified(headers: Headers) -> Reply:
    return Reply(NOT_MODIFIED, [item for item in headers if item[0].lower() in _KEPT_BY_304])
