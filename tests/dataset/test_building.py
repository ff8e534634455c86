"""The build: what it writes, and what it reports while it does."""

import hashlib
import json
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

from tests.dataset.small_sources import contents
from tests.support.descriptions import digest_before_naming, with_description
from urbact_graph.dataset.building import DATASET_NAME, MANIFEST_NAME, Build, build
from urbact_graph.dataset.similarity import similarities
from urbact_graph.description.quality import measure_quality
from urbact_graph.history.dates import read_history
from urbact_graph.rdf.namespaces import DCT
from urbact_graph.rdf.terms import date_time
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, find_sources

MODIFIED = NamedNode(DCT.modified)
# All but the description.
FACTS = r"""<https://example.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/Counted> .
<https://example.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/Known> .
<https://example.org/a> <https://example.org/name> "A \"quoted\" \\ name\nof two lines, é" .
<https://example.org/urbact> <https://example.org/label> "Ontology"@en .
"""  # noqa: E501


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
    facts = {quad.triple for quad in fresh} | similarities(fresh, sources.base)
    entities = {triple.subject for triple in facts}
    facts |= {
        Triple(entity, MODIFIED, date_time(moment))
        for iri, moment in read_history(sources).entities.items()
        if (entity := NamedNode(iri)) in entities
    }
    whole = Store()
    whole.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in facts)
    shapes = [
        quad.triple
        for path in sources.shape_files()
        for quad in parse(path=str(path), format=RdfFormat.TURTLE)
    ]
    facts |= measure_quality(whole, sources.base, shapes)
    expected = with_description(facts, sources.base, built, sources)
    assert {quad.triple for quad in store} == expected
    assert len(store) == built.triples


@pytest.mark.slow
def test_the_graph_needs_no_second_round_of_the_rules(sources: GraphSources, store: Store) -> None:
    known = {quad.triple for quad in store}
    for path in sources.rules():
        results = store.query(path.read_text(encoding="utf-8"))
        assert isinstance(results, QueryTriples)
        assert set(results) <= known, f"{path.name} would add to what later rules derived"


@pytest.mark.slow
def test_the_dataset_reads_back_to_itself(built: Build) -> None:
    lines = built.dataset.read_bytes().splitlines(keepends=True)
    assert lines == sorted(set(lines))
    again = {f"{quad.triple} .\n" for quad in parse(path=str(built.dataset))}
    assert again == {line.decode() for line in lines}


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
