"""Small sources to build, and where to."""

from pathlib import Path

import pytest

from tests.dataset.small_sources import lay_out
from urbact_graph.sources import GraphSources


@pytest.fixture
def small(tmp_path: Path) -> GraphSources:
    """Lay out sources of two statements and two rules, with a file of shapes."""
    lay_out(tmp_path / "graph")
    return GraphSources(tmp_path / "graph")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "build"
