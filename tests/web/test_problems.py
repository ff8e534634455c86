"""Problems over HTTP (RFC 9457): every one, in each form of its body."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from werkzeug.exceptions import BadGateway, BadRequest, Gone
from werkzeug.test import EnvironBuilder

from tests.support.stubs import StubEngine
from tests.web.serving import BROWSER, dispatch, problem, text_of
from urbact_graph.problems import PROBLEMS, REQUEST_TIMEOUT, ProblemError
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app, max_body_bytes
from urbact_graph.web.context import RequestContext
from urbact_graph.web.problems import PROBLEM_MEDIA_TYPE
from urbact_graph.web.response import ACCEPT_QUERY

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from urbact_graph.web.application import Application

BASE = Settings().base_iri
DETAIL = "It is wrong with “<this>”; correct it."
# What a problem may have beside its sentence.
EXTENSIONS: dict[str, object] = {"limit": "max_query_bytes", "line": 3}


@pytest.fixture(scope="module")
def app() -> Application:
    app = create_app(Settings.load(), StubEngine())

    def raise_problem(name: str) -> str:
        raise ProblemError(
            PROBLEMS[name], DETAIL, extensions=EXTENSIONS, headers={"Retry-After": "7"}
        )

    def raise_http(name: str) -> str:
        raise {"gone": Gone, "gateway": BadGateway, "bad": BadRequest}[name]

    def raise_unexpected() -> str:
        raise RuntimeError("planted")

    app.add_url_rule("/test/problem/<name>", view_func=raise_problem)
    app.add_url_rule("/test/http/<name>", view_func=raise_http)
    app.add_url_rule("/test/unexpected", view_func=raise_unexpected)
    return app


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_has_its_status_and_a_body_in_each_form(
    client: FlaskClient, name: str
) -> None:
    expected = PROBLEMS[name]
    response = client.get(f"/test/problem/{name}")
    assert response.status_code == expected.status
    assert response.content_type == PROBLEM_MEDIA_TYPE
    assert response.get_json() == {
        "type": f"{BASE}problem/{name}",
        "title": expected.title,
        "status": expected.status,
        "detail": DETAIL,
        **EXTENSIONS,
    }
    text = client.get(f"/test/problem/{name}", headers={"Accept": "text/plain"})
    assert (text.status_code, text.mimetype) == (expected.status, "text/plain")
    assert text.text == f"{expected.title}.\n{DETAIL}\n"
    page = client.get(f"/test/problem/{name}", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (expected.status, "text/html")
    assert f"{expected.title} {DETAIL}" in text_of(page.text)
    assert "<this>" not in page.text


@pytest.mark.parametrize(
    ("accept", "agent", "media_type"),
    [
        (None, "python", PROBLEM_MEDIA_TYPE),
        ("*/*", "python", PROBLEM_MEDIA_TYPE),
        ("*/*", "curl/8.5.0", "text/plain"),
        ("application/sparql-results+json", "curl/8.5.0", "text/plain"),
        ("application/json", "python", PROBLEM_MEDIA_TYPE),
        ("text/plain", "python", "text/plain"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "Mozilla/5.0", "text/html"),
        ("text/html;q=0, */*", "Mozilla/5.0", PROBLEM_MEDIA_TYPE),
    ],
)
def test_the_form_of_the_body_is_that_which_the_client_prefers(
    client: FlaskClient, accept: str | None, agent: str, media_type: str
) -> None:
    headers = {"User-Agent": agent, **({} if accept is None else {"Accept": accept})}
    response = client.get("/test/problem/not-found", headers=headers)
    assert response.mimetype == media_type
    assert {"accept", "user-agent"} <= response.vary.as_set()


def test_no_problem_is_stored_and_every_one_is_open_to_scripts(client: FlaskClient) -> None:
    response = client.get("/test/problem/overloaded")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Retry-After"] == "7"
    assert "ETag" not in response.headers
    assert "Last-Modified" not in response.headers


@pytest.mark.parametrize(
    ("path", "method", "name"),
    [
        # An error that has no problem of its own: one of the client, or of the server.
        ("/test/http/gone", "GET", "malformed-request"),
        ("/test/http/bad", "GET", "malformed-request"),
        ("/test/http/gateway", "GET", "internal-error"),
        ("/nowhere", "GET", "not-found"),
        ("/limits", "POST", "method-not-allowed"),
    ],
)
def test_errors_of_flask_are_problems_too(
    client: FlaskClient, path: str, method: str, name: str
) -> None:
    response = client.open(path, method=method)
    assert response.content_type == PROBLEM_MEDIA_TYPE
    assert problem(response) == name
    assert response.status_code == response.get_json()["status"] == PROBLEMS[name].status


def test_a_method_that_is_not_allowed_gets_those_that_are(client: FlaskClient) -> None:
    response = client.delete("/sparql")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST, QUERY"
    assert response.headers["Accept-Query"] == ACCEPT_QUERY
    assert "does not allow the method DELETE, only GET" in response.get_json()["detail"]
    assert response.headers["Access-Control-Allow-Methods"] == response.headers["Allow"]


def test_an_unexpected_error_is_logged_and_says_nothing_of_itself(
    app: Application, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = app.test_client().get("/test/unexpected")
    assert response.status_code == 500
    assert problem(response) == "internal-error"
    assert "planted" not in response.text
    assert "RuntimeError: planted" in caplog.text


def test_an_address_with_two_slashes_leads_nowhere(client: FlaskClient) -> None:
    for path in ("//", "//limits", "//data.example/limits"):
        response = client.get("/", environ_overrides={"PATH_INFO": path})
        assert (response.status_code, problem(response)) == (404, "not-found"), path
    assert client.get("/dumps//").status_code == 404


def test_a_body_that_no_query_needs_is_too_large(client: FlaskClient) -> None:
    largest = max_body_bytes(Settings.load())
    form = "application/x-www-form-urlencoded"
    response = client.post("/sparql", data="query=" + "a" * largest, content_type=form)
    assert (response.status_code, problem(response)) == (413, "query-too-large")
    assert "max_query_bytes" in response.get_json()["detail"]


def test_a_page_with_a_problem_shows_the_query_for_correction(client: FlaskClient) -> None:
    page = client.get("/test/problem/syntax-error?query=SELECT+%3Cx%3E", headers=BROWSER).text
    assert "SELECT &lt;x&gt;</textarea>" in page
    assert "<textarea" not in client.get("/test/problem/not-found", headers=BROWSER).text


def test_a_problem_that_the_server_found_is_the_answer(app: Application) -> None:
    found = ProblemError(REQUEST_TIMEOUT, "The client took too long.")
    known = RequestContext("192.0.2.1", problem_before=found)
    response, context = dispatch(app, EnvironBuilder("/limits", method="POST"), known)
    assert response.status_code == 408
    assert json.loads(response.get_data())["detail"] == "The client took too long."
    assert context.problem == "request-timeout"
    assert context.snapshot is None
