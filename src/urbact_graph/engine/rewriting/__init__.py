"""Rewriting of queries where the engine deviates from SPARQL and the query can be helped.

Each module has one kind of correction: it reads the structure of a query and returns edits of its
text. A query that needs none stays as it is. What cannot be corrected so is documented in
docs/http.md.
"""

import re
from collections.abc import Callable

from urbact_graph.engine.rewriting.aggregates import aggregate_edits
from urbact_graph.engine.rewriting.aliases import alias_edits
from urbact_graph.engine.rewriting.alternatives import alternative_edits
from urbact_graph.engine.rewriting.columns import column_edits, star_of
from urbact_graph.engine.rewriting.expressions import (
    boolean_edits,
    chain_edits,
    replacement_edits,
)
from urbact_graph.engine.rewriting.graphs import (
    DEFAULT_GRAPH,
    default_graph_edits,
    graph_edits,
)
from urbact_graph.engine.rewriting.ordering import order_edits
from urbact_graph.engine.rewriting.paths import path_edits
from urbact_graph.engine.rewriting.structure import Edit, Structure, edited, structure_of
from urbact_graph.engine.rewriting.sums import sum_edits

__all__ = ["Structure", "corrected", "structure_of", "with_columns_in_order"]

# What a query must hold to need a correction: most hold nothing of it, and are not read for it.
_BOOLEAN = re.compile(r"(?i:true|false)(?<!true)(?<!false)")
_REPLACE = re.compile(r"(?i:REPLACE)")
_GRAPH = re.compile(r"(?i:GRAPH)\s*+[?$]")
_AGGREGATE = re.compile(r"(?i:GROUP_CONCAT|COUNT|MIN|MAX)")
# Two names of expressions, as one is of no use to itself, or what may use one, or a variable that
# is not grouped.
_ALIAS = re.compile(r"(?i:AS)\b.*?(?i:AS)\b|(?i:HAVING)|(?i:GROUP)\b.*?(?i:ORDER)\b", re.DOTALL)
_ORDER = re.compile(r"(?i:ORDER)")
_PATH = re.compile(r"[*]|\?(?![A-Za-z0-9_\u0080-\U0010ffff])")
_ALTERNATIVE = re.compile(r"(?<!\|)\|(?!\|)")
_CHAIN_LENGTH = 32

Edits = Callable[[Structure], list[Edit]]


def corrected(
    query: str,
    is_missing: Callable[[int], bool],
    named_graphs: Callable[[], list[str]] = list,
    *,
    base: str | None = None,
    is_thorough: bool = False,
) -> str:
    """Return ``query`` with all corrections that it needs; its relative IRIs start from ``base``.

    ``is_missing`` tells whether the graph may not hold the constant that a token of the query
    stands for, ``named_graphs`` returns the IRIs of those that GRAPH ?g stands for. With
    ``is_thorough`` kinds of values that hardly ever meet are ordered apart, too.
    """
    steps: list[tuple[bool, Edits]] = [
        # First, as it counts tokens.
        (_PATH.search(query) is not None, lambda known: path_edits(known, is_missing)),
        (_ALTERNATIVE.search(query) is not None, alternative_edits),
        (DEFAULT_GRAPH in query, lambda known: default_graph_edits(known, base)),
        (_GRAPH.search(query) is not None, lambda known: graph_edits(known, named_graphs)),
        (_ALIAS.search(query) is not None, alias_edits),
        (_AGGREGATE.search(query) is not None, aggregate_edits),
        (_BOOLEAN.search(query) is not None, boolean_edits),
        ("+" in query, sum_edits),
        (_REPLACE.search(query) is not None, replacement_edits),
        (max(query.count("||"), query.count("&&")) >= _CHAIN_LENGTH, chain_edits),
        (
            _ORDER.search(query) is not None,
            lambda known: order_edits(known, is_thorough=is_thorough),
        ),
    ]
    for is_needed, edits in steps:
        if is_needed:
            structure = structure_of(query)
            if not structure.is_sound:
                return query
            query = edited(query, edits(structure))
    return query


def with_columns_in_order(query: str, variables: Callable[[], list[str]]) -> str:
    """Return ``query`` with the columns of SELECT * in the order of its text.

    ``variables`` returns the variables that the star stands for.
    """
    if "*" not in query:
        return query
    structure = structure_of(query)
    star = star_of(structure) if structure.is_sound else None
    return query if star is None else edited(query, column_edits(structure, star, variables()))
