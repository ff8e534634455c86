"""The shapes with their examples: for each rule a graph that keeps it and one that breaks it.

The examples stand in examples/*.trig as the graphs pass:RULE and fail:RULE. The default graph of a
file belongs to each of its examples.
"""

from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH
from urbact_graph.sources import GraphSources
from urbact_graph.validation.shapes import load_shapes, rules

ROOT = Path(__file__).resolve().parents[2]
SOURCES = GraphSources(ROOT)
BASE = SOURCES.base
URB = f"{BASE}ontology#"

SHAPES = load_shapes(SOURCES)
SHAPES_GRAPH = IndexedGraph(SHAPES)
KNOWN = rules(SHAPES, BASE)
RULES = {iri.rpartition("#")[2]: rule for iri, rule in KNOWN.items()}
PROPERTIES = {
    triple.object.value
    for triple in SHAPES
    if triple.predicate.value == SH.path and isinstance(triple.object, NamedNode)
}
TARGETS = (SH.target, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)

PASS, FAIL = "https://example.org/pass/", "https://example.org/fail/"


def _examples() -> dict[str, list[Triple]]:
    found: dict[str, list[Triple]] = {}
    for path in sorted((Path(__file__).parent / "examples").glob("*.trig")):
        quads = list(parse(path=str(path), format=RdfFormat.TRIG))
        shared = [quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph)]
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                found.setdefault(quad.graph_name.value, list(shared)).append(quad.triple)
    return found


# The triples of each example, by the name of its graph.
EXAMPLES = _examples()


def alone(rule: str) -> list[Triple]:
    """Return the part of the shapes that the shape ``rule`` refers to, directly or not."""
    part, waiting, seen = [], [rule], set[str]()
    while waiting:
        if (node := waiting.pop()) in seen:
            continue
        seen.add(node)
        for name, values in SHAPES_GRAPH.properties(node):
            part += [Triple(NamedNode(node), NamedNode(name), value) for value in values]
            waiting += [value.value for value in values if isinstance(value, NamedNode)]
    return part
