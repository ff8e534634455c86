"""The access log: a line of JSON a request, whatever is in the request and whoever reads it."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.server.access_log import AccessLog
from urbact_graph.web.context import Caller
from urbact_graph.web.endpoint import Endpoint
from urbact_graph.web.records import Record

from tests.support.engines import until, write_facts

Line = dict[str, Any]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file = write_facts(tmp_path_factory.mktemp("log") / "facts.nt")
    with Engine(Settings.load(max_running_queries=1), file) as engine:
        yield engine


@contextmanager
def logging(engine: Engine, file: IO[str], **settings: object) -> Iterator[AccessLog]:
    made = Settings.load(max_running_queries=1, **settings)
    log = AccessLog(made, Endpoint(made, engine), file)
    try:
        yield log
    finally:
        log.close()


def environ(path: str = "/sparql", method: str = "GET", **more: Any) -> dict[str, Any]:
    """Describe a request; ``more`` are further variables."""
    made = EnvironBuilder(path, method=method).get_environ()
    return {**made, "REMOTE_ADDR": "192.0.2.1", **more}


def logged(engine: Engine, request: dict[str, Any], **settings: object) -> list[Line]:
    file = io.StringIO()
    with logging(engine, file, **settings) as log:
        log.write(request, 200, 12, 0.25)
    return lines(file.getvalue())


def lines(text: str) -> list[Line]:
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_a_line_has_what_is_to_be_known_of_a_request(engine: Engine) -> None:
    before = datetime.now(UTC)
    request = environ("/limits", HTTP_USER_AGENT="test/1.0")
    [line] = logged(engine, request)
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


def test_what_became_of_the_request_is_told(engine: Engine) -> None:
    request = environ()
    Record.of(request).cache = "hit"
    Record.of(request).problem = "overloaded"
    [line] = logged(engine, request)
    assert (line["cache"], line["problem"]) == ("hit", "overloaded")


def test_the_client_is_the_one_behind_the_proxy(engine: Engine) -> None:
    request = environ()
    Caller("203.0.113.5").enter(request)
    [line] = logged(engine, request)
    assert line["client"] == "203.0.113.5"


def asking(query: str = "ASK { <x:secret> ?p ?o }", **more: Any) -> dict[str, Any]:
    return environ("/sparql?" + urlencode({"query": query}), **more)


def test_queries_are_nobodys_business_by_default(engine: Engine) -> None:
    [line] = logged(engine, asking())
    assert "secret" not in json.dumps(line)
    assert line["path"] == "/sparql"


def test_queries_are_written_where_that_is_set(engine: Engine) -> None:
    [line] = logged(engine, asking(), log_queries=True)
    assert line["query"] == "ASK { <x:secret> ?p ?o }"
    for request in (environ(), environ("/limits"), environ("/sparql?query=a&query=b")):
        [line] = logged(engine, request, log_queries=True)
        assert "query" not in line


def test_nothing_is_written_where_that_is_set(engine: Engine) -> None:
    assert logged(engine, asking(), access_log=False, log_queries=True) == []


def test_lines_come_in_the_order_of_the_requests(engine: Engine) -> None:
    file = io.StringIO()
    with logging(engine, file) as log:
        for number in range(500):
            log.write(environ(f"/{number}"), 404, 0, 0.0)
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
def test_hostile_text_stays_one_line(engine: Engine, tmp_path: Path, text: str) -> None:
    path = tmp_path / "access.log"
    # WSGI has a path as the bytes it came in.
    came = text.encode().decode("latin-1")
    request = asking(text, HTTP_USER_AGENT=text, REQUEST_METHOD=text, PATH_INFO=came)
    with path.open("w", encoding="utf-8") as file, logging(engine, file, log_queries=True) as log:
        log.write(request, 404, 0, 0.0)
        log.write(environ("/after"), 404, 0, 0.0)
    written = path.read_bytes()
    assert written.count(b"\n") == 2
    assert not [byte for byte in written if byte < 0x20 and byte != 0x0A], "no control character"
    hostile, after = lines(written.decode())
    assert hostile["path"] == hostile["agent"] == hostile["method"] == text[:300]
    assert after["path"] == "/after"


def test_a_path_is_written_as_it_was_meant(engine: Engine) -> None:
    for came, written in [("/caf\u00c3\u00a9", "/caf\u00e9"), ("/caf\u00e9", "/caf\ufffd")]:
        [line] = logged(engine, environ(PATH_INFO=came))
        assert line["path"] == written


def test_what_cannot_be_encoded_costs_no_line(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    with path.open("w", encoding="utf-8") as file, logging(engine, file) as log:
        log.write(environ(HTTP_USER_AGENT="lone \ud800 surrogate"), 200, 0, 0.0)
    assert len(lines(path.read_text(encoding="utf-8"))) == 1


def test_no_terminal_is_told_what_to_do(engine: Engine) -> None:
    file = io.StringIO()
    with logging(engine, file) as log:
        log.write(environ(HTTP_USER_AGENT="\x7f\x9b31mred"), 200, 0, 0.0)
    assert file.getvalue().isascii()
    assert "\x7f" not in file.getvalue()


@contextmanager
def pipe() -> Iterator[tuple[int, IO[str]]]:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as file:
        yield reader, file


def test_a_reader_that_stops_holds_up_nothing_and_is_told_what_it_missed(engine: Engine) -> None:
    with pipe() as (reader, file), logging(engine, file) as log:
        count = 30_000
        for number in range(count):
            # Fills the pipe, then the queue; each further line is dropped.
            log.write(environ_of(number), 200, 0, 0.0)
        assert log._dropped > 0
        dropped, read = log._dropped, b""
        while read.count(b"\n") < count - dropped:
            read += os.read(reader, 1 << 20)
        until(log._lines.empty)
        log.write(environ_of(count), 200, 0, 0.0)
        log.write(environ_of(count + 1), 200, 0, 0.0)
        while read.count(b"\n") < count - dropped + 2:
            read += os.read(reader, 1 << 20)
        os.close(reader)
    written = lines(read.decode())
    assert [line["path"] for line in written[:10]] == [f"/{number}" for number in range(10)]
    assert [line.get("dropped") for line in written[-3:]] == [None, dropped, None]
    assert count - dropped >= 5_000, "as many wait as may"


def environ_of(number: int) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": f"/{number}", "REMOTE_ADDR": "192.0.2.1"}


def test_a_reader_that_has_gone_harms_nobody(engine: Engine) -> None:
    with pipe() as (reader, file), logging(engine, file) as log:
        os.close(reader)
        for number in range(5):
            log.write(environ_of(number), 200, 0, 0.0)
        until(log._lines.empty)
        assert log._thread.is_alive()
        # What was written is still in its buffer, and would be tried again as it is closed.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, file.fileno())
        os.close(nowhere)


def test_closing_writes_what_is_left_and_ends(engine: Engine) -> None:
    file = io.StringIO()
    with logging(engine, file) as log:
        for number in range(100):
            log.write(environ_of(number), 200, 0, 0.0)
    assert not log._thread.is_alive()
    assert len(lines(file.getvalue())) == 100
