"""The shapes without SPARQL-based targets: the same results by a validator that knows no such."""

import re
from collections import Counter

import pyshacl
import pytest
import rdflib
from pyoxigraph import NamedNode, Store, Triple
from rdflib.namespace import RDF, SH

from tests.support.marking import sampled
from tests.validation.examples import BASE, EXAMPLES, FAIL, PASS, RULES, SHAPES, SHAPES_GRAPH, alone
from urbact_graph.errors import SourceError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH as SH_NAMES
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.validation.core_shapes import core_shapes
from urbact_graph.validation.core_targets import covering_targets
from urbact_graph.validation.queries import query_text
from urbact_graph.validation.rdflib_terms import memory_graph, oxigraph_term

# The rule about what no target of SHACL Core covers: the focus node of a result is the vocabulary.
OF_TERMS = f"{BASE}shapes#Entity-term"
SELECTING = sorted(
    name for name in RULES if SHAPES_GRAPH.iris(f"{BASE}shapes#{name}", SH_NAMES.target)
)
Results = Counter[tuple[str, ...]]


def results(triples: list[Triple], shapes: list[Triple], *, advanced: bool) -> Results:
    """Return what pySHACL reports: focus node, path, value, shape, severity and messages."""
    _, found, text = pyshacl.validate(
        memory_graph(triples), shacl_graph=memory_graph(shapes), advanced=advanced, inference="none"
    )
    assert isinstance(found, rdflib.Graph), text
    counted: Results = Counter()
    for report in found.subjects(RDF.type, SH.ValidationReport):
        for result in found.objects(report, SH.result):
            fields = (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape, SH.resultSeverity)
            focus, *others = (str(found.value(result, field)) for field in fields)
            messages = sorted(map(str, found.objects(result, SH.resultMessage)))
            if others[2] == OF_TERMS and focus == f"{BASE}ontology":
                focus, others[1] = others[1], "None"
            counted[focus, *others, *messages] += 1
    return counted


@pytest.fixture(scope="module")
def core() -> list[Triple]:
    return core_shapes(SHAPES, BASE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "example"),
    # pySHACL takes its time, and finds nothing twice in examples that keep a rule.
    sampled(
        [*((rule, FAIL) for rule in SELECTING), *((rule, PASS) for rule in SELECTING[::5])],
        3,
        pytest.mark.exhaustive,
    ),
)
def test_a_rule_finds_the_same_without_advanced_features(rule: str, example: str) -> None:
    shapes = [*alone(f"{BASE}shapes#{rule}"), *alone(f"{BASE}shapes")]
    triples = EXAMPLES[f"{example}{rule}"]
    expected = results(triples, shapes, advanced=True)
    assert bool(expected) == (example == FAIL)
    assert results(triples, core_shapes(shapes, BASE), advanced=False) == expected


@pytest.mark.slow
def test_without_the_translation_a_validator_reports_less_and_says_nothing() -> None:
    rule = SELECTING[0]
    shapes = [*alone(f"{BASE}shapes#{rule}"), *alone(f"{BASE}shapes")]
    assert not results(EXAMPLES[f"{FAIL}{rule}"], shapes, advanced=False)


@pytest.mark.slow
def test_the_demo_conforms_as_it_does_with_advanced_features(
    demo_store: Store, core: list[Triple]
) -> None:
    triples = [quad.triple for quad in demo_store]
    part = [triple for triple in triples if "/network/greenplace" in str(triple)]
    assert part
    expected = results(part, SHAPES, advanced=True)
    assert expected
    assert results(part, core, advanced=False) == expected


@pytest.mark.slow
def test_nothing_of_advanced_features_is_left(core: list[Triple]) -> None:
    terms = {term.value for triple in core for term in triple if isinstance(term, NamedNode)}
    advanced = ("SPARQLTarget", "target", "rule", "values", "expression", "SPARQLFunction")
    assert not {SH_NAMES[name] for name in advanced} & terms


