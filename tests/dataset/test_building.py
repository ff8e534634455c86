"""The build: the same bytes each time, only when needed; mistakes are reported with their place."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from tests.support.descriptions import digest_before_naming, with_description
from urbact_graph.dataset import building
from urbact_graph.dataset.building import DATASET_NAME, MANIFEST_NAME, Build, build
from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.history.dates import read_history
from urbact_graph.rdf.namespaces import DCT
from urbact_graph.rdf.terms import date_time
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, find_sources

MODIFIED = NamedNode(DCT.modified)
RULE = """# What is named is known.
PREFIX : <https://example.org/>
CONSTRUCT { ?thing a :Known } WHERE { ?thing :name ?name }
"""
LATER_RULE = """# What is known is counted; this needs what the rule before derives.
PREFIX : <https://example.org/>
CONSTRUCT { ?thing a :Counted } WHERE { ?thing a :Known }
"""
# All but the description.
FACTS = r"""<https://example.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/Counted> .
<https://example.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/Known> .
<https://example.org/a> <https://example.org/name> "A \"quoted\" \\ name\nof two lines, é" .
<https://example.org/urbact> <https://example.org/label> "Ontology"@en .
"""  # noqa: E501


@pytest.fixture
def small(tmp_path: Path) -> GraphSources:
    """Lay out sources of two statements and two rules, with a file of shapes."""
    for name, text in {
        "ontology/urbact.ttl": '@prefix : <https://example.org/> . :urbact :label "Ontology"@en .',
        "ontology/rules/10-known.rq": RULE,
        "ontology/rules/20-counted.rq": LATER_RULE,
        "data/a.ttl": '@prefix : <https://example.org/> .\n:a :name """A "quoted" \\\\ name\nof two'
        ' lines, é""" .\n',
        "shapes/a.ttl": "# No shape yet.\n",
    }.items():
        path = tmp_path / "graph" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return GraphSources(tmp_path / "graph")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "build"


def marks(folder: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of each file, which differ for a file that was written again."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# What is built -------------------------------------------------------------------------------


def test_the_dataset_is_sorted_n_triples(small: GraphSources, folder: Path) -> None:
    done = build(small, folder)
    assert done.dataset == folder / DATASET_NAME
    facts = [quad.triple for quad in parse(FACTS.encode(), format=RdfFormat.N_TRIPLES)]
    expected = sorted(
        f"{triple} .\n" for triple in with_description(facts, small.base, done, small)
    )
    content = done.dataset.read_bytes()
    assert content.decode().splitlines(keepends=True) == expected
    assert set(FACTS.splitlines(keepends=True)) < set(expected)
    assert (done.stated, done.derived, done.fresh) == (2, len(expected) - 2, True)
    assert done.triples == len(expected)
    assert done.sha256 == hashlib.sha256(content).hexdigest()


def test_the_manifest_says_what_was_built(small: GraphSources, folder: Path) -> None:
    done = build(small, folder)
    assert json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8")) == {
        "inputs": done.inputs,
        "sha256": done.sha256,
        "stated": 2,
        "derived": done.derived,
        "version": digest_before_naming(done, small)[:12],
        "modified": None,
        "empty": [],
    }
    assert sorted(contents(folder)) == sorted([DATASET_NAME, MANIFEST_NAME])


@pytest.mark.slow
def test_the_graph_is_what_is_stated_and_what_the_rules_add_in_turn(
    sources: GraphSources, built: Build, store: Store
) -> None:
    fresh = Store()
    for path in [*sources.ontology_files(), *sources.data_files()]:
        fresh.bulk_load(path=str(path), format=RdfFormat.TURTLE)
    assert len(fresh) == built.stated
    for path in sources.rules():
        before = len(fresh)
        results = fresh.query(path.read_text(encoding="utf-8"))
        assert isinstance(results, QueryTriples)
        fresh.extend([Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in results])
        assert len(fresh) > before, f"{path.name} adds nothing"
    facts = {quad.triple for quad in fresh}
    entities = {triple.subject for triple in facts}
    facts |= {
        Triple(entity, MODIFIED, date_time(moment))
        for iri, moment in read_history(sources).entities.items()
        if (entity := NamedNode(iri)) in entities
    }
    expected = with_description(facts, sources.base, built, sources)
    assert {quad.triple for quad in store} == expected
    assert len(store) == built.triples


def test_the_graph_needs_no_second_round_of_the_rules(sources: GraphSources, store: Store) -> None:
    known = {quad.triple for quad in store}
    for path in sources.rules():
        results = store.query(path.read_text(encoding="utf-8"))
        assert isinstance(results, QueryTriples)
        assert set(results) <= known, f"{path.name} would add to what later rules derived"


def test_the_dataset_reads_back_to_itself(built: Build) -> None:
    lines = built.dataset.read_bytes().splitlines(keepends=True)
    assert lines == sorted(set(lines))
    again = {f"{quad.triple} .\n" for quad in parse(path=str(built.dataset))}
    assert again == {line.decode() for line in lines}


