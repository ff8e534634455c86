"""``urbact-graph export``."""

import hashlib
from pathlib import Path

import pytest

from tests.support.commands import run, spoil
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.release.release import Release, current_release
from urbact_graph.sources import GraphSources


@pytest.fixture
def place(
    monkeypatch: pytest.MonkeyPatch,
    demo_sources: GraphSources,
    demo_release: Release,
    tmp_path: Path,
) -> Path:
    """Stand in an empty folder; the demo is released."""
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(demo_release.folder.parents[1]))
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(demo_sources.root))
    monkeypatch.setenv("COLUMNS", "120")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def test_it_writes_and_lists_all_files(place: Path, demo_release: Release) -> None:
    text = run("export").output
    version = demo_release.version
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


def test_the_files_are_those_that_are_served(place: Path, demo_release: Release) -> None:
    run("export", "mine")
    build_folder = demo_release.folder.parents[1]
    assert current_release(build_folder) == demo_release, "nothing is made again"
    for file in demo_release.files:
        content = (demo_release.dumps / file.name).read_bytes()
        assert (place / "mine" / file.name).read_bytes() == content


def test_the_folder_can_be_named_and_keeps_other_files(place: Path) -> None:
    (place / "mine").mkdir()
    (place / "mine" / "notes.txt").write_text("kept")
    assert "in mine" in run("export", "mine").output
    assert (place / "mine" / "notes.txt").read_text() == "kept"
    before = (place / "mine" / "SHA256SUMS").read_bytes()
    run("export", str(place / "mine"))
    assert (place / "mine" / "SHA256SUMS").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_reported_in_a_sentence(place: Path) -> None:
    (place / "file").write_text("")
    result = run("export", "file/dumps", code=2)
    assert "Error: The dumps cannot be written to file/dumps" in result.stderr
    assert "name another folder" in result.stderr
    assert (place / "file").read_text() == ""
    assert run("export", "file", code=2).stderr


@pytest.mark.slow
@pytest.mark.process
def test_a_graph_with_violations_is_not_exported(
    place: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(root / "build"))
    spoil(root)
    result = run("export", "--sources", str(root), code=2)
    assert "violations" in result.stderr
    assert not (place / "dumps").exists()
