"""Which rules have nothing to check: whose targets select no node, and could select none.

Many targets select only the nodes that break a rule, so that it is right if they select none. Such
a rule has something to check if the query without its filters selects a node, or if all terms that
it looks for are in use.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from pyoxigraph import NamedNode, QuerySolutions, Store, Triple

from urbact_graph.errors import SourceError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import OWL, RDFS, SH
from urbact_graph.rdf.sparql import Token, tokens
from urbact_graph.validation.queries import named, query_text
from urbact_graph.validation.vocabulary import is_listed
from urbact_graph.validation.well_formed import is_class, is_deactivated, is_targeted

_INSTANCE = """
ASK { ?node <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>
  / <http://www.w3.org/2000/01/rdf-schema#subClassOf>* %s }
"""
_LEFT_OUT = frozenset(("FILTER", "BIND", "HAVING", "ORDER", "MINUS"))


def idle(
    shapes: Iterable[Triple], selected: Iterable[Triple], store: Store, own: str
) -> Iterator[tuple[str, str]]:
    """Yield each shape with targets that has nothing to check in ``store``, and the reason.

    ``selected`` are ``shapes`` with the nodes that their queries select (``with_selected``),
    ``own`` is the namespace of the graph's own vocabulary, whose classes are known.

    Raises:
        SourceError: it has a target class that neither the ontology nor the dataset has.
    """
    graph, nodes = IndexedGraph(shapes), IndexedGraph(selected)
    for shape in graph.subjects():
        if not is_targeted(shape, graph):
            continue
        if is_deactivated(shape, graph):
            yield shape, "This rule is deactivated"
        # A named node is a focus node even if the graph does not state anything of it.
        elif not nodes.values(shape, SH.targetNode) and not any(_selects(graph, shape, store)):
            _check_classes(graph, shape, store, own)
            yield shape, "No entity of the graph is of the kind that this rule checks"


def _selects(graph: IndexedGraph, shape: str, store: Store) -> Iterator[bool]:
    """Yield for each target of ``shape`` whether it selects a node (SHACL, section 2.1.3)."""
    for iri in graph.iris(shape, SH.targetSubjectsOf, SH.targetObjectsOf):
        yield _is_property(iri, store)
    classes = graph.iris(shape, SH.targetClass)
    if is_class(shape, graph):
        classes.append(shape)
    for iri in classes:
        yield bool(store.query(_INSTANCE % NamedNode(iri)))
    for target in graph.iris(shape, SH.target):
        # A target of another kind has its query elsewhere.
        yield not graph.text(target, SH.select) or _has_nodes(query_text(target, graph), store)


def _check_classes(graph: IndexedGraph, shape: str, store: Store, own: str) -> None:
    for iri in graph.iris(shape, SH.targetClass):
        node = NamedNode(iri)
        patterns = ((node, None, None), (None, None, node))
        is_known = is_listed(iri) or iri.startswith(own)
        if not is_known and not any(any(store.quads_for_pattern(*each)) for each in patterns):
            raise SourceError(
                f"The shape {shape} has the target class {iri}, which neither the ontology nor the "
                "graph knows; correct its name."
            )


def _has_nodes(query: str, store: Store) -> bool:
    wider = unfiltered(query)
    # What is selected may be an aggregate of the groups that were left out.
    with suppress(SyntaxError):
        results = store.query(wider)
        if isinstance(results, QuerySolutions) and next(results, None) is not None:
            return True
    return all(_is_property(iri, store) or _is_used(iri, store) for iri in named(wider))


def _is_property(iri: str, store: Store) -> bool:
    return next(store.quads_for_pattern(None, NamedNode(iri), None), None) is not None


def _is_used(iri: str, store: Store) -> bool:
    """Tell whether an entity links to ``iri``: what the vocabulary says of it does not count."""
    vocabularies = (str(RDFS), str(OWL))
    return any(
        not quad.predicate.value.startswith(vocabularies)
        for quad in store.quads_for_pattern(None, None, NamedNode(iri))
    )


def unfiltered(query: str) -> str:
    """Return ``query`` without conditions, bindings and groups; it selects no less."""
    found = list(tokens(query))
    kept: list[str] = []
    depth, end, index = 0, 0, 0
    while index < len(found):
        token = found[index]
        word = token.text.upper()
        if word in _LEFT_OUT:
            # An empty group parts the triple patterns that no full stop may part.
            kept += [query[end : token.start], "{}" if depth else ""]
            index = _after(found, index)
            end = found[index - 1].end
            continue
        depth += (token.kind == "open") - (token.kind == "close")
        if word == "GROUP" and depth == 0:
            # Only what orders or limits the solutions can follow.
            return "".join([*kept, query[end : token.start]])
        index += 1
    return "".join([*kept, query[end:]])


def _after(found: list[Token], index: int) -> int:
    """Return the index after the clause at ``index``, which ends with its first brackets."""
    depth = 0
    for place in range(index + 1, len(found)):
        kind = found[place].kind
        depth += (kind == "open") - (kind == "close")
        if kind == "close" and depth == 0:
            return place + 1
    return len(found)
