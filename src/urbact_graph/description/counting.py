"""Counts that stay true once they are stated in the graph that they count."""

from collections.abc import Collection, Set

from pyoxigraph import Triple

from urbact_graph.description.statistics import Statistics
from urbact_graph.description.void import VoidWriter
from urbact_graph.rdf.n_triples import statement
from urbact_graph.rdf.terms import integer

# What the description states depends on its own counts only as follows. The first pass finds the
# classes and properties of the graph; the partitions that it states use some of VoID, which the
# second pass finds. Then the statements are complete, and with them all that the third pass counts,
# except how many different numbers a property such as void:triples has; the fourth counts these.
_PASSES = 4


def state_counts(void: VoidWriter, stated: Set[str], statistics: Statistics) -> None:
    """Have ``void`` state counts of what is ``stated`` together with the description itself.

    ``stated`` are statements of N-Triples, of which ``statistics`` are. The total of distinct
    objects depends on its own literal; where no number is true it is left out, since every other
    count has a true value.
    """
    for has_total in (True, False):
        for _ in range(_PASSES):
            counts = statistics.with_added(_added(void.triples(), stated, void.base))
            void.write(counts)
            void.total = counts.objects if has_total else None
        if not has_total:
            return
        void.total = None
        others = _added(void.triples(), stated, void.base).all_objects
        void.total = own_total(statistics.all_objects, others)
        if void.total is not None:
            return


def own_total(some: Collection[str], others: Collection[str]) -> int | None:
    """Return the number of objects in either collection, the literal of that number included.

    They are written as N-Triples.

    There is none where the number without it is not among the objects, but the next one is.
    """
    without = len(some) + sum(thing not in some for thing in others)
    for number in (without, without + 1):
        literal = str(integer(number))
        if (literal in some or literal in others) == (number == without):
            return number
    return None


def _added(triples: set[Triple], stated: Set[str], base: str) -> Statistics:
    """Return the statistics of those ``triples`` that are not ``stated``."""
    lines = map(statement, triples)
    return Statistics([line for line in lines if line not in stated], base)
