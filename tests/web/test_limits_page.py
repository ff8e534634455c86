"""The page of limits says what the settings say, to people and to programs."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.support.stubs import IDLE, StubEngine
from tests.web.serving import BROWSER, problem, text_of
from urbact_graph.engine.protocol import Capability, ReplicaStatus
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

SETTINGS = Settings.load(
    max_running_queries=1,
    query_timeout_seconds=0.25,
    max_waiting_queries=0,
    max_result_bytes=1_234_567,
    client_quota_seconds=7.5,
)


def client_of(settings: Settings) -> FlaskClient:
    return create_app(settings, StubEngine()).test_client()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return client_of(SETTINGS)


def rows(page: str) -> dict[str, tuple[str, str]]:
    """Return the text of each row of the table, and its value, by the name of the setting."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        if name := re.search(r"<code.*?>(\w+)</code>", row):
            value = re.search(r'<td class="value">(.*?)</td>', row, re.DOTALL)
            assert value is not None
            found[name[1]] = text_of(row), text_of(value[1])
    return found


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/*"])
def test_programs_get_every_limit_of_the_settings(client: FlaskClient, accept: str | None) -> None:
    response = client.get("/limits", headers={"Accept": accept} if accept else {})
    assert response.mimetype == "application/json"
    assert response.get_json() == {"limits": [limit._asdict() for limit in SETTINGS.limits]}


def test_the_limits_are_those_that_were_set(client: FlaskClient) -> None:
    values = {row["name"]: row for row in client.get("/limits").get_json()["limits"]}
    assert values["query_timeout_seconds"]["value"] == 0.25
    assert values["query_timeout_seconds"]["unit"] == "s"
    assert values["max_waiting_queries"]["value"] == 0
    assert values["client_quota_seconds"]["value"] == 7.5
    assert "host" not in values, "a setting that limits no client"
    assert len(values) > 10


def test_people_get_the_same_as_a_table(client: FlaskClient) -> None:
    response = client.get("/limits", headers=BROWSER)
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


def test_a_limit_that_is_not_set_is_none() -> None:
    client = client_of(Settings.load())
    _, value = rows(client.get("/limits", headers=BROWSER).text)["client_quota_seconds"]
    assert value == "no limit"
    found = {row["name"]: row["value"] for row in client.get("/limits").get_json()["limits"]}
    assert found["client_quota_seconds"] is None


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html, application/json", "text/html"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/html, */*;q=0.1", "text/html"),
    ],
)
def test_the_preferred_format_is_given(client: FlaskClient, accept: str, media_type: str) -> None:
    assert client.get("/limits", headers={"Accept": accept}).mimetype == media_type


@pytest.mark.parametrize("accept", ["text/turtle", "application/json;q=0", "image/*"])
def test_a_format_that_there_is_not_is_not_acceptable(client: FlaskClient, accept: str) -> None:
    response = client.get("/limits", headers={"Accept": accept})
    assert (response.status_code, problem(response)) == (406, "not-acceptable")


def test_a_tag_is_of_one_format_and_of_the_limits_in_it(client: FlaskClient) -> None:
    tag = {"If-None-Match": client.get("/limits").headers["ETag"]}
    assert client.get("/limits", headers=tag).status_code == 304
    assert client.get("/limits", headers={**BROWSER, **tag}).status_code == 200
    other = client_of(Settings.load(query_timeout_seconds=3))
    assert other.get("/limits", headers=tag).status_code == 200


def test_what_the_engines_cannot_do_is_shown() -> None:
    capabilities = (Capability("VALUES", is_there=True), Capability("MINUS", False, "gives <2>"))
    replica = ReplicaStatus("Virtuoso", "up", "", "7", 0, capabilities)
    engine = StubEngine(current_status=replace(IDLE, replicas=(replica,)))
    client = create_app(SETTINGS, engine).test_client()
    found = client.get("/limits").get_json()["engines"]
    assert found[0]["lacks"] == {"MINUS": "gives <2>"}
    assert found[0]["capabilities"] == {"VALUES": True, "MINUS": False}
    page = text_of(client.get("/limits", headers=BROWSER).text)
    assert "Virtuoso" in page
    assert "MINUS gives <2>" in page
    assert 'urbact_graph_replicas{state="up"} 1.0' in client.get("/metrics").text


def test_what_changes_with_the_engines_is_not_kept() -> None:
    replica = ReplicaStatus("Virtuoso", "down", "it takes no connection", "7", 0)
    engine = StubEngine(current_status=replace(IDLE, replicas=(replica,)))
    client = create_app(SETTINGS, engine).test_client()
    for headers in ({}, BROWSER):
        assert client.get("/limits", headers=headers).cache_control.no_store
