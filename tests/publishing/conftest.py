"""A dataset, and attempts to publish it without pauses."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publishing.running import Run, noted_pauses, write_dataset
from tests.support.graph_store import StoreServer, storing
from urbact_graph.settings import ENVIRONMENT_PREFIX


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Return the pauses that were made, in seconds; no setting comes from the environment."""
    for name in os.environ:
        if name.startswith(ENVIRONMENT_PREFIX):
            monkeypatch.delenv(name)
    with noted_pauses() as found:
        yield found


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset.nt")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.fixture
def server() -> Iterator[StoreServer]:
    with storing(StoreServer()) as found:
        yield found
