"""What is done to every response: lifetime, date, tag, compression, conditions, ranges, CORS."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from werkzeug.http import http_date
from werkzeug.test import EnvironBuilder

from tests.support.stubs import STARTED, StubEngine
from tests.support.tables import for_each
from tests.web.serving import dispatch
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.response import IMMUTABLE, REVALIDATED, PublishedFile, Response

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Response as FlaskResponse
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from urbact_graph.web.application import Application
    from urbact_graph.web.response import Representation

CONTENT = b"".join(b"line %d\n" % number for number in range(100_000))
SIZE = len(CONTENT)
COMPRESSED = gzip.compress(CONTENT, mtime=0)
TIME = datetime(2026, 11, 23, 10, 0, 0, 500_000, UTC)
BEFORE, THEN, AFTER = (http_date(TIME + timedelta(seconds=step)) for step in (-1, 0, 1))
PLAIN, GZIP = '"plain-tag"', '"gzip-tag"'
LARGE = "x" * 2_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.txt").write_bytes(CONTENT)
    (folder / "a.txt.gz").write_bytes(COMPRESSED)
    return folder


@pytest.fixture(scope="module")
def app(folder: Path) -> Application:
    app = create_app(Settings.load(), StubEngine())
    plain = PublishedFile(folder / "a.txt", SIZE, PLAIN.strip('"'))
    compressed = PublishedFile(folder / "a.txt.gz", len(COMPRESSED), GZIP.strip('"'))

    def both() -> FlaskResponse:
        response = Response.of_file(plain, TIME, "text/plain; charset=utf-8", compressed)
        response.headers["Cache-Control"] = IMMUTABLE
        return response

    def only() -> FlaskResponse:
        return Response.of_file(plain, TIME, "text/plain; charset=utf-8")

    def dated() -> FlaskResponse:
        response = Response(LARGE, content_type="text/plain")
        response.last_modified = TIME
        return response

    def never_stored() -> FlaskResponse:
        response = Response(LARGE, content_type="text/plain")
        response.cache_control.no_store = True
        return response

    app.add_url_rule("/test/both", view_func=both)
    app.add_url_rule("/test/only", view_func=only)
    app.add_url_rule("/test/dated", view_func=dated)
    app.add_url_rule("/test/never-stored", view_func=never_stored)
    app.add_url_rule("/test/small", "small", lambda: "small")
    app.add_url_rule("/test/large", "large", lambda: LARGE, methods=["GET", "POST"])
    app.add_url_rule("/test/very-large", "very_large", lambda: "x" * 2_000_000)
    return app


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


def ask(
    client: FlaskClient, path: str = "/test/both", method: str = "GET", **headers: str
) -> TestResponse:
    """Send a request with ``headers``, named in Python's way; they may be empty."""
    environ = {f"HTTP_{name.upper()}": text for name, text in headers.items()}
    return client.open(path, method=method, environ_overrides=environ)


# ---- Responses in memory ---------------------------------------------------------------------


def test_a_response_gets_a_lifetime_a_date_a_tag_and_is_open_to_scripts(
    client: FlaskClient,
) -> None:
    response = ask(client, "/test/small")
    assert response.headers["Cache-Control"] == REVALIDATED
    assert response.last_modified == datetime.fromtimestamp(STARTED, UTC)
    assert response.headers["ETag"].startswith('W/"')
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Expose-Headers"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Vary" not in response.headers


def test_equal_content_has_the_same_tag_and_other_content_another(client: FlaskClient) -> None:
    tags = {ask(client, f"/test/{name}").headers["ETag"] for name in ("small", "small", "large")}
    assert len(tags) == 2


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_modified_since": THEN}, 304),
        ({"if_modified_since": AFTER}, 304),
        ({"if_modified_since": BEFORE}, 200),
        ({"if_modified_since": "nonsense"}, 200),
        ({"if_modified_since": AFTER, "if_none_match": '"other"'}, 200),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"other"'}, 200),
    ],
)
def test_a_client_that_has_the_response_gets_304(
    client: FlaskClient, method: str, headers: dict[str, str], status: int
) -> None:
    response = ask(client, "/test/dated", method, **headers)
    assert response.status_code == status
    if status == 304:
        assert response.data == b""
        full = ask(client, "/test/dated")
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert response.headers[name] == full.headers[name]
        for name in ("Content-Type", "Content-Length", "Content-Encoding"):
            assert name not in response.headers


def test_a_post_is_answered_in_full(client: FlaskClient) -> None:
    tag = ask(client, "/test/large").headers["ETag"]
    for known in (tag, "*"):
        response = ask(client, "/test/large", "POST", if_none_match=known)
        assert (response.status_code, response.text) == (200, LARGE)


def test_what_is_never_stored_has_no_tag_and_is_never_304(client: FlaskClient) -> None:
    for headers in ({}, {"if_none_match": "*"}, {"if_modified_since": AFTER}):
        response = ask(client, "/test/never-stored", **headers)
        assert (response.status_code, response.text) == (200, LARGE)
        assert "ETag" not in response.headers


