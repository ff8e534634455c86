"""The demo as the tests of commands find it."""

import shutil
from pathlib import Path

import pytest

from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources


@pytest.fixture
def at_demo(
    monkeypatch: pytest.MonkeyPatch, demo_sources: GraphSources, demo_build: Build
) -> GraphSources:
    """Stand in the demo, which is built."""
    monkeypatch.chdir(demo_sources.root)
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(demo_build.dataset.parent))
    monkeypatch.setenv("COLUMNS", "200")
    return demo_sources


@pytest.fixture
def root(tmp_path: Path, demo_sources: GraphSources) -> Path:
    """Copy the sources of the demo, to change them."""
    return shutil.copytree(
        demo_sources.root, tmp_path / "graph", ignore=shutil.ignore_patterns("build")
    )
