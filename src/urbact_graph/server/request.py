"""A request as the gateway has read it: its key for the cache, and its WSGI environment."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from urbact_graph.web.negotiation import accepts_gzip, is_command_line_program

if TYPE_CHECKING:
    from granian.rsgi import Scope

    from urbact_graph.settings import Settings

_CACHEABLE = frozenset(("GET", "HEAD", "POST"))
# The application handles each request with one of these: ranges, and conditions on the content.
_UNSHARED_HEADERS = ("range", "if-match", "if-unmodified-since")
_CONDITIONAL_HEADERS = ("if-none-match", "if-modified-since")
# The body is complete, however it was framed, and the host is that of the settings.
_DROPPED_HEADERS = frozenset(
    ("content-type", "content-length", "host", "transfer-encoding", "upgrade")
)

Environ = dict[str, Any]


class Place(NamedTuple):
    """Where an instance is reached: scheme, authority, and path without a final slash."""

    scheme: str
    authority: str
    path: str

    @classmethod
    def of(cls, address: str) -> Place:
        """Take ``address`` apart."""
        parts = urlsplit(address)
        return cls(parts.scheme, parts.netloc, parts.path.rstrip("/"))


@dataclass
class RawRequest:
    """What a client sent.

    The names of ``headers`` are in lower case; the values of repeated ones are joined.
    ``public_address`` is the address of this instance as a trusted proxy states it, or empty.
    """

    method: str
    path: str
    query_string: str
    http_version: str
    headers: dict[str, str]
    client: str = ""
    public_address: str = ""
    body: bytes = b""

    @classmethod
    def of(cls, scope: Scope) -> RawRequest:
        """Read the head of a request from its RSGI scope (RSGI specification 1.5)."""
        headers: dict[str, str] = {}
        for name, value in scope.headers.items():
            # In WSGI a name with an underscore looks like one with a hyphen.
            if "_" not in name:
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return cls(scope.method, scope.path, scope.query_string, scope.http_version, headers)

    @property
    def is_read(self) -> bool:
        """Whether it is a GET or HEAD, whose conditions may be answered by 304."""
        return self.method in ("GET", "HEAD")

    @property
    def may_share(self) -> bool:
        """Whether its response may come from the cache, or from an equal request in flight."""
        return self.method in _CACHEABLE and not any(
            name in self.headers for name in _UNSHARED_HEADERS
        )

    @property
    def is_conditional(self) -> bool:
        """Whether the client may have the representation already."""
        return any(name in self.headers for name in _CONDITIONAL_HEADERS)

    def key(self, generation: int) -> tuple[object, ...]:
        """Return all that the response depends on: requests with equal keys have equal ones.

        ``generation`` is that of the snapshot that is served.
        """
        get = self.headers.get
        return (
            generation,
            "GET" if self.method == "HEAD" else self.method,
            self.path,
            self.query_string,
            self.body,
            get("content-type"),
            get("content-encoding"),
            get("accept"),
            accepts_gzip(get("accept-encoding")),
            is_command_line_program(get("user-agent")),
            self.public_address,
        )

    def environ(self, settings: Settings, place: Place) -> Environ:
        """Describe the request as WSGI does (PEP 3333), reached at ``place``.

        A HEAD becomes a GET, whose body the gateway leaves out.
        """
        # For HEAD no range is defined (RFC 9110, section 14.2).
        dropped = _DROPPED_HEADERS | {"range"} if self.method == "HEAD" else _DROPPED_HEADERS
        environ: Environ = {
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in self.headers.items()
            if name not in dropped
        }
        # RSGI has decoded the path; WSGI wants its bytes as Latin-1 characters.
        path = self.path.encode(errors="surrogateescape").decode("latin-1")
        return environ | {
            "REQUEST_METHOD": "GET" if self.method == "HEAD" else self.method,
            "SCRIPT_NAME": place.path,
            "PATH_INFO": path.removeprefix(place.path)
            if path.startswith(f"{place.path}/")
            else path,
            "QUERY_STRING": self.query_string.encode().decode("latin-1"),
            "CONTENT_TYPE": self.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(self.body)) if self.body else "",
            "REMOTE_ADDR": self.client,
            # Never the Host header, which any client may set.
            "HTTP_HOST": place.authority,
            "SERVER_NAME": settings.host,
            "SERVER_PORT": str(settings.port),
            "SERVER_PROTOCOL": f"HTTP/{self.http_version}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": place.scheme,
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
