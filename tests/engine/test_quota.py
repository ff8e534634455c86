"""Fair shares: what a client may take of the engine's time, and when it may come again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from urbact_graph.engine import quota as module
from urbact_graph.engine.local import Engine
from urbact_graph.engine.quota import Quotas, network
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

from tests.support.engines import write_facts


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refused(shares: Quotas, client: str) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        shares.admit(client)
    return raised.value


def pause(shares: Quotas, client: str) -> int:
    return int(refused(shares, client).headers["Retry-After"])


def test_a_share_can_be_spent_to_its_end(clock: Clock) -> None:
    shares = Quotas(6.0, clock)
    for _ in range(3):
        shares.admit("192.0.2.1")
        shares.charge("192.0.2.1", 2.0)
    error = refused(shares, "192.0.2.1")
    assert (error.problem.name, error.problem.status) == ("rate-limited", 429)
    assert error.extensions == {"limit": "client_quota_seconds", "value": 6.0}
    assert "6 s of engine time" in error.detail


def test_what_is_spent_is_not_another_clients(clock: Clock) -> None:
    shares = Quotas(6.0, clock)
    shares.charge("192.0.2.1", 100.0)
    refused(shares, "192.0.2.1")
    shares.admit("192.0.2.2")


def test_a_share_grows_back_evenly_over_a_minute(clock: Clock) -> None:
    shares = Quotas(6.0, clock)
    shares.charge("192.0.2.1", 7.0)
    # It is a second over, which ten seconds give back.
    clock.now += 9.9
    assert pause(shares, "192.0.2.1") == 1
    clock.now += 0.2
    shares.admit("192.0.2.1")


def test_asking_costs_nothing(clock: Clock) -> None:
    shares = Quotas(6.0, clock)
    shares.charge("192.0.2.1", 7.0)
    for _ in range(15):
        clock.now += 0.625
        refused(shares, "192.0.2.1")
    clock.now += 0.75
    shares.admit("192.0.2.1")


def test_a_share_never_grows_above_itself(clock: Clock) -> None:
    shares = Quotas(6.0, clock)
    shares.charge("192.0.2.1", 1.0)
    clock.now += 100_000
    shares.admit("192.0.2.1")
    shares.charge("192.0.2.1", 6.5)
    refused(shares, "192.0.2.1")


# Binary fractions throughout, so that the sums are exact.
@pytest.mark.parametrize(
    ("seconds", "spent"),
    [(60.0, 60.0), (60.0, 60.25), (60.0, 61.75), (7.5, 8.0625), (0.25, 30.0), (60.0, 3_600.5)],
)
def test_who_comes_again_when_told_to_is_admitted(
    clock: Clock, seconds: float, spent: float
) -> None:
    shares = Quotas(seconds, clock)
    shares.charge("192.0.2.1", spent)
    wait = pause(shares, "192.0.2.1")
    clock.now += wait - 1
    if wait > 1:
        assert pause(shares, "192.0.2.1") == 1, "no second more than needed"
    clock.now += 1
    shares.admit("192.0.2.1")


@pytest.mark.parametrize("spent", [65.0, 120.0])
def test_who_comes_again_on_the_second_is_admitted(clock: Clock, spent: float) -> None:
    shares = Quotas(60.0, clock)
    shares.charge("192.0.2.1", spent)
    # A whole number of seconds gives back exactly what was taken too much.
    clock.now += pause(shares, "192.0.2.1")
    shares.admit("192.0.2.1")


def test_the_addresses_of_one_ipv6_network_are_one_client() -> None:
    client = network("2001:db8:1:2::1")
    assert network("2001:db8:1:2:ffff:ffff:ffff:ffff") == client
    assert network("2001:0db8:0001:0002::1") == client
    assert network("2001:db8:1:3::1") != client


def test_ipv4_addresses_are_a_client_each_however_written() -> None:
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") == "192.0.2.1"
    assert network("::ffff:192.0.2.2") != network("192.0.2.1")
    assert network("unix") == "unix"


def test_whoever_has_no_address_has_a_share_too(clock: Clock) -> None:
    shares = Quotas(6.0, clock)
    shares.charge("", 7.0)
    refused(shares, "")
    shares.admit("unix")


def test_no_more_clients_are_remembered_than_may(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_CLIENTS", 3)
    shares = Quotas(6.0, clock)
    for last in range(3):
        shares.charge(f"192.0.2.{last}", 7.0)
    # Heard of again, the first is no longer the one to be forgotten.
    refused(shares, "192.0.2.0")
    shares.admit("192.0.2.3")
    assert len(shares._accounts) == 3
    refused(shares, "192.0.2.0")
    refused(shares, "192.0.2.2")
    shares.admit("192.0.2.1")


def test_the_memory_for_clients_is_bounded(clock: Clock) -> None:
    shares = Quotas(6.0, clock)
    for number in range(12_000):
        shares.admit(f"10.1.{number // 250}.{number % 250}")
    assert len(shares._accounts) == 10_000


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    settings = Settings.load(max_running_queries=1, client_quota_seconds=1e-6, max_cache_bytes=0)
    with Engine(settings, write_facts(tmp_path / "facts.nt")) as engine:
        yield create_app(settings, engine).test_client()


def ask(
    client: FlaskClient, address: str, query: str = "ASK {}", **parameters: str
) -> TestResponse:
    return client.get(
        "/sparql",
        query_string={"query": query, **parameters},
        environ_base={"REMOTE_ADDR": address},
    )


def test_the_endpoint_refuses_who_has_used_its_share(client: FlaskClient) -> None:
    assert ask(client, "192.0.2.1").status_code == 200
    response = ask(client, "192.0.2.1")
    assert response.status_code == 429
    assert response.get_json()["type"].endswith("/problem/rate-limited")
    assert response.get_json()["limit"] == "client_quota_seconds"
    assert int(response.headers["Retry-After"]) >= 1
    assert response.headers["Cache-Control"] == "no-store"
    assert ask(client, "192.0.2.2").status_code == 200
    for path in ("/sparql", "/limits", "/metrics", "/health"):
        page = client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.1"})
        assert page.status_code == 200, "only queries take engine time"


@pytest.mark.parametrize(("query", "status"), [("NONSENSE", 400), ("DROP ALL", 403)])
def test_what_the_engine_refuses_costs_its_time_too(
    client: FlaskClient, query: str, status: int
) -> None:
    assert ask(client, "192.0.2.1", query).status_code == status
    assert ask(client, "192.0.2.1").status_code == 429


def test_what_never_reaches_the_engine_costs_nothing(client: FlaskClient) -> None:
    assert ask(client, "192.0.2.1", "#" * 64_001).status_code == 413
    assert ask(client, "192.0.2.1", "ASK {}", format="nonsense").status_code == 400
    assert ask(client, "192.0.2.1").status_code == 200


def test_without_the_setting_nobody_is_refused(tmp_path: Path) -> None:
    settings = Settings.load(max_running_queries=1, max_cache_bytes=0)
    with Engine(settings, write_facts(tmp_path / "facts.nt")) as engine:
        client = create_app(settings, engine).test_client()
        for _ in range(5):
            assert ask(client, "192.0.2.1").status_code == 200
