"""What is taken from a WSGI application: a body in memory, or a part of a file."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from urbact_graph.server.reply import FilePart, Reply, call

Headers = list[tuple[str, str]]
FILE = ("X-Sendfile", "/data/file.nt")


def application(headers: Headers, *chunks: bytes, status: str = "200 OK") -> Any:
    def app(_: object, start_response: Callable[[str, Headers], object]) -> list[bytes]:
        start_response(status, headers)
        return list(chunks)

    return app


def test_a_body_is_joined() -> None:
    headers = [("Content-Type", "text/plain")]
    reply = call(application(headers, b"a", b"", b"b", status="404 Not Found"), {})
    assert reply == Reply(404, headers, b"ab")
    assert reply.size == 2


def test_a_file_is_not_read() -> None:
    reply = call(application([FILE, ("Content-Length", "100"), ("ETag", '"x"')]), {})
    assert reply.part == FilePart("/data/file.nt", 0, 100)
    assert reply.headers == [("Content-Length", "100"), ("ETag", '"x"')], "the path stays here"
    assert (reply.size, reply.body) == (100, b"")


def test_a_part_of_a_file_is_the_one_that_the_headers_state() -> None:
    headers = [FILE, ("Content-Range", "bytes 5-9/100"), ("Content-Length", "5")]
    reply = call(application(headers, status="206 Partial Content"), {})
    assert (reply.status, reply.part, reply.size) == (206, FilePart("/data/file.nt", 5, 10), 5)


class Closing:
    """An iterable of chunks that must be closed (PEP 3333)."""

    def __init__(self, *, fails: bool) -> None:
        self.fails = fails
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield b"a"
        if self.fails:
            raise RuntimeError

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("fails", [False, True])
def test_what_the_application_returns_is_closed(fails: bool) -> None:
    chunks = Closing(fails=fails)

    def app(_: object, start_response: Callable[[str, Headers], object]) -> Closing:
        start_response("200 OK", [])
        return chunks

    if fails:
        with pytest.raises(RuntimeError):
            call(app, {})
    else:
        assert call(app, {}).body == b"a"
    assert chunks.is_closed


def test_the_head_that_was_given_last_counts() -> None:
    def app(_: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [])
        start_response("500 Internal Server Error", [], (ValueError, ValueError(), None))
        return [b"failed"]

    assert call(app, {}).status == 500
