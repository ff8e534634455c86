"""How complete the graph is: what is measured, against what is counted another way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse

from urbact_graph.description import measure_quality
from urbact_graph.rdf.namespaces import DCT, DQV, RDF, RDFS, urb
from urbact_graph.settings import WRITTEN_BASE as BASE

if TYPE_CHECKING:
    from collections.abc import Iterable

URB = urb(BASE)
PREFIXES = f"""
    @base <{BASE}> .
    @prefix dct: <{DCT}> .
    @prefix rdfs: <{RDFS}> .
    @prefix schema: <https://schema.org/> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix shape: <{BASE}shapes#> .
    @prefix urb: <{URB}> .
"""
# A call of two networks, of which one has two partners from two countries and three plans.
GRAPH = """
    urb:PlansMeasure a urb:Measure ; rdfs:label "Number of plans"@en .
    urb:PlanDescribed a urb:Evidence .
    urb:PlanStatedForNetwork a urb:Evidence .
    urb:reviewed schema:domainIncludes urb:Network , urb:Plan , urb:Recommendation .
    urb:start rdfs:label "start"@en .
    <call/one> a urb:Call ; rdfs:label "Call one" .
    <programme/four> a urb:Programme ; rdfs:label "Four"@en .
    <network/a> a urb:Network ; urb:call <call/one> ; urb:programme <programme/four> ;
        urb:start "2020" ; urb:reviewed "2024-01-01" .
    <network/b> a urb:Network ; urb:call <call/one> ; urb:programme <programme/four> .
    <network/c> a urb:Network ; urb:start "2021" .
    <p/1> a urb:Partnership ; urb:network <network/a> ; urb:country <c/x> .
    <p/2> a urb:Partnership ; urb:network <network/a> ; urb:country <c/y> .
    <p/3> a urb:Partnership ; urb:network <network/c> ; urb:country <c/z> .
    <plan/1> a urb:Plan ; urb:network <network/a> ; urb:evidence urb:PlanDescribed .
    <plan/2> a urb:Plan ; urb:network <network/a> ; urb:evidence urb:PlanStatedForNetwork .
    <plan/3> a urb:Plan ; urb:network <network/a> ; dct:title "Third" .
    <plan/4> a urb:AnnouncedPlan ; urb:network <network/a> .
    <plan/5> a urb:Plan ; dct:title "Fifth" .
"""
SHAPES = """
    shape:expected a sh:PropertyGroup .
    shape:a sh:group shape:expected ; sh:targetClass urb:Network ; sh:path urb:start .
    shape:b sh:group shape:expected ; sh:targetClass urb:Plan ; sh:path dct:title .
    shape:c sh:targetClass urb:Plan ; sh:path urb:country .
    shape:d sh:group shape:other ; sh:targetClass urb:Plan ; sh:path urb:country .
