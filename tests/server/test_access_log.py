"""The access log: a line of JSON a request, whatever the request holds and however it is read."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.waiting import until
from urbact_graph.server.access_log import AccessLog
from urbact_graph.server.request import RawRequest
from urbact_graph.settings import Settings
from urbact_graph.web.context import RequestContext

QUERY = "ASK { <x:secret> ?p ?o }"


@contextmanager
def logging(file: IO[str], **settings: object) -> Iterator[AccessLog]:
    log = AccessLog(Settings.load(**settings), file)
    try:
        yield log
    finally:
        log.close()


def request(path: str = "/sparql", method: str = "GET", agent: str = "test/1.0") -> RawRequest:
    return RawRequest(method, path, "", "1.1", {"user-agent": agent}, client="192.0.2.1")


def write(log: AccessLog, request: RawRequest, query: str = "", cache: str = "") -> None:
    log.write(request, RequestContext(request.client, query=query), cache, 200, 12, 0.25)


def logged(request: RawRequest, query: str = "", cache: str = "", **settings: object) -> Any:
    """Return the line that is logged for ``request``; None if there is none."""
    file = io.StringIO()
    with logging(file, **settings) as log:
        write(log, request, query, cache)
    found = lines(file.getvalue())
    return found[0] if found else None


def lines(text: str) -> list[dict[str, Any]]:
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_a_line_describes_the_request_and_the_response() -> None:
    before = datetime.now(UTC)
    line = logged(request("/limits"))
    time = datetime.fromisoformat(line.pop("time"))
    assert before.timestamp() - 0.001 <= time.timestamp() <= datetime.now(UTC).timestamp()
    assert time.utcoffset() is not None
    assert line == {
        "client": "192.0.2.1",
        "method": "GET",
        "path": "/limits",
        "status": 200,
        "bytes": 12,
        "seconds": 0.25,
        "agent": "test/1.0",
    }


def test_a_request_without_a_user_agent_has_an_empty_one() -> None:
    assert logged(RawRequest("GET", "/", "", "1.1", {}))["agent"] == ""


@pytest.mark.parametrize("cache", ["hit", "miss", "coalesced"])
def test_what_the_cache_did_is_logged(cache: str) -> None:
    assert logged(request(), cache=cache)["cache"] == cache


def test_the_name_of_a_problem_is_logged() -> None:
    file = io.StringIO()
    with logging(file) as log:
        context = RequestContext("", problem="overloaded")
        log.write(request(), context, "", 503, 0, 0.0)
    [line] = lines(file.getvalue())
    assert (line["status"], line["problem"]) == (503, "overloaded")


def test_queries_are_not_logged_by_default() -> None:
    line = logged(request(), QUERY)
    assert "secret" not in json.dumps(line)
    assert line["path"] == "/sparql"


def test_queries_are_logged_if_so_set() -> None:
    assert logged(request(), QUERY, log_queries=True)["query"] == QUERY
    assert "query" not in logged(request(), log_queries=True)


def test_nothing_is_logged_if_so_set() -> None:
    assert logged(request(), QUERY, access_log=False, log_queries=True) is None


def test_lines_are_in_the_order_of_the_responses() -> None:
    file = io.StringIO()
    with logging(file) as log:
        for number in range(500):
            write(log, request(f"/{number}"))
    assert [line["path"] for line in lines(file.getvalue())] == [f"/{n}" for n in range(500)]


HOSTILE = [
    'line\nbreak\r\n{"status": 200}',
    "tab\tnull\x00bell\x07escape\x1b[31m",
    'quotes" and \\ backslashes',
    "\u2028\u2029\u0085 more line ends",
    "\U0001f600 \ufffe \ufeff",
    "x" * 100_000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_on_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "access.log"
    with path.open("w", encoding="utf-8") as file, logging(file, log_queries=True) as log:
        write(log, request(text, text, text), query=text)
        write(log, request("/after"))
    written = path.read_bytes()
    assert written.count(b"\n") == 2
    assert not [byte for byte in written if byte < 0x20 and byte != 0x0A], "no control character"
    hostile, after = lines(written.decode())
    assert hostile["path"] == hostile["agent"] == hostile["method"] == text[:300]
    assert hostile.get("query", "") == text
    assert after["path"] == "/after"


def test_a_path_that_is_not_utf_8_is_logged_with_replacement_characters() -> None:
    # As it is decoded with surrogate escapes.
    assert logged(request("/caf\udce9"))["path"] == "/caf\ufffd"
    assert logged(request("/café"))["path"] == "/café"


def test_a_lone_surrogate_loses_no_line(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    with path.open("w", encoding="utf-8") as file, logging(file) as log:
        write(log, request(agent="lone \ud800 surrogate"))
    assert len(lines(path.read_text(encoding="utf-8"))) == 1


def test_no_control_sequence_reaches_a_terminal() -> None:
    file = io.StringIO()
    with logging(file) as log:
        write(log, request(agent="\x7f\x9b31mred"))
    assert file.getvalue().isascii()
    assert not {"\x1b", "\x7f", "\x9b"} & set(file.getvalue())


@contextmanager
def pipe() -> Iterator[tuple[int, IO[str]]]:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as file:
        yield reader, file


def read_lines(reader: int, count: int) -> list[dict[str, Any]]:
    """Read lines until they stand for ``count`` requests, including the dropped ones."""
    found, rest = list[dict[str, Any]](), b""
    while sum(1 + line.get("dropped", 0) for line in found) < count:
        *complete, rest = (rest + os.read(reader, 1 << 20)).split(b"\n")
        found += [json.loads(line) for line in complete]
    return found


def test_a_stalled_reader_delays_nothing_and_the_next_line_counts_the_dropped() -> None:
    count = 30_000
    with pipe() as (reader, file), logging(file) as log:
        for number in range(count):
            # Fills the pipe, then the queue; a line for which there is no room is dropped.
            write(log, request(f"/{number}"))
        dropped = log._dropped
        assert dropped > 0
        first = read_lines(reader, count - dropped)
        until(log._lines.empty)
        write(log, request("/next"))
        write(log, request("/last"))
        following = read_lines(reader, dropped + 2)
        os.close(reader)
    assert [line["path"] for line in first[:10]] == [f"/{number}" for number in range(10)]
    assert len(first) >= 5_000, "the queue was full before a line was dropped"
    assert [(line["path"], line.get("dropped")) for line in following] == [
        ("/next", dropped),
        ("/last", None),
    ]


def test_logging_goes_on_after_the_reader_has_closed_the_pipe() -> None:
    with pipe() as (reader, file), logging(file) as log:
        os.close(reader)
        for number in range(5):
            write(log, request(f"/{number}"))
        until(log._lines.empty)
        assert log._thread.is_alive()
        # What was written is still in its buffer, and would be tried again as it is closed.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, file.fileno())
        os.close(nowhere)


def test_closing_writes_the_remaining_lines_and_ends_the_thread() -> None:
    file = io.StringIO()
    with logging(file) as log:
        for number in range(100):
            write(log, request(f"/{number}"))
    assert not log._thread.is_alive()
    assert len(lines(file.getvalue())) == 100


@pytest.mark.slow
def test_closing_does_not_wait_for_a_stalled_reader() -> None:
    with pipe() as (reader, file):
        with logging(file) as log:
            for number in range(10_000):
                write(log, request(f"/{number}"))
        os.set_blocking(reader, False)

        def has_written_the_rest() -> bool:
            with suppress(BlockingIOError):
                os.read(reader, 1 << 20)
            return not log._thread.is_alive()

        until(has_written_the_rest)
        os.close(reader)
