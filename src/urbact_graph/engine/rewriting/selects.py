"""The parts of a SELECT: its aliases, its group of patterns, and what follows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from urbact_graph.engine.rewriting.structure import Structure

AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
# What a solution modifier begins with (SPARQL 1.1, rules 18 to 28).
_MODIFIERS = frozenset(("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"))


class Alias(NamedTuple):
    """``(expression AS ?name)``: the tokens of the expression are those in ``place``."""

    name: str
    place: tuple[int, int]


@dataclass(frozen=True)
class Select:
    """A SELECT at a token of a query.

    ``pattern`` are the tokens of its group of patterns, brackets included; ``modifiers`` are those
    of what follows each of the keywords GROUP, HAVING and ORDER that it has.
    """

    aliases: list[Alias]
    pattern: tuple[int, int]
    modifiers: dict[str, tuple[int, int]]


def select_at(query: Structure, select: int) -> Select:
    """Return the parts of the SELECT at the token ``select``."""
    depth = query.depth[select]
    opening = select + 1
    while opening < len(query.tokens) and query.depth[opening] >= depth:
        if query.depth[opening] == depth and query.tokens[opening].text == "{":
            closing = query.partner[opening] + 1
            modifiers = _modifiers(query, closing, depth)
            return Select(list(_aliases(query, select)), (opening, closing), modifiers)
        opening += 1
    return Select(list(_aliases(query, select)), (opening, opening), {})


def _modifiers(query: Structure, start: int, depth: int) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    keyword, begin, index = "", start, start
    while index < len(query.tokens) and query.depth[index] >= depth:
        if query.tokens[index].text == "}" and query.depth[index] == depth:
            break
        if query.depth[index] == depth and query.word(index) in _MODIFIERS:
            found.setdefault(keyword, (begin, index))
            keyword, begin = query.word(index), index + 1
        index += 1
    found.setdefault(keyword, (begin, index))
    return {name: place for name, place in found.items() if name in ("GROUP", "HAVING", "ORDER")}


def _aliases(query: Structure, select: int) -> Iterator[Alias]:
    """Yield the aliases of the SELECT at the token ``select``, in their order."""
    index = select + 1
    while index < len(query.tokens):
        token = query.tokens[index]
        if token.text == "(":
            end = query.partner[index]
            if query.word(end - 2) == "AS":
                yield Alias(query.tokens[end - 1].text[1:], (index + 1, end - 2))
            index = end
        elif token.kind != "variable" and query.word(index) not in ("DISTINCT", "REDUCED"):
            return
        index += 1


def grouped_names(query: Structure, select: Select) -> set[str]:
    """Return the variables that GROUP BY names, or binds by AS."""
    start, end = select.modifiers.get("GROUP", (0, 0))
    names, index = set(), start
    while index < end:
        token = query.tokens[index]
        if token.kind == "variable":
            names.add(token.text[1:])
        elif token.text == "(":
            closing = query.partner[index]
            inside = closing - index
            # A variable in brackets is an expression, which binds none.
            if inside > 2 and query.word(closing - 2) == "AS":  # noqa: PLR2004
                names.add(query.tokens[closing - 1].text[1:])
            elif inside == 2:  # noqa: PLR2004
                names.add(query.tokens[index + 1].text[1:])
            index = closing
        index += 1
    return names


def free_variables(query: Structure, start: int, end: int) -> Iterator[int]:
    """Yield the variables between the tokens that are not in an aggregate or a pattern."""
    index = start
    while index < end:
        if query.tokens[index].kind == "variable":
            yield index
        is_call = query.word(index) in AGGREGATES and query.is_text(index + 1, "(")
        if is_call or query.tokens[index].text == "{":
            index = query.partner[index + is_call]
        index += 1
