"""What describes the graph, in the graph itself: VoID and DCAT-AP, with true counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from urbact_graph.description.statistics import Statistics
from urbact_graph.description.coverage import read_coverage
from urbact_graph.description.dcat import CatalogueWriter
from urbact_graph.description.instance import instance_description
from urbact_graph.rdf.builder import Statements
from urbact_graph.description.void import Statement, VoidWriter
from urbact_graph.errors import DatasetError

__all__ = ["Description", "describe", "instance_description", "settle"]

# Six rounds settle the real graph; what has not settled after so many never will.
_ROUNDS = 24

# Makes the description anew from what the last one comes to, without the statements left out.
Draft = Callable[[list[Triple], frozenset[Statement]], list[Triple]]


@dataclass(frozen=True)
class Description:
    """What a description says of the graph beyond its triples: its version and last change."""

    version: str
    modified: datetime | None


def describe(store: Store, base: str, description: Description) -> list[Triple]:
    """Describe the graph in ``store``, whose own IRIs lie below ``base``, in sorted triples.

    Every count is true of the graph with the description in it. The description's structure does
    not depend on its numbers, so that numbers are put in until they stay the same; only how many
    distinct objects there are in all depends on a number itself.
    """
    stated = Statistics((quad.triple for quad in store), base)
    coverage = read_coverage(store, base, stated)
    catalogue = Statements(base)
    CatalogueWriter(catalogue, description.version, description.modified).write(coverage)

    def draft(last: list[Triple], left_out: frozenset[Statement]) -> list[Triple]:
        added = Statistics((triple for triple in last if _quad(triple) not in store), base)
        statements = Statements(base, catalogue.triples)
        VoidWriter(statements, left_out).write(stated.with_added(added), coverage)
        return statements.in_order()

    return settle(draft)


def settle(draft: Draft) -> list[Triple]:
    """Return the description that ``draft`` makes of itself.

    A number that has no true value, since stating it changes it, is left out.

    Raises:
        DatasetError: ``draft`` does not settle, whatever is left out.
    """
    left_out: frozenset[Statement] = frozenset()
    while True:
        drafts: list[list[Triple]] = [[]]
        for _ in range(_ROUNDS):
            drafts.append(draft(drafts[-1], left_out))
            if drafts[-1] == drafts[-2]:
                return drafts[-1]
        unsettled = _unsettled(drafts[_ROUNDS // 2 :])
        if unsettled <= left_out:
            raise DatasetError(
                "The dataset cannot be described: a count of its description changes with itself. "
                "Report it with the data that it happened on."
            )
        left_out |= unsettled


def _unsettled(drafts: list[list[Triple]]) -> frozenset[Statement]:
    """Return the statements in which ``drafts`` differ."""
    sets = [set(draft) for draft in drafts]
    differing = set[Triple]().union(*sets) - sets[0].intersection(*sets)
    return frozenset(
        (triple.subject.value, triple.predicate.value)
        for triple in differing
        if isinstance(triple.subject, NamedNode)
    )


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, DefaultGraph())
