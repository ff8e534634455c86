"""The graph's description of itself: counts that are true, and its form."""

import itertools

import pytest
from pyoxigraph import Literal, NamedNode, Store, Triple

from tests.support.descriptions import (
    AUTHORITY,
    DATASET,
    DCAT,
    DCT,
    OWL,
    VOID,
    ask,
    described_by,
    only,
    real_description,
    values,
)
from urbact_graph.description import settle
from urbact_graph.description.authorities import file_type, media_type
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.errors import DatasetError


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("triples", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("classes", "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }"),
        ("properties", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        ("distinctSubjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("distinctObjects", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        (
            "entities",
            "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o . ?d a dcat:Dataset ; "
            "void:uriSpace ?base FILTER(STRSTARTS(STR(?s), ?base)) }",
        ),
        (
            "documents",
            "SELECT (COUNT(DISTINCT ?document) AS ?n) { ?s ?p ?o . ?d a dcat:Dataset ; "
            "void:uriSpace ?base FILTER(STRSTARTS(STR(?s), ?base)) "
            'BIND(REPLACE(STR(?s), "#.*$", "") AS ?document) }',
        ),
    ],
)
def test_the_statistics_are_what_sparql_counts(name: str, query: str, whole: Store) -> None:
    told = [int(n) for (n,) in ask(whole, f"SELECT ?n {{ ?d a dcat:Dataset ; void:{name} ?n }}")]
    # Of all numbers only this one may have no value that stays true when it is stated.
    assert told == [only(whole, query)] or (name == "distinctObjects" and not told)


def test_each_class_has_a_partition_with_its_instances(whole: Store) -> None:
    told = set(
        ask(whole, "SELECT ?c ?n { ?d void:classPartition [void:class ?c; void:entities ?n] }")
    )
    counted = set(ask(whole, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c"))
    assert told == counted
    assert f"{VOID}Linkset" in {name for name, _ in told}


def test_each_property_has_a_partition_with_its_usage(whole: Store) -> None:
    rows = ask(
        whole,
        "SELECT ?p ?n ?s ?o { ?d void:propertyPartition ?part . ?part void:property ?p ; "
        "void:triples ?n ; void:distinctSubjects ?s OPTIONAL { ?part void:distinctObjects ?o } }",
    )
    told = {name: (triples, subjects, objects) for name, triples, subjects, objects in rows}
    counted = {
        name: (triples, subjects, objects)
        for name, triples, subjects, objects in ask(
            whole,
            "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) "
            "(COUNT(DISTINCT ?o) AS ?objects) { ?s ?p ?o } GROUP BY ?p",
        )
    }
    # It would count itself, and is left out.
    counted[f"{VOID}distinctObjects"] = (*counted[f"{VOID}distinctObjects"][:2], "")
    assert told == counted


def test_each_linkset_has_its_links(whole: Store, base: str) -> None:
    linksets = list(
        ask(
            whole,
            "SELECT ?p ?namespace ?n { ?d void:subset ?l . ?l a void:Linkset ; void:triples ?n ; "
            "void:linkPredicate ?p ; void:subjectsTarget ?d ; void:objectsTarget ?other ; "
            "void:target ?d, ?other . ?other a void:Dataset ; void:uriSpace ?namespace }",
        )
    )
    for predicate, namespace, number in linksets:
        counted = only(
            whole,
            f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o FILTER(ISIRI(?o) && "
            f'STRSTARTS(STR(?o), "{namespace}") && STRSTARTS(STR(?s), "{base}")) }}',
        )
        assert int(number) == counted > 0
    links = {(predicate, namespace) for predicate, namespace, _ in linksets}
    assert {
        (f"{OWL}sameAs", "https://sws.geonames.org/"),
        (f"{base}ontology#seat", "https://sws.geonames.org/"),
        (f"{base}ontology#nuts3", "http://data.europa.eu/nuts/"),
        (f"{base}ontology#country", f"{AUTHORITY}country/"),
        (f"{DCT}language", f"{AUTHORITY}language/"),
        ("http://www.w3.org/2004/02/skos/core#broadMatch", f"{AUTHORITY}data-theme/"),
        ("http://www.w3.org/2004/02/skos/core#exactMatch", "http://eurovoc.europa.eu/"),
        ("http://www.w3.org/2004/02/skos/core#broadMatch", "http://metadata.un.org/sdg/"),
    } <= links
    assert f"{DCT}source" not in {predicate for predicate, _ in links}


def test_the_description_of_the_described_graph_is_the_same(
    whole: Store, described: list[Triple], base: str
) -> None:
    assert real_description(whole, base) == described


def test_the_same_graph_is_described_the_same_whatever_its_order(
    store: Store, described: list[Triple], base: str
) -> None:
    other = Store()
    other.extend(sorted(store, key=lambda quad: str(quad)[::-1]))
    assert real_description(other, base) == described


def test_vocabularies_are_those_of_the_terms_in_use(whole: Store, base: str) -> None:
    told = {name for (name,) in ask(whole, "SELECT ?v { ?d void:vocabulary ?v }")}
    terms = "SELECT DISTINCT ?t { { ?s ?t ?o } UNION { ?s a ?t } }"
    for (term,) in ask(whole, terms):
        assert any(term.startswith(namespace) for namespace in told)
    assert f"{base}ontology#" in told
    assert VOID in told


def test_terms_of_other_vocabularies_have_partitions_too() -> None:
    found = described_by(
        "<city/x> a <http://other.example/ns#Thing%20A> ; <http://other.example/p> 1 ."
    )
    namespaces = values(found, DATASET, f"{VOID}vocabulary")
    assert {"http://other.example/ns#", "http://other.example/"} <= namespaces
    part = f"{DATASET}#class-other.example-ns-Thing-20A"
    assert values(found, part, f"{VOID}entities") == {"1"}


def number(value: int) -> Triple:
    return Triple(NamedNode("x:s"), NamedNode("x:p"), Literal(value))


def test_a_number_that_changes_with_itself_is_left_out() -> None:
    fixed = Triple(NamedNode("x:s"), NamedNode("x:q"), Literal("fixed"))

    def draft(last: list[Triple], left_out: frozenset[tuple[str, str]]) -> list[Triple]:
        if ("x:s", "x:p") in left_out:
            return [fixed]
        return [number(0 if number(1) in last else 1), fixed]

    assert settle(draft) == [fixed]


def test_a_number_that_settles_stays() -> None:
    assert settle(lambda last, _: [number(min(5, len(last) + 4))]) == [number(5)]


def test_what_never_settles_is_told() -> None:
    steps = itertools.count()
    with pytest.raises(DatasetError, match="cannot be described"):
        settle(lambda *_: [number(next(steps))])


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
    linked = {t.object for t in described if t.subject in entities}
    parts = {node for node in linked if str(node).startswith(f"<{base}dataset#")}
    further = {t.object for t in described if t.subject in parts}
    for subject in {t.subject for t in described}:
        fragment = str(subject).startswith(f"<{base}dataset#")
        assert subject in (linked if fragment else entities | linked | further)


def test_every_node_of_ours_has_a_label(described: list[Triple], base: str) -> None:
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    named = {triple.subject for triple in described if triple.predicate == label}
    ours = {t.subject for t in described if str(t.subject).startswith((f"<{base}d", f"<{base}c"))}
    assert ours <= named


def test_another_base_is_kept_to(base: str) -> None:
    found = described_by("<city/x> a urb:City .")
    assert not [triple for triple in found if base in str(triple)]
