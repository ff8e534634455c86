"""What editors and assistants read from the store: examples, prefixes, classes and properties.

The queries are those of the published clients, sparql-editor and sparql-llm of SIB, re-stated.
"""

from collections import Counter

import pytest
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from tests.conftest import ROOT
from tests.support.descriptions import SMALL_BASE, ask, described_by, only, values
from tests.support.tables import for_each
from urbact_graph.rdf.namespaces import RDF, namespaces
from urbact_graph.stored.loading import load_queries
from urbact_graph.stored.text import with_terms

pytestmark = pytest.mark.graph

QUERIES = load_queries(ROOT / "queries")
EXAMPLES = """
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?sq ?comment ?query
WHERE {
  ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment .
  ?sq sh:select|sh:ask|sh:construct|spex:describe ?query .
} ORDER BY ?sq"""
DECLARED = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace
WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"""
CLASSES = """
PREFIX void: <http://rdfs.org/ns/void#> PREFIX void-ext: <http://ldf.fi/void-ext#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype ?triples ?label
WHERE {
  {
    ?cp void:class ?subjectClass ; void:propertyPartition ?pp .
    ?pp void:property ?prop .
    OPTIONAL { ?pp void:triples ?triples }
    OPTIONAL { ?subjectClass rdfs:label ?label FILTER(LANG(?label) = "en") }
    OPTIONAL {
      { ?pp void:classPartition [ void:class ?objectClass ] }
      UNION
      { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] }
    }
  } UNION {
    ?linkset void:subjectsTarget [ void:class ?subjectClass ] ; void:linkPredicate ?prop ;
      void:objectsTarget [ void:class ?objectClass ] .
  }
}"""


def test_every_stored_query_is_an_example(whole: Store, base: str) -> None:
    found = {iri: (comment, query) for iri, comment, query in ask(whole, EXAMPLES)}
    assert found == {
        f"{base}dataset#query-{name}": (query.question, with_terms(query, query.defaults))
        for name, query in QUERIES.items()
    }
    assert len(found) > 40


@for_each("name", QUERIES)
def test_an_example_answers_as_it_stands(whole: Store, name: str) -> None:
    results = whole.query(with_terms(QUERIES[name], QUERIES[name].defaults))
    kinds = {"SELECT": QuerySolutions, "ASK": QueryBoolean, "CONSTRUCT": QueryTriples}
    assert isinstance(results, kinds[QUERIES[name].form])
    if not isinstance(results, QueryBoolean):
        next(iter(results))


def test_defaults_stand_in_the_pattern_and_not_in_the_template() -> None:
    for query in QUERIES.values():
        text = with_terms(query, query.defaults)
        for parameter in query.parameters:
            value = f"VALUES ?{parameter.name} {{ {parameter.default} }}"
            assert (value in text) == (parameter.default is not None)


def test_all_prefixes_are_declared(whole: Store, base: str) -> None:
    assert sorted(ask(whole, DECLARED)) == sorted(namespaces(base).items())


def test_an_assistant_finds_the_properties_of_each_class(whole: Store, base: str) -> None:
    urb = f"{base}ontology#"
    rows = {(s, p): (int(n), label) for s, p, _, _, n, label in ask(whole, CLASSES)}
    objects = {(s, p, c or d) for s, p, c, d, _, _ in ask(whole, CLASSES)}
    assert {kind for kind, _ in rows} >= {f"{urb}{name}" for name in ("Network", "City", "Plan")}
    assert rows[f"{urb}City", f"{urb}population"][1] == "City"
    assert (f"{urb}City", f"{urb}population", "http://www.w3.org/2001/XMLSchema#integer") in objects
    assert (f"{urb}Partnership", f"{urb}city", f"{urb}City") in objects
    assert (
        f"{urb}Network",
        f"{urb}theme",
        "http://www.w3.org/2004/02/skos/core#Concept",
    ) in objects


STRUCTURE = """
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT ?c ?p ?o ?n {
  ?cp void:class ?c ; void:propertyPartition ?pp . ?pp void:property ?p .
  { BIND("" AS ?o) ?pp void:triples ?n }
  UNION { ?pp void:classPartition ?part . ?part void:class ?o ; void:triples ?n }
  UNION { ?pp void-ext:datatypePartition ?part . ?part void-ext:datatype ?o ; void:triples ?n }
}"""


def test_the_numbers_of_the_partitions_are_what_the_graph_has(whole: Store) -> None:
    stated = {(c, p, o): int(n) for c, p, o, n in ask(whole, STRUCTURE)}
    classes: dict[object, list[str]] = {}
    chosen = {c for c, _, _ in stated}
    for quad in whole.quads_for_pattern(None, NamedNode(RDF.type), None):
        if isinstance(quad.object, NamedNode) and quad.object.value in chosen:
            classes.setdefault(quad.subject, []).append(quad.object.value)
    counted: Counter[tuple[str, str, str]] = Counter()
    for quad in whole:
        for kind in classes.get(quad.subject, ()):
            counted[kind, quad.predicate.value, ""] += 1
            if isinstance(quad.object, Literal):
                counted[kind, quad.predicate.value, quad.object.datatype.value] += 1
            for other in classes.get(quad.object, ()):
                counted[kind, quad.predicate.value, other] += 1
    assert stated == counted


def test_the_structure_of_a_small_graph() -> None:
    found = described_by(
        "<city/x> a urb:City ; urb:country <c> ; urb:population 5 . <network/a> a urb:Network ; "
        "urb:partnerCity <city/x> , <city/y> ."
    )
    cities = f"{SMALL_BASE}dataset#class-urb-Network-property-urb-partnerCity"
    assert triples_of(found, cities) == {"2"}
    assert triples_of(found, f"{cities}-class-urb-City") == {"1"}
    # Nothing is known of the country.
    country = f"{SMALL_BASE}dataset#class-urb-City-property-urb-country"
    assert not [t for t in found if str(t.subject).startswith(f"<{country}-")]


def triples_of(found: list[Triple], part: str) -> set[str]:
    return values(found, part, "http://rdfs.org/ns/void#triples")


def test_what_the_graph_says_of_itself_is_of_no_class_there(whole: Store) -> None:
    own = "?cp void:class ?c ; void:propertyPartition ?x . ?own a ?c ; a void:Dataset"
    assert only(whole, f"SELECT (COUNT(*) AS ?n) {{ {own} }}") == 0
