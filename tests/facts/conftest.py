"""A copy of the fact tables for each test."""

import shutil
from pathlib import Path

import pytest

from tests.facts.changing import FIXTURE


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """Copy the tables, to be changed."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "facts", copy_function=shutil.copyfile))
