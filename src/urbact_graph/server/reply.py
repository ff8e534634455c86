"""The reply of a WSGI application: headers, and a body in memory or a part of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

    from urbact_graph.web.response import Headers

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/\d+")


class FilePart(NamedTuple):
    """The bytes of the file at ``path`` from ``start`` to ``end``, without the latter."""

    path: str
    start: int
    end: int


@dataclass
class Reply:
    """A status, headers, and as content ``body`` or, if it is given, the ``part`` of a file."""

    status: int
    headers: Headers
    body: bytes = b""
    part: FilePart | None = None

    @property
    def size(self) -> int:
        """How many bytes of content there are."""
        return self.part.end - self.part.start if self.part else len(self.body)


def call(app: WSGIApplication, environ: WSGIEnvironment) -> Reply:
    """Call ``app`` (PEP 3333); its header X-Sendfile names a file that is the content."""
    head: list[tuple[str, Headers]] = []

    def start_response(
        status: str,
        headers: Headers,
        exc_info: object = None,  # noqa: ARG001 - as WSGI has it
    ) -> Callable[[bytes], object]:
        head.append((status, headers))
        return lambda _: None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    status, headers = head[-1]
    return _of_file(Reply(int(status[:3]), headers, body))


def _of_file(reply: Reply) -> Reply:
    path = next((value for name, value in reply.headers if name == "X-Sendfile"), "")
    if not path:
        return reply
    found = {name: value for name, value in reply.headers if name.startswith("Content-")}
    if match := _CONTENT_RANGE.fullmatch(found.get("Content-Range", "")):
        start, end = int(match[1]), int(match[2]) + 1
    else:
        start, end = 0, int(found["Content-Length"])
    headers = [item for item in reply.headers if item[0] != "X-Sendfile"]
    return Reply(reply.status, headers, b"", FilePart(path, start, end))
