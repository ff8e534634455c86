"""``urbact-graph export``, as a user types it."""

import hashlib
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from urbact_graph.cli import main
from urbact_graph.dataset.building import Build
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.sources import GraphSources
from urbact_graph.validation.standing import record


@pytest.fixture
def place(
    monkeypatch: pytest.MonkeyPatch, sources: GraphSources, built: Build, tmp_path: Path
) -> Path:
    """Stand in an empty folder; the graph is built, and known to be valid."""
    folder = tmp_path / "build"
    shutil.copytree(built.dataset.parent, folder)
    record(built, sources, folder, b"", conforms=True)
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(folder))
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(sources.root))
    monkeypatch.setenv("COLUMNS", "120")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["export", *arguments])
    assert result.exit_code == code, result.output
    return result


def test_it_writes_and_lists_all_files(place: Path, built: Build) -> None:
    text = run().output
    version = built.edition
    names = {form.file_name(version) for form in DISTRIBUTIONS}
    found = {path.name: path for path in (place / "dumps").iterdir()}
    assert set(found) == {*names, f"urbact-graph-{version}-csv-metadata.json", "SHA256SUMS"}
    for name, path in found.items():
        content = path.read_bytes()
        line = next(line for line in text.splitlines() if line.split()[:1] == [name])
        assert f"{len(content):,}" in line
        assert hashlib.sha256(content).hexdigest()[:12] in line
    total = sum(path.stat().st_size for path in found.values())
    assert f"{len(found)} files, {total:,} bytes, in dumps" in text


def test_the_folder_can_be_named_and_keeps_other_files(place: Path) -> None:
    (place / "mine").mkdir()
    (place / "mine" / "notes.txt").write_text("kept")
    assert "in mine" in run("mine").output
    assert (place / "mine" / "notes.txt").read_text() == "kept"
    assert (place / "mine" / "SHA256SUMS").exists()
    before = (place / "mine" / "SHA256SUMS").read_bytes()
    run(str(place / "mine"))
    assert (place / "mine" / "SHA256SUMS").read_bytes() == before


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(place: Path) -> None:
    (place / "file").write_text("")
    result = run("file/dumps", code=2)
    assert "Error: The dumps cannot be written to file/dumps" in result.stderr
    assert "name another folder" in result.stderr
    assert (place / "file").read_text() == ""
    assert run("file", code=2).stderr


def test_a_graph_with_violations_is_not_exported(
    place: Path, sources: GraphSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = place.parent / "graph"
    for folder in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(sources.root / folder, root / folder)
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(root / "build"))
    file = root / "data" / "networks" / "cope.ttl"
    file.write_text(file.read_text().replace('urb:end "2025-12-31"', 'urb:end "2020-12-31"'))
    # A part of the graph will do, and is checked sooner.
    for path in (*root.glob("data/networks/*.ttl"), *root.glob("data/plans/*.ttl")):
        if path != file:
            path.unlink()
    result = run("--sources", str(root), code=2)
    assert "violations" in result.stderr
    assert not (place / "dumps").exists()
