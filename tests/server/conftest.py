"""One server of a small dataset for all tests that leave its web process alone."""

from collections.abc import Iterator

import pytest

from tests.support.engines import write_facts
from tests.support.servers import Server, serving, variables, write_generation

# Statements of the dataset; joins of three patterns have the third power of it as rows.
SIZE = 120
RUNNING = 2


@pytest.fixture(scope="session")
def session_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve with limits of time that end nothing, to a trusted proxy on this machine."""
    folder = tmp_path_factory.mktemp("session")
    write_generation(folder / "data.nt", 0, SIZE)
    settings = variables(
        max_running_queries=RUNNING,
        query_timeout_seconds=600,
        request_timeout_seconds=600,
        send_timeout_seconds=600,
        # One answer of some megabytes has room, and no second one.
        max_send_buffer_bytes=9_000_000,
        trusted_proxies="127.0.0.1",
    )
    with serving(folder, "--dataset", str(folder / "data.nt"), settings=settings) as server:
        yield server


@pytest.fixture(scope="session")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve with limits that slow clients and large bodies soon reach, to tests that reach them."""
    folder = tmp_path_factory.mktemp("strict")
    file = write_facts(folder / "facts.nt", count=300)
    limits = variables(
        max_query_bytes=1_000,
        max_running_queries=1,
        max_send_buffer_bytes=4_000,
        request_timeout_seconds=1,
        send_timeout_seconds=1,
    )
    with serving(folder, "--dataset", str(file), settings=limits) as server:
        yield server


@pytest.fixture
def server(session_server: Server) -> Iterator[Server]:
    """Give the shared server; after each test it is idle, with its workers, and answers."""
    yield session_server
    session_server.until_idle()
    session_server.until_workers(RUNNING)
    assert session_server.query("ASK {}").status == 200
    assert session_server.process.poll() is None
    assert "Traceback" not in session_server.log.read_text()
