"""The RDF dataset of a query (SPARQL 1.1, section 13; SPARQL 1.1 Protocol, section 2.1.4)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from urbact_graph.engine.protocol import Request
from urbact_graph.engine.rewriting import structure_of
from urbact_graph.engine.rewriting.graphs import DEFAULT_GRAPH, named_graphs
from urbact_graph.problems import MALFORMED_REQUEST, UNKNOWN_GRAPH, ProblemError

_NAMES_GRAPHS = re.compile(r"(?i:FROM|GRAPH)")
# How each place in which a graph can be named is left out.
_REMEDIES = {
    "FROM": "leave FROM out to query all published triples",
    "GRAPH": "leave GRAPH out to query all published triples",
    "default-graph-uri": "leave the parameter out to query all published triples",
    "named-graph-uri": "leave the parameter out",
}


@dataclass(frozen=True)
class Graphs:
    """The graphs that are merged as the default graph of a query, and its named graphs."""

    default: tuple[NamedNode | DefaultGraph, ...]
    named: tuple[NamedNode, ...]


def chosen_graphs(store: Store, request: Request, *, allow_unknown: bool) -> Graphs | None:
    """Return the dataset that ``request`` or its query chooses; None where that is the store's own.

    Also None where the engine itself finds what FROM chooses, as it does for a single graph.

    Raises:
        ProblemError: a graph is chosen, or named by GRAPH, that the store has not, unless that is
            allowed; or the name of one is no IRI.
    """
    chosen, used = graphs_of(request)
    if not allow_unknown:
        ensure_known((*chosen, *used), lambda iri: store.contains_named_graph(NamedNode(iri)))
    default = tuple(_node(iri) for keyword, iri in chosen if "NAMED" not in keyword.upper())
    named = tuple(NamedNode(iri) for keyword, iri in chosen if "NAMED" in keyword.upper())
    is_of_request = bool(request.default_graphs or request.named_graphs)
    is_needed = len(default) > 1 or DefaultGraph() in default
    return Graphs(default, named) if is_of_request or is_needed else None


def merged(store: Store, graphs: Graphs) -> Store:
    """Return a store whose default graph is the merge of ``graphs.default``, beside the named ones.

    The engine would find a triple as often as there are graphs that hold it.
    """
    result = Store()
    for graph in dict.fromkeys(graphs.default):
        quads = store.quads_for_pattern(None, None, None, graph)
        result.extend(Quad(q.subject, q.predicate, q.object) for q in quads)
    for name in graphs.named:
        result.add_graph(name)
        result.extend(store.quads_for_pattern(None, None, None, name))
    return result


def graphs_of(request: Request) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the graphs that the dataset of ``request`` is chosen of, and those that GRAPH names.

    Each is the parameter or the keyword by which it is named, and the IRI. Those of the request
    override those of the query (SPARQL 1.1 Protocol, section 2.1.4).
    """
    in_text = _in_text(request)
    used = [(keyword, iri) for keyword, iri in in_text if keyword == "GRAPH"]
    if request.default_graphs or request.named_graphs:
        chosen = [("default-graph-uri", iri) for iri in request.default_graphs]
        chosen += [("named-graph-uri", iri) for iri in request.named_graphs]
        return chosen, used
    return [(keyword, iri) for keyword, iri in in_text if keyword != "GRAPH"], used


def ensure_known(named: Iterable[tuple[str, str]], is_known: Callable[[str], bool]) -> None:
    """Refuse the first of the graphs ``named`` that there is not.

    Raises:
        ProblemError: there is one, or its name is no IRI.
    """
    for keyword, iri in named:
        if not isinstance(_node(iri), DefaultGraph) and not is_known(iri):
            remedy = _REMEDIES.get(keyword, "leave FROM NAMED out")
            raise ProblemError(UNKNOWN_GRAPH, f"There is no graph <{iri}> here; {remedy}.")


def _in_text(request: Request) -> list[tuple[str, str]]:
    """Return the graphs that the query names: FROM, FROM NAMED or GRAPH, and the IRI."""
    if not _NAMES_GRAPHS.search(request.query):
        return []
    structure = structure_of(request.query)
    if not structure.is_sound:
        return []
    return [(graph.keyword, graph.iri) for graph in named_graphs(structure, request.base_iri)]


def _node(iri: str) -> NamedNode | DefaultGraph:
    if iri == DEFAULT_GRAPH:
        return DefaultGraph()
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise ProblemError(
            MALFORMED_REQUEST, f"The IRI of a graph in the request is not valid: {error}."
        ) from None
