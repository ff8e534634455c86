"""The demo, as assistants are given it."""

from collections.abc import Iterator

import pytest

pytest.importorskip("mcp")

from mcp.server import MCPServer

from urbact_graph import client
from urbact_graph.assistants.server import make_server
from urbact_graph.client.graph import Graph
from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources


@pytest.fixture(scope="session")
def graph(demo_build: Build, demo_sources: GraphSources) -> Iterator[Graph]:
    assert demo_build
    with client.open(sources=demo_sources.root) as graph:
        yield graph


@pytest.fixture(scope="session")
def server(graph: Graph) -> MCPServer[None]:
    return make_server(graph)
