"""The documentation at /docs/, as it was built, and what is said where it was not."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.stubs import StubEngine
from tests.web.serving import BROWSER
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.documentation import Documentation

FILES = {
    "index.html": "text/html; charset=utf-8",
    "python.html": "text/html; charset=utf-8",
    "_static/docs.css": "text/css; charset=utf-8",
    "_static/a.js": "text/javascript; charset=utf-8",
    "_images/model.svg": "image/svg+xml",
    "_images/page.png": "image/png",
    "_downloads/1/urbact.ttl": "text/turtle; charset=utf-8",
    "notebooks/a study.html": "text/html; charset=utf-8",
    "sources.sha256": "application/octet-stream",
}


def client(folder: Path) -> FlaskClient:
    app = create_app(Settings(), StubEngine())
    app.documentation = Documentation.find(folder)
    return app.test_client()


@pytest.fixture
def built(tmp_path: Path) -> FlaskClient:
    for name in FILES:
        file = tmp_path / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"<p>The content of {name}", "utf-8")
    (tmp_path / "secret.html").write_text("secret", "utf-8")
    return client(tmp_path / "docs")


@pytest.mark.parametrize(("name", "content_type"), FILES.items())
def test_each_file_is_served_with_its_type(
    name: str, content_type: str, built: FlaskClient
) -> None:
    response = built.get(f"/docs/{name}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == content_type
    assert response.data == f"<p>The content of {name}".encode()
    assert built.head(f"/docs/{name}").status_code == 200
    again = built.get(f"/docs/{name}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_pages_have_the_strict_policy(built: FlaskClient) -> None:
    policy = built.get("/docs/python.html").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_first_page_is_at_the_folder(built: FlaskClient) -> None:
    redirected = built.get("/docs?x=1")
    assert redirected.status_code == 308
    assert redirected.headers["Location"] == "docs/?x=1"
    assert b"index.html" in built.get("/docs/").data


@pytest.mark.parametrize(
    "name", ["nowhere.html", "../secret.html", "%2e%2e/secret.html", "_static", "_static/", "a\0b"]
)
def test_what_is_not_there_is_a_problem(name: str, built: FlaskClient) -> None:
    response = built.get(f"/docs/{name}")
    assert response.status_code == 404
    assert b"secret" not in response.data.replace(b"secret.html", b"")


def test_a_page_that_is_missing_is_named(built: FlaskClient) -> None:
    problem = json.loads(built.get("/docs/nowhere.html").data)
    assert problem["type"].endswith("/not-found")
    assert problem["detail"] == (
        "The documentation has no page 'nowhere.html'; /docs/ has its contents."
    )


@pytest.mark.parametrize("path", ["/docs/", "/docs/index.html", "/docs/nowhere.html"])
def test_where_it_was_not_built_the_problem_says_how(path: str, tmp_path: Path) -> None:
    response = client(tmp_path).get(path)
    assert response.status_code == 404
    assert "run `python -m docs.site`" in json.loads(response.data)["detail"]
    page = client(tmp_path).get(path, headers=BROWSER)
    assert page.status_code == 404
    assert "python -m docs.site" in page.text


def test_a_file_that_has_gone_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("x", "utf-8")
    found = client(tmp_path)
    (tmp_path / "index.html").unlink()
    assert "restart the server" in json.loads(found.get("/docs/").data)["detail"]


def test_pages_lead_to_it_only_where_it_was_built(built: FlaskClient, tmp_path: Path) -> None:
    assert 'href="/docs/"' in built.get("/limits", headers=BROWSER).text
    (tmp_path / "empty").mkdir()
    assert 'href="/docs/"' not in client(tmp_path / "empty").get("/limits", headers=BROWSER).text
