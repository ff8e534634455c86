"""The history in the build: dct:modified of each entity, and the version of the release."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse

from tests.support.descriptions import digest_before_naming, is_description, with_description
from tests.support.working_copies import BASE, WorkingCopy, copy, day, needs_git
from urbact_graph.dataset.building import MANIFEST_NAME, Build, build
from urbact_graph.description.authorities import REGIONS_AND_CITIES
from urbact_graph.history.dates import RECORD_NAME, read_history, record
from urbact_graph.rdf.namespaces import DCT, RDF, XSD
from urbact_graph.rdf.terms import date_time, typed
from urbact_graph.sources import GraphSources

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["copy"]

MODIFIED = NamedNode(DCT.modified)


def dates(build: Build) -> dict[str, Literal]:
    """Return when each entity changed, by its path, without the description of the dataset."""
    found = all_dates(build)
    return {path: date for path, date in found.items() if not is_description(path)}


def all_dates(build: Build) -> dict[str, Literal]:
    store = Store()
    store.load(path=str(build.dataset), format=RdfFormat.N_TRIPLES)
    return {
        quad.subject.value.removeprefix(BASE): quad.object
        for quad in store.quads_for_pattern(None, MODIFIED, None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }


def dated(text: str) -> Literal:
    return typed(text, XSD.dateTime)


def facts(sources: GraphSources) -> list[Triple]:
    paths = [*sources.ontology_files(), *sources.data_files()]
    return [quad.triple for path in paths for quad in parse(path=path, format=RdfFormat.TURTLE)]


@needs_git
def test_entities_of_known_history_say_when_they_changed(copy: WorkingCopy, tmp_path: Path) -> None:
    copy.commit(1, a='<a> :name "A" .')
    copy.commit(2, b='<b> :name "B" .')
    done = build(copy.sources, tmp_path / "build")
    assert dates(done) == {
        "ontology": dated("2024-03-02T12:00:00Z"),
        "a": dated("2024-03-02T12:00:00Z"),
        "b": dated("2024-03-03T12:00:00Z"),
    }
    known = [Triple(NamedNode(BASE + path), MODIFIED, date) for path, date in dates(done).items()]
    known += facts(copy.sources)
    whole = {quad.triple for quad in parse(path=done.dataset, format=RdfFormat.N_TRIPLES)}
    assert whole == with_description(known, BASE, done, copy.sources)
    assert (done.stated, done.triples, done.modified) == (4, len(whole), day(2))


@needs_git
def test_what_describes_the_dataset_has_its_date(copy: WorkingCopy, tmp_path: Path) -> None:
    copy.commit(1, a='<a> :name "A" .')
    copy.commit(2, a='<a> :name "Aa" .')
    done = build(copy.sources, tmp_path / "build")
    described = {path: date for path, date in all_dates(done).items() if is_description(path)}
    assert {"dataset", "catalog", "dataset#turtle", "dataset#stream"} < described.keys()
    assert set(described.values()) == {dated("2024-03-03T12:00:00Z")}


@needs_git
def test_an_entity_that_the_graph_does_not_describe_has_no_date(
    copy: WorkingCopy, tmp_path: Path
) -> None:
    copy.commit(1, a="<a#part> :size 1 .")
    assert set(dates(build(copy.sources, tmp_path / "build"))) == {"ontology"}


@needs_git
def test_the_version_has_the_date_and_the_start_of_the_hash(
    copy: WorkingCopy, tmp_path: Path
) -> None:
    copy.commit(1, a='<a> :name "A" .')
    done = build(copy.sources, tmp_path / "build")
    assert done.version == f"2024-03-02-{digest_before_naming(done, copy.sources)[:12]}"
    assert f'"{done.version}"' in done.dataset.read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "build" / MANIFEST_NAME).read_text())
    assert (manifest["version"], manifest["modified"]) == (done.version, "2024-03-02T12:00:00Z")
    again = build(copy.sources, tmp_path / "build")
    assert (again.fresh, again.version, again.modified) == (False, done.version, day(1))


@needs_git
def test_the_version_is_the_same_where_facts_repeat_the_description(
    copy: WorkingCopy, tmp_path: Path
) -> None:
    concept = "http://www.w3.org/2004/02/skos/core#Concept"
    repeated = f"<{REGIONS_AND_CITIES}> <{RDF.type}> <{concept}> ."
    copy.commit(1, a='<a> :name "A" .')
    before = build(copy.sources, tmp_path / "before")
    described = {quad.triple for quad in parse(path=before.dataset, format=RdfFormat.N_TRIPLES)}
    assert described.issuperset(
        quad.triple for quad in parse(repeated, format=RdfFormat.N_TRIPLES)
    ), "the description states it"
    copy.commit(2, b=repeated)
    done = build(copy.sources, tmp_path / "build")
    assert done.version == f"2024-03-03-{digest_before_naming(done, copy.sources)[:12]}"


@needs_git
def test_equal_facts_with_a_new_history_are_built_again(copy: WorkingCopy, tmp_path: Path) -> None:
    copy.commit(1, a='<a> :name "A" .')
    first = build(copy.sources, tmp_path / "build")
    copy.write("data/b.ttl", '<b> :name "B" .', day(5))
    second = build(copy.sources, tmp_path / "build")
    copy.commit(7)
    third = build(copy.sources, tmp_path / "build")
    assert [done.fresh for done in (first, second, third)] == [True] * 3
    assert [done.modified for done in (first, second, third)] == [day(1), day(5), day(7)]
    (copy.root / "README").write_text("not of the graph")
    copy.commit(8)
    assert not build(copy.sources, tmp_path / "build").fresh


@needs_git
def test_the_same_history_by_git_or_by_record_gives_the_same_bytes(
    copy: WorkingCopy, tmp_path: Path
) -> None:
    copy.commit(1, a='<a> :name "A" .')
    one = build(copy.sources, tmp_path / "one")
    place = tmp_path / "unpacked"
    shutil.copytree(copy.root, place, ignore=shutil.ignore_patterns(".git"))
    plain = build(GraphSources(place), tmp_path / "plain")
    (place / RECORD_NAME).write_bytes(record(read_history(copy.sources), copy.sources))
    two = build(GraphSources(place), tmp_path / "two")
    assert one.dataset.read_bytes() == two.dataset.read_bytes()
    assert (one.sha256, one.version, one.modified) == (two.sha256, two.version, two.modified)
    assert (all_dates(plain), plain.modified) == ({}, None)
    assert plain.version == digest_before_naming(plain, GraphSources(place))[:12]


@pytest.mark.slow
def test_every_entity_of_the_real_graph_has_its_date(
    sources: GraphSources, built: Build, store: Store
) -> None:
    if built.modified is None:
        pytest.skip("the history of these sources is not known")
    found = dates(built)
    for entity, moment in read_history(sources).entities.items():
        assert found[entity.removeprefix(BASE)] == date_time(moment)
    entities = {
        quad.subject
        for quad in store.quads_for_pattern(None, NamedNode(DCT.source), None)
        if isinstance(quad.subject, NamedNode)
        and quad.subject.value.startswith(BASE)
        # What each build computes anew stands in no file, and has no date.
        and not quad.subject.value.startswith((f"{BASE}quality/", f"{BASE}similarity/"))
    }
    assert len(entities) > 3700
    assert {entity.value.removeprefix(BASE) for entity in entities} <= found.keys()
    assert re.fullmatch(rf"{built.modified:%Y-%m-%d}-[0-9a-f]{{12}}", built.version)
