"""The shapes: each rule says what to do and has an example that keeps it and one that breaks it.

The examples stand in shapes/*.trig: graph pass:RULE or fail:RULE, beside the default graph, which
belongs to each example of the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
import pyshacl
import pytest
from pyoxigraph import DefaultGraph, RdfFormat
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, SH, BNode, Graph, URIRef

from urbact_graph.errors import SourceError
from urbact_graph.sources import GraphSources
from urbact_graph.validation.loading import memory_graph
from urbact_graph.validation.report import Severity
from urbact_graph.validation.shapes import load_shapes, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urbact_graph.validation.shapes import Rule

ROOT = Path(__file__).resolve().parents[2]
SHAPES = load_shapes(GraphSources(ROOT))
RULES = {str(iri).rpartition("#")[2]: rule for iri, rule in rules(SHAPES).items()}
PASS, FAIL = "https://example.org/pass/", "https://example.org/fail/"
TARGETS = (SH.target, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
# What a shape may say beside the constraints that make it a rule.
PLAIN = {*TARGETS, RDF.type, SH.path, SH.name, SH.message, SH.severity, SH.description}


def examples() -> dict[str, list[pyoxigraph.Triple]]:
    """Return the triples of each example, by the name of its graph."""
    found: dict[str, list[pyoxigraph.Triple]] = {}
    for path in sorted((ROOT / "tests" / "shapes").glob("*.trig")):
        quads = list(pyoxigraph.parse(path=str(path), format=RdfFormat.TRIG))
        shared = [quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph)]
        for quad in quads:
            if not isinstance(quad.graph_name, DefaultGraph):
                name = str(quad.graph_name.value)
                found.setdefault(name, list(shared)).append(quad.triple)
    return found


EXAMPLES = examples()


def alone(rule: Rule) -> Graph:
    """Return the part of the shapes that ``rule`` leads to, so that no other rule is checked."""
    part, waiting = Graph(), [rule.iri]
    while waiting:
        node = waiting.pop()
        if (node, None, None) not in part:
            for triple in SHAPES.triples((node, None, None)):
                part.add(triple)
                waiting.append(triple[2])  # type: ignore[arg-type]
    return part


def broken(rule: Rule, triples: list[pyoxigraph.Triple]) -> Iterator[dict[URIRef, object]]:
    """Yield the results that pySHACL finds when it checks ``rule`` alone."""
    _, report, text = pyshacl.validate(
        memory_graph(triples), shacl_graph=alone(rule), advanced=True, inplace=True
    )
    assert isinstance(report, Graph), text
    for result in report.objects(None, SH.result):
        yield {URIRef(str(p)): o for p, o in report.predicate_objects(result)}


@pytest.mark.parametrize("name", sorted(RULES))
def test_an_example_keeps_the_rule(name: str) -> None:
    assert PASS + name in EXAMPLES, f"tests/shapes has no example pass:{name}"
    assert not list(broken(RULES[name], EXAMPLES[PASS + name]))


@pytest.mark.parametrize("name", sorted(RULES))
def test_an_example_breaks_the_rule(name: str) -> None:
    assert FAIL + name in EXAMPLES, f"tests/shapes has no example fail:{name}"
    results = list(broken(RULES[name], EXAMPLES[FAIL + name]))
    assert results
    for result in results:
        assert result[SH.sourceShape] == RULES[name].iri
        assert result[SH.resultSeverity] == RULES[name].severity.iri
        assert str(result[SH.resultMessage]) == RULES[name].message


def test_every_example_is_of_a_rule() -> None:
    assert {name.removeprefix(PASS).removeprefix(FAIL) for name in EXAMPLES} == set(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_an_example_that_keeps_a_rule_is_looked_at(name: str) -> None:
    # Unless the rule's target picks offenders alone, the passing example must have a focus node.
    target = SHAPES.value(RULES[name].iri, SH.target)
    if target is not None and str(target).endswith("-offenders"):
        return
    shape = alone(RULES[name])
    shape.remove((RULES[name].iri, SH.path, None))
    for predicate in set(shape.predicates(RULES[name].iri)) - PLAIN:
        shape.remove((RULES[name].iri, predicate, None))
    shape.set((RULES[name].iri, RDF.type, SH.NodeShape))
    shape.add((RULES[name].iri, SH.nodeKind, SH.Literal))
    conforms, _, _ = pyshacl.validate(
        memory_graph(EXAMPLES[PASS + name]),
        shacl_graph=shape,
        advanced=True,
        inplace=True,
    )
    assert not conforms


def test_every_shape_that_checks_anything_is_a_rule() -> None:
    targeted = {shape for target in TARGETS for shape in SHAPES.subjects(target)}
    assert targeted == {rule.iri for rule in RULES.values()}


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_tells_the_curator_what_is_wrong_and_what_to_do(name: str) -> None:
    rule = RULES[name]
    languages = {
        text.language  # type: ignore[attr-defined]
        for predicate in (SH.name, SH.message)
        for text in SHAPES.objects(rule.iri, predicate)
    }
    assert rule.title
    assert rule.message.endswith(".")
    assert rule.remedy.endswith(".")
    assert languages == {"en"}
    assert len(list(SHAPES.objects(rule.iri, SH.severity))) == 1


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_stands_in_the_file_of_its_class(name: str) -> None:
    path = ROOT / "shapes" / f"{name.partition('-')[0].lower()}.ttl"
    assert f"\nshape:{name}\n" in path.read_text(encoding="utf-8")


def test_severities_are_as_designed() -> None:
    expected = {
        "Network-one-lead": Severity.VIOLATION,
        "Network-lead-known": Severity.WARNING,
        "Plan-city-is-partner": Severity.WARNING,
        "Network-declared-and-counted": Severity.INFO,
    }
    assert {name: RULES[name].severity for name in expected} == expected


def test_the_shapes_have_no_blank_node() -> None:
    assert not [node for triple in SHAPES for node in triple if isinstance(node, BNode)]


def test_the_shapes_are_well_formed_shacl() -> None:
    conforms, _, text = pyshacl.validate(
        Graph(), shacl_graph=SHAPES, advanced=True, meta_shacl=True, inplace=True
    )
    assert conforms, text


def folder(root: Path, shape: str) -> GraphSources:
    (root / "shapes").mkdir()
    (root / "shapes" / "wrong.ttl").write_text(shape, encoding="utf-8")
    return GraphSources(root)


def test_a_mistake_in_a_shape_file_is_told_with_its_place(tmp_path: Path) -> None:
    wrong = folder(tmp_path, "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<a> sh:path ; .\n")
    with pytest.raises(SourceError, match=r"shapes/wrong\.ttl, line 2, column \d+"):
        load_shapes(wrong)


def test_a_mistake_in_a_query_is_told_with_its_shape(tmp_path: Path) -> None:
    text = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e.org/t> sh:select 'SELECT {' .\n"
    with pytest.raises(SourceError, match=r"shapes/wrong\.ttl: .*http://e\.org/t"):
        load_shapes(folder(tmp_path, text))


def test_a_severity_that_shacl_does_not_know_is_told_with_its_shape(tmp_path: Path) -> None:
    text = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e.org/s> sh:severity sh:Grave .\n"
    with pytest.raises(SourceError, match=r"http://e\.org/s.*sh:Warning"):
        rules(load_shapes(folder(tmp_path, text)))


def test_a_blank_node_in_a_shape_is_told_with_its_file(tmp_path: Path) -> None:
    text = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e.org/s> sh:property [] .\n"
    with pytest.raises(SourceError, match=r"shapes/wrong\.ttl: .*blank node"):
        load_shapes(folder(tmp_path, text))


def test_a_malformed_shape_would_be_found() -> None:
    wrong = Graph() + SHAPES
    wrong.add((next(iter(RULES.values())).iri, SH.minCount, SH.Violation))
    with pytest.raises(ReportableRuntimeError):
        pyshacl.validate(Graph(), shacl_graph=wrong, advanced=True, meta_shacl=True, inplace=True)
