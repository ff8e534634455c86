"""A request as the gateway has read it: its key for the cache, and its WSGI environment."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from urbact_graph.problems import MALFORMED_REQUEST, ProblemError
from urbact_graph.web.conditional import READ_METHODS, Conditions
from urbact_graph.web.negotiation import accepts_gzip, is_command_line_program

if TYPE_CHECKING:
    from granian.rsgi import Scope

    from urbact_graph.settings import Settings

# The value of a Host header (RFC 9112, section 3.2; RFC 3986, section 3.2).
_HOST = re.compile(
    r"(?:\[[\w.~!$&'()*+,;=:-]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*+)(?::[0-9]*)?", re.ASCII
)
_CACHEABLE = READ_METHODS | {"POST"}
_CONDITIONAL_HEADERS = (
    *("range", "if-none-match", "if-modified-since"),
    *("if-match", "if-unmodified-since"),
)
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

    def ensure_host(self) -> None:
        """Check that the request has one valid Host header, if it is of HTTP/1.1.

        Raises:
            ProblemError: it has not (RFC 9112, section 3.2).
        """
        if self.http_version != "1.1":
            return
        host = self.headers.get("host")
        if host is None:
            raise ProblemError(
                MALFORMED_REQUEST,
                "The request has no Host header, which HTTP/1.1 requires; send one.",
            )
        if not _HOST.fullmatch(host):
            raise ProblemError(
                MALFORMED_REQUEST,
                "The Host header is not the name or address of one host, with or without a port; "
                "correct it.",
            )

    @property
    def may_share(self) -> bool:
        """Whether its response may come from the cache, or from an equal request in flight."""
        return self.method in _CACHEABLE

    @property
    def is_conditional(self) -> bool:
        """Whether the client may get less than the whole representation: a part, or that it has it.

        Conditions are those of requests that read.
        """
        return self.method in READ_METHODS and any(
            name in self.headers for name in _CONDITIONAL_HEADERS
        )

    @property
    def conditions(self) -> Conditions:
        """The conditional headers."""
        found = Conditions.of(self.headers.get)
        # For HEAD no range is defined (RFC 9110, section 14.2).
        return replace(found, range=None) if self.method == "HEAD" else found

    @property
    def _wants_part(self) -> bool:
        """Whether it has a range; parts are those of the content as it is, not compressed."""
        return "range" in self.headers and self.method != "HEAD"

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
            not self._wants_part and accepts_gzip(get("accept-encoding")),
            is_command_line_program(get("user-agent")),
            self.public_address,
        )

    def environ(self, settings: Settings, place: Place) -> Environ:
        """Describe the request as WSGI does (PEP 3333), reached at ``place``.

        A HEAD becomes a GET, whose body the gateway leaves out.
        """
        dropped = _DROPPED_HEADERS
        if self.method == "HEAD":
            dropped |= {"range"}
        elif self._wants_part:
            dropped |= {"accept-encoding"}
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
