"""The demo as analysts open it."""

from collections.abc import Iterator

import pytest

from urbact_graph import client
from urbact_graph.client.graph import Graph
from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources


@pytest.fixture(scope="session")
def graph(demo_build: Build, demo_sources: GraphSources) -> Iterator[Graph]:
    assert demo_build
    with client.open(sources=demo_sources.root) as graph:
        yield graph
