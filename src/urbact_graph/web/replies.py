"""Replies as they are sent: validated by entity tag, compressed, without a body for HEAD."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.http import parse_etags
from werkzeug.wrappers import Response

from urbact_graph.web.negotiation import accepts_gzip

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

OK, NOT_MODIFIED = 200, 304
_SMALLEST_COMPRESSED = 1_000
# Of a large answer most is had at the first level, in a fifth of the time.
_LARGE = 1_000_000
# Some twenty tags; a longer list would take its time to be read, and counts as none.
_LONGEST_TAGS = 1_000
_SAFE = frozenset(("GET", "HEAD"))
# What a 304 repeats of the 200 (RFC 9110, section 15.4.5), and what scripts need to read it.
_KEPT_BY_304 = frozenset(
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

Headers = list[tuple[str, str]]

# Scripts of any origin may read every answer, errors too (Fetch standard, CORS protocol).
OPEN_TO_SCRIPTS: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "*"),
    ("X-Content-Type-Options", "nosniff"),
]


@dataclass
class Representation:
    """What an address gives, once: it is sent in several ways. ``tag`` is its entity tag."""

    status: int
    headers: Headers
    body: bytes
    tag: str | None = None
    _compressed: bytes | None = field(default=None, repr=False)

    @classmethod
    def from_app(cls, app: WSGIApplication, environ: WSGIEnvironment) -> Representation:
        """Take what ``app`` answers; for HEAD what it would to GET.

        A 200 that may be kept has an entity tag: its own, or one made from its content.
        """
        method = environ["REQUEST_METHOD"]
        try:
            if method == "HEAD":
                environ["REQUEST_METHOD"] = "GET"
            response = Response.from_app(app, environ, buffered=True)
        finally:
            environ["REQUEST_METHOD"] = method
        body = response.get_data()
        if response.status_code == OK and not response.cache_control.no_store:
            if not response.get_etag()[0]:
                response.set_etag(hashlib.sha256(body).hexdigest()[:24], weak=True)
            if len(body) >= _SMALLEST_COMPRESSED:
                response.vary.add("Accept-Encoding")
        headers = [item for item in response.headers if item[0] != "Content-Length"]
        return cls(response.status_code, headers, body, response.get_etag()[0])

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
            kept = [item for item in self.headers if item[0].lower() in _KEPT_BY_304]
            return Reply(NOT_MODIFIED, kept, b"")
        headers, body = self.headers, self.body
        if self._is_compressed_for(environ):
            if self._compressed is None:
                self._compressed = gzip.compress(body, 1 if len(body) > _LARGE else 6, mtime=0)
            headers, body = [*headers, ("Content-Encoding", "gzip")], self._compressed
        headers = [*headers, ("Content-Length", str(len(body)))]
        return Reply(self.status, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body)

    def _is_known_to(self, environ: WSGIEnvironment) -> bool:
        return self.status == OK and self.tag is not None and knows(environ, self.tag, or_any=True)

    def _is_compressed_for(self, environ: WSGIEnvironment) -> bool:
        return len(self.body) >= _SMALLEST_COMPRESSED and accepts_gzip(
            environ.get("HTTP_ACCEPT_ENCODING")
        )


@dataclass(frozen=True)
class Reply:
    """What goes over the wire; for HEAD the length is that of the body that GET would have."""

    status: int
    headers: Headers
    body: bytes


def knows(environ: WSGIEnvironment, tag: str, *, or_any: bool = False) -> bool:
    """Tell whether a client has what has the entity ``tag`` (RFC 9110, section 13.1.2).

    With ``or_any`` also one that says it has anything: right only where there is an answer.
    """
    known = environ.get("HTTP_IF_NONE_MATCH")
    if not known or len(known) > _LONGEST_TAGS or environ["REQUEST_METHOD"] not in _SAFE:
        return False
    tags = parse_etags(known)
    return tags.is_weak(tag) or tags.is_strong(tag) or (or_any and bool(tags.star_tag))
