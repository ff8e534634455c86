"""Small sources to build, and where to."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dataset.small_sources import lay_out
from urbact_graph.dataset.building import DATASET_NAME, Build, build
from urbact_graph.sources import GraphSources


@pytest.fixture
def small(tmp_path: Path) -> GraphSources:
    """Lay out sources of two statements and two rules, with a file of shapes."""
    lay_out(tmp_path / "graph")
    return GraphSources(tmp_path / "graph")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "build"


@pytest.fixture(scope="session")
def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Build:
    place = tmp_path_factory.mktemp("small")
    lay_out(place / "graph")
    return build(GraphSources(place / "graph"), place / "build")


@pytest.fixture
def standing(_built_once: Build, folder: Path) -> Build:
    """Have the small sources built in ``folder`` already; where they stand has no influence."""
    shutil.copytree(_built_once.dataset.parent, folder)
    return replace(_built_once, dataset=folder / DATASET_NAME)
