"""The report: its order, its RDF, and what is one fault."""

import random
from dataclasses import replace

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import RDF, SH, XSD
from urbact_graph.rdf.terms import Term, typed
from urbact_graph.validation.report import DERIVED, Report, Result, Severity, shorten, shorten_iri

BASE = "https://example.org/g/"


def result(
    severity: Severity = Severity.VIOLATION,
    entity: str = "network/a",
    rule: str = "Network-end",
    value: Term | None = None,
    component: str = "InConstraintComponent",
    file: str = DERIVED,
) -> Result:
    return Result(
        severity=severity,
        focus=NamedNode(BASE + entity),
        rule=f"{BASE}shapes#{rule}",
        title="A title",
        message="A message.",
        path=f"{BASE}ontology#end",
        value=value,
        component=SH[component],
        remedy="A remedy.",
        file=file,
    )


# In the order in which a report has them.
ORDERED = [
    result(file="data/a.ttl", entity="network/b"),
    result(file="data/b.ttl", entity="network/a"),
    result(file="data/b.ttl", entity="network/a", value=Literal("1")),
    result(file="data/b.ttl", entity="network/a", rule="Network-start"),
    result(Severity.WARNING, file="data/a.ttl", rule="Network-abstract"),
    result(Severity.INFO, file="data/a.ttl", rule="Network-abstract", entity="network/z"),
]


def read(report: Report) -> list[Triple]:
    return [quad.triple for quad in parse(report.to_rdf(BASE), format=RdfFormat.TURTLE)]


# The order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_results_stand_by_severity_file_entity_rule_and_value(seed: int) -> None:
    shuffled = random.Random(seed).sample(ORDERED, len(ORDERED))
    report = Report.of(shuffled, rules=7, triples=9)
    assert list(report.results) == ORDERED
    assert (report.rules, report.triples) == (7, 9)
    for form in (RdfFormat.TURTLE, RdfFormat.N_TRIPLES):
        assert report.to_rdf(BASE, form) == Report.of(ORDERED, 7, 9).to_rdf(BASE, form)


def test_rules_stand_by_severity_and_name() -> None:
    groups = Report.of(ORDERED, 1, 1).by_rule()
    assert [(group[0].severity, group[0].rule_name, len(group)) for group in groups] == [
        (Severity.VIOLATION, "Network-end", 3),
        (Severity.VIOLATION, "Network-start", 1),
        (Severity.WARNING, "Network-abstract", 1),
        (Severity.INFO, "Network-abstract", 1),
    ]


def test_the_most_severe_comes_first() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2]
    assert Severity.VIOLATION.iri == SH.Violation


def test_a_fault_stands_once_though_it_breaks_two_constraints() -> None:
    twice = [result(component=name) for name in ("MinCountConstraintComponent", "InC")]
    kept = Report.of(twice, 1, 1).results
    assert kept == (twice[1],)


def test_only_violations_keep_a_graph_from_conforming() -> None:
    report = Report.of(ORDERED, 1, 1)
    assert not report.conforms
    assert report.counts == {Severity.VIOLATION: 4, Severity.WARNING: 1, Severity.INFO: 1}
    assert Report.of(ORDERED[4:], 1, 1).conforms


# Identifiers ----------------------------------------------------------------------------------


def test_an_identifier_depends_on_entity_rule_and_value_alone() -> None:
    one = result(value=Literal("1"))
    same = replace(one, message="Other.", file="data/x.ttl", severity=Severity.INFO)
    assert one.identifier == same.identifier
    others = [
        replace(one, focus=NamedNode(f"{BASE}x")),
        replace(one, rule="https://example.org/x"),
        replace(one, value=None),
        replace(one, value=typed("1", XSD.integer)),
        replace(one, value=NamedNode("https://example.org/1")),
    ]
    assert len({each.identifier for each in (one, *others)}) == 6


def test_an_identifier_stays_what_it_was_in_earlier_releases() -> None:
    assert result(value=Literal("1")).identifier == "77032975ed06"


# RDF ------------------------------------------------------------------------------------------


def test_the_rdf_holds_every_result_without_blank_nodes() -> None:
    report = Report.of(ORDERED, 1, 1)
    triples = read(report)
    assert not [term for triple in triples for term in triple if isinstance(term, BlankNode)]
    graph, node = IndexedGraph(triples), f"{BASE}validation"
    assert graph.iris(node, RDF.type) == [SH.ValidationReport]
    assert set(graph.iris(node, SH.result)) == {
        f"{node}/{each.identifier}" for each in report.results
    }
    for each in report.results:
        about = f"{node}/{each.identifier}"
        assert graph.values(about, SH.focusNode) == [each.focus]
        assert graph.values(about, SH.value) == ([each.value] if each.value else [])
        assert graph.iris(about, SH.resultPath) == [each.path]
        assert graph.iris(about, SH.resultSeverity) == [each.severity.iri]
        assert graph.iris(about, SH.sourceShape) == [each.rule]
        assert graph.iris(about, SH.sourceConstraintComponent) == [each.component]
        assert graph.values(about, SH.resultMessage) == [Literal(each.message, language="en")]


def test_a_result_without_a_path_has_none_in_rdf() -> None:
    triples = read(Report.of([replace(ORDERED[0], path=None)], 1, 1))
    assert SH.resultPath not in {triple.predicate.value for triple in triples}


def test_a_literal_that_breaks_a_rule_is_a_focus_node() -> None:
    strange = replace(ORDERED[0], focus=Literal("a b", language="en"))
    assert strange.entity == '"a b"@en'
    triples = read(Report.of([strange], 1, 1))
    assert strange.focus in [t.object for t in triples if t.predicate.value == SH.focusNode]


@pytest.mark.parametrize(("results", "conforms"), [([], "true"), (ORDERED[5:], "false")])
def test_the_rdf_conforms_only_if_nothing_was_found(results: list[Result], conforms: str) -> None:
    graph = IndexedGraph(read(Report.of(results, 1, 1)))
    assert graph.texts(f"{BASE}validation", SH.conforms) == [conforms]


# Short forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "none"),
        (Literal("7"), '"7"'),
        (Literal("seven", language="en"), '"seven"@en'),
        (typed("7", XSD.integer), "7"),
        (typed("-7", XSD.integer), "-7"),
        (typed("seven", XSD.integer), '"seven"^^xsd:integer'),
        (typed("47.5", XSD.decimal), "47.5"),
        (typed("4,5", XSD.decimal), '"4,5"^^xsd:decimal'),
        (typed("true", XSD.boolean), "true"),
        (typed("yes", XSD.boolean), '"yes"^^xsd:boolean'),
        (typed("2023-06-01", XSD.date), '"2023-06-01"^^xsd:date'),
        (typed("7", f"{BASE}number"), '"7"^^number'),
        (NamedNode(f"{BASE}city/pl/lodz"), "city/pl/lodz"),
        (NamedNode(f"{BASE}ontology#Open"), "urb:Open"),
        (NamedNode(f"{BASE}shapes#City-name"), "shape:City-name"),
        (NamedNode("https://example.com/x"), "https://example.com/x"),
    ],
    ids=str,
)
def test_a_value_is_shown_as_in_turtle(value: Term | None, shown: str) -> None:
    assert shorten(value, BASE) == shown


def test_an_iri_is_shown_by_its_prefix() -> None:
    assert shorten_iri("http://purl.org/dc/terms/title", BASE) == "dct:title"
