"""Corrections of SELECT: an expression that uses what an expression before it has computed."""

from collections.abc import Iterator
from typing import NamedTuple

from urbact_graph.engine.rewriting.structure import Edit, Structure

_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
# Each call of these has another value, so that they cannot be written twice.
_VOLATILE = frozenset(("BNODE", "RAND", "STRUUID", "UUID"))
# An expression that grows longer is not written.
_LONGEST = 4_000


class _Alias(NamedTuple):
    """``(expression AS ?name)``: the tokens of the expression are those in ``place``."""

    name: str
    place: tuple[int, int]


def alias_edits(query: Structure) -> list[Edit]:
    """Write the expression of a variable where a later one of the same SELECT uses the variable.

    SPARQL allows that (SPARQL 1.1, section 16.1.2); the engine does, too, but not where rows are
    grouped.
    """
    edits: list[Edit] = []
    if query.places("GROUP", "HAVING", *_AGGREGATES):
        for select in query.places("SELECT"):
            edits += _edits(query, list(_aliases(query, select)))
    return edits


def _aliases(query: Structure, select: int) -> Iterator[_Alias]:
    """Yield the aliases of the SELECT at the token ``select``, in their order."""
    index = select + 1
    while index < len(query.tokens):
        token = query.tokens[index]
        if token.text == "(":
            end = query.partner[index]
            if query.word(end - 2) == "AS":
                yield _Alias(query.tokens[end - 1].text[1:], (index + 1, end - 2))
            index = end
        elif token.kind != "variable" and query.word(index) not in ("DISTINCT", "REDUCED"):
            return
        index += 1


def _edits(query: Structure, aliases: list[_Alias]) -> Iterator[Edit]:
    written: dict[str, str] = {}
    for alias in aliases:
        start, end = alias.place
        if start >= end:
            continue
        edits = [
            query.edit(index, index + 1, f"({written[query.tokens[index].text[1:]]})")
            for index in _variables(query, start, end)
            if query.tokens[index].text[1:] in written
        ]
        text = _after(query, alias.place, edits)
        if len(text) > _LONGEST:
            continue
        yield from edits
        if not any(query.word(index) in _VOLATILE for index in range(start, end)):
            written[alias.name] = text


def _variables(query: Structure, start: int, end: int) -> Iterator[int]:
    """Yield the variables between the tokens that are not in an aggregate or a pattern."""
    index = start
    while index < end:
        if query.tokens[index].kind == "variable":
            yield index
        is_call = query.word(index) in _AGGREGATES and query.is_text(index + 1, "(")
        if is_call or query.tokens[index].text == "{":
            index = query.partner[index + is_call]
        index += 1


def _after(query: Structure, place: tuple[int, int], edits: list[Edit]) -> str:
    """Return the text of the tokens in ``place`` after ``edits``."""
    start, end = query.tokens[place[0]].start, query.tokens[place[1] - 1].end
    parts, copied = [], start
    for edit in edits:
        parts += [query.query[copied : edit.start], edit.text]
        copied = edit.end
    return "".join([*parts, query.query[copied:end]])
