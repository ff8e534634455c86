"""Two services of the same data, and a remote engine on them, for the tests of its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Store

from tests.engine.remote.services import Service, services
from tests.support.waiting import until
from urbact_graph.engine.remote.engine import RemoteEngine
from urbact_graph.engine.remote.replica import State
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

FACTS = "INSERT DATA { <x:s> <x:p> 1, 2, 3 . <x:t> <x:p> 1 }"


def facts() -> Store:
    store = Store()
    store.update(FACTS)
    return store


@pytest.fixture(scope="module")
def pair() -> Iterator[list[Service]]:
    with services(2, facts) as found:
        yield found


@pytest.fixture(scope="module")
def shared_engine(pair: list[Service]) -> Iterator[RemoteEngine]:
    addresses = tuple(service.url for service in pair)
    settings = Settings.load(
        engine=addresses, foreign=True, max_running_queries=4, max_waiting_queries=4
    )
    with RemoteEngine(settings) as engine:
        yield engine


@pytest.fixture
def engine(shared_engine: RemoteEngine, pair: list[Service]) -> Iterator[RemoteEngine]:
    """Give the engine; after each test its services are well again, and are seen to be."""
    yield shared_engine
    for service in pair:
        service.fault, service.is_thorough = None, False
        if service._server is None:
            service.start()
    until_up(shared_engine, 2)


def until_up(engine: RemoteEngine, count: int) -> None:
    """Wait until so many replicas are seen to be up."""

    def are_up() -> bool:
        states = [replica.state for replica in engine.replicas.members]
        return states.count(State.UP) == count == len(engine.replicas.serving)

    until(are_up, f"{count} replicas that are up")
