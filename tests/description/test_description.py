"""The graph's description of itself: the same for the same graph, and its form."""

import pytest
from pyoxigraph import NamedNode, Store, Triple

from tests.support.descriptions import (
    DATASET,
    DCAT,
    DCT,
    VOID,
    ask,
    described_by,
    real_description,
    values,
)
from urbact_graph.description.authorities import file_type, media_type
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.rdf.namespaces import RDFS, SH


@pytest.mark.slow
def test_the_description_of_the_described_graph_is_the_same(
    whole: Store, described: list[Triple], base: str
) -> None:
    assert real_description(whole, base) == described


@pytest.mark.slow
def test_the_same_graph_is_described_the_same_whatever_its_order(
    store: Store, described: list[Triple], base: str
) -> None:
    other = Store()
    other.extend(sorted(store, key=lambda quad: str(quad)[::-1]))
    assert real_description(other, base) == described


def test_vocabularies_are_those_of_the_terms_in_use(whole: Store, base: str) -> None:
    stated = {name for (name,) in ask(whole, "SELECT ?v { ?d void:vocabulary ?v }")}
    terms = "SELECT DISTINCT ?t { { ?s ?t ?o } UNION { ?s a ?t } }"
    for (term,) in ask(whole, terms):
        assert any(term.startswith(namespace) for namespace in stated)
    assert f"{base}ontology#" in stated
    assert VOID in stated


def test_terms_of_other_vocabularies_have_partitions_too() -> None:
    found = described_by(
        "<city/x> a <http://other.example/ns#Thing%20A> ; <http://other.example/p> 1 ."
    )
    namespaces = values(found, DATASET, f"{VOID}vocabulary")
    assert {"http://other.example/ns#", "http://other.example/"} <= namespaces
    part = f"{DATASET}#class-other.example-ns-Thing-20A"
    assert values(found, part, f"{VOID}entities") == {"1"}


def test_each_distribution_is_described(described: list[Triple], base: str) -> None:
    nodes = values(described, f"{base}dataset", f"{DCAT}distribution")
    assert {f"{base}dataset#{form.key}" for form in DISTRIBUTIONS} <= nodes
    for form in DISTRIBUTIONS:
        node = f"{base}dataset#{form.key}"
        address = f"{base}dumps/latest/{form.file_name()}"
        assert values(described, node, f"{DCAT}accessURL") == {address}
        assert values(described, node, f"{DCAT}downloadURL") == {address}
        assert values(described, node, f"{DCAT}mediaType") == {media_type(form.media_type).iri}
        assert values(described, node, f"{DCT}format") == {file_type(form.file_type).iri}
        assert bool(values(described, node, f"{DCAT}compressFormat")) == form.gzip
    dumps = values(described, f"{base}dataset", f"{VOID}dataDump")
    assert dumps == {
        f"{base}dumps/latest/{form.file_name()}" for form in DISTRIBUTIONS if form.rdf_format
    }


def test_every_described_thing_is_reached_from_the_dataset_or_the_catalogue(
    described: list[Triple], base: str
) -> None:
    entities = {
        NamedNode(f"{base}dataset"),
        NamedNode(f"{base}catalog"),
        NamedNode(f"{base}ontology"),
    }
    links: dict[object, set[object]] = {}
    for triple in described:
        links.setdefault(triple.subject, set()).add(triple.object)
        if triple.predicate.value in (f"{DCT}isPartOf", SH.prefixes):
            # A part names the whole, and an example the prefixes that it is written with.
            links.setdefault(triple.object, set()).add(triple.subject)
    reached: set[object] = set()
    waiting: set[object] = set(entities)
    while waiting:
        reached |= waiting
        waiting = {o for node in waiting for o in links.get(node, ())} - reached
    assert {t.subject for t in described} <= reached


def test_every_node_of_ours_has_a_label(described: list[Triple], base: str) -> None:
    label = NamedNode(RDFS.label)
    named = {triple.subject for triple in described if triple.predicate == label}
    ours = {t.subject for t in described if str(t.subject).startswith((f"<{base}d", f"<{base}c"))}
    # Partitions inside those of classes are many, and named by what they are partitions of.
    inner = {
        t.object
        for t in described
        if "#class-" in str(t.subject) and "artition>" in str(t.predicate)
    }
    assert ours - inner <= named


def test_another_base_is_kept_to(base: str) -> None:
    found = described_by("<city/x> a urb:City .")
    assert not [triple for triple in found if base in str(triple)]
