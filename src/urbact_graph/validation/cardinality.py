"""How often a property may occur, as the shapes state it."""

from collections.abc import Iterable

from pyoxigraph import Triple

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH


def single_valued(shapes: Iterable[Triple]) -> set[str]:
    """Return the IRIs of the properties that no entity has more than once.

    A shape must allow such a property at most once, no shape may allow it more often, and for each
    class (sh:targetClass) that has a shape for the property one of them must allow it at most
    once. A SPARQL-based target selects some entities alone, mostly those that break a rule, so
    that a shape of it without sh:maxCount proves nothing. Source: SHACL, section 4.2.2.
    """
    graph = IndexedGraph(shapes)
    limits: dict[str, list[int]] = {}
    unlimited: dict[str, set[str]] = {}
    limited: dict[str, set[str]] = {}
    for shape in graph.subjects():
        counts = [int(text) for text in graph.texts(shape, SH.maxCount)]
        classes = graph.iris(shape, SH.targetClass)
        for path in graph.iris(shape, SH.path):
            # A limit of 0 forbids the property to entities that break a rule.
            limits.setdefault(path, []).extend(count for count in counts if count > 0)
            (limited if 1 in counts else unlimited).setdefault(path, set()).update(classes)
    return {
        path
        for path, counts in limits.items()
        if set(counts) == {1} and unlimited.get(path, set()) <= limited.get(path, set())
    }
