"""Quotas: how much engine time a client may use, and when it may use more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import request, write_facts
from urbact_graph.engine import quota as module
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.engine.quota import Quotas, network
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

CLIENT, OTHER = "192.0.2.1", "192.0.2.2"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refused(quotas: Quotas, client: str = CLIENT) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        quotas.admit(client)
    return raised.value


def retry_after(quotas: Quotas) -> int:
    return int(refused(quotas).headers["Retry-After"])


def test_a_quota_can_be_used_up() -> None:
    quotas = Quotas(6.0, Clock())
    for _ in range(3):
        quotas.admit(CLIENT)
        quotas.charge(CLIENT, 2.0)
    error = refused(quotas)
    assert (error.problem.name, error.problem.status) == ("rate-limited", 429)
    assert error.extensions == {"limit": "client_quota_seconds", "value": 6.0}
    assert "6 s of engine time" in error.detail


def test_each_client_has_its_own_quota(clock: Clock) -> None:
    quotas = Quotas(6.0, clock)
    quotas.charge(CLIENT, 100.0)
    refused(quotas)
    quotas.admit(OTHER)


def test_a_quota_is_refilled_evenly_within_a_minute(clock: Clock) -> None:
    quotas = Quotas(6.0, clock)
    # One second too much, which is refilled in ten.
    quotas.charge(CLIENT, 7.0)
    clock.now += 9.9
    assert retry_after(quotas) == 1
    clock.now += 0.2
    quotas.admit(CLIENT)


def test_refused_queries_cost_nothing(clock: Clock) -> None:
    quotas = Quotas(6.0, clock)
    quotas.charge(CLIENT, 7.0)
    for _ in range(15):
        clock.now += 0.625
        refused(quotas)
    clock.now += 0.75
    quotas.admit(CLIENT)


def test_a_quota_never_exceeds_its_size(clock: Clock) -> None:
    quotas = Quotas(6.0, clock)
    quotas.charge(CLIENT, 1.0)
    clock.now += 100_000
    quotas.admit(CLIENT)
    quotas.charge(CLIENT, 6.5)
    refused(quotas)


# Binary fractions, so that the sums are exact.
@pytest.mark.parametrize(
    ("seconds", "used"),
    [
        (60.0, 60.0),
        (60.0, 60.25),
        (60.0, 61.75),
        (60.0, 65.0),
        (60.0, 120.0),
        (7.5, 8.0625),
        (0.25, 30.0),
        (60.0, 3_600.5),
    ],
)
def test_a_client_is_admitted_again_after_the_seconds_stated(
    clock: Clock, seconds: float, used: float
) -> None:
    quotas = Quotas(seconds, clock)
    quotas.charge(CLIENT, used)
    wait = retry_after(quotas)
    clock.now += wait - 1
    if wait > 1:
        assert retry_after(quotas) == 1, "no second more than needed"
    clock.now += 1
    quotas.admit(CLIENT)


def test_the_addresses_of_one_ipv6_network_are_one_client() -> None:
    client = network("2001:db8:1:2::1")
    assert network("2001:db8:1:2:ffff:ffff:ffff:ffff") == client
    assert network("2001:0db8:0001:0002::1") == client
    assert network("2001:db8:1:3::1") != client


def test_each_ipv4_address_is_one_client_however_written() -> None:
    assert network("::ffff:192.0.2.1") == network(CLIENT) == CLIENT
    assert network("::ffff:192.0.2.2") != network(CLIENT)
    assert network("unix") == "unix"


def test_the_longest_inactive_client_is_forgotten_first(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_CLIENTS", 3)
    quotas = Quotas(6.0, clock)
    for last in range(3):
        quotas.charge(f"192.0.2.{last}", 7.0)
    # It is active again, and no longer the first to be forgotten.
    refused(quotas, "192.0.2.0")
    quotas.admit("192.0.2.3")
    refused(quotas, "192.0.2.0")
    refused(quotas, "192.0.2.2")
    quotas.admit("192.0.2.1")


def test_the_number_of_clients_is_bounded(clock: Clock) -> None:
    quotas = Quotas(6.0, clock)
    for number in range(12_000):
        quotas.admit(f"10.1.{number // 250}.{number % 250}")
    assert len(quotas._quotas) == 10_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    settings = Settings.load(max_running_queries=1, client_quota_seconds=1e-6)
    with LocalEngine(settings, Source(write_facts(tmp_path / "facts.nt"))) as engine:
        yield engine


def problem(engine: LocalEngine, query: str = "ASK {}", client: str = CLIENT) -> str:
    try:
        engine.query(request(query), client=client)
    except ProblemError as error:
        return error.problem.name
    return ""


def test_the_engine_refuses_a_client_that_has_used_its_quota(engine: LocalEngine) -> None:
    assert problem(engine) == ""
    assert problem(engine) == "rate-limited"
    assert problem(engine, client="::ffff:192.0.2.1") == "rate-limited"
    assert problem(engine, client=OTHER) == ""
    engine.check()
    assert engine.status().counters.problems == {"rate-limited": 2}


@pytest.mark.parametrize(
    ("query", "name"), [("NONSENSE", "syntax-error"), ("DROP ALL", "update-not-supported")]
)
def test_a_query_that_a_worker_refuses_counts(engine: LocalEngine, query: str, name: str) -> None:
    assert problem(engine, query) == name
    assert problem(engine) == "rate-limited"


def test_a_query_that_reaches_no_worker_does_not_count(engine: LocalEngine) -> None:
    assert problem(engine, "#" * 64_001) == "query-too-large"
    assert problem(engine) == ""


def test_a_query_without_a_client_counts_for_none(engine: LocalEngine) -> None:
    for _ in range(3):
        assert problem(engine, client="") == ""


def test_without_the_setting_there_is_no_quota(tmp_path: Path) -> None:
    settings = Settings.load(max_running_queries=1)
    with LocalEngine(settings, Source(write_facts(tmp_path / "facts.nt"))) as engine:
        for _ in range(5):
            assert problem(engine) == ""
