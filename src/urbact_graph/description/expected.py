"""Which properties the instances of a class ought to have, as the shapes say."""

from collections.abc import Iterable, Mapping

from pyoxigraph import Triple

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH

# The property group (SHACL, section 2.3.2.4) of the shapes whose property every instance of their
# target class ought to have. What it must have (sh:minCount and sh:Violation) is always there in a
# graph that is published, so that its completeness would say nothing.
_EXPECTED = "shapes#expected"


def expected_properties(shapes: Iterable[Triple], base: str) -> Mapping[str, tuple[str, ...]]:
    """Return the IRIs of the expected properties by that of the class, both sorted."""
    graph = IndexedGraph(shapes)
    group = f"{base}{_EXPECTED}"
    found: dict[str, set[str]] = {}
    for shape in graph.subjects():
        if group not in graph.iris(shape, SH.group):
            continue
        for kind in graph.iris(shape, SH.targetClass):
            found.setdefault(kind, set()).update(graph.iris(shape, SH.path))
    return {kind: tuple(sorted(found[kind])) for kind in sorted(found)}
