"""Nodes that may break a rule: none that does is missing, and what keeps it is left out."""

from collections import Counter

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from tests.support.marking import sampled
from tests.validation.mutations import VALUES
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import RDF, SH
from urbact_graph.validation.candidates import narrowed, read_by
from urbact_graph.validation.shapes import rules
from urbact_graph.validation.targets import loaded
from urbact_graph.validation.validating import check

BASE = "https://example.org/"
HEAD = f"""PREFIX sh: <{SH}> PREFIX rdf: <{RDF}> PREFIX : <{BASE}>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> """
PARTS = """
:en rdf:first "en" ; rdf:rest () . :two rdf:first :a ; rdf:rest :last . :last rdf:first :b ;
rdf:rest () . :numbers rdf:first 7 ; rdf:rest () .
:any rdf:first :int ; rdf:rest :rest . :rest rdf:first :year ; rdf:rest () .
:int sh:datatype xsd:integer . :year sh:datatype xsd:gYear .
:nested sh:class :Kind ; sh:property :inner . :inner sh:path :q ; sh:minCount 1 .
:back sh:inversePath :p . :far sh:property :outer . :outer sh:path :q ; sh:node :nested ."""
# A constraint with values that keep it and are left out; none are where the shape stays as it is.
CONSTRAINTS = [
    ("sh:path :p ; sh:minCount 1", ":a"),
    ("sh:path :p ; sh:minCount 2", ""),
    ("sh:path :p ; sh:maxCount 1", ":a"),
    ("sh:path :p ; sh:maxCount 2", ":a, :b"),
    ("sh:path :p ; sh:maxCount 0", ":none"),
    ("sh:path :p ; sh:hasValue :a", ":a, :b"),
    ("sh:path :p ; sh:hasValue 7", ""),
    ("sh:path :p ; sh:in :two", ":a, :b"),
    ("sh:path :p ; sh:in :numbers", ""),
    ("sh:path :p ; sh:in ()", ":none"),
    ("sh:path :p ; sh:class :Kind", ":a, :c"),
    ("sh:path :p ; sh:node :nested", ":a"),
    ("sh:path :p ; sh:or :any", "7, '2023'^^xsd:gYear"),
    ("sh:path :p ; sh:not :int", ""),
    ("sh:path :p ; sh:nodeKind sh:IRI", ":a"),
    ("sh:path :p ; sh:nodeKind sh:Literal", ""),
    ("sh:path :p ; sh:datatype xsd:integer", "7, -12, 0"),
    ("sh:path :p ; sh:datatype xsd:decimal", "47.5, -0.25"),
    ("sh:path :p ; sh:datatype xsd:boolean", "true, false"),
    ("sh:path :p ; sh:datatype xsd:string", "'seven'"),
    ("sh:path :p ; sh:datatype rdf:langString", "'seven'@en"),
    ("sh:path :p ; sh:datatype xsd:date", "'2023-06-30'^^xsd:date"),
    ("sh:path :p ; sh:datatype xsd:gYear", "'2023'^^xsd:gYear"),
    ("sh:path :p ; sh:datatype xsd:gYearMonth", "'2023-12'^^xsd:gYearMonth"),
    ("sh:path :p ; sh:datatype xsd:dateTime", "'2023-06-30T23:59:00Z'^^xsd:dateTime"),
    ("sh:path :p ; sh:datatype xsd:anyURI", ""),
    ("sh:path :p ; sh:minInclusive 7", "7, 8.5"),
    ("sh:path :p ; sh:maxInclusive 47.5", "7, 47.5, -100"),
    ("sh:path :p ; sh:minInclusive '2023-01-01'^^xsd:date", "'2023-06-01'^^xsd:date"),
    ("sh:path :p ; sh:maxInclusive '2023'^^xsd:gYear", ""),
    ("sh:path :p ; sh:minExclusive 7", ""),
    ("sh:path :p ; sh:minLength 3", "'seven', 'sieben'@de, :long"),
    ("sh:path :p ; sh:pattern '^[a-z]+$'", "'seven', 'sieben'@de"),
    ("sh:path :p ; sh:pattern '^S' ; sh:flags 'i'", "'seven'"),
    ("sh:path :p ; sh:pattern '^(?!x)'", ""),
    ("sh:path :p ; sh:pattern '(Z|[+]00:00)$'", "'2023-06-30T23:59:00Z'^^xsd:dateTime"),
    ("sh:path :p ; sh:pattern 'Z$'", ""),
    ("sh:path :p ; sh:languageIn :en", "'seven'@en, 'eight'@en-GB"),
    ("sh:path :p ; sh:uniqueLang true", "'seven'@en, 'sept'@fr, 'x', 'y'"),
    ("sh:path :p ; sh:disjoint :q", ":a"),
    ("sh:path :p ; sh:lessThan :q", ""),
    ("sh:path :p ; sh:equals :q", ""),
    ("sh:path :back ; sh:minCount 1", ""),
    ("sh:path :p ; sh:node :far", ""),
    ("sh:nodeKind sh:BlankNode", ""),
]