@pytest.mark.slow
def test_every_rule_is_there_with_all_it_says(core: list[Triple]) -> None:
    made = IndexedGraph(core)
    for name in RULES:
        shape = f"{BASE}shapes#{name}"
        for property_ in (SH_NAMES.severity, SH_NAMES.message, SH_NAMES.name, SH_NAMES.path):
            assert made.values(shape, property_) == SHAPES_GRAPH.values(shape, property_)
        kinds = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
        assert made.values(shape, *(SH_NAMES[kind] for kind in kinds))


@pytest.mark.slow
def test_every_query_can_be_bound_beforehand(core: list[Triple]) -> None:
    made = IndexedGraph(core)
    queries = [node for node in made.subjects() if made.values(node, SH_NAMES.select)]
    assert len(queries) > len(SELECTING)
    for node in queries:
        text = query_text(node, made)
        Store().query(text)
        # SHACL, section 5.2.1.
        assert not re.search(r"\b(MINUS|VALUES|SERVICE)\b|\{\s*SELECT", text)


@pytest.mark.slow
def test_both_graphs_say_what_they_need() -> None:
    stated = IndexedGraph(SHAPES)
    (comment,) = stated.texts(f"{BASE}shapes", "http://www.w3.org/2000/01/rdf-schema#comment")
    assert "SHACL Advanced Features" in comment
    assert f"{BASE}shapes/core" in comment


PREFIXES = namespaces(BASE)
COVERED = [
    ("?this a urb:City FILTER(?x > 1) ?this urb:seat ?x", {("targetClass", "urb:City")}),
    ("?this a urb:City ; urb:seat ?seat", {("targetClass", "urb:City")}),
    ("?this urb:seat ?seat", {("targetSubjectsOf", "urb:seat")}),
    ("?city urb:nuts3 ?this", {("targetObjectsOf", "urb:nuts3")}),
    ("?city ^urb:nuts3 ?this", {("targetSubjectsOf", "urb:nuts3")}),
    (
        "?this urb:seat|urb:nuts3 ?x",
        {("targetSubjectsOf", "urb:seat"), ("targetSubjectsOf", "urb:nuts3")},
    ),
    ("?this urb:network/urb:call ?x", {("targetSubjectsOf", "urb:network")}),
    ("?x urb:network/urb:call ?this", {("targetObjectsOf", "urb:call")}),
    ("?this urb:network+ ?x", {("targetSubjectsOf", "urb:network")}),
    (
        "{ ?this a urb:City } UNION { ?this a urb:Call }",
        {("targetClass", "urb:City"), ("targetClass", "urb:Call")},
    ),
    ("?this urb:seat ?x OPTIONAL { ?this a urb:City }", {("targetSubjectsOf", "urb:seat")}),
    ("?this urb:seat ?x MINUS { ?this a urb:City }", {("targetSubjectsOf", "urb:seat")}),
    ("?this urb:seat ?x FILTER EXISTS { ?this a urb:City }", {("targetSubjectsOf", "urb:seat")}),
    ("?s ?this ?o", None),
    ("?this ?p ?o", None),
    ("?this urb:network* ?x", None),
    ("{ ?this a urb:City } UNION { ?s ?this ?o }", None),
    ("OPTIONAL { ?this a urb:City }", None),
    ("BIND(urb:x AS ?this)", None),
]


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "expected"), COVERED)
def test_the_target_is_what_every_solution_matches(
    pattern: str, expected: set[tuple[str, str]] | None
) -> None:
    found = covering_targets(
        f"PREFIX urb: <{PREFIXES['urb']}> SELECT DISTINCT ?this WHERE {{ {pattern} }}"
    )
    named = {
        (kind.removeprefix(str(SH_NAMES)), iri.replace(PREFIXES["urb"], "urb:"))
        for kind, iri in found or ()
    }
    assert named == (expected or set())
    assert (found is None) == (expected is None)


