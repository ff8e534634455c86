"""Every count of the description is what the obvious query answers on the graph with it."""

import pytest
from pyoxigraph import Store, Triple

from tests.support.descriptions import (
    AUTHORITY,
    DATASET,
    DCT,
    OWL,
    SMALL_BASE,
    VOID,
    ask,
    described_by,
    extended,
    only,
    real_description,
    small_store,
    values,
)
from tests.support.tables import for_each
from urbact_graph.description.counting import own_total
from urbact_graph.rdf.namespaces import SKOS
from urbact_graph.rdf.terms import integer

STATISTICS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o . ?d a dcat:Dataset ; "
    "void:uriSpace ?base FILTER(STRSTARTS(STR(?s), ?base)) "
    "FILTER NOT EXISTS { ?s <http://www.w3.org/2002/07/owl#deprecated> true } }",
    "documents": "SELECT (COUNT(DISTINCT ?document) AS ?n) { ?s ?p ?o . ?d a dcat:Dataset ; "
    "void:uriSpace ?base FILTER(STRSTARTS(STR(?s), ?base)) "
    'BIND(REPLACE(STR(?s), "#.*$", "") AS ?document) }',
}
CLASSES = "SELECT ?c ?n { ?d void:classPartition [void:class ?c; void:entities ?n] }"
PROPERTIES = """SELECT ?p ?n ?s ?o { ?d void:propertyPartition ?part . ?part void:property ?p ;
    void:triples ?n ; void:distinctSubjects ?s OPTIONAL { ?part void:distinctObjects ?o } }"""
LINKSETS = """SELECT ?p ?namespace ?n { ?d void:subset ?l . ?l a void:Linkset ; void:triples ?n ;
    void:linkPredicate ?p ; void:subjectsTarget ?d ; void:objectsTarget ?other ;
    void:target ?d, ?other . ?other a void:Dataset ; void:uriSpace ?namespace }"""
SMALL = {
    "nothing": "",
    "a city": "<city/x> a urb:City .",
    "terms of others": "<city/x> a <http://other.example/ns#A> ; <http://other.example/p> 1 .",
    "a class of a target": "<city/x> a <https://linkedopendata.eu/entity/Q1> .",
    "a property of a target": "<city/x> <http://eurovoc.europa.eu/1> <city/y> .",
    "links": "<city/x> urb:seat <https://sws.geonames.org/1/> , <https://sws.geonames.org/2/> .",
    "numbers": f"<city/x> urb:population {' , '.join(map(str, range(0, 600, 3)))} .",
}


_REAL = pytest.param("whole", marks=[pytest.mark.graph, pytest.mark.slow])


@pytest.fixture(scope="module")
def demo(demo_store: Store, base: str) -> Store:
    return extended(demo_store, real_description(demo_store, base))


@pytest.fixture(scope="module", params=[_REAL, "demo", *SMALL])
def graph(request: pytest.FixtureRequest) -> Store:
    """Return a graph with its description: the real one, the demo, or a small one."""
    if request.param not in SMALL:
        found: Store = request.getfixturevalue(request.param)
        return found
    turtle = SMALL[request.param]
    return extended(small_store(turtle), described_by(turtle))


def statistics(graph: Store, name: str) -> list[int]:
    return [int(n) for (n,) in ask(graph, f"SELECT ?n {{ ?d a dcat:Dataset ; void:{name} ?n }}")]


@for_each("name", STATISTICS)
def test_the_statistics_are_what_sparql_counts(name: str, graph: Store) -> None:
    assert statistics(graph, name) == [only(graph, STATISTICS[name])]


