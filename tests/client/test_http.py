"""Retries, conditional requests and errors, from servers that are busy, change or fail."""

import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.client.endpoints import Asked, Reply, answering
from urbact_graph.client import http
from urbact_graph.client.http import Http
from urbact_graph.errors import EngineError
from urbact_graph.problems import OVERLOADED, SYNTAX_ERROR, ProblemError

pytest.importorskip("SPARQLWrapper")

JSON = "application/json"
ASK = "ASK {}"


class Server:
    """Gives ``replies`` one after the other, the last one for ever, and notes what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def ok(content: bytes = b"{}", **headers: str) -> Reply:
    return 200, {"Content-Type": f"{JSON}; charset=utf-8", **headers}, content


def busy(status: int = 503, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "text/plain", **named}, b"Busy"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return for how long it waited, which it does not in fact."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def _in(seconds: float) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize("how", ["get", "query"])
@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([busy(Retry_After="2"), ok()], [2]),
        ([busy(429, Retry_After="0"), busy(Retry_After="7"), ok()], [0, 7]),
        ([busy(Retry_After=_in(-9)), ok()], [0]),
    ],
)
def test_a_busy_server_is_asked_again_when_it_says_so(
    how: str, replies: list[Reply], expected: list[float], waits: list[float]
) -> None:
    server = Server(*replies)
    with answering(server) as address:
        assert _asked(how, address).content == b"{}"
    assert waits == expected
    assert len(server.asked) == len(replies)


def test_a_date_to_ask_again_is_waited_for(waits: list[float]) -> None:
    with answering(Server(busy(Retry_After=_in(20)), ok())) as address:
        Http(9, None).get(address, JSON)
    assert 15 < max(waits) <= 20


@pytest.mark.parametrize("how", ["get", "query"])
@pytest.mark.parametrize(
    ("reply", "count"),
    [
        (busy(), 1),
        (busy(Retry_After="soon"), 1),
        (busy(Retry_After="61"), 1),
        (busy(Retry_After="1"), 4),
        (busy(500, Retry_After="1"), 1),
        (busy(404), 1),
    ],
)
def test_a_server_is_not_asked_for_ever(
    how: str, reply: Reply, count: int, waits: list[float]
) -> None:
    server = Server(reply)
    with answering(server) as address, pytest.raises(ProblemError, match=r"^Busy$") as caught:
        _asked(how, address)
    assert caught.value.problem.status == reply[0]
    assert len(server.asked) == count
    assert len(waits) == count - 1


def _asked(how: str, address: str, cache: Path | None = None) -> http.Reply:
    client = Http(9, cache)
    if how == "get":
        return client.get(address, JSON, {"q": "a b"})
    return client.query(f"{address}/sparql", ASK, "ASK", JSON)


@pytest.mark.parametrize("how", ["get", "query"])
def test_an_answer_is_kept_until_it_changes(how: str, tmp_path: Path) -> None:
    replies = [ok(b"[1]\n", ETag='"1"'), (304, {}, b""), ok(b"[2]", ETag='"2"'), (304, {}, b"")]
    server = Server(*replies)
    with answering(server) as address:
        # Each is another client, as in another session.
        found = [_asked(how, address, tmp_path / "cache").content for _ in range(4)]
    assert found == [b"[1]\n", b"[1]\n", b"[2]", b"[2]"]
    sent = [headers.get("If-None-Match") for _, _, headers, _ in server.asked]
    assert sent == [None, '"1"', '"1"', '"2"']


def test_different_requests_are_kept_apart(tmp_path: Path) -> None:
    with answering(lambda asked: ok(asked[1].encode(), ETag='"1"')) as address:
        client = Http(9, tmp_path)
        for _ in range(2):
            assert client.get(f"{address}/a", JSON).content == b"/a"
            assert client.get(f"{address}/a", "text/csv").content == b"/a"
            assert client.get(f"{address}/a", JSON, {"x": "1"}).content == b"/a?x=1"
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("damage", [b"", b"{", b'["a"]\nx', b"\xff\xfe"])
def test_a_damaged_file_of_the_cache_is_fetched_again(tmp_path: Path, damage: bytes) -> None:
    server = Server(ok(b"[1]", ETag='"1"'))
    with answering(server) as address:
        _asked("get", address, tmp_path)
        (file,) = tmp_path.iterdir()
        file.write_bytes(damage)
        assert _asked("get", address, tmp_path).content == b"[1]"
    assert "If-None-Match" not in server.asked[-1][2]


def test_without_a_cache_or_a_tag_nothing_is_kept(tmp_path: Path) -> None:
    server = Server(ok())
    with answering(server) as address:
        _asked("get", address)
        _asked("get", address, tmp_path)
        Http(9, tmp_path).query(address, "ASK {}" + " " * 5_000, "ASK", JSON)
    assert not list(tmp_path.iterdir())
    assert server.asked[-1][0] == "POST"


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        answering(Server(ok(ETag='"1"'))) as address,
        pytest.raises(EngineError, match=r"The cache .*file cannot be written .*name another"),
    ):
        _asked("get", address, tmp_path / "file")


@pytest.mark.parametrize("how", ["get", "query"])
@pytest.mark.parametrize(
    ("status", "body", "name", "detail"),
    [
        (
            400,
            {"type": "https://x.org/syntax-error", "detail": "Line 1."},
            "syntax-error",
            "Line 1.",
        ),
        (503, {"type": "https://x.org/overloaded/", "detail": "Busy."}, "overloaded", "Busy."),
        (404, {"title": "Gone"}, "status-404", "Gone"),
        (404, {"title": "Gone", "type": None, "detail": None}, "status-404", "Gone"),
        (418, {"type": "about:blank", "title": "A pot"}, "about:blank", "A pot"),
        (414, b"Too  long\n", "status-414", "Too long"),
        (401, b'it\'s "secret"', "status-401", 'it\'s "secret"'),
        (502, b"<html>Bad</html>", "status-502", "The server answered with status 502."),
        (500, b"", "status-500", "The server answered with status 500."),
        (400, b"\xff" * 900, "status-400", "\ufffd" * 500),
    ],
)
def test_an_error_has_the_words_of_the_server(
    how: str, status: int, body: bytes | Mapping[str, str | None], name: str, detail: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with answering(Server((status, {}, content))) as address, pytest.raises(ProblemError) as caught:
        _asked(how, address)
    assert (caught.value.problem.name, caught.value.problem.status) == (name, status)
    assert caught.value.detail == detail


def test_a_problem_keeps_its_members() -> None:
    details = {"type": "https://x.org/syntax-error", "status": 400, "line": 2, "column": 7}
    content = json.dumps({**details, "detail": "Wrong.", "title": "T"}).encode()
    with answering(Server((400, {}, content))) as address, pytest.raises(ProblemError) as caught:
        _asked("query", address)
    assert caught.value.problem is SYNTAX_ERROR
    assert caught.value.problem is not OVERLOADED
    assert caught.value.extensions == {"line": 2, "column": 7}


def test_an_answer_that_is_cut_off_is_an_error() -> None:
    def cut(_: Asked) -> Reply:
        return 200, {"Content-Type": JSON, "Content-Length": "99"}, b"{}"

    with answering(cut) as address, pytest.raises(EngineError, match="does not answer"):
        Http(0.3, None).get(address, JSON)
