"""``urbact-graph build``."""

from pathlib import Path

import pytest

from tests.support.commands import run
from urbact_graph.dataset.building import Build


@pytest.mark.usefixtures("at_demo")
def test_it_counts_and_says_if_nothing_changed(demo_build: Build) -> None:
    text = run("build").output
    counts = f"({demo_build.stated:,} stated, {demo_build.derived:,} derived)"
    assert (
        text
        == f"{demo_build.triples:,} triples {counts} in {demo_build.dataset}: nothing changed.\n"
    )


def test_it_says_what_it_built(root: Path) -> None:
    text = run("build", "--sources", str(root)).output
    assert text.endswith(f" in {root}/build/urbact-graph.nt: built.\n")
    assert (root / "build" / "urbact-graph.nt").exists()


def test_a_mistake_is_reported_with_file_line_and_column(root: Path) -> None:
    file = root / "data" / "networks" / "greenplace.ttl"
    file.write_text(
        file.read_text("utf-8").replace("a urb:Partnership ;", "a urb:Partnership ,", 1)
    )
    result = run("build", "--sources", str(root), code=2)
    assert result.stderr.startswith("Error: data/networks/greenplace.ttl, line ")
    assert "column" in result.stderr
    assert not (root / "build").exists()
