"""Fixtures that the whole suite shares: the real graph, built once."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, Triple

from urbact_graph.dataset.building import Build, build
from urbact_graph.release.release import Release, make_release
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import Report
from urbact_graph.validation.standing import REPORT_NAME, record
from urbact_graph.validation.validating import validate

from tests.support.descriptions import extended, real_description

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


@pytest.fixture(scope="session")
def timed(built: Build, sources: GraphSources) -> tuple[Report, float]:
    """Validate the real graph; return the report, and the processor time that it took."""
    begun = time.process_time()
    return validate(built.dataset, sources), time.process_time() - begun


@pytest.fixture(scope="session")
def report(timed: tuple[Report, float]) -> Report:
    """Return the report on the real graph."""
    return timed[0]


@pytest.fixture(scope="session")
def edition(built: Build, sources: GraphSources, report: Report, base: str) -> Release:
    """Make the edition of the real graph, beside it."""
    folder = built.dataset.parent
    # Whoever serves from this folder need not check it again.
    record(built, sources, folder, report.to_rdf(base), conforms=report.conforms)
    return make_release(built, sources, folder, folder / REPORT_NAME)


@pytest.fixture(scope="session")
def described(store: Store, base: str) -> list[Triple]:
    """Describe the real graph."""
    return real_description(store, base)


@pytest.fixture(scope="session")
def whole(store: Store, described: list[Triple]) -> Store:
    """Put the real graph and its description together."""
    return extended(store, described)


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