"""


def total(scope: str, measure: str, number: int) -> str:
    return f"""
        <total/{scope.partition("/")[2]}/{measure.lower()}> a urb:OfficialTotal ;
            urb:totalOf <{scope}> ; urb:measure urb:{measure}Measure ; urb:total {number} ;
            dct:source <https://example.org/page> .
    """


def measured(graph: str, shapes: str = "") -> set[Triple]:
    store = Store()
    store.load(PREFIXES + graph, format=RdfFormat.TURTLE)
    quads = parse(PREFIXES + shapes, format=RdfFormat.TURTLE)
    return measure_quality(store, BASE, [quad.triple for quad in quads])


def numbers(triples: Iterable[Triple]) -> dict[str, tuple[int, int, Decimal]]:
    """Return the number held, the number expected and the share, by path."""
    names = (URB.heldCount, URB.expectedCount, DQV.value)
    found: dict[str, dict[str, str]] = {}
    for triple in triples:
        if triple.predicate.value in names:
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, Literal)
            about = found.setdefault(triple.subject.value.removeprefix(f"{BASE}quality/"), {})
            about[triple.predicate.value] = triple.object.value
    return {
        path: (int(of[names[0]]), int(of[names[1]]), Decimal(of[names[2]]))
        for path, of in found.items()
    }


def about(triples: Iterable[Triple], path: str) -> set[tuple[str, object]]:
    node = NamedNode(f"{BASE}quality/{path}")
    return {(t.predicate.value, t.object) for t in triples if t.subject == node}


@pytest.mark.parametrize(
    ("scope", "measure", "number", "expected"),
    [
        ("call/one", "Networks", 4, {"": (2, 4, "0.5")}),
        ("programme/four", "Networks", 2, {"": (2, 2, "1")}),
        ("call/one", "Partners", 3, {"": (2, 3, "0.6667")}),
        # More than a source counts.
        ("call/one", "Partners", 1, {"": (2, 1, "2")}),
        ("call/one", "Countries", 2, {"": (2, 2, "1")}),
        ("call/two", "Networks", 5, {"": (0, 5, "0")}),
        (
            "call/one",
            "Plans",
            6,
            {
                # Announced plans do not count, nor plans of no network.
                "": (3, 6, "0.5"),
                "/described": (1, 6, "0.1667"),
                "/stated-for-network": (1, 6, "0.1667"),
                "/not-graded": (1, 6, "0.1667"),
            },
        ),
    ],
)
def test_a_total_is_compared_with_what_the_graph_holds(
    scope: str, measure: str, number: int, expected: dict[str, tuple[int, int, str]]
) -> None:
    path = f"total/{scope.partition('/')[2]}/{measure.lower()}"
    found = numbers(measured(GRAPH + total(scope, measure, number)))
    assert {name: of for name, of in found.items() if name.startswith("total/")} == {
        path + end: (held, of, Decimal(share)) for end, (held, of, share) in expected.items()
    }


def test_a_measurement_says_of_what_by_which_metric_and_from_where() -> None:
    triples = measured(GRAPH + total("call/one", "Plans", 6))
    found = about(triples, "total/one/plans/described")
    label = "Number of plans, described, Call one: 1 of 6"
    assert found >= {
        (RDF.type, NamedNode(DQV.QualityMeasurement)),
        (DQV.isMeasurementOf, NamedNode(f"{BASE}quality/metric/official-totals")),
        (DQV.computedOn, NamedNode(f"{BASE}dataset")),
        (URB.measuredOn, NamedNode(f"{BASE}call/one")),
        (URB.measure, NamedNode(URB.PlansMeasure)),
        (URB.evidence, NamedNode(URB.PlanDescribed)),
        (DCT.source, NamedNode("https://example.org/page")),
        (RDFS.label, Literal(label, language="en")),
    }
    assert URB.evidence not in dict(about(triples, "total/one/plans/not-graded"))
    assert (DQV.inDimension, NamedNode(f"{BASE}quality/dimension/completeness")) in about(
        triples, "metric/official-totals"
    )
    assert (RDF.type, NamedNode(DQV.Dimension)) in about(triples, "dimension/completeness")


def test_a_property_is_expected_where_its_shape_says_so() -> None:
    triples = measured(GRAPH, SHAPES)
    found = numbers(triples)
    assert {path: of for path, of in found.items() if path.startswith("completeness/")} == {
        "completeness/network/all/start": (2, 3, Decimal("0.6667")),
        "completeness/network/four/start": (1, 2, Decimal("0.5")),
        "completeness/plan/all/title": (2, 4, Decimal("0.5")),
        "completeness/plan/four/title": (1, 3, Decimal("0.3333")),
    }
    assert about(triples, "completeness/network/four/start") >= {
        (URB.measuredClass, NamedNode(URB.Network)),
        (URB.measuredOn, NamedNode(f"{BASE}programme/four")),
        (URB.measuredProperty, NamedNode(URB.start)),
        (RDFS.label, Literal("network with “start”, Four: 1 of 2", language="en")),
    }
    assert URB.measuredOn not in dict(about(triples, "completeness/network/all/start"))


def test_the_classes_that_can_be_reviewed_are_those_of_the_ontology() -> None:
    found = numbers(measured(GRAPH))
    # There are no recommendations, of which there could be a share.
    assert found == {
        "reviewed/network": (1, 3, Decimal("0.3333")),
        "reviewed/plan": (0, 4, Decimal(0)),
    }


@pytest.mark.parametrize("graph", ["", "<network/a> a urb:Network .", "urb:a a urb:Measure ."])
def test_a_graph_without_totals_and_expectations_is_not_measured(graph: str) -> None:
    assert measured(graph) == set()


def test_a_total_of_two_numbers_is_not_measured() -> None:
    totals = total("call/one", "Networks", 4) + total("call/one", "Networks", 5)
    assert not [path for path in numbers(measured(GRAPH + totals)) if path.startswith("total/")]


@pytest.mark.graph
def test_the_graph_states_what_sparql_counts(store: Store) -> None:
    """Count the plans of the totals and the reviewed networks by queries of their own."""
    rows = store.query(f"""
        PREFIX dqv: <{DQV}> PREFIX urb: <{URB}>
        SELECT ?node ?held (COUNT(DISTINCT ?plan) AS ?plans)
        WHERE {{
          ?node a dqv:QualityMeasurement ; urb:measure urb:PlansMeasure ; urb:heldCount ?held ;
            urb:measuredOn ?scope ; urb:evidence ?evidence .
          OPTIONAL {{
            ?plan a urb:Plan ; urb:evidence ?evidence ; urb:network ?network .
            ?network urb:call|urb:programme ?scope
          }}
        }}
        GROUP BY ?node ?held""")
    counted = [(int(row["held"].value), int(row["plans"].value)) for row in rows]  # type: ignore[union-attr]
    assert counted
    assert all(held == plans for held, plans in counted)


@pytest.mark.graph
def test_every_total_of_the_graph_is_measured(store: Store) -> None:
    totals = {
        quad.subject.value.removeprefix(f"{BASE}total/")
        for quad in store.quads_for_pattern(None, NamedNode(RDF.type), NamedNode(URB.OfficialTotal))
        if isinstance(quad.subject, NamedNode)
    }
    metric = NamedNode(f"{BASE}quality/metric/official-totals")
    measured_ = {
        quad.subject.value.removeprefix(f"{BASE}quality/total/")
        for quad in store.quads_for_pattern(None, NamedNode(DQV.isMeasurementOf), metric)
        if isinstance(quad.subject, NamedNode)
    }
    assert totals
    assert {path for path in measured_ if path.count("/") == 1} == totals
