"""Corrections of SELECT where rows are grouped: variables that have no value in a group.

These are the names of expressions in later expressions and in HAVING, and, in HAVING and ORDER BY,
variables that are not grouped.
"""

from collections.abc import Iterator

from urbact_graph.engine.rewriting.selects import (
    AGGREGATES,
    Select,
    free_variables,
    grouped_names,
    select_at,
)
from urbact_graph.engine.rewriting.structure import Edit, Structure

# Each call of these has another value, so that they cannot be written twice.
_VOLATILE = frozenset(("BNODE", "RAND", "STRUUID", "UUID"))
# An expression that grows longer is not written.
_LONGEST = 4_000


def alias_edits(query: Structure) -> list[Edit]:
    """Write what variables stand for where rows are grouped and the engine does not know it.

    A later expression of the same SELECT may use the name of an earlier one (SPARQL 1.1, section
    16.1.2). HAVING comes before the names are bound (section 18.2.4.1), so that a name in it has no
    value and leaves no row; it is taken for its expression, as people and many engines mean it.
    Other variables in HAVING and ORDER BY that are not grouped stand for any value in the group
    (section 18.2.4.1).
    """
    edits: list[Edit] = []
    if query.places("GROUP", "HAVING", *AGGREGATES):
        for token in query.places("SELECT"):
            select = select_at(query, token)
            written: dict[str, str] = {}
            edits += _expressions(query, select, written)
            edits += _conditions(query, select, written)
    return edits


def _expressions(query: Structure, select: Select, written: dict[str, str]) -> Iterator[Edit]:
    """Yield the edits of the expressions; put the text of each into ``written``, by its name."""
    for alias in select.aliases:
        start, end = alias.place
        if start >= end:
            continue
        edits = [
            _value(query, index, written[query.tokens[index].text[1:]])
            for index in free_variables(query, start, end)
            if query.tokens[index].text[1:] in written
        ]
        text = _after(query, alias.place, edits)
        if len(text) > _LONGEST:
            continue
        yield from edits
        if not any(query.word(index) in _VOLATILE for index in range(start, end)):
            written[alias.name] = text


def _conditions(query: Structure, select: Select, written: dict[str, str]) -> Iterator[Edit]:
    names = {alias.name for alias in select.aliases} | grouped_names(query, select)
    bound = {
        token.text[1:]
        for token in query.tokens[slice(*select.pattern)]
        if token.kind == "variable" and token.text[1:] not in names
    }
    for keyword, place in select.modifiers.items():
        for index in () if keyword == "GROUP" else free_variables(query, *place):
            name = query.tokens[index].text[1:]
            if name in written and keyword == "HAVING":
                yield _value(query, index, written[name])
            elif name in bound and "GROUP" in select.modifiers:
                yield _value(query, index, f"SAMPLE(?{name})")


def _value(query: Structure, index: int, text: str) -> Edit:
    """Write ``text`` for the variable at ``index``; BOUND takes variables only."""
    if query.word(index - 2) == "BOUND" and query.is_text(index + 1, ")"):
        return query.edit(index - 2, index + 2, f"COALESCE(isIRI({text})||true,false)")
    return query.edit(index, index + 1, f"({text})")


def _after(query: Structure, place: tuple[int, int], edits: list[Edit]) -> str:
    """Return the text of the tokens in ``place`` after ``edits``."""
    start, end = query.tokens[place[0]].start, query.tokens[place[1] - 1].end
    parts, copied = [], start
    for edit in edits:
        parts += [query.query[copied : edit.start], edit.text]
        copied = edit.end
    return "".join([*parts, query.query[copied:end]])
