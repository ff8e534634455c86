"""Corrections of paths with alternatives: what several of them lead to counts several times.

``?a :p|:q ?b`` has the solutions of both (SPARQL 1.1, section 18.4: a union), as
``{ ?a :p ?b } UNION { ?a :q ?b }`` has; the engine drops the second of two equal ones, so that
counts and sums over them come out too small.
"""

from itertools import product
from math import prod

from urbact_graph.engine.rewriting.paths import blocks, triples
from urbact_graph.engine.rewriting.structure import Edit, Structure

# Alternatives within a sequence multiply; more than these are left to the engine.
_MOST = 32
# A path of one way, as the texts of its steps one after the other.
_Steps = tuple[str, ...]


def alternative_edits(query: Structure) -> list[Edit]:
    """Write patterns whose path has alternatives as a union of patterns, one for each.

    Below ``*``, ``+`` and ``?`` nothing is changed, as paths of these lead to a node once.
    """
    edits = []
    for start, end in blocks(query):
        found = triples(query, start, end)
        ways = [_ways(query, *verb) for _, verb, _ in found]
        if not any(2 <= len(way) <= _MOST for way in ways) or _has_blank_node(query, start, end):  # noqa: PLR2004
            continue
        unions, plain = [], []
        for (subject, verb, term), way in zip(found, ways, strict=True):
            left, right = query.text(*subject), query.text(*term)
            if 2 <= len(way) <= _MOST:  # noqa: PLR2004 - one way is no alternative
                patterns = (f"{{ {left} {'/'.join(steps)} {right} }}" for steps in way)
                unions.append(" UNION ".join(patterns))
            else:
                plain.append(f"{left} {query.text(*verb)} {right}")
        # A full stop may follow.
        edits.append(query.edit(start, end, f"{' '.join(unions)} {' . '.join(plain)} "))
    return edits


def _has_blank_node(query: Structure, start: int, end: int) -> bool:
    """Tell whether a label of a blank node is among the tokens: it must not be in two groups."""
    return any(token.text.startswith("_:") for token in query.tokens[start:end])


def _ways(query: Structure, start: int, end: int, *, is_inverse: bool = False) -> list[_Steps]:
    """Return the paths without alternatives that the path of these tokens stands for.

    The path is turned round if ``is_inverse``.
    """
    found: list[_Steps] = []
    for alternative in query.split(start, end, "|"):
        elements = [
            _ways_of_element(query, *element, is_inverse=is_inverse)
            for element in query.split(*alternative, "/")
        ]
        if is_inverse:
            elements.reverse()
        if prod(len(element) for element in elements) > _MOST:
            return []
        found += [tuple(step for part in parts for step in part) for parts in product(*elements)]
    return found if len(found) <= _MOST else []


def _ways_of_element(query: Structure, start: int, end: int, *, is_inverse: bool) -> list[_Steps]:
    if end - start > 1 and query.is_text(start, "^"):
        return _ways_of_element(query, start + 1, end, is_inverse=not is_inverse)
    if query.is_text(start, "(") and query.partner[start] == end - 1:
        return _ways(query, start + 1, end - 1, is_inverse=is_inverse)
    text = query.text(start, end)
    return [(f"^({text})" if is_inverse else text,)]
