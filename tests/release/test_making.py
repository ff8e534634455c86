"""Releases as they are made: never changed, named by their version, removed by their age."""

import json
import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from urbact_graph.dataset.building import Build, build
from urbact_graph.errors import DatasetError
from urbact_graph.release import making
from urbact_graph.release.making import KEEP_SECONDS, make_release
from urbact_graph.release.release import (
    MANIFEST_NAME,
    Release,
    current_release,
    read_release,
    releases,
)
from urbact_graph.release.stream import StreamState, extend_stream
from urbact_graph.sources import GraphSources

_HEAD = "@base <https://w3id.org/urbact-graph/> . @prefix : <https://example.org/> . "
_SHAPE = _HEAD + '<shapes#{}> a <http://www.w3.org/ns/shacl#NodeShape> ; :name "{}" .'
_REPORT = '<https://x.example/report> <https://x.example/p> "{}" .'


class Maker:
    """Builds a graph of one fact and makes its release, as often as it is called."""

    def __init__(self, root: Path) -> None:
        self.sources = GraphSources(root)
        self.folder = root / "build"
        self.report = self.folder / "validation.ttl"

    def lay_out(self) -> None:
        """Write the sources."""
        root = self.sources.root
        for name in ("ontology/rules", "data", "shapes"):
            (root / name).mkdir(parents=True)
        (root / "ontology" / "rules" / "10-nothing.rq").write_text("CONSTRUCT {} WHERE {}")
        (root / "ontology" / "urbact.ttl").write_text(f'{_HEAD} <ontology> :name "Ontology" .')
        self.state("X")
        self.shape("S")

    def state(self, name: str) -> None:
        (self.sources.data / "people.ttl").write_text(f'{_HEAD} <person/x> :name "{name}" .')

    def shape(self, name: str) -> None:
        (self.sources.root / "shapes" / "s.ttl").write_text(_SHAPE.format(name, name))

    def build(self, report: str = "fine") -> Build:
        built = build(self.sources, self.folder)
        self.report.write_text(_REPORT.format(report))
        return built

    def __call__(self, report: str = "fine") -> Release:
        return make_release(self.build(report), self.sources, self.folder, self.report)

    @property
    def names(self) -> set[str]:
        return {path.name for path in (self.folder / "releases").iterdir()}


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    made = Maker(tmp_path / "graph")
    made.lay_out()
    return made


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a release, for tests of what follows; return the folder of its sources."""
    made = Maker(tmp_path_factory.mktemp("made") / "graph")
    made.lay_out()
    made()
    return made.sources.root


@pytest.fixture
def made(made_once: Path, tmp_path: Path) -> Maker:
    """Copy the sources with the release that was made of them."""
    return Maker(shutil.copytree(made_once, tmp_path / "made", symlinks=True))


def the_release(made: Maker) -> Release:
    found = current_release(made.folder)
    assert found
    return found


def contents(release: Release) -> dict[str, tuple[bytes, int]]:
    """Return the content of each file of a release, with the time of its last change."""
    return {
        str(path.relative_to(release.folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in release.folder.rglob("*")
        if path.is_file()
    }


def pages(release: Release) -> int:
    return len(StreamState.from_json(release.stream.read_bytes()).pages)


def test_a_release_is_named_by_its_version_and_becomes_current(make: Maker) -> None:
    built = make.build()
    release = make_release(built, make.sources, make.folder, make.report)
    assert (release.version, release.sha256) == (built.version, built.sha256)
    assert release.folder == make.folder.resolve() / "releases" / built.version
    assert make.names == {built.version, "current"}
    assert current_release(make.folder) == read_release(release.folder) == release
    assert b'"S"' in release.shapes.read_bytes()
    assert b'"fine"' in release.report.read_bytes()


def test_the_very_same_content_is_used_again(made: Maker) -> None:
    release = the_release(made)
    before = contents(release)
    assert len(before) > 30
    assert made() == release
    assert contents(release) == before
    assert made.names == {release.version, "current"}


def _fact(make: Maker, _release: Release, _patch: pytest.MonkeyPatch) -> str:
    make.state("Y")
    return ""


def _shape(make: Maker, _release: Release, _patch: pytest.MonkeyPatch) -> str:
    make.shape("T")
    return ""


def _report(make: Maker, _release: Release, _patch: pytest.MonkeyPatch) -> str:
    # The outcome can change with the validator alone.
    make.report.write_text(_REPORT.format("other"))
    return ".2"


def _code(_make: Maker, _release: Release, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(making, "fingerprint", lambda: "other code")
    return ".2"


def _stream(make: Maker, release: Release, _patch: pytest.MonkeyPatch) -> str:
    # It was lost, and has begun again at another time.
    shutil.rmtree(release.stream_pages)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    extend_stream(release.graph, make.sources.base, release.stream_pages, tomorrow)
    return ".2"


@pytest.mark.parametrize("change", [_fact, _shape, _report, _code, _stream])
def test_other_content_gets_a_folder_of_its_own(
    made: Maker,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Maker, Release, pytest.MonkeyPatch], str],
) -> None:
    first = the_release(made)
    before = contents(first)
    suffix = change(made, first, monkeypatch)
    second = made(report="other" if change is _report else "fine")
    assert second.folder != first.folder
    assert second.folder.name == f"{second.version}{suffix}"
    assert (second.version == first.version) == bool(suffix)
    assert current_release(made.folder) == second
    assert contents(first) == before
    assert read_release(first.folder) == first


def _missing(release: Release) -> None:
    (release.dumps / release.files[0].name).unlink()


def _short(release: Release) -> None:
    (release.dumps / release.files[0].name).write_bytes(b"half")


def _no_manifest(release: Release) -> None:
    (release.folder / MANIFEST_NAME).unlink()


def _garbled(release: Release) -> None:
    (release.folder / MANIFEST_NAME).write_text("{")


def _older(release: Release) -> None:
    file = release.folder / MANIFEST_NAME
    file.write_text(json.dumps({**json.loads(file.read_text()), "fingerprint": "0.0.1"}))


def _other_graph(release: Release) -> None:
    release.graph.write_bytes(release.graph.read_bytes().upper())


def _no_stream(release: Release) -> None:
    release.stream.unlink()


def _no_link(release: Release) -> None:
    release.folder.with_name("current").unlink()


@pytest.mark.parametrize(
    "harm", [_missing, _short, _no_manifest, _garbled, _older, _other_graph, _no_stream, _no_link]
)
def test_a_damaged_release_is_made_again_beside_it(
    made: Maker, harm: Callable[[Release], None]
) -> None:
    first = the_release(made)
    before = contents(first)
    harm(first)
    second = made()
    assert second.folder.name == f"{first.version}.2"
    assert {name: content for name, (content, _) in contents(second).items()} == {
        name: content for name, (content, _) in before.items()
    }
    assert current_release(made.folder) == second


def test_the_stream_goes_on_when_an_old_state_comes_back(make: Maker) -> None:
    made = [make()]
    for name in ("Y", "X", "Y"):
        make.state(name)
        made.append(make())
    a, b, again, b_again = made
    assert (again.version, b_again.version) == (a.version, b.version)
    assert again.folder.name == f"{a.version}.2"
    assert b_again.folder.name == f"{b.version}.2"
    assert pages(a) < pages(b) < pages(again) < pages(b_again)
    assert current_release(make.folder) == b_again
    assert len(releases(make.folder)) == 4


def test_a_third_folder_of_a_version_gets_the_next_number(make: Maker) -> None:
    names = [make(report).folder.name for report in ("one", "two", "three")]
    assert names == [names[0], f"{names[0]}.2", f"{names[0]}.3"]


def age(release: Release, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(release.folder, (then, then))


def test_releases_that_nothing_has_used_for_a_day_are_removed(make: Maker) -> None:
    made = []
    for name in ("old", "served", "recent"):
        make.state(name)
        made.append(make())
    old, served, recent = made
    for release in made:
        age(release, KEEP_SECONDS + 60)
    age(recent, KEEP_SECONDS - 600)
    served.touch()
    # With nothing new, nothing is removed.
    make()
    assert old.folder.exists()
    make.state("new")
    new = make()
    assert releases(make.folder)[0] == new
    assert make.names == {
        *(release.folder.name for release in (served, recent, new)),
        "current",
    }


def test_the_current_release_stays_however_old_it_is(make: Maker) -> None:
    release = make()
    age(release, 10 * KEEP_SECONDS)
    assert make() == release


def test_what_interrupted_calls_left_is_removed(make: Maker) -> None:
    make()
    left = make.folder / "releases" / ".staged-left"
    left.mkdir()
    (left / "half").write_text("half")
    make.state("Y")
    make()
    assert not left.exists()


def test_a_failure_leaves_what_was(make: Maker) -> None:
    release = make()
    before = contents(release)
    # The table of people has room for one label.
    people = make.sources.data / "people.ttl"
    person = "a <ontology#Person> ; <http://www.w3.org/2000/01/rdf-schema#label> 'A', 'B'"
    people.write_text(f"{_HEAD} <person/x> {person} .")
    with pytest.raises(DatasetError, match="has room for one"):
        make()
    assert make.names == {release.version, "current"}
    assert contents(release) == before
    assert current_release(make.folder) == release


def test_a_link_that_was_copied_as_a_folder_becomes_a_link_again(make: Maker) -> None:
    release = make()
    link = make.folder / "releases" / "current"
    link.unlink()
    shutil.copytree(release.folder, link)
    make.state("Y")
    latest = make()
    assert link.is_symlink()
    assert current_release(make.folder) == latest


def test_a_dataset_that_another_process_built_again_gets_no_release(make: Maker) -> None:
    old = make.build()
    make.state("Y")
    make.build()
    with pytest.raises(DatasetError, match="in the meantime; run the command again"):
        make_release(old, make.sources, make.folder, make.report)
    assert not (make.folder / "releases").exists()


def test_a_folder_that_cannot_be_written_is_reported(make: Maker) -> None:
    make.build()
    (make.folder / "releases").write_text("in the way")
    with pytest.raises(DatasetError, match=r"build cannot be written \(.*--build-folder"):
        make()
