"""The build is the same bytes each time, and only done when something has changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dataset.small_sources import RULE, contents, marks
from urbact_graph.dataset import building
from urbact_graph.dataset.building import DATASET_NAME, MANIFEST_NAME, Build, build
from urbact_graph.sources import GraphSources


@pytest.mark.process
@pytest.mark.parametrize("seed", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_the_hash_seed_has_no_influence(
    demo_sources: GraphSources, demo_build: Build, folder: Path, seed: str
) -> None:
    code = (
        "import sys, pathlib; from urbact_graph.sources import GraphSources;"
        "from urbact_graph.dataset.building import build;"
        "build(GraphSources(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]))"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(demo_sources.root), str(folder)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
    )
    assert (folder / DATASET_NAME).read_bytes() == demo_build.dataset.read_bytes()


def test_the_place_of_the_sources_has_no_influence(small: GraphSources, tmp_path: Path) -> None:
    moved = GraphSources(Path(shutil.copytree(small.root, tmp_path / "elsewhere")))
    one, two = build(small, tmp_path / "b1"), build(moved, tmp_path / "b2")
    assert (one.sha256, one.inputs) == (two.sha256, two.inputs)
    assert contents(tmp_path / "b1") == contents(tmp_path / "b2")


def test_nothing_changed_is_nothing_written(
    small: GraphSources, folder: Path, standing: Build
) -> None:
    before = marks(folder)
    second = build(small, folder)
    assert marks(folder) == before
    assert not second.fresh
    assert (second.sha256, second.inputs) == (standing.sha256, standing.inputs)
    assert (second.stated, second.derived) == (standing.stated, standing.derived)


def test_nothing_changed_is_nothing_parsed(
    small: GraphSources, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(small, folder)
    for name in ("parse_turtle", "derive", "describe"):
        monkeypatch.delattr(building, name)
    assert not build(small, folder).fresh


CHANGES = {
    "data/a.ttl": '<https://example.org/b> <https://example.org/name> "B" .',
    "data/new.ttl": '<https://example.org/b> <https://example.org/name> "B" .',
    "ontology/urbact.ttl": '<https://example.org/b> <https://example.org/name> "B" .',
    "ontology/more.ttl": '<https://example.org/b> <https://example.org/name> "B" .',
    "ontology/rules/10-known.rq": RULE.replace(":Known", ":Renamed"),
    "ontology/rules/30-new.rq": RULE.replace(":Known", ":New"),
    "shapes/a.ttl": "# A shape.\n",
    "shapes/new.ttl": "# Another shape.\n",
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_source_is_built_again(
    small: GraphSources, folder: Path, standing: Build, name: str
) -> None:
    (small.root / name).write_text(CHANGES[name], encoding="utf-8")
    second = build(small, folder)
    assert second.fresh
    assert second.inputs != standing.inputs
    assert second.sha256 != standing.sha256
    assert second.version != standing.version
    assert not build(small, folder).fresh


def test_a_change_that_keeps_size_and_time_is_built_again(
    small: GraphSources, folder: Path
) -> None:
    first = build(small, folder)
    path = small.data / "a.ttl"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"quoted", b"Quoted"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = build(small, folder)
    assert second.fresh
    assert second.sha256 != first.sha256


@pytest.mark.parametrize("name", ["data/a.ttl", "ontology/rules/20-counted.rq"])
def test_a_source_taken_out_or_renamed_is_built_again(
    small: GraphSources, folder: Path, name: str
) -> None:
    (small.data / "other.ttl").write_text("<https://e.org/a> <https://e.org/b> 1 .")
    build(small, folder)
    path = small.root / name
    path.rename(path.with_stem("00-" + path.stem))
    assert build(small, folder).fresh
    path.with_stem("00-" + path.stem).unlink()
    assert build(small, folder).fresh


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize("name", [DATASET_NAME, MANIFEST_NAME])
@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[]", b'{"inputs": 1}', None])
def test_a_damaged_build_is_built_again(
    small: GraphSources, folder: Path, name: str, content: bytes | None
) -> None:
    assert not build(small, folder).fresh
    good = contents(folder)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    assert build(small, folder).fresh
    assert contents(folder) == good


def test_a_manifest_with_a_count_that_is_none_is_built_again(
    small: GraphSources, folder: Path
) -> None:
    done = build(small, folder)
    path = folder / MANIFEST_NAME
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"stated": None}), encoding="utf-8")
    assert build(small, folder) == done


def test_a_build_of_other_code_is_built_again(
    small: GraphSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(small, tmp_path / "build")
    assert not build(small, tmp_path / "build").fresh
    monkeypatch.setattr(building, "fingerprint", lambda: "0.1.0 other")
    again = build(small, tmp_path / "build")
    assert again.fresh
    assert again.sha256 == first.sha256