FAULTS = [
    ("sh:in ()", "?this a urb:City . { SELECT ?x WHERE { ?x a urb:Call } }", "query has SELECT"),
    ("sh:in ()", "?this a urb:City MINUS { ?this urb:seat ?x }", "query has MINUS"),
    ("sh:in ()", "?this a urb:City ; urb:seat ?value", r"variable \?value"),
    ("sh:lessThan urb:end", "?this a urb:City", "sh:lessThan"),
    ("sh:datatype xsd:integer", "?this a urb:City", "sh:datatype"),
    ("sh:in ()", "?s ?this ?o", "no class or property covers"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("constraint", "pattern", "message"), FAULTS)
def test_what_cannot_be_translated_is_named(constraint: str, pattern: str, message: str) -> None:
    turtle = f"""@prefix sh: <{SH_NAMES}> . @prefix urb: <{PREFIXES["urb"]}> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://example.org/> .
        :rule a sh:PropertyShape ; sh:target :t ; sh:path urb:seat ; {constraint} .
        :t a sh:SPARQLTarget ; sh:prefixes :p ; sh:select "SELECT ?this WHERE {{ {pattern} }}" .
        :p sh:declare :d . :d sh:prefix "urb" ; sh:namespace "{PREFIXES["urb"]}" ."""
    with pytest.raises(SourceError, match=message) as error:
        core_shapes(parse_turtle(turtle.encode(), "rule.ttl"), BASE)
    assert "https://example.org/rule" in str(error.value)


# Components that the shapes do not use in every form: what breaks them, and what does not.
COMPONENTS = [
    ("sh:minCount 2", ":a", ":a, :b"),
    ("sh:maxCount 2", ":a, :b, :c", ":a, :b"),
    ("sh:in (:a :b)", ":c", ":a, :b"),
    ('sh:languageIn ("en" "fr")', '"x"@de', '"x"@en, "y"@fr-BE'),
    ("sh:uniqueLang true", '"x"@en, "y"@EN', '"x"@en, "y"@fr, "z", "a"'),
    ("sh:uniqueLang false", None, '"x"@en, "y"@en'),
    ('sh:pattern "^A" ; sh:flags "i"', '"b"', '"A", "a"'),
    ("sh:hasValue :a, :b", ":a", ":a, :b"),
    ("sh:nodeKind sh:IRI", '"x"', ":a"),
    ("sh:class :Kind", ":b", ":a"),
    ("sh:disjoint :other", ":o", ":a"),
    ("sh:datatype xsd:string", '"x"@en', '"x"'),
    ("sh:node :nested", ":b", ":a"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("constraint", "bad", "good"), COMPONENTS)
def test_each_component_finds_the_same_as_shacl_core(
    constraint: str, bad: str | None, good: str
) -> None:
    head = f"""@prefix sh: <{SH_NAMES}> . @prefix : <https://example.org/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."""
    shapes = f"""{head} @prefix rdf: <{RDF}> .
        :rule a sh:PropertyShape ; sh:target :t ; sh:path :p ; sh:message "m" ; {constraint} .
        :t a sh:SPARQLTarget ; sh:select "SELECT ?this {{ ?this <https://example.org/s> ?q }}" .
        :nested a sh:NodeShape ; sh:class :Kind ; sh:property :inner .
        :inner sh:path :q ; sh:minCount 1 ; sh:nodeKind sh:IRI ."""
    stated = list(parse_rdflib(shapes))
    for values in filter(None, (bad, good)):
        data = f"{head} :x :s 1 ; :p {values} ; :other :o . :y :p :z . :a a :Kind ; :q :x ."
        triples = list(parse_rdflib(data))
        expected = results(triples, stated, advanced=True)
        assert bool(expected) == (values == bad)
        assert results(triples, core_shapes(stated, BASE), advanced=False) == expected


def parse_rdflib(turtle: str) -> list[Triple]:
    """Parse Turtle with its lists, whose nodes get IRIs: the shapes have no blank nodes."""
    graph = rdflib.Graph().parse(data=turtle, format="turtle").skolemize()
    found = []
    for s, p, o in graph:
        value = oxigraph_term(o)
        assert value
        found.append(Triple(NamedNode(str(s)), NamedNode(str(p)), value))
    return found
