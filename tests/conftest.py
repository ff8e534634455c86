"""Fixtures that the whole suite shares: the real graph, built once."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from urbact_graph.dataset.building import Build, build
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def sources() -> GraphSources:
    """Find the repository's own sources."""
    return GraphSources(ROOT)


@pytest.fixture(scope="session")
def base() -> str:
    """Return the base of the graph's IRIs."""
    return Settings().base_iri


@pytest.fixture(scope="session")
def built(sources: GraphSources, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the real graph in a folder of the session."""
    return build(sources, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def store(built: Build) -> Store:
    """Load the real graph into a pyoxigraph store."""
    loaded = Store()
    loaded.load(path=str(built.dataset), format=RdfFormat.N_TRIPLES)
    return loaded


@pytest.fixture(scope="session", autouse=True)
def _this_machine_only() -> Iterator[None]:
    """Refuse every connection off this machine, so that no test can come to need one."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0] if isinstance(address, tuple) else ""
            assert host in ("127.0.0.1", "::1", "localhost"), f"a test connects to {host}"
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield
