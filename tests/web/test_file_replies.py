"""Replies that are files: whole, in parts, compressed, and only where a client lacks them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response
from werkzeug.http import http_date

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.response import FileResponse, StandingFile

from tests.support.engines import write_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

CONTENT = b"".join(b"line %d\n" % number for number in range(100_000))
SIZE = len(CONTENT)
PACKED = gzip.compress(CONTENT, mtime=0)
TIME = datetime(2026, 11, 23, 10, 0, 0, 500_000, UTC)
BEFORE, THEN, AFTER = (http_date(TIME + timedelta(seconds=step)) for step in (-1, 0, 1))
PLAIN, GZIP = '"plain-tag"', '"gzip-tag"'


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.txt").write_bytes(CONTENT)
    (folder / "a.txt.gz").write_bytes(PACKED)
    settings = Settings.load(max_running_queries=1)
    with Engine(settings, write_facts(folder / "facts.nt")) as engine:
        app = create_app(settings, engine)
        add_routes(app, folder)
        yield app.test_client()


def add_routes(app: Flask, folder: Path) -> None:
    plain = StandingFile(folder / "a.txt", SIZE, PLAIN.strip('"'))
    packed = StandingFile(folder / "a.txt.gz", len(PACKED), GZIP.strip('"'))

    def both() -> Response:
        response = FileResponse(plain, TIME, "text/plain; charset=utf-8", packed)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    def only() -> Response:
        return FileResponse(plain, TIME, "text/plain; charset=utf-8")

    def dated() -> Response:
        response = Response("x" * 2_000, content_type="text/plain")
        response.last_modified = TIME
        return response

    app.add_url_rule("/test/both", view_func=both)
    app.add_url_rule("/test/only", view_func=only)
    app.add_url_rule("/test/dated", view_func=dated)


def ask(
    client: FlaskClient, path: str = "/test/both", method: str = "GET", **more: str
) -> TestResponse:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return client.open(path, method=method, headers=headers)


def test_a_file_is_sent_whole_with_all_that_is_to_know(client: FlaskClient) -> None:
    response = ask(client)
    assert response.status_code == 200
    assert response.data == CONTENT
    assert response.headers["Content-Length"] == str(SIZE)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["ETag"] == PLAIN
    assert response.headers["Last-Modified"] == THEN
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("more", [{}, {"Accept_Encoding": "gzip"}, {"Range": "bytes=0-9"}])
def test_head_tells_what_get_would_send(client: FlaskClient, more: dict[str, str]) -> None:
    head = ask(client, method="HEAD", **more)
    # For HEAD no range is defined.
    more = {name: value for name, value in more.items() if name != "Range"}
    full = ask(client, **more)
    assert (head.status_code, head.data) == (200, b"")
    assert list(head.headers) == list(full.headers)


def test_who_accepts_gzip_gets_the_compressed_file(client: FlaskClient) -> None:
    response = ask(client, Accept_Encoding="gzip, br")
    assert response.data == PACKED
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Length"] == str(len(PACKED))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["ETag"] == GZIP
    assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encoding", ["br", "gzip;q=0", "identity, gzip;q=0.5", ""])
def test_others_get_it_as_it_is(client: FlaskClient, encoding: str) -> None:
    assert ask(client, Accept_Encoding=encoding).data == CONTENT


def test_what_is_compressed_nowhere_is_sent_as_it_is(client: FlaskClient) -> None:
    response = ask(client, "/test/only", Accept_Encoding="gzip")
    assert response.data == CONTENT
    assert "Vary" not in response.headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, SIZE),
        (f"bytes=5-{SIZE + 5}", 5, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        ("bytes=0-", 0, SIZE),
        ("BYTES=3-4", 3, 5),
        ("bytes=300000-899999", 300_000, 900_000),
    ],
)
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_part_is_one_of_the_file_as_it_is(
    client: FlaskClient, asked: str, start: int, end: int, encoding: str
) -> None:
    end = min(end, SIZE)
    response = ask(client, Range=asked, Accept_Encoding=encoding)
    assert response.status_code == 206
    assert response.data == CONTENT[start:end]
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response.headers["Content-Length"] == str(end - start)
    assert response.headers["ETag"] == PLAIN
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=5-3",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes 0-5",
        "items=0-5",
        "bytes=1-2-3",
        "bytes=" + "9" * 400 + "-",
        "bytes=٣-٤",
        "",
    ],
)
def test_what_is_no_single_part_gets_the_whole(client: FlaskClient, asked: str) -> None:
    response = client.get("/test/both", environ_overrides={"HTTP_RANGE": asked})
    assert (response.status_code, response.data) == (200, CONTENT)
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(client: FlaskClient, asked: str) -> None:
    response = ask(client, Range=asked)
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"
    assert response.get_json()["type"].endswith("/problem/range-not-satisfiable")
    assert str(SIZE) in response.get_json()["detail"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("wanted", "is_part"),
    [
        (PLAIN, True),
        (THEN, True),
        ('"other"', False),
        (GZIP, False),
        (f"W/{PLAIN}", False),
        (BEFORE, False),
        (AFTER, False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_a_download_goes_on_only_with_the_file_it_began_with(
    client: FlaskClient, wanted: str, *, is_part: bool
) -> None:
    environ = {"HTTP_RANGE": "bytes=10-19", "HTTP_IF_RANGE": wanted}
    response = client.get("/test/both", environ_overrides=environ)
    assert response.status_code == (206 if is_part else 200)
    assert response.data == (CONTENT[10:20] if is_part else CONTENT)
    # It may even be one that is not there.
    environ["HTTP_RANGE"] = f"bytes={SIZE}-"
    response = client.get("/test/both", environ_overrides=environ)
    assert response.status_code == (416 if is_part else 200)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"If_None_Match": PLAIN}, 304),
        ({"If_None_Match": f"W/{PLAIN}"}, 304),
        ({"If_None_Match": f'"a", {PLAIN}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"a"'}, 200),
        ({"If_None_Match": PLAIN, "Range": "bytes=0-1"}, 304),
        ({"If_None_Match": GZIP, "Accept_Encoding": "gzip"}, 304),
        # Who has it uncompressed need not have it again.
        ({"If_None_Match": PLAIN, "Accept_Encoding": "gzip"}, 304),
        ({"If_None_Match": GZIP}, 200),
        ({"If_Modified_Since": THEN}, 304),
        ({"If_Modified_Since": AFTER}, 304),
        ({"If_Modified_Since": BEFORE}, 200),
        ({"If_Modified_Since": "nonsense"}, 200),
        ({"If_Modified_Since": "Mon, 99 Nov 9999999999 10:00:00 GMT"}, 200),
        ({"If_Modified_Since": AFTER, "If_None_Match": '"a"'}, 200),
        ({"If_Modified_Since": BEFORE, "If_None_Match": PLAIN}, 304),
        ({"If_Match": PLAIN}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": f'"a", {PLAIN}'}, 200),
        ({"If_Match": '"a"'}, 412),
        ({"If_Match": f"W/{PLAIN}"}, 412),
        ({"If_Match": ""}, 412),
        ({"If_Match": '"a"', "If_None_Match": PLAIN}, 412),
        ({"If_Match": PLAIN, "If_None_Match": PLAIN}, 304),
        ({"If_Unmodified_Since": THEN}, 200),
        ({"If_Unmodified_Since": AFTER}, 200),
        ({"If_Unmodified_Since": BEFORE}, 412),
        ({"If_Unmodified_Since": "nonsense"}, 200),
        ({"If_Unmodified_Since": BEFORE, "If_Match": PLAIN}, 200),
        ({"If_Unmodified_Since": AFTER, "If_Match": '"a"'}, 412),
        # The precondition comes before the range.
        ({"If_Match": '"a"', "Range": f"bytes={SIZE}-"}, 412),
    ],
)
def test_conditions_are_met_in_the_order_of_the_standard(
    client: FlaskClient, method: str, more: dict[str, str], status: int
) -> None:
    environ = {f"HTTP_{name.upper()}": value for name, value in more.items()}
    response = client.open("/test/both", method=method, environ_overrides=environ)
    assert response.status_code == status
    if status == 304:
        assert response.data == b""
        full = ask(client)
        for name in ("Last-Modified", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert response.headers[name] == full.headers[name]
        assert response.headers["ETag"] in (PLAIN, GZIP)
        for name in ("Content-Type", "Content-Length", "Content-Encoding", "Content-Range"):
            assert name not in response.headers
    if status == 412 and method == "GET":
        assert response.get_json()["type"].endswith("/problem/precondition-failed")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("since", "tag", "status"),
    [
        (THEN, None, 304),
        (AFTER, None, 304),
        (BEFORE, None, 200),
        ("nonsense", None, 200),
        ("", None, 200),
        (AFTER, '"other"', 200),
    ],
)
def test_pages_too_are_asked_about_by_their_date(
    client: FlaskClient, method: str, since: str, tag: str | None, status: int
) -> None:
    environ = {"HTTP_IF_MODIFIED_SINCE": since}
    if tag:
        environ["HTTP_IF_NONE_MATCH"] = tag
    response = client.open("/test/dated", method=method, environ_overrides=environ)
    assert response.status_code == status
    assert response.headers["Last-Modified"] == THEN


def test_what_has_no_date_is_not_asked_about_by_it(client: FlaskClient) -> None:
    assert ask(client, "/health", If_Modified_Since=AFTER).status_code == 200


def test_other_methods_are_refused_before_the_file_is_looked_at(client: FlaskClient) -> None:
    assert ask(client, method="POST", If_None_Match=PLAIN).status_code == 405
    assert ask(client, method="OPTIONS").headers["Access-Control-Allow-Origin"] == "*"