# The same bytes, and only when needed --------------------------------------------------------


@pytest.mark.process
@pytest.mark.parametrize("seed", ["1", "2"])
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


def test_nothing_changed_is_nothing_written(small: GraphSources, folder: Path) -> None:
    first = build(small, folder)
    before = marks(folder)
    second = build(small, folder)
    assert marks(folder) == before
    assert not second.fresh
    assert (second.sha256, second.inputs) == (first.sha256, first.inputs)
    assert (second.stated, second.derived) == (first.stated, first.derived)


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
def test_a_changed_source_is_built_again(small: GraphSources, folder: Path, name: str) -> None:
    first = build(small, folder)
    (small.root / name).write_text(CHANGES[name], encoding="utf-8")
    second = build(small, folder)
    assert second.fresh
    assert second.inputs != first.inputs
    assert second.sha256 != first.sha256
    assert second.version != first.version
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


@pytest.mark.parametrize("name", [DATASET_NAME, MANIFEST_NAME])
@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[]", b'{"inputs": 1}', None])
def test_a_damaged_build_is_built_again(
    small: GraphSources, folder: Path, name: str, content: bytes | None
) -> None:
    build(small, folder)
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


# Mistakes ------------------------------------------------------------------------------------

START = b"<https://e.org/a> <https://e.org/b> "
FACT = START + b"1 .\n"
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
FIRST_RULE = "ontology/rules/10-known.rq"
MISTAKES = [
    ("data/a.ttl", b":a :b :c .", r"data/a\.ttl, line 1, column 1: .*prefix"),
    ("data/a.ttl", START + b'\n  "c" x', r"data/a\.ttl, line 2, column \d+: "),
    ("data/a.ttl", START + b"<rel> .", r"data/a\.ttl, line 1, column \d+: an IRI is relative"),
    ("data/a.ttl", START + b"'\xff' .", r"line 1, column .*UTF-8"),
    ("ontology/urbact.ttl", b"\n\n.", r"ontology/urbact\.ttl, line 3, column 1: "),
    (
        "data/a.ttl",
        START + b"[] .",
        r"data/a\.ttl, line 1: .*<https://e\.org/b> has a blank node; give",
    ),
    ("data/a.ttl", b"_:x <https://e.org/b> 1 .", r"data/a\.ttl, line 1: .* has a blank node"),
    # What RDF 1.2 adds, and what some format of the documents cannot hold.
    ("data/a.ttl", START + b"<<( <x:a> <x:b> <x:c> )>> .", r"line 1: .* a triple term"),
    ("data/a.ttl", b"\n<< <x:a> <x:b> 1 ~ <x:r> >> <x:p> 1 .", r"line 2: .* a triple term"),
    ("data/a.ttl", b"\n" + START + b"1\n {| <x:p> 2 |} .", r"line 3: .* has a blank node"),
    ("data/a.ttl", START + b"1 ~ <x:r> .", r"a\.ttl, line 1: .* a triple term"),
    ("data/a.ttl", START + b"'a',\n 'x'@ar--rtl .", r"line 2: .* text with a direction"),
    ("data/a.ttl", b'@version "1.2" .\n' + FACT, r"line 1, column 1: @version announces"),
    ("data/a.ttl", FACT + b" Version '1.1'\n", r"line 2, column 2: Version announces"),
    ("data/a.ttl", START + rb"'\u0007' .", r"line 1: A text of .* U\+0007, which XML cannot"),
    ("data/a.ttl", START + b"'\xef\xbf\xbe' .", r"line 1: .* U\+FFFE, which XML cannot"),
    (
        "data/a.ttl",
        b"<x:a>\n <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> 1 .",
        r"line 2: RDF/XML takes .*#li> for syntax",
    ),
    ("data/a.ttl", b"<x:a> <https://e.org/123> 1 .", r"line 1: .*123>, which ends in no XML name"),
    # What Turtle does not have.
    ("data/a.ttl", b"<x:g> { " + FACT + b"}", r"a\.ttl, line 1, column \d+: a named graph"),
    ("data/a.ttl", b"GRAPH <x:g> { " + FACT + b"}", r"line 1, column \d+: a named graph"),
    ("data/a.ttl", b"'text' <x:b> 1 .", r"a\.ttl, line 1, column \d+: "),
    ("data/a.ttl", b"<x:a> _:b 1 .", r"a\.ttl, line 1, column \d+: "),
    ("data/a.ttl", b"@base <here> .", r"line 1, column \d+: an IRI is relative"),
    # What is no Turtle at all.
    (
        "data/a.ttl",
        gzip.compress(FACT, mtime=0),
        r"a\.ttl: it is compressed \(gzip\); decompress it\.",
    ),
    ("data/a.ttl", FACT.decode().encode("utf-16"), r"a\.ttl: it is UTF-16; save it as UTF-8\."),
    ("data/a.ttl", b"<!DOCTYPE html>", r"a\.ttl: it is an HTML page, not Turtle; download"),
    ("data/a.ttl", LFS_POINTER, r"a\.ttl: it is a pointer of Git LFS"),
    ("ontology/urbact.ttl", b"<?xml version='1.0'?>\n<RDF/>", r"urbact\.ttl: it is RDF/XML"),
    # What has nothing in it.
    ("data/a.ttl", b"# Nothing.", r"The files in data/ state nothing"),
    ("ontology/urbact.ttl", b"", r"The files in ontology/ state nothing"),
    (FIRST_RULE, b"CONSTRUCT { ?s ?p 'x'@en--ltr } WHERE { ?s ?p ?o }", r"10-known\.rq: .*direc"),
    (
        FIRST_RULE,
        b"CONSTRUCT { ?s ?p <<( ?s ?p ?o )>> } WHERE { ?s ?p ?o }",
        r"10-known\.rq: .* has a triple term",
    ),
    (
        FIRST_RULE,
        b"CONSTRUCT {\n ?s ?p  WHERE",
        r"rules/10-known\.rq: Syntax error at line 2, column 9, ",
    ),
    (
        FIRST_RULE,
        b"CONSTRUCT { ?s ex:p 1 } WHERE {}",
        r"10-known\.rq: Syntax error at line 1, column 16, near .ex:p.",
    ),
    (FIRST_RULE, b"SELECT * {}", r"10-known\.rq is no rule; a rule is a CONSTRUCT query"),
    (FIRST_RULE, b"ASK {}", r"10-known\.rq is no rule; a rule is a CONSTRUCT query"),
    (FIRST_RULE, b"CONSTRUCT { [] ?p 1 } WHERE { ?s ?p ?o }", r"10-known\.rq: .*has a blank node"),
    (FIRST_RULE, b"# \xff", r"10-known\.rq is not UTF-8; save it as UTF-8"),
]


