"""Quotas over HTTP: a client without quota gets 429 for queries, and everything else as before."""

from collections.abc import Iterator
from itertools import count

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.engines import write_facts
from tests.web.serving import problem, serving_file

pytestmark = pytest.mark.process

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = write_facts(tmp_path_factory.mktemp("quota") / "facts.nt")
    with serving_file(file, client_quota_seconds=1e-6) as app:
        yield app.test_client()


@pytest.fixture
def address() -> str:
    """Return the address of a client that has not sent a query yet."""
    return f"192.0.2.{next(_NUMBERS)}"


def send(
    client: FlaskClient, address: str, query: str = "ASK {}", **parameters: str
) -> TestResponse:
    return client.get(
        "/sparql",
        query_string={"query": query, **parameters},
        environ_base={"REMOTE_ADDR": address},
    )


def test_a_client_that_has_used_its_quota_gets_429(client: FlaskClient, address: str) -> None:
    assert send(client, address).status_code == 200
    response = send(client, address, "ASK { }")
    assert (response.status_code, problem(response)) == (429, "rate-limited")
    assert response.get_json()["limit"] == "client_quota_seconds"
    assert int(response.headers["Retry-After"]) >= 1
    assert response.headers["Cache-Control"] == "no-store"
    # The quota of another client is its own.
    assert send(client, "198.51.100.1", "ASK { }").status_code == 200


@pytest.mark.parametrize("path", ["/sparql", "/limits", "/metrics", "/health", "/", "/sitemap.xml"])
def test_only_queries_count(client: FlaskClient, address: str, path: str) -> None:
    assert send(client, address).status_code == 200
    headers = {"Accept": "text/html, */*;q=0.1"}
    page = client.get(path, headers=headers, environ_base={"REMOTE_ADDR": address})
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
    client: FlaskClient,
    address: str,
    query: str,
    parameters: dict[str, str],
    status: int,
    counts: bool,
) -> None:
    assert send(client, address, query, **parameters).status_code == status
    assert send(client, address).status_code == (429 if counts else 200)
