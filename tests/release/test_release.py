"""Releases as they are read: whole ones, damaged ones, the current one, those in use."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.support.dumping import write_release
from urbact_graph.errors import DatasetError
from urbact_graph.release.release import (
    MANIFEST_NAME,
    Release,
    current_release,
    read_release,
    releases,
)
from urbact_graph.release.stream import STREAM_FOLDER, StreamState, read_page

BASE = "https://w3id.org/urbact-graph/"


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    file = tmp_path / "one.nt"
    file.write_text(f"<{BASE}person/x> <http://xmlns.com/foaf/0.1/name> <{BASE}a> .\n")
    return file


@pytest.fixture
def build_folder(tmp_path: Path) -> Path:
    return tmp_path / "build"


def test_a_release_holds_everything_that_is_published(demo_release: Release) -> None:
    whole = {
        "urbact-graph.nt",
        "dumps",
        "shapes.nt",
        "shapes-core.nt",
        "validation.nt",
        "stream.json",
        "cooperation.json",
        MANIFEST_NAME,
    }
    assert {path.name for path in demo_release.folder.iterdir()} == whole
    listed = {file.name for file in demo_release.files}
    assert {path.name for path in demo_release.dumps.iterdir()} == listed
    for file in (demo_release.graph, demo_release.shapes, demo_release.report):
        assert list(parse(path=str(file), format=RdfFormat.N_TRIPLES))
    assert f'"{demo_release.version}"' in demo_release.graph.read_text("utf-8")
    assert b"ValidationReport" in demo_release.report.read_bytes()
    state = StreamState.from_json(demo_release.stream.read_bytes())
    assert demo_release.stream_pages == demo_release.folder.parents[1] / STREAM_FOLDER
    assert all(read_page(demo_release.stream_pages, page) for page in state.pages)


def test_a_release_is_read_from_its_folder_or_from_the_link(demo_release: Release) -> None:
    place = demo_release.folder.parent
    assert demo_release.folder.name == demo_release.version
    assert (place / "current").readlink() == Path(demo_release.version)
    for folder in (demo_release.folder, place / "current"):
        assert read_release(folder) == demo_release
    assert current_release(place.parent) == demo_release


def test_the_dataset_and_its_digest_are_those_that_were_built(
    demo_release: Release, demo_dataset: Path
) -> None:
    assert demo_release.graph.read_bytes() == demo_dataset.read_bytes()
    assert len(demo_release.sha256) == 64


_MANIFEST: dict[str, object] = {
    "version": "1",
    "sha256": "0",
    "fingerprint": "x",
    "modified": None,
    "files": [],
}


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{",
        "[]",
        "{}",
        json.dumps({**_MANIFEST, "modified": "yesterday"}),
        json.dumps({**_MANIFEST, "files": [{"a": 1}]}),
        json.dumps({name: value for name, value in _MANIFEST.items() if name != "sha256"}),
    ],
)
def test_a_folder_without_a_whole_manifest_is_no_release(
    dataset: Path, build_folder: Path, content: str | None
) -> None:
    release = write_release(dataset, build_folder, BASE)
    file = release.folder / MANIFEST_NAME
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with pytest.raises(DatasetError, match="holds no whole release; make one"):
        read_release(release.folder)
    assert current_release(build_folder) is None
    assert releases(build_folder) == []


def test_where_nothing_was_released_there_is_no_release(build_folder: Path) -> None:
    assert current_release(build_folder) is None
    assert releases(build_folder) == []
    with pytest.raises(DatasetError, match=r"releases/1 holds no whole release"):
        read_release(build_folder / "releases" / "1")


def test_the_current_release_comes_first_then_the_latest(dataset: Path, build_folder: Path) -> None:
    made = [
        write_release(dataset, build_folder, BASE, version=version)
        for version in ("2026-01-03-a", "2026-01-04-b", "2026-01-01-c", "2026-01-02-d")
    ]
    (build_folder / "releases" / ".staged-x").mkdir()
    (build_folder / "releases" / "half").mkdir()
    assert releases(build_folder) == [made[3], made[1], made[0], made[2]]


def test_use_is_noted_in_the_time_of_the_folder(dataset: Path, build_folder: Path) -> None:
    release = write_release(dataset, build_folder, BASE)
    os.utime(release.folder, (0, 0))
    before = time.time()
    release.touch()
    assert release.folder.stat().st_mtime >= before - 1


def _gone(release: Release, _patch: pytest.MonkeyPatch) -> None:
    release.folder.rename(release.folder.with_name("elsewhere"))


def _read_only(_release: Release, patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    patch.setattr(os, "utime", refuse)


@pytest.mark.parametrize("harm", [_gone, _read_only])
def test_a_folder_that_cannot_be_touched_is_no_error(
    dataset: Path,
    build_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Release, pytest.MonkeyPatch], None],
) -> None:
    release = write_release(dataset, build_folder, BASE)
    with monkeypatch.context() as patch:
        harm(release, patch)
        release.touch()
