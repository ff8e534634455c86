"""The bodies of requests: limits of bytes and time, and problems that clients get to read."""

import asyncio
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed, ProtocolError
from SPARQLWrapper import POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from tests.support.servers import Server
from tests.support.waiting import DEADLINE
from tests.support.wire import Received, ask, wire
from urbact_graph.problems import ProblemError
from urbact_graph.server import body as module
from urbact_graph.server.body import read_body
from urbact_graph.server.request import RawRequest
from urbact_graph.settings import Settings

# A body may have three times as many bytes, and 16,000 more.
SETTINGS = Settings(max_query_bytes=1_000)
LIMIT = 19_000
DIRECT = b"Content-Type: application/sparql-query"
FORM = b"Content-Type: application/x-www-form-urlencoded"


class Protocol:
    """The side of RSGI that gives the body: ``chunks``, and what comes ``after`` them."""

    def __init__(self, *chunks: bytes, after: Callable[[], object] = lambda: None) -> None:
        self.chunks = chunks
        self.after = after
        self.read = 0

    async def __call__(self) -> bytes:
        return b"".join([chunk async for chunk in self.iterate()])

    def __aiter__(self) -> "Iterated":
        return Iterated(self.iterate())

    async def iterate(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.read += len(chunk)
            yield chunk
            await asyncio.sleep(0)
        await self.wait()

    async def wait(self) -> None:
        self.after()


class Iterated:
    """What granian gives as the iterator of a body, which cannot be iterated again."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    def __aiter__(self) -> "Iterated":
        raise ProtocolError

    async def __anext__(self) -> bytes:
        return await anext(self._chunks)


class Stalled(Protocol):
    """A client that sends no more, and stays connected."""

    async def wait(self) -> None:
        await asyncio.Event().wait()


def closed() -> None:
    raise ProtocolClosed


def read(
    protocol: Protocol, method: str = "POST", settings: Settings = SETTINGS, /, **headers: str
) -> bytes:
    request = RawRequest(method, "/sparql", "", "1.1", headers)
    return asyncio.run(read_body(request, protocol, settings))  # type: ignore[arg-type]


def refused(protocol: Protocol, settings: Settings = SETTINGS, /, **headers: str) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        read(protocol, "POST", settings, **headers)
    return raised.value


def stated(length: int) -> dict[str, str]:
    return {"content-length": str(length)}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_body_of_a_method_without_one_is_not_read(method: str) -> None:
    protocol = Stalled(b"hello")
    assert read(protocol, method, **stated(5)) == b""
    assert not protocol.read


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_bodies_are_read_whole(method: str) -> None:
    assert read(Protocol(b"hel", b"lo"), method, **stated(5)) == b"hello"
    assert read(Protocol(b"hel", b"lo"), method) == b"hello", "in chunks of unknown number"


def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    for headers in ({}, stated(LIMIT)):
        assert len(read(Protocol(b"x" * LIMIT), **headers)) == LIMIT
    for headers in ({}, stated(LIMIT + 1)):
        error = refused(Protocol(b"x" * (LIMIT + 1)), **headers)
        assert error.problem.name == "query-too-large"
        assert error.extensions == {"limit": "max_query_bytes"}


@pytest.mark.parametrize("headers", [{}, stated(10**6)], ids=["chunked", "stated"])
def test_a_body_that_is_too_large_is_read_to_its_end_all_the_same(headers: dict[str, str]) -> None:
    protocol = Protocol(*[b"x" * 100_000] * 10)
    refused(protocol, **headers)
    assert protocol.read == 10**6


@pytest.mark.parametrize("headers", [{}, stated(10**9)], ids=["chunked", "stated"])
@pytest.mark.parametrize(
    ("constant", "value"),
    [("_DRAINED_BYTES", 50_000), ("_DRAIN_SECONDS", 0.01)],
    ids=["bytes", "time"],
)
def test_a_client_that_sends_on_and_on_is_cut_off(
    headers: dict[str, str], constant: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DRAINED_BYTES", 10**9)
    monkeypatch.setattr(module, constant, value)

    class Endless(Protocol):
        async def iterate(self) -> AsyncIterator[bytes]:
            while True:
                self.read += 10_000
                yield b"x" * 10_000
                await asyncio.sleep(0.001)

    protocol = Endless()
    refused(protocol, **headers)
    if constant == "_DRAINED_BYTES":
        assert protocol.read <= LIMIT + value + 2 * 10_000


@pytest.mark.parametrize("headers", [{}, stated(10**6)], ids=["chunked", "stated"])
def test_a_client_that_stops_sending_is_answered(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DRAIN_PAUSE_SECONDS", 0.01)
    assert refused(Stalled(b"x" * 20_000), **headers).problem.name == "query-too-large"


@pytest.mark.parametrize("headers", [{}, stated(10**6)], ids=["chunked", "stated"])
def test_a_large_body_is_not_also_refused_as_late(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It is read on for longer than a client may take to send its request.
    monkeypatch.setattr(module, "_DRAIN_PAUSE_SECONDS", 0.1)
    settings = SETTINGS.model_copy(update={"request_timeout_seconds": 0.01})
    error = refused(Stalled(b"x" * 20_000), settings, **headers)
    assert error.problem.name == "query-too-large"


@pytest.mark.parametrize("headers", [{}, stated(10**6)], ids=["chunked", "stated"])
def test_a_client_that_disconnects_ends_the_reading(headers: dict[str, str]) -> None:
    protocol = Protocol(b"x" * 20_000, after=closed)
    assert refused(protocol, **headers).problem.name == "query-too-large"


def test_nothing_is_read_where_the_client_waits_to_be_asked_for_it() -> None:
    protocol = Stalled(b"x" * 20_000)
    refused(protocol, expect="100-continue", **stated(20_000))
    assert not protocol.read


@pytest.mark.parametrize("headers", [{}, stated(100)], ids=["chunked", "stated"])
def test_a_body_that_does_not_become_complete_in_time_is_refused(headers: dict[str, str]) -> None:
    settings = SETTINGS.model_copy(update={"request_timeout_seconds": 0.01})
    error = refused(Stalled(b"x"), settings, **headers)
    assert error.problem.name == "request-timeout"
    assert error.extensions["limit"] == "request_timeout_seconds"


# ---- The real server ---------------------------------------------------------------------------


@pytest.fixture
def server(strict_server: Server) -> Server:
    return strict_server


def post(server: Server, body: bytes, *lines: bytes) -> Received:
    length = b"Content-Length: %d" % len(body)
    return ask(server, b"POST /sparql", *lines or (DIRECT,), length, body=body)


# In bytes; each is tried as often as makes 20.
SIZES = [1_000_000, 2_000_000, 5_000_000, 20_000_000]
TRIES = 20 // len(SIZES)


def by_urllib(server: Server, body: bytes) -> Any:
    request = urllib.request.Request(f"{server.url}/sparql", body)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request, timeout=DEADLINE)
    with raised.value as error:
        assert b"max_query_bytes" in error.read()
        return error.code


def by_http_client(server: Server, body: bytes) -> Any:
    return server.fetch("/sparql", {"Content-Type": "text/plain"}, "POST", body).status


def by_sparqlwrapper(server: Server, body: bytes) -> Any:
    client = SPARQLWrapper(f"{server.url}/sparql")
    client.setMethod(POST)
    # The library reads a query in a time that grows with its square: in some small ones, then.
    client.setQuery("ASK {}")
    client.addParameter("padding", body.decode())
    with pytest.raises((urllib.error.HTTPError, SPARQLWrapperException)) as raised:
        client.query()
    error = raised.value
    assert isinstance(error, urllib.error.HTTPError)
    with error:
        return error.code


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size // 10**6} MB")
@pytest.mark.parametrize("by", [by_urllib, by_http_client, by_sparqlwrapper])
def test_every_client_library_gets_the_413(
    server: Server, by: Callable[[Server, bytes], Any], size: int
) -> None:
    body = b"x" * size
    assert [by(server, body) for _ in range(TRIES)] == [413] * TRIES


def test_a_client_that_sends_for_ever_is_disconnected(server: Server) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (1_000_000, b"x" * 1_000_000)
    with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE) as connection:
        connection.sendall(head)
        is_connected, chunks = True, 0
        while is_connected and chunks < 1_000:
            try:
                connection.sendall(chunk)
                chunks += 1
            except ConnectionError:
                is_connected = False
        assert not is_connected, f"the server read {chunks} megabytes"
    assert post(server, b"ASK {}").status == 200


def test_the_connection_of_a_refused_body_is_closed(server: Server) -> None:
    with wire(server) as connected:
        body = b"#" * 20_000
        connected.send(b"POST /sparql", DIRECT, b"Content-Length: 1000000", body=body)
        received = connected.receive()
        assert (received.status, received.problem) == (413, "query-too-large")
        assert connected.is_ended()


def test_a_body_that_was_read_to_its_end_keeps_the_connection(server: Server) -> None:
    with wire(server) as connected:
        body = b"#" * 20_000
        length = b"Content-Length: %d" % len(body)
        for _ in range(2):
            assert connected.ask(b"POST /sparql", DIRECT, length, body=body).status == 413
        assert connected.ask(b"POST /sparql", FORM, b"Content-Length: 0").status == 400


@pytest.mark.parametrize("lines", [[], [b"Expect: 100-continue"]])
def test_a_body_that_is_stated_to_be_too_large_is_refused_before_it_arrives(
    server: Server, lines: list[bytes]
) -> None:
    with wire(server) as connected:
        connected.send(b"POST /sparql", DIRECT, b"Content-Length: 1000000000", *lines)
        assert connected.receive().status == 413


def test_a_large_body_is_refused_even_if_its_address_is_cached(server: Server) -> None:
    line, body = b"/sparql?query=ASK%7B%7D", b"a" * 30_000
    assert ask(server, b"GET " + line).status == 200
    length = b"Content-Length: %d" % len(body)
    assert ask(server, b"POST " + line, FORM, length, body=body).status == 413


def test_a_client_that_expects_it_is_asked_to_continue(server: Server) -> None:
    with wire(server) as connected:
        connected.send(b"POST /sparql", DIRECT, b"Content-Length: 6", b"Expect: 100-continue")
        assert connected.receive().status == 100
        connected.connection.sendall(b"ASK {}")
        assert connected.receive().status == 200


def test_a_chunked_body_is_read_and_limited(server: Server) -> None:
    def sent(body: bytes) -> Received:
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        return ask(server, b"POST /sparql", DIRECT, b"Transfer-Encoding: chunked", body=chunked)

    assert b"true" in sent(b"ASK {}").body
    assert sent(b"#" * 300_000).status == 413


def test_an_incomplete_body_is_refused_in_time(server: Server) -> None:
    with wire(server) as connected:
        connected.send(b"POST /sparql", DIRECT, b"Content-Length: 6", body=b"ASK")
        received = connected.receive()
        assert (received.status, received.problem) == (408, "request-timeout")
        assert connected.is_ended()


def test_an_incomplete_head_ends_the_connection_in_time(server: Server) -> None:
    with wire(server) as connected:
        connected.connection.sendall(b"GET /sparql HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert connected.is_ended()
