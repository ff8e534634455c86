"""The load: requests that are sent, responses that are read, and times that are counted."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest
from benchmarks.load import Response, Run, ceiling, percentile, run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50), (99, 99), (100, 100), (0, 1), (0.5, 1), (99.5, 100)]
)
def test_a_percentile_is_a_time_that_was_measured(percent: float, expected: float) -> None:
    assert percentile(map(float, range(100, 0, -1)), percent) == expected


def test_of_few_times_the_99th_percentile_is_the_longest() -> None:
    done = Run([3.0, 1.0, 2.0], seconds=2.0)
    assert (done.median, done.p99, done.rate) == (2.0, 3.0, 1.5)
    assert str(Run().median) == "nan"


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("received", "body"),
    [
        (HEAD + b"Content-Length: 5\r\n\r\nhello", b"hello"),
        (HEAD + b"content-length:0\r\n\r\n", b""),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
            b"hello!",
        ),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n7\r\n0\r\n\r\n0\r\r\n0\r\n\r\n",
            b"0\r\n\r\n0\r",
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
)
def test_a_response_is_read_however_it_arrives(received: bytes, body: bytes) -> None:
    for size in range(1, len(received) + 1):
        response = Response(keep=True)
        for start in range(0, len(received), size):
            assert not response.done
            response.feed(received[start : start + size])
        assert response.done
        assert response.body == body


def test_a_response_that_breaks_off_is_not_whole() -> None:
    response = Response()
    response.feed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel")
    response.end()
    assert not response.done


@pytest.mark.process
def test_the_clients_are_measured_against_a_server_that_does_nothing() -> None:
    done = ceiling(8, 0.2)
    assert not done.errors
    assert not done.timeouts
    assert len(done.times) > 8


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    """Listen, and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            connection.close()


def test_a_server_that_does_not_answer_is_given_up(silent: tuple[str, int]) -> None:
    done = run(silent, iter(lambda: b"x", b""), clients=3, seconds=600, timeout=0.2)
    assert (done.timeouts, done.times) == (3, [])
