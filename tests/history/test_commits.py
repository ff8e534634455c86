"""Reading commits: of whole repositories alone, and without running what they name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.working_copies import BASE, WorkingCopy, copy, day, needs_git
from urbact_graph.errors import DatasetError
from urbact_graph.history.commits import CommitsError, FileChange, Repository, blob_name, moment_of
from urbact_graph.history.dates import History, extract, history_key, read_history
from urbact_graph.sources import GraphSources

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["copy"]
pytestmark = needs_git


@pytest.fixture
def two_days(copy: WorkingCopy) -> WorkingCopy:
    """Have two commits of one entity."""
    copy.commit(1, a='<a> :name "A" .')
    copy.commit(2, a='<a> :name "Aa" .')
    return copy


def found(root: Path) -> Repository:
    repository = Repository.find(root)
    assert repository is not None
    return repository


def test_a_blob_is_named_as_git_names_it(two_days: WorkingCopy) -> None:
    content = (two_days.root / "data" / "a.ttl").read_bytes()
    name = two_days.git("rev-parse", "HEAD:data/a.ttl")
    assert blob_name(content, name) == name
    assert found(two_days.root).files("HEAD")["data/a.ttl"] == name


def test_a_repository_of_longer_names_is_read_too(tmp_path: Path) -> None:
    copy = WorkingCopy(tmp_path / "first")
    copy.git("init", "-q", "--object-format=sha256", "-b", "main", str(tmp_path / "long"))
    (copy.root / ".git").rename(tmp_path / "unused")
    (tmp_path / "long" / ".git").rename(copy.root / ".git")
    copy.commit(1, a='<a> :name "A" .')
    assert read_history(copy.sources).entities[f"{BASE}a"] == day(1)
    assert "\n" not in history_key(copy.sources)


def test_the_commits_come_last_first_with_what_they_changed(two_days: WorkingCopy) -> None:
    repository = found(two_days.root)
    earlier = repository.files("HEAD~1")["data/a.ttl"]
    assert list(repository.commits("HEAD")) == [
        [FileChange("data/a.ttl", earlier, day(2))],
        [
            FileChange(name, "", day(1))
            for name in ("data/a.ttl", "ontology/rules/10-same.rq", "ontology/urbact.ttl")
        ],
    ]


def test_names_of_files_may_be_anything(two_days: WorkingCopy) -> None:
    for name in (b"\xff.ttl", b"two\nlines.ttl", 'é "q".ttl'.encode()):
        path = os.path.join(os.fsencode(two_days.root), b"data", name)  # noqa: PTH118 - of bytes
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(f'<{BASE}{len(name)}> <x:name> "N" .'.encode())
    two_days.commit(3)
    entities = read_history(two_days.sources).entities
    assert list(entities.values()).count(day(3)) == 3


def test_links_are_not_followed_into_blobs(two_days: WorkingCopy) -> None:
    (two_days.root / "data" / "link.ttl").symlink_to("a.ttl")
    two_days.commit(3)
    assert "data/link.ttl" not in found(two_days.root).files("HEAD")


def test_a_shallow_clone_has_no_history(two_days: WorkingCopy, tmp_path: Path) -> None:
    place = tmp_path / "shallow"
    two_days.git("clone", "-q", "--depth=1", two_days.root.as_uri(), str(place))
    assert Repository.find(place) is None
    assert read_history(GraphSources(place)) == History()


def test_a_partial_clone_fetches_nothing_and_has_no_history(
    two_days: WorkingCopy, tmp_path: Path
) -> None:
    two_days.git("config", "uploadpack.allowFilter", "true")
    place = tmp_path / "partial"
    two_days.git("clone", "-q", "--filter=blob:none", two_days.root.as_uri(), str(place))
    before = sorted((place / ".git").rglob("*"))
    assert read_history(GraphSources(place)) == History()
    assert sorted((place / ".git").rglob("*")) == before


def test_a_damaged_repository_has_no_history(two_days: WorkingCopy) -> None:
    blob = two_days.git("rev-parse", "HEAD~1:data/a.ttl")
    (two_days.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert read_history(two_days.sources) == History()


@pytest.mark.parametrize("seconds", ["99999999999999", 1e30, "soon"])
def test_a_date_out_of_range_is_an_error(seconds: str | float) -> None:
    with pytest.raises(CommitsError, match="is no date; correct it"):
        moment_of(seconds)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_a_stranger_has_no_history(two_days: WorkingCopy) -> None:
    for path in (two_days.root, two_days.root / ".git"):
        os.chown(path, 12345, 12345)
    assert read_history(two_days.sources) == History()


def test_no_program_of_the_repository_is_run(two_days: WorkingCopy, tmp_path: Path) -> None:
    canary, program = tmp_path / "canary", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "gpg.program", "diff.external", "core.pager", "pager.rev-list"):
        two_days.git("config", name, str(program))
    for name in ("filter.x.clean", "filter.x.smudge", "diff.x.textconv", "diff.x.command"):
        two_days.git("config", name, str(program))
    two_days.git("config", "log.showSignature", "true")
    (two_days.root / ".git" / "info" / "attributes").write_text("*.ttl filter=x diff=x\n")
    for hook in ("post-index-change", "post-checkout", "reference-transaction"):
        path = two_days.root / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(program.read_text())
        path.chmod(0o755)
    index = two_days.root / ".git" / "index"
    before = index.stat().st_ino, index.stat().st_mtime_ns, index.read_bytes()
    two_days.write("data/a.ttl", '<a> :name "Aaa" .', day(9))
    assert read_history(two_days.sources).entities[f"{BASE}a"] == day(9)
    assert history_key(two_days.sources)
    extract(found(two_days.root), "HEAD", BASE, tmp_path / "extracted")
    assert not canary.exists()
    assert (index.stat().st_ino, index.stat().st_mtime_ns, index.read_bytes()) == before


def test_the_environment_points_to_no_other_repository(
    two_days: WorkingCopy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = WorkingCopy(tmp_path / "other")
    other.commit(5, a='<a> :name "Aa" .')
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    assert read_history(two_days.sources).modified == day(2)


def test_a_revision_is_extracted_with_its_shapes(two_days: WorkingCopy, tmp_path: Path) -> None:
    two_days.write("shapes/a.ttl", "# A shape.")
    two_days.write("shapes/deeper/b.ttl", "# No file of shapes.")
    two_days.write("data/note.txt", "No facts.")
    two_days.commit(3)
    sources = extract(found(two_days.root), "HEAD", BASE, tmp_path / "extracted")
    assert sources.shape_files() == [sources.root / "shapes" / "a.ttl"]
    assert sources.shapes_sha256() == two_days.sources.shapes_sha256()
    assert not list(sources.root.rglob("b.ttl"))
    assert not list(sources.root.rglob("note.txt"))
    assert read_history(sources) == read_history(two_days.sources)
    # Shapes are no facts: they date nothing.
    assert read_history(sources).modified == day(2)


def test_a_revision_is_extracted_with_its_history(two_days: WorkingCopy, tmp_path: Path) -> None:
    sources = extract(found(two_days.root), "HEAD~1", BASE, tmp_path / "extracted")
    assert (sources.data / "a.ttl").read_text().endswith('<a> :name "A" .')
    assert read_history(sources).modified == day(1)


def test_what_is_no_revision_is_an_error(two_days: WorkingCopy, tmp_path: Path) -> None:
    for name in ("nowhere", "--all", "HEAD:data", ""):
        with pytest.raises(CommitsError, match=r"no revision of the repository.*; name a commit"):
            extract(found(two_days.root), name, BASE, tmp_path / "extracted")


def test_a_revision_without_a_graph_is_an_error(copy: WorkingCopy, tmp_path: Path) -> None:
    copy.git("commit", "-q", "--allow-empty", "-m", "Empty")
    copy.commit(1)
    with pytest.raises(DatasetError, match=r"holds no ontology/urbact\.ttl; name a later"):
        extract(found(copy.root), "HEAD~1", BASE, tmp_path / "extracted")
