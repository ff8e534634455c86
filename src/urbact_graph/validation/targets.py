"""Evaluate the SPARQL-based targets of the shapes with pyoxigraph instead of rdflib.

pySHACL has rdflib evaluate these targets, which takes three quarters of a validation. pyoxigraph
selects the same nodes in a twentieth of that time. So the shapes that pySHACL is given name the
selected nodes, each by sh:targetNode, and all results stay the same in every field.

The two engines differ where SPARQL leaves a comparison to the engine or makes it an error. A target
that can meet such values is written so that both select the same nodes (the head of
shapes/values.ttl says how); tests compare them on graphs with planted mistakes. One difference
remains: rdflib corrects some literals when it reads them (spaces around a number, a day missing
from an xsd:date), so that it may compare another value than the dataset has.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pyoxigraph import BlankNode, NamedNode, Quad, QuerySolutions, Store, Triple

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH
from urbact_graph.rdf.terms import Term
from urbact_graph.validation.queries import query_text

_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


def with_target_nodes(shapes: Iterable[Triple], dataset: Iterable[Triple]) -> list[Triple]:
    """Return ``shapes`` with each SPARQL-based target replaced by what it selects in ``dataset``.

    A target that is no query stays as it is. Source: SHACL Advanced Features, section 3.1.
    """
    return with_selected(shapes, loaded(dataset))


def loaded(dataset: Iterable[Triple]) -> Store:
    """Load ``dataset`` for the evaluation of targets."""
    store = Store()
    store.bulk_extend(Quad(*triple) for triple in dataset)
    return store


def with_selected(shapes: Iterable[Triple], store: Store) -> list[Triple]:
    """Return ``shapes`` as ``with_target_nodes`` does, for the dataset in ``store``."""
    shapes = list(shapes)
    graph = IndexedGraph(shapes)
    targets = {
        iri: None
        for triple in shapes
        if triple.predicate.value == SH.target
        and isinstance(triple.object, NamedNode)
        and graph.text(iri := triple.object.value, SH.select)
    }
    queries = [query_text(iri, graph) for iri in targets]
    selected = dict(zip(targets, at_once(lambda query: _nodes(store, query), queries), strict=True))
    rewritten: list[Triple] = []
    for triple in shapes:
        target = triple.object.value if isinstance(triple.object, NamedNode) else ""
        if triple.predicate.value != SH.target or target not in selected:
            rewritten.append(triple)
            continue
        target_node = NamedNode(SH.targetNode)
        rewritten += [Triple(triple.subject, target_node, node) for node in selected[target]]
    return rewritten


def at_once(ask: Callable[[_Asked], _Found], asked: Iterable[_Asked]) -> list[_Found]:
    """Return what ``ask`` finds for each of ``asked``, several at a time.

    The engine evaluates queries outside of Python's lock, so that threads use every core.
    """
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(ask, asked))


def _nodes(store: Store, query: str) -> list[Term | BlankNode]:
    """Return each node that ``query`` selects as ?this, once."""
    results = store.query(query)
    assert isinstance(results, QuerySolutions)  # noqa: S101 - load_shapes has checked it
    return list(dict.fromkeys(node for solution in results if (node := solution["this"])))
