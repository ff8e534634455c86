"""Quotas over HTTP: a client without quota gets 429 for queries, and everything else as before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.engines import write_facts
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

CLIENT, OTHER = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    settings = Settings.load(max_running_queries=1, client_quota_seconds=1e-6)
    with LocalEngine(settings, Source(write_facts(tmp_path / "facts.nt"))) as engine:
        yield create_app(settings, engine).test_client()


def send(
    client: FlaskClient, query: str = "ASK {}", address: str = CLIENT, **parameters: str
) -> TestResponse:
    return client.get(
        "/sparql",
        query_string={"query": query, **parameters},
        environ_base={"REMOTE_ADDR": address},
    )


def test_a_client_that_has_used_its_quota_gets_429(client: FlaskClient) -> None:
    assert send(client).status_code == 200
    response = send(client, "ASK { }")
    assert response.status_code == 429
    assert response.json is not None
    assert response.json["type"].endswith("/problem/rate-limited")
    assert response.json["limit"] == "client_quota_seconds"
    assert int(response.headers["Retry-After"]) >= 1
    assert response.headers["Cache-Control"] == "no-store"
    assert send(client, "ASK { }", OTHER).status_code == 200


@pytest.mark.parametrize("path", ["/sparql", "/limits", "/metrics", "/health"])
def test_only_queries_count(client: FlaskClient, path: str) -> None:
    assert send(client).status_code == 200
    page = client.get(path, environ_base={"REMOTE_ADDR": CLIENT})
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("query", "parameters", "status", "counts"),
    [
        ("NONSENSE", {}, 400, True),
        ("DROP ALL", {}, 403, True),
        ("#" * 64_001, {}, 413, False),
        ("ASK {}", {"format": "nonsense"}, 400, False),
    ],
)
def test_a_query_that_reaches_a_worker_counts(
    client: FlaskClient, query: str, parameters: dict[str, str], status: int, counts: bool
) -> None:
    assert send(client, query, **parameters).status_code == status
    assert send(client).status_code == (429 if counts else 200)