def test_each_class_has_a_partition_with_its_instances(graph: Store) -> None:
    counted = ask(graph, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert sorted(ask(graph, CLASSES)) == sorted(counted)


def test_each_property_has_a_partition_with_its_usage(graph: Store) -> None:
    usage = ask(
        graph,
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) "
        "(COUNT(DISTINCT ?o) AS ?objects) { ?s ?p ?o } GROUP BY ?p",
    )
    counted = {name: numbers for name, *numbers in usage}
    # It would count itself, and is left out.
    counted[f"{VOID}distinctObjects"][2] = ""
    assert {name: numbers for name, *numbers in ask(graph, PROPERTIES)} == counted


def test_each_linkset_has_its_links(graph: Store) -> None:
    ((base,),) = ask(graph, "SELECT ?base { ?d a dcat:Dataset ; void:uriSpace ?base }")
    for predicate, namespace, number in ask(graph, LINKSETS):
        counted = only(
            graph,
            f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o FILTER(ISIRI(?o) && "
            f'STRSTARTS(STR(?o), "{namespace}") && STRSTARTS(STR(?s), "{base}")) }}',
        )
        assert int(number) == counted > 0


@pytest.mark.slow
def test_the_linksets_of_the_real_graph(whole: Store, base: str) -> None:
    links = {(predicate, namespace) for predicate, namespace, _ in ask(whole, LINKSETS)}
    assert {
        (f"{OWL}sameAs", "https://sws.geonames.org/"),
        (f"{base}ontology#seat", "https://sws.geonames.org/"),
        (f"{base}ontology#nuts3", "http://data.europa.eu/nuts/"),
        (f"{base}ontology#country", f"{AUTHORITY}country/"),
        (f"{DCT}language", f"{AUTHORITY}language/"),
        (SKOS.broadMatch, f"{AUTHORITY}data-theme/"),
        (SKOS.exactMatch, "http://eurovoc.europa.eu/"),
        (SKOS.broadMatch, "http://metadata.un.org/sdg/"),
    } <= links


def test_sources_and_terms_are_no_links() -> None:
    found = described_by(
        "<city/x> a <https://linkedopendata.eu/entity/Q1> ; <http://purl.org/dc/terms/source> "
        "<https://sws.geonames.org/1/> ."
    )
    assert not values(found, f"{DATASET}#geonames", f"{VOID}uriSpace")
    assert not values(found, f"{DATASET}#kohesio", f"{VOID}uriSpace")


OBJECTS = [
    # The literal of the number is one more object: 2 others and "3" are 3.
    (["a", "b"], [], 3),
    (["a"], ["b"], 3),
    (["a", "b"], ["b", "c"], 4),
    # It is an object already, so that it adds nothing.
    (["a", str(integer(2))], [], 2),
    (["a", str(integer(3))], ["b"], 3),
    # 2 is not among the objects; with "2" they would be 3, and "3" is among them.
    (["a", str(integer(3))], [], None),
    ([], [str(integer(2))], None),
]


@pytest.mark.parametrize(("some", "others", "total"), OBJECTS)
def test_the_total_counts_its_own_literal(
    some: list[str], others: list[str], total: int | None
) -> None:
    assert own_total(some, others) == total


def test_a_total_that_is_never_true_is_left_out_and_all_else_is_true() -> None:
    (total,) = values(inhabited(1_000_000), DATASET, f"{VOID}distinctObjects")
    # Without its literal there is one object less, which is not the number of any; the next is.
    found = inhabited(int(total))
    assert not values(found, DATASET, f"{VOID}distinctObjects")
    graph = extended(small_store(f"<city/x> urb:population {total} ."), found)
    for name in STATISTICS.keys() - {"distinctObjects"}:
        assert statistics(graph, name) == [only(graph, STATISTICS[name])]
    test_each_property_has_a_partition_with_its_usage(graph)
    test_each_class_has_a_partition_with_its_instances(graph)


def inhabited(population: int) -> list[Triple]:
    return described_by(f"<city/x> urb:population {population} .")


def test_the_base_is_that_of_the_graph() -> None:
    assert values(described_by(""), DATASET, f"{VOID}uriSpace") == {SMALL_BASE}
