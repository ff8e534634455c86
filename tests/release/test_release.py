"""Editions: everything about a version of the dataset, made once, kept for those who read it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from urbact_graph.release import release as releases
from urbact_graph.dataset.building import Build, build
from urbact_graph.release.release import Release, find_release, make_release
from urbact_graph.release.stream import StreamState
from urbact_graph.errors import DatasetError
from urbact_graph.sources import GraphSources
from urbact_graph.validation.shapes import load_shapes

_FACT = '<https://w3id.org/urbact-graph/person/x> <http://xmlns.com/foaf/0.1/name> "{}" .\n'


@pytest.fixture
def small(tmp_path: Path, sources: GraphSources) -> GraphSources:
    """Copy the vocabulary and the shapes, with one fact."""
    root = tmp_path / "sources"
    shutil.copytree(sources.root / "ontology", root / "ontology")
    shutil.copytree(sources.root / "shapes", root / "shapes")
    (root / "data").mkdir()
    state(GraphSources(root), "X")
    return GraphSources(root)


def state(small: GraphSources, name: str) -> None:
    (small.data / "people.ttl").write_text(_FACT.format(name))


class Making:
    """Builds the small graph and makes its edition, as often as it is called."""

    def __init__(self, small: GraphSources, folder: Path) -> None:
        self.small, self.folder = small, folder
        self.report = folder / "validation.ttl"

    def __call__(self) -> tuple[Build, Release]:
        graph = build(self.small, self.folder)
        self.report.write_text("<https://x.example/r> a <https://x.example/Report> .")
        return graph, make_release(graph, self.small, self.folder, self.report)


@pytest.fixture
def make(small: GraphSources, tmp_path: Path) -> Making:
    return Making(small, tmp_path / "build")


def test_an_edition_has_all_that_is_given_out(
    edition: Release, built: Build, sources: GraphSources
) -> None:
    assert edition == find_release(built.dataset.parent, built.version)
    # The web process knows the first digits only.
    assert edition == find_release(built.dataset.parent, built.version[:16])
    assert edition.version == built.edition
    assert edition.modified == built.modified
    assert {file.name for file in edition.files} == {file.name for file in edition.dumps.iterdir()}
    assert len(list(parse(path=str(edition.shapes), format=RdfFormat.N_TRIPLES))) == len(
        load_shapes(sources)
    )
    assert b"ValidationReport" in edition.validation.read_bytes()
    assert StreamState.from_json(edition.stream.read_bytes()).pages


def test_what_stands_is_not_made_again(make: Making) -> None:
    _, first = make()
    times = {file: file.stat().st_mtime_ns for file in first.folder.rglob("*") if file.is_file()}
    assert len(times) > 30
    assert make()[1] == first
    assert times == {file: file.stat().st_mtime_ns for file in times}


@pytest.mark.parametrize("damage", ["missing", "short", "manifest", "garbled", "older"])
def test_what_is_not_whole_is_made_again(make: Making, damage: str) -> None:
    _, first = make()
    before = {file.name: file.read_bytes() for file in first.dumps.iterdir()}
    victim, manifest = first.dumps / first.files[0].name, first.folder / editions.MANIFEST_NAME
    if damage == "missing":
        victim.unlink()
    elif damage == "short":
        victim.write_bytes(b"half")
    elif damage == "manifest":
        manifest.unlink()
    elif damage == "garbled":
        manifest.write_text("{")
    else:
        facts = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**facts, "fingerprint": "0.0.1"}))
        victim.write_bytes(victim.read_bytes().upper())
    assert make()[1] == first
    assert before == {file.name: file.read_bytes() for file in first.dumps.iterdir()}


def test_changed_shapes_are_given_out_though_the_dataset_is_the_same(make: Making) -> None:
    _, first = make()
    for shape in make.small.shape_files():
        if shape.name != "city.ttl":
            shape.unlink()
    _, second = make()
    assert second.folder == first.folder
    assert b"shapes#Theme-" not in second.shapes.read_bytes()


def test_the_stream_goes_on_when_an_old_state_comes_back(make: Making) -> None:
    graph, edition = make()
    pages = [len(StreamState.from_json(edition.stream.read_bytes()).pages)]
    for name in ("Y", "X"):
        state(make.small, name)
        latest, edition = make()
        pages.append(len(StreamState.from_json(edition.stream.read_bytes()).pages))
    assert latest.version == graph.version
    assert pages[0] < pages[1] < pages[2]


def test_a_few_editions_are_kept(make: Making) -> None:
    made = []
    for number in range(5):
        state(make.small, f"number {number}")
        graph, edition = make()
        # The order in which they were made must not hang on how fast that was.
        os.utime(edition.folder, (number, number))
        made.append(graph.version)
    standing = [version for version in made if find_release(make.folder, version)]
    assert standing == made[-3:]


def test_a_dataset_that_was_built_anew_meanwhile_gets_no_edition(make: Making) -> None:
    old, _ = make()
    state(make.small, "Y")
    new = build(make.small, make.folder)
    assert old.dataset == new.dataset
    for stands in (True, False):
        if not stands:
            shutil.rmtree(make.folder / "editions")
        with pytest.raises(DatasetError, match="built anew meanwhile; try again"):
            make_release(old, make.small, make.folder, make.report)
        assert find_release(make.folder, new.version) is None
    assert not (make.folder / "editions").exists()


@pytest.mark.parametrize("by_another", [True, False])
def test_an_edition_that_is_held_is_not_forgotten(make: Making, *, by_another: bool) -> None:
    graph, edition = make()
    os.utime(edition.folder, (0, 0))
    if by_another:
        with holding(make.folder, graph.version):
            make_others(make)
            assert find_release(make.folder, graph.version) == edition
    else:
        hold = edition.hold()
        assert hold
        make_others(make)
        assert find_release(make.folder, graph.version) == edition
        del hold
    # Nothing holds it any more.
    state(make.small, "the last")
    make()
    assert find_release(make.folder, graph.version) is None
    assert edition.hold() is None


def make_others(make: Making) -> None:
    """Make as many newer editions as are kept."""
    for number in range(3):
        state(make.small, f"number {number}")
        _, edition = make()
        os.utime(edition.folder, (number + 1, number + 1))


@contextlib.contextmanager
def holding(folder: Path, version: str) -> Iterator[None]:
    """Have another process hold an edition while the block lasts."""
    program = (
        "import sys; from pathlib import Path; "
        "from urbact_graph.release.release import find_release; "
        "hold = find_release(Path(sys.argv[1]), sys.argv[2]).hold(); "
        "print(bool(hold), flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(folder), version]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        with process.stdin:
            assert process.stdout.readline() == "True\n"
            yield


def test_a_folder_that_takes_nothing_is_told_of(make: Making, tmp_path: Path) -> None:
    graph, edition = make()
    shutil.rmtree(edition.folder.parent)
    edition.folder.parent.write_text("in the way")
    with pytest.raises(DatasetError, match="cannot be written"):
        make_release(graph, make.small, tmp_path / "build", make.report)
