"""``urbact-graph import``."""

import shutil
from pathlib import Path

import pytest

from tests.support.commands import run
from urbact_graph.sources import GraphSources

TABLES = Path(__file__).parents[1] / "facts" / "tables"


def contents(root: Path) -> dict[str, bytes]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_it_writes_data_and_says_what_it_did(tmp_path: Path, demo_sources: GraphSources) -> None:
    root = tmp_path / "graph"
    shutil.copytree(demo_sources.root / "ontology", root / "ontology")
    first = run("import", str(TABLES), "--sources", str(root)).stdout
    assert "files added, 0 changed, 0 removed, 0 unchanged, in " in first
    assert not first.startswith("0 ")
    before = contents(root)
    again = run("import", str(TABLES), "--sources", str(root)).stdout
    assert again.startswith("0 files added, 0 changed, 0 removed, ")
    assert contents(root) == before


def test_a_file_that_was_written_by_hand_is_kept(root: Path) -> None:
    file = root / "data" / "networks" / "mine.ttl"
    file.write_text("# by hand\n")
    result = run("import", str(TABLES), "--sources", str(root))
    assert "mine.ttl was written by hand and is kept as it is" in result.stderr
    assert file.read_text("utf-8") == "# by hand\n"


def test_without_tables_nothing_is_written(tmp_path: Path, root: Path) -> None:
    before = contents(root)
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run("import", str(empty), "--sources", str(root), code=2)
    assert "networks.jsonl is missing" in result.stderr
    assert "nothing was written" in result.stderr
    assert contents(root) == before


def test_outside_a_working_copy_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "is no working copy" in run("import", str(TABLES), code=2).stderr