def parsed(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + turtle, format=RdfFormat.TURTLE)]


def data_of(good: str) -> list[Triple]:
    """Return a graph in which :good has the values ``good``, and each kind of value has a node."""
    values = f":p {good} ;" if good not in ("", ":none") else ""
    data = parsed(
        f":good a :Class ; {values} :other 1 . :bad a :Class ; :p :a, :b, :c, 'x'@en, 'y'@EN ."
        ":odd a :Class ; :p 7 ; :q 7, :a . :a a :Kind ; :q :x . :b :q :y ."
        ":Sub rdfs:subClassOf :Kind . :c a :Sub . :empty a :Class .".replace(
            "rdfs:subClassOf", "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
        )
    )
    for place, value in enumerate(VALUES.values()):
        node = NamedNode(f"{BASE}value{place}")
        data.append(Triple(node, NamedNode(RDF.type), NamedNode(f"{BASE}Class")))
        data.append(Triple(node, NamedNode(f"{BASE}p"), value))
    return data


@pytest.mark.parametrize(("constraint", "good"), sampled(CONSTRAINTS, 3))
def test_the_results_are_the_same_and_nodes_that_keep_the_rule_are_left_out(
    constraint: str, good: str
) -> None:
    shapes = parsed(
        f":shape sh:targetClass :Class ; sh:targetNode :a ; sh:targetSubjectsOf :other ;"
        f"sh:targetObjectsOf :r ; sh:severity sh:Warning ; {constraint} . {PARTS}"
    )
    store = loaded(data_of(good))
    known = rules(shapes, BASE)
    narrow = narrowed(shapes, store)
    found = check(read_by(IndexedGraph(narrow), store), narrow, known)
    assert found
    assert Counter(found) == Counter(check((q.triple for q in store), shapes, known))
    target, node = NamedNode(SH.targetNode), NamedNode(f"{BASE}good")
    left = [t.object for t in narrow if t.predicate == target]
    is_whole = any(t.predicate.value == SH.targetClass for t in narrow)
    assert not (good and (is_whole or node in left))


def test_a_literal_as_a_focus_node_keeps_its_form() -> None:
    shapes = parsed(":shape sh:targetObjectsOf :p ; sh:path :q ; sh:minCount 1 .")
    data = [Triple(NamedNode(f"{BASE}x"), NamedNode(f"{BASE}p"), each) for each in VALUES.values()]
    store = loaded(data)
    narrow = narrowed(shapes, store)
    known = rules(shapes, BASE)
    found = check(read_by(IndexedGraph(narrow), store), narrow, known)
    assert Counter(found) == Counter(check((q.triple for q in store), shapes, known))
    assert len(found) > len(VALUES) / 2


def test_shapes_that_add_to_the_data_or_to_shacl_stay_as_they_are() -> None:
    for more in (":shape sh:rule :rule .", ":component sh:parameter :one ."):
        shapes = parsed(f":shape sh:targetClass :Class ; sh:path :p ; sh:minCount 1 . {more}")
        assert narrowed(shapes, loaded([])) == shapes


def test_only_what_the_shapes_can_read_is_handed_over() -> None:
    store = loaded(data_of(":a"))
    shapes = parsed(f":shape sh:targetNode :bad ; sh:path :p ; sh:node :nested . {PARTS}")
    assert {t.predicate.value for t in read_by(IndexedGraph(shapes), store)} == {
        *(f"{BASE}{name}" for name in "pq"),
        RDF.type,
        "http://www.w3.org/2000/01/rdf-schema#subClassOf",
    }
    query = parsed(":shape sh:targetNode :bad ; sh:sparql :query . :query sh:select 'x' .")
    assert len(list(read_by(IndexedGraph(query), store))) == len(store)
