"""The folder of the graph's sources, and the folder that the dataset is built in."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import platformdirs
import pytest

from urbact_graph import sources as module
from urbact_graph.errors import SourceError
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, build_folder, find_sources


def working_copy(folder: Path) -> Path:
    (folder / "ontology" / "rules").mkdir(parents=True)
    (folder / "ontology" / "urbact.ttl").touch()
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder that holds no sources."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("SOURCES", "BUILD_FOLDER"):
        monkeypatch.delenv(f"URBACT_GRAPH_{name}", raising=False)
    return folder


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay out sources within the package, as an installed one has them."""
    folder = working_copy(tmp_path / "package" / "graph")
    monkeypatch.setattr(module, "_PACKAGED", folder)
    return folder


@pytest.mark.usefixtures("elsewhere", "packaged")
def test_the_folder_set_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = working_copy(tmp_path / "named")
    monkeypatch.chdir(working_copy(tmp_path / "here"))
    assert find_sources(Settings(sources=named)).root == named
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(named))
    assert find_sources(Settings()).root == named


@pytest.mark.usefixtures("elsewhere")
def test_a_relative_folder_is_resolved(tmp_path: Path) -> None:
    named = working_copy(tmp_path / "named")
    assert find_sources(Settings(sources=Path("../named"))).root == named


@pytest.mark.usefixtures("elsewhere", "packaged")
def test_the_working_copy_comes_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = working_copy(tmp_path / "here")
    monkeypatch.chdir(here)
    assert find_sources(Settings()).root == here


@pytest.mark.usefixtures("elsewhere", "packaged")
def test_a_folder_within_the_working_copy_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = working_copy(tmp_path / "here")
    (here / "data" / "networks").mkdir(parents=True)
    monkeypatch.chdir(here / "data" / "networks")
    assert find_sources(Settings()).root == here


@pytest.mark.usefixtures("elsewhere")
def test_the_package_comes_third(packaged: Path) -> None:
    assert find_sources(Settings()).root == packaged


@pytest.mark.usefixtures("elsewhere")
def test_the_repository_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGED", tmp_path / "nothing")
    copy = working_copy(tmp_path / "copy")
    monkeypatch.setattr(module, "__file__", str(copy / "src" / "urbact_graph" / "sources.py"))
    assert find_sources(Settings()).root == copy


@pytest.mark.usefixtures("packaged")
def test_a_folder_set_that_holds_none_is_an_error(elsewhere: Path) -> None:
    with pytest.raises(SourceError) as caught:
        find_sources(Settings(sources=elsewhere))
    assert str(caught.value) == (
        f"{elsewhere} holds no ontology/urbact.ttl; name the folder that does with --sources."
    )


def test_no_sources_anywhere_is_an_error(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGED", elsewhere / "nothing")
    monkeypatch.setattr(module, "__file__", str(elsewhere / "a" / "b" / "sources.py"))
    with pytest.raises(SourceError, match=f"{elsewhere} holds no ontology"):
        find_sources(Settings())


@pytest.mark.usefixtures("elsewhere")
def test_a_working_copy_is_built_beside_its_sources(tmp_path: Path) -> None:
    found = GraphSources(working_copy(tmp_path / "copy"))
    assert not found.is_packaged
    assert build_folder(Settings(), found) == found.root / "build"


@pytest.mark.usefixtures("elsewhere")
def test_the_package_is_built_in_the_cache_of_the_user(
    packaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = find_sources(Settings(sources=packaged))
    assert found.is_packaged
    folder = build_folder(Settings(), found)
    assert folder.parent == platformdirs.user_cache_path("urbact-graph")
    assert folder == build_folder(Settings(), GraphSources(packaged))


def test_a_build_folder_that_is_set_is_taken(packaged: Path, tmp_path: Path) -> None:
    settings = Settings(build_folder=tmp_path / "built")
    assert build_folder(settings, GraphSources(packaged)) == tmp_path / "built"


def test_each_part_is_listed_in_order_and_by_name(tmp_path: Path) -> None:
    found = GraphSources(working_copy(tmp_path))
    for name in (
        *("data/b.ttl", "data/a/c.ttl", "data/a/notes.md", "shapes/x.ttl", "shapes/old/y.ttl"),
        *("ontology/rules/20-b.rq", "ontology/rules/10-z.rq", "ontology/extra.ttl"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    listed = [found.data_files(), found.shape_files(), found.rules(), found.ontology_files()]
    assert [[found.name(path) for path in paths] for paths in listed] == [
        ["data/a/c.ttl", "data/b.ttl"],
        ["shapes/x.ttl"],
        ["ontology/rules/10-z.rq", "ontology/rules/20-b.rq"],
        ["ontology/extra.ttl", "ontology/urbact.ttl"],
    ]
    assert found.queries == tmp_path / "queries"


def test_the_digest_of_the_shapes_is_that_of_their_files_by_name(tmp_path: Path) -> None:
    found = GraphSources(working_copy(tmp_path), "https://example.org/g/")
    assert found.shapes_sha256() == sha256(b"").hexdigest()
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "b.ttl").write_text("<https://w3id.org/urbact-graph/b>")
    (tmp_path / "shapes" / "a.ttl").write_text("# A ")
    expected = sha256(b"# A <https://example.org/g/b>").hexdigest()
    assert found.shapes_sha256() == expected
    (tmp_path / "shapes" / "c.ttl").mkdir()
    with pytest.raises(SourceError, match=r"shapes/c\.ttl cannot be read: Is a directory"):
        found.shapes_sha256()