@pytest.mark.parametrize(("name", "content", "message"), MISTAKES)
def test_a_mistake_is_reported_and_the_old_dataset_stays(
    small: GraphSources, folder: Path, name: str, content: bytes, message: str
) -> None:
    build(small, folder)
    before, standing = contents(folder), marks(folder)
    (small.root / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        build(small, folder)
    assert re.search(message, str(caught.value))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert (contents(folder), marks(folder)) == (before, standing)


@pytest.mark.parametrize(
    "content",
    [
        FACT,
        b"\xef\xbb\xbf" + FACT,
        b"\xef\xbb\xbf@prefix : <x:> . :a :b :c .",
        # A word of the directive as a tag, a name and a text.
        START + b"'x'@version .",
        b"@prefix version: <x:> . version:a version:b 'version \\'1.2\\'' .",
    ],
)
def test_a_file_that_may_be_so_is_read(small: GraphSources, folder: Path, content: bytes) -> None:
    (small.data / "a.ttl").write_bytes(content)
    assert build(small, folder).stated == 2


def test_a_source_that_cannot_be_read_is_reported(small: GraphSources, folder: Path) -> None:
    (small.data / "odd.ttl").mkdir()
    with pytest.raises(SourceError, match=r"data/odd\.ttl cannot be read: Is a directory"):
        build(small, folder)
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_reported(small: GraphSources, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"file cannot be written .*--build-folder"):
        build(small, tmp_path / "file")


# Progress ------------------------------------------------------------------------------------


def test_progress_is_reported_step_by_step(small: GraphSources, folder: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    build(small, folder, lambda *step: steps.append(step))
    assert steps == [
        ("ontology/urbact.ttl", 0, 5),
        ("data/a.ttl", 1, 5),
        ("ontology/rules/10-known.rq", 2, 5),
        ("ontology/rules/20-counted.rq", 3, 5),
        ("writing the dataset", 4, 5),
        ("done", 5, 5),
    ]
    steps.clear()
    build(small, folder, lambda *step: steps.append(step))
    assert steps == []


def test_another_base_gives_the_same_graph_below_it(
    demo_sources: GraphSources, demo_build: Build, tmp_path: Path
) -> None:
    built, base = demo_build, "https://graph.example/urbact/"
    moved = build(find_sources(Settings(sources=demo_sources.root, base_iri=base)), tmp_path)
    # The base is part of the graph, so the version that it names is another.
    assert moved.version != built.version
    assert moved.modified == built.modified
    text = built.dataset.read_text(encoding="utf-8")
    expected = text.replace(Settings().base_iri, base).replace(built.version, moved.version)
    assert moved.dataset.read_text(encoding="utf-8").splitlines() == sorted(expected.splitlines())
    assert (moved.stated, moved.derived) == (built.stated, built.derived)


def test_a_build_of_other_code_is_built_again(
    small: GraphSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(small, tmp_path / "build")
    assert not build(small, tmp_path / "build").fresh
    monkeypatch.setattr(building, "fingerprint", lambda: "0.1.0 other")
    again = build(small, tmp_path / "build")
    assert again.fresh
    assert again.sha256 == first.sha256
