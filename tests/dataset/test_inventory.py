"""The files of the sources: nothing is built of what is missing, and what is not read is named."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from urbact_graph.dataset.building import build
from urbact_graph.dataset.inventory import left_out, remarks
from urbact_graph.errors import SourceError
from urbact_graph.sources import GraphSources

if TYPE_CHECKING:
    from pathlib import Path

FACT = "<https://e.org/a> <https://e.org/b> 1 .\n"


@pytest.fixture
def small(tmp_path: Path) -> GraphSources:
    """Lay out one file of each kind."""
    for name, text in {
        "ontology/urbact.ttl": FACT,
        "ontology/rules/10-same.rq": "CONSTRUCT WHERE { ?s ?p ?o }",
        "data/a.ttl": FACT,
        "data/cities/a.ttl": FACT,
        "shapes/a.ttl": FACT,
    }.items():
        path = tmp_path / "graph" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return GraphSources(tmp_path / "graph")


@pytest.mark.parametrize(
    ("folder", "name"),
    [("data", "data"), ("ontology/rules", "ontology/rules")],
)
@pytest.mark.parametrize("left", ["nothing", "an empty folder", "a file of another kind", "a file"])
def test_nothing_is_built_without_facts_or_rules(
    small: GraphSources, tmp_path: Path, folder: str, name: str, left: str
) -> None:
    shutil.rmtree(small.root / folder)
    if left == "a file":
        (small.root / folder).write_text(FACT)
    elif left != "nothing":
        (small.root / folder).mkdir()
        if left == "a file of another kind":
            (small.root / folder / "a.nt").write_text(FACT)
    is_folder = (small.root / folder).is_dir()
    message = f"nothing to read in {name}/;" if is_folder else f"holds no {name}/;"
    with pytest.raises(SourceError, match=re.escape(message)):
        build(small, tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_a_graph_that_was_built_before_is_not_taken_for_one_whose_sources_are_gone(
    small: GraphSources, tmp_path: Path
) -> None:
    build(small, tmp_path / "build")
    shutil.rmtree(small.data)
    with pytest.raises(SourceError, match="holds no data/"):
        build(small, tmp_path / "build")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("data/b.nt", "which end in .ttl"),
        ("data/b.TTL", "which end in .ttl"),
        ("data/b.turtle", "which end in .ttl"),
        ("data/b.ttl.gz", "which end in .ttl"),
        ("data/b.ttl~", "which end in .ttl"),
        ("data/.b.ttl.swp", "which end in .ttl"),
        ("data/.hidden/b.jsonld", "which end in .ttl"),
        ("data/cities/b.rdf", "which end in .ttl"),
        ("data/README", "which end in .ttl"),
        ("ontology/more.owl", "which end in .ttl"),
        ("ontology/more/terms.ttl", "in the folder itself alone"),
        ("ontology/rules/10-known.sparql", "which end in .rq"),
        ("ontology/rules/10-known.ttl", "which end in .rq"),
        ("shapes/more.shacl", "which end in .ttl"),
        ("shapes/more/city.ttl", "in the folder itself alone"),
    ],
)
def test_a_file_that_is_not_read_is_named(small: GraphSources, name: str, reason: str) -> None:
    path = small.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(FACT)
    (sentence,) = left_out(small)
    assert sentence.startswith(f"{name} is left out: ")
    assert reason in sentence


def test_a_link_to_a_folder_is_named(small: GraphSources, tmp_path: Path) -> None:
    shutil.move(small.data / "cities", tmp_path / "cities")
    (small.data / "cities").symlink_to(tmp_path / "cities")
    (sentence,) = left_out(small)
    assert sentence.startswith("data/cities is left out: it is a symbolic link to a folder")


def test_a_link_to_a_file_and_a_hidden_file_are_read(small: GraphSources, tmp_path: Path) -> None:
    (tmp_path / "b.ttl").write_text(FACT.replace("1", "2"))
    (small.data / "b.ttl").symlink_to(tmp_path / "b.ttl")
    (small.data / ".c.ttl").write_text(FACT.replace("1", "3"))
    assert left_out(small) == []
    assert build(small, tmp_path / "build").stated == 3


def test_files_for_git_are_not_mentioned(small: GraphSources) -> None:
    for name in ("data/.gitkeep", "shapes/.gitignore", "ontology/.gitattributes"):
        (small.root / name).touch()
    assert left_out(small) == []


def test_a_file_that_states_nothing_is_named_each_time(small: GraphSources, tmp_path: Path) -> None:
    (small.data / "b.ttl").write_text("# To be done.\n@prefix : <x:> .\n")
    for is_fresh in (True, False):
        done = build(small, tmp_path / "build")
        assert done.fresh is is_fresh
        assert remarks(small, done.empty) == ["data/b.ttl states nothing."]
