"""The demo as analysts open it, without a server and from one."""

from collections.abc import Iterator

import pytest

from tests.support.servers import Server
from urbact_graph import client
from urbact_graph.client.graph import Graph
from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources


@pytest.fixture(scope="session")
def opened(demo_build: Build, demo_sources: GraphSources) -> Iterator[Graph]:
    assert demo_build
    with client.open(sources=demo_sources.root) as graph:
        yield graph


@pytest.fixture(scope="session")
def connected(demo_server: Server) -> Iterator[Graph]:
    pytest.importorskip("SPARQLWrapper")
    with client.connect(demo_server.url) as graph:
        yield graph


@pytest.fixture(
    scope="session", params=["opened", pytest.param("connected", marks=pytest.mark.process)]
)
def graph(request: pytest.FixtureRequest) -> Graph:
    """Return the demo in both ways, one after the other: their answers are the same."""
    found: Graph = request.getfixturevalue(request.param)
    return found
