"""The build that comes with a package: used for the very same inputs, and for no others."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dataset.small_sources import contents
from urbact_graph.dataset import building, fingerprint
from urbact_graph.dataset.building import DATASET_NAME, MANIFEST_NAME, Build, build
from urbact_graph.dataset.packaged import pack
from urbact_graph.history.dates import RECORD_NAME
from urbact_graph.sources import GraphSources

GRAPH = f"{DATASET_NAME}.gz"


class BuiltError(Exception):
    """The sources were built."""


@pytest.fixture
def packaged(standing: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pack the build of the small sources with a report as a package has it; return its folder."""
    place = tmp_path / "packaged"
    (standing.dataset.parent / "validation.ttl").write_text("# No results.\n")
    pack(standing.dataset.parent, DATASET_NAME, place)
    for file in standing.dataset.parent.iterdir():
        file.rename(tmp_path / file.name)
    monkeypatch.setattr(building, "PACKAGED_BUILD", place)
    return place


def refuse(*_: object) -> None:
    raise BuiltError


def test_it_is_copied_instead_of_built(
    packaged: Path, small: GraphSources, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_graph", refuse)
    built = build(small, folder)
    assert built.fresh
    assert contents(folder) == {
        DATASET_NAME: gzip.decompress((packaged / GRAPH).read_bytes()),
        **{name: (packaged / name).read_bytes() for name in (MANIFEST_NAME, "validation.ttl")},
    }
    assert not build(small, folder).fresh


def test_it_is_what_would_be_built(
    packaged: Path, small: GraphSources, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = build(small, folder)
    found = contents(folder)
    monkeypatch.setattr(building, "PACKAGED_BUILD", packaged / "none")
    assert build(small, folder.with_name("built")) == Build(
        **{**vars(copied), "dataset": folder.with_name("built") / DATASET_NAME}
    )
    del found["validation.ttl"]
    assert contents(folder.with_name("built")) == found


def _fact(sources: GraphSources, _patch: pytest.MonkeyPatch) -> None:
    with (sources.data / "a.ttl").open("a") as file:
        file.write("# A comment.\n")


def _new_file(sources: GraphSources, _patch: pytest.MonkeyPatch) -> None:
    (sources.data / "b.ttl").write_text("# Nothing.\n")


def _vocabulary(sources: GraphSources, _patch: pytest.MonkeyPatch) -> None:
    (sources.root / "ontology" / "b.ttl").write_text("# Nothing.\n")


def _rule(sources: GraphSources, _patch: pytest.MonkeyPatch) -> None:
    sources.rules()[0].unlink()


def _shape(sources: GraphSources, _patch: pytest.MonkeyPatch) -> None:
    sources.shape_files()[0].write_text("# Another comment.\n")


def _history(sources: GraphSources, _patch: pytest.MonkeyPatch) -> None:
    (sources.root / RECORD_NAME).write_text("{}")


def _code(_sources: GraphSources, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(building, "fingerprint", lambda: "other code")


def _library(_sources: GraphSources, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fingerprint, "version", lambda _: "0.0.1")
    fingerprint.fingerprint.cache_clear()


@pytest.mark.usefixtures("packaged")
@pytest.mark.parametrize(
    "change", [_fact, _new_file, _vocabulary, _rule, _shape, _history, _code, _library]
)
def test_it_counts_for_the_same_inputs_only(
    small: GraphSources,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[GraphSources, pytest.MonkeyPatch], None],
) -> None:
    monkeypatch.setattr(building, "_graph", refuse)
    change(small, monkeypatch)
    try:
        with pytest.raises(BuiltError):
            build(small, folder)
    finally:
        fingerprint.fingerprint.cache_clear()
    assert not contents(folder)


@pytest.mark.usefixtures("packaged")
def test_another_base_is_another_graph(
    small: GraphSources, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (small.data / "a.ttl").open("a") as file:
        file.write("<https://w3id.org/urbact-graph/a> :name <https://example.org/b> .\n")
    monkeypatch.setattr(building, "_graph", refuse)
    with pytest.raises(BuiltError):
        build(GraphSources(small.root, "https://other.example/"), folder)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        (GRAPH, lambda content: content[:-20]),
        (GRAPH, lambda _: b"no gzip"),
        (GRAPH, lambda _: b""),
        (GRAPH, lambda content: content[:40] + b"\0\0\0\0" + content[44:]),
        (GRAPH, lambda content: gzip.compress(gzip.decompress(content) + b"\n")),
        (GRAPH, None),
        (MANIFEST_NAME, lambda _: b""),
        (MANIFEST_NAME, lambda _: b"[]"),
        (MANIFEST_NAME, lambda content: json.dumps({"inputs": json.loads(content)["inputs"]})),
        (MANIFEST_NAME, None),
    ],
)
def test_a_damaged_one_is_not_used(
    packaged: Path,
    small: GraphSources,
    folder: Path,
    name: str,
    damage: Callable[[bytes], bytes | str] | None,
) -> None:
    whole = gzip.decompress((packaged / GRAPH).read_bytes())
    if damage:
        content = damage((packaged / name).read_bytes())
        (packaged / name).write_bytes(content.encode() if isinstance(content, str) else content)
    else:
        (packaged / name).unlink()
    assert build(small, folder).fresh
    assert (folder / DATASET_NAME).read_bytes() == whole
    assert not (folder / "validation.ttl").exists()


def test_equal_files_are_packed_alike(standing: Build, tmp_path: Path) -> None:
    for name in ("one", "two"):
        pack(standing.dataset.parent, DATASET_NAME, tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert not any(name.startswith(".") for name in contents(tmp_path / "one"))
