"""The demo as one application, for all tests that only read."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.support.engine_servers import engine_on
from tests.web.serving import ADDRESS
from urbact_graph.dataset.building import Build
from urbact_graph.engine.source import Source
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.application import Application
from urbact_graph.web.documentation import Documentation
from urbact_graph.web.snapshot import Snapshot


@pytest.fixture(scope="session")
def demo_app(
    demo_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Application]:
    """Serve the release of the demo, and a documentation of one page, to tests that only read."""
    settings = Settings.load(max_running_queries=2, public_url=ADDRESS)
    documentation = tmp_path_factory.mktemp("docs")
    (documentation / "index.html").write_text("<!doctype html><title>One page</title>", "utf-8")
    with engine_on(settings, Source(demo_release.graph, demo_release.version)) as engine:
        app = create_app(settings, engine, demo_release)
        app.documentation = Documentation.find(documentation)
        yield app


@pytest.fixture(scope="session")
def real_app(built: Build) -> Iterator[Application]:
    """Serve the real graph without a release, to tests that only read."""
    settings = Settings.load(max_running_queries=2, public_url=ADDRESS)
    with engine_on(settings, Source(built.dataset, built.version)) as engine:
        yield create_app(settings, engine)


@pytest.fixture(scope="session")
def demo_client(demo_app: Application) -> FlaskClient:
    """Return a client of the demo."""
    return demo_app.test_client()


@pytest.fixture(scope="session")
def demo_snapshot(demo_app: Application) -> Iterator[Snapshot]:
    """Return the snapshot that the demo is answered from."""
    snapshot = demo_app.served.enter()
    yield snapshot
    demo_app.served.leave(snapshot)
