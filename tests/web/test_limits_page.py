"""The page of limits says what the settings say, to people and to programs."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

from tests.support.engines import write_facts

HTML = {"Accept": "text/html"}
SETTINGS = Settings.load(
    max_running_queries=1,
    query_timeout_seconds=0.25,
    max_waiting_queries=0,
    max_result_bytes=1_234_567,
    client_quota_seconds=7.5,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(SETTINGS, write_facts(tmp_path_factory.mktemp("limits") / "facts.nt")) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    return create_app(SETTINGS, engine).test_client()


def rows(page: str) -> dict[str, tuple[str, str]]:
    """Return what is read in each row behind its name: all of it, and the value."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        if name := re.search(r"<code.*?>(\w+)</code>", row):
            value = re.search(r'<td class="value">(.*?)</td>', row, re.DOTALL)
            assert value is not None
            found[name[1]] = text_of(row), text_of(value[1])
    return found


def text_of(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<.*?>", " ", markup)).split())


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/*"])
def test_programs_get_every_limit_of_the_settings(client: FlaskClient, accept: str | None) -> None:
    response = client.get("/limits", headers={"Accept": accept} if accept else {})
    assert response.mimetype == "application/json"
    assert response.get_json() == {"limits": [limit._asdict() for limit in SETTINGS.limits]}


def test_the_limits_of_the_page_are_those_that_were_set(client: FlaskClient) -> None:
    values = {row["name"]: row for row in client.get("/limits").get_json()["limits"]}
    assert values["query_timeout_seconds"]["value"] == 0.25
    assert values["query_timeout_seconds"]["unit"] == "s"
    assert values["max_waiting_queries"]["value"] == 0
    assert values["client_quota_seconds"]["value"] == 7.5
    assert "host" not in values, "a setting that limits nobody"
    assert len(values) > 10


def test_people_get_the_same_as_a_table(client: FlaskClient) -> None:
    response = client.get("/limits", headers=HTML)
    assert response.mimetype == "text/html"
    table = rows(response.text)
    assert list(table) == [limit.name for limit in SETTINGS.limits]
    for limit in SETTINGS.limits:
        assert limit.meaning in table[limit.name][0]
    values = {name: value for name, (_, value) in table.items()}
    assert values["query_timeout_seconds"] == "0.25 s"
    assert values["max_result_bytes"] == "1,234,567 bytes"
    assert values["client_quota_seconds"] == "7.5 s"
    assert values["max_running_queries"] == "1"
    assert values["max_waiting_queries"] == "0"


def test_a_limit_that_is_not_set_is_said_to_be_none(engine: Engine) -> None:
    client = create_app(Settings.load(), engine).test_client()
    _, value = rows(client.get("/limits", headers=HTML).text)["client_quota_seconds"]
    assert value.startswith("no")
    found = {row["name"]: row["value"] for row in client.get("/limits").get_json()["limits"]}
    assert found["client_quota_seconds"] is None


def test_the_preferred_of_the_two_is_given(client: FlaskClient) -> None:
    def given(accept: str) -> str:
        return client.get("/limits", headers={"Accept": accept}).mimetype or ""

    assert given("text/html, application/json") == "text/html"
    assert given("text/html;q=0.5, application/json") == "application/json"
    assert given("text/html, */*;q=0.1") == "text/html"


@pytest.mark.parametrize("accept", ["text/turtle", "application/json;q=0", "image/*"])
def test_what_cannot_be_given_is_not_acceptable(client: FlaskClient, accept: str) -> None:
    response = client.get("/limits", headers={"Accept": accept})
    assert response.status_code == 406
    assert response.get_json()["type"].endswith("/problem/not-acceptable")


def test_the_page_can_be_kept_and_asked_about(client: FlaskClient, tmp_path: Path) -> None:
    first = client.get("/limits")
    assert "accept" in first.vary.as_set()
    tag = first.headers["ETag"]
    again = client.get("/limits", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/limits", headers={**HTML, "If-None-Match": tag}).status_code == 200
    assert client.head("/limits").headers["Content-Length"] == str(len(first.data))
    settings = Settings.load(max_running_queries=1, query_timeout_seconds=3)
    with Engine(settings, write_facts(tmp_path / "facts.nt")) as engine:
        other = create_app(settings, engine).test_client()
        assert other.get("/limits", headers={"If-None-Match": tag}).status_code == 200


def test_it_only_takes_get(client: FlaskClient) -> None:
    response = client.post("/limits")
    assert response.status_code == 405
    assert "POST" not in response.headers["Allow"]
