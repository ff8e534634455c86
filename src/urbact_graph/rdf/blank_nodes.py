"""Name blank nodes by the statements about them, so that two graphs can be compared."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, Triple

_DIGITS = 16


def blank_nodes(term: object) -> Iterator[BlankNode]:
    """Yield the blank nodes in a term or triple (a triple may be a term: RDF 1.2, section 3.1)."""
    if isinstance(term, BlankNode):
        yield term
    elif isinstance(term, Triple):
        for part in term:
            yield from blank_nodes(part)


def with_names(triples: Iterable[Triple]) -> list[Triple]:
    """Return ``triples`` with new names for the blank nodes.

    Blank nodes linked with each other are named together: by the hash of their triples in
    canonical form (RDF Dataset Canonicalization 1.0), and by their number in it. So a name does not
    depend on other nodes, as it would in the canonical form of the whole graph.
    """
    kept, groups = _groups(triples)
    seen: Counter[str] = Counter()
    for form in map(_canonical, groups):
        digest = hashlib.sha256("\n".join(map(str, form)).encode()).hexdigest()[:_DIGITS]
        # Several groups may have equal statements.
        seen[digest] += 1
        kept += [prefixed(triple, f"b{digest}x{seen[digest]}") for triple in form]
    return kept


def prefixed(triple: Triple, prefix: str) -> Triple:
    """Return ``triple`` with ``prefix`` before the name of each blank node."""
    return Triple(*(_renamed(term, prefix) for term in triple))


def _groups(triples: Iterable[Triple]) -> tuple[list[Triple], list[list[Triple]]]:
    """Return the triples without blank nodes, and the others grouped by linked blank nodes."""
    kept: list[Triple] = []
    linked: list[tuple[Triple, BlankNode]] = []
    leaders: dict[BlankNode, BlankNode] = {}
    for triple in dict.fromkeys(triples):
        nodes = list(blank_nodes(triple))
        if not nodes:
            kept.append(triple)
            continue
        linked.append((triple, nodes[0]))
        for node in nodes:
            leaders[_leader(leaders, node)] = _leader(leaders, nodes[0])
    groups: defaultdict[BlankNode, list[Triple]] = defaultdict(list)
    for triple, node in linked:
        groups[_leader(leaders, node)].append(triple)
    return kept, list(groups.values())


def _leader(leaders: dict[BlankNode, BlankNode], node: BlankNode) -> BlankNode:
    while (leader := leaders.setdefault(node, node)) != node:
        # Path compression: later look-ups take one step less.
        leaders[node] = leaders[leader]
        node = leader
    return node


def _canonical(group: list[Triple]) -> list[Triple]:
    dataset = Dataset(Quad(*triple) for triple in group)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted((quad.triple for quad in dataset), key=str)


def _renamed(term: Any, prefix: str) -> Any:
    if isinstance(term, BlankNode):
        return BlankNode(f"{prefix}{term.value}")
    if isinstance(term, Triple):
        return prefixed(term, prefix)
    return term