@pytest.mark.parametrize(("path", "is_compressed"), [("small", False), ("large", True)])
def test_a_body_of_a_thousand_bytes_is_compressed(
    client: FlaskClient, path: str, is_compressed: bool
) -> None:
    plain = ask(client, f"/test/{path}")
    response = ask(client, f"/test/{path}", accept_encoding="gzip, br")
    assert response.headers.get("Content-Encoding") == ("gzip" if is_compressed else None)
    assert response.headers.get("Vary") == ("Accept-Encoding" if is_compressed else None)
    assert plain.headers.get("Vary") == response.headers.get("Vary")
    assert (gzip.decompress(response.data) if is_compressed else response.data) == plain.data
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["ETag"] == plain.headers["ETag"]


def test_a_very_large_body_is_compressed_too(client: FlaskClient) -> None:
    response = ask(client, "/test/very-large", accept_encoding="gzip")
    assert len(gzip.decompress(response.data)) == 2_000_000


@pytest.mark.parametrize("path", ["/test/small", "/test/large", "/test/both", "/test/only"])
@pytest.mark.parametrize("headers", [{}, {"accept_encoding": "gzip"}, {"range": "bytes=0-9"}])
def test_head_has_the_headers_of_get(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    head = ask(client, path, "HEAD", **headers)
    # For HEAD no range is defined.
    full = ask(client, path, **{name: text for name, text in headers.items() if name != "range"})
    assert (head.status_code, head.data) == (200, b"")
    assert sorted(head.headers) == sorted(full.headers)


def test_options_tells_scripts_what_they_may_send(client: FlaskClient) -> None:
    response = ask(client, "/test/large", "OPTIONS")
    assert response.status_code == 200
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert response.headers["Access-Control-Allow-Methods"] == response.headers["Allow"]
    allowed = response.headers["Access-Control-Allow-Headers"].split(", ")
    # The wildcard stands for all but Authorization, where browsers know it.
    assert {"*", "Authorization", "Accept", "Content-Type", "If-None-Match"} <= set(allowed)
    assert int(response.headers["Access-Control-Max-Age"]) >= 3_600


# ---- What may be cached ----------------------------------------------------------------------


def noted(app: Application, path: str, **headers: str) -> Representation | None:
    """Return the representation that the application notes for the server."""
    _, context = dispatch(app, EnvironBuilder(path, headers=list(headers.items())))
    return context.representation


def test_a_200_is_noted_for_the_cache_even_if_the_client_gets_304(app: Application) -> None:
    for headers in ({}, {"If-Modified-Since": THEN}):
        found = noted(app, "/test/dated", **headers)
        assert found is not None
        assert found.body == LARGE.encode()
        noted_headers = dict(found.headers)
        assert noted_headers["Last-Modified"] == THEN
        assert noted_headers["Content-Type"] == "text/plain"
        assert noted_headers["ETag"].startswith('W/"')
        assert "Content-Length" not in noted_headers


def test_a_compressed_200_is_noted_as_it_is_sent(app: Application) -> None:
    found = noted(app, "/test/large", **{"Accept-Encoding": "gzip"})
    assert found is not None
    assert gzip.decompress(found.body) == LARGE.encode()
    assert ("Content-Encoding", "gzip") in found.headers


@pytest.mark.parametrize("path", ["/test/never-stored", "/test/both", "/nowhere", "/health"])
def test_files_problems_and_what_is_never_stored_are_not_noted(app: Application, path: str) -> None:
    assert noted(app, path) is None


# ---- Files -----------------------------------------------------------------------------------


def test_a_file_is_sent_whole_with_its_headers(client: FlaskClient) -> None:
    response = ask(client)
    assert response.status_code == 200
    assert response.data == CONTENT
    assert response.headers["Content-Length"] == str(SIZE)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["ETag"] == PLAIN
    assert response.headers["Last-Modified"] == THEN
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"] == IMMUTABLE
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Encoding" not in response.headers


def test_a_client_that_prefers_gzip_gets_the_compressed_file(client: FlaskClient) -> None:
    response = ask(client, accept_encoding="gzip, br")
    assert response.data == COMPRESSED
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Length"] == str(len(COMPRESSED))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["ETag"] == GZIP
    assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encoding", ["br", "gzip;q=0", "identity, gzip;q=0.5", ""])
def test_other_clients_get_the_file_as_it_is(client: FlaskClient, encoding: str) -> None:
    assert ask(client, accept_encoding=encoding).data == CONTENT


def test_a_file_without_a_compressed_one_is_sent_as_it_is(client: FlaskClient) -> None:
    response = ask(client, "/test/only", accept_encoding="gzip")
    assert response.data == CONTENT
    assert "Vary" not in response.headers


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_part_is_one_of_the_file_as_it_is(client: FlaskClient, encoding: str) -> None:
    response = ask(client, range="bytes=300000-899999", accept_encoding=encoding)
    end = min(900_000, SIZE)
    assert response.status_code == 206
    assert response.data == CONTENT[300_000:end]
    assert response.headers["Content-Range"] == f"bytes 300000-{end - 1}/{SIZE}"
    assert response.headers["Content-Length"] == str(end - 300_000)
    assert response.headers["ETag"] == PLAIN
    assert "Content-Encoding" not in response.headers


def test_a_range_that_asks_for_no_single_part_gets_the_whole(client: FlaskClient) -> None:
    for header in ("bytes=0-1,5-6", "items=0-5", ""):
        response = ask(client, range=header)
        assert (response.status_code, response.data) == (200, CONTENT)
        assert "Content-Range" not in response.headers


def test_a_range_outside_the_file_is_a_problem(client: FlaskClient) -> None:
    response = ask(client, range=f"bytes={SIZE}-")
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"
    assert response.get_json()["type"].endswith("/problem/range-not-satisfiable")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in response.headers


def test_a_download_that_continues_another_file_gets_the_whole(client: FlaskClient) -> None:
    assert ask(client, range="bytes=10-19", if_range=PLAIN).data == CONTENT[10:20]
    assert ask(client, range="bytes=10-19", if_range=GZIP).data == CONTENT


@for_each("method", ["GET", "HEAD"])
@for_each(
    ("headers", "status"),
    [
        ({"if_none_match": PLAIN}, 304),
        ({"if_none_match": f"W/{PLAIN}"}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"a"'}, 200),
        ({"if_none_match": PLAIN, "range": "bytes=0-1"}, 304),
        ({"if_none_match": GZIP, "accept_encoding": "gzip"}, 304),
        # A client that has it uncompressed need not get it again.
        ({"if_none_match": PLAIN, "accept_encoding": "gzip"}, 304),
        ({"if_none_match": GZIP}, 200),
        ({"if_modified_since": THEN}, 304),
        ({"if_modified_since": BEFORE}, 200),
        ({"if_modified_since": AFTER, "if_none_match": '"a"'}, 200),
        ({"if_match": PLAIN}, 200),
        ({"if_match": '"a"'}, 412),
        ({"if_match": ""}, 412),
        ({"if_match": '"a"', "if_none_match": PLAIN}, 412),
        ({"if_match": PLAIN, "if_none_match": PLAIN}, 304),
        ({"if_unmodified_since": THEN}, 200),
        ({"if_unmodified_since": BEFORE}, 412),
        ({"if_unmodified_since": BEFORE, "if_match": PLAIN}, 200),
        ({"if_unmodified_since": BEFORE, "if_modified_since": AFTER}, 412),
        # The precondition comes before the range.
        ({"if_match": '"a"', "range": f"bytes={SIZE}-"}, 412),
    ],
)
def test_conditions_are_checked_in_the_order_of_the_standard(
    client: FlaskClient, method: str, headers: dict[str, str], status: int
) -> None:
    response = ask(client, method=method, **headers)
    assert response.status_code == status
    if status == 304:
        assert response.data == b""
        full = ask(client)
        for name in ("Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert response.headers[name] == full.headers[name]
        assert response.headers["ETag"] in (PLAIN, GZIP)
        for name in ("Content-Type", "Content-Length", "Content-Encoding", "Content-Range"):
            assert name not in response.headers
    if status == 412 and method == "GET":
        assert response.get_json()["type"].endswith("/problem/precondition-failed")


def test_a_server_that_sends_files_itself_gets_path_and_range(folder: Path) -> None:
    app = create_app(Settings.load(), StubEngine())
    app.config["USE_X_SENDFILE"] = True
    file = PublishedFile(folder / "a.txt", SIZE, "tag")
    app.add_url_rule("/test", view_func=lambda: Response.of_file(file, TIME, "text/plain"))
    whole = ask(app.test_client(), "/test")
    assert (whole.status_code, whole.headers["X-Sendfile"]) == (200, str(file.path))
    assert (whole.headers["Content-Length"], whole.data) == (str(SIZE), b"")
    part = ask(app.test_client(), "/test", range="bytes=5-9")
    assert (part.status_code, part.headers["X-Sendfile"]) == (206, str(file.path))
    assert part.headers["Content-Range"] == f"bytes 5-9/{SIZE}"
    assert (part.headers["Content-Length"], part.data) == ("5", b"")
    known = ask(app.test_client(), "/test", if_none_match='"tag"')
    assert known.status_code == 304
    assert "X-Sendfile" not in known.headers


def test_other_methods_of_a_file_are_not_allowed(client: FlaskClient) -> None:
    assert ask(client, method="POST", if_none_match=PLAIN).status_code == 405
    assert ask(client, method="OPTIONS").headers["Access-Control-Allow-Origin"] == "*"
