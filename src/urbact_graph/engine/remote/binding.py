"""Terms in the place of variables, and the base of relative IRIs, as every engine takes them.

A term is written in N-Triples where the tokenizer found the variable, so that it cannot be anything
but a term (SPARQL 1.1, section 19.8). The answer has the variable as a column all the same.
"""

import re
from collections.abc import Iterator, Mapping

from urbact_graph.engine.rewriting.structure import Edit, Structure, edited
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.sparql import tokens

_DECIMAL = f"<{XSD.decimal}>"
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_BINDERS = ("AS", "VALUES")
_READERS = ("FILTER", "BIND", "HAVING")
# What ends the conditions of GROUP BY and ORDER BY.
_CLAUSES = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


def bound(query: str, terms: Mapping[str, str]) -> str:
    """Return ``query`` with the variables of ``terms`` bound to these, which are in N-Triples.

    A variable that the query binds itself is joined with its term instead.
    """
    structure = Structure(query)
    if not structure.is_sound:
        return query
    joined = {name for name in terms if _binds(structure, name)}
    replaced = {name: term for name, term in terms.items() if name not in joined}
    text = edited(query, [*_edits(structure, replaced), *_idle_edits(structure, replaced)])
    for name in sorted(joined):
        text = f"{text.rstrip()}\nVALUES ?{name} {{ {terms[name]} }}"
    return text


def with_base(query: str, base: str | None) -> str:
    """Return ``query`` with ``base`` declared as its BASE, if it has relative IRIs and none."""
    if base is None:
        return query
    found = list(tokens(query))
    words = {token.text.upper() for token in found if token.kind == "name"}
    is_relative = any(token.kind == "iri" and not _ABSOLUTE.match(token.text) for token in found)
    return f"BASE <{base}> {query}" if is_relative and "BASE" not in words else query


def _binds(query: Structure, name: str) -> bool:
    """Tell whether the query gives the variable a value by AS or VALUES."""
    for index, token in enumerate(query.tokens):
        if token.kind == "variable" and token.text[1:] == name:
            before = query.word(index - 1)
            opening = index - 1
            while opening > 0 and query.tokens[opening].kind == "variable":
                opening -= 1
            if before in _BINDERS or query.word(opening - 1) == "VALUES":
                return True
    return False


def _edits(query: Structure, terms: Mapping[str, str]) -> Iterator[Edit]:
    selects = dict(_select_clauses(query))
    groups = dict(_conditions(query, "GROUP"))
    orders = dict(_conditions(query, "ORDER"))
    for start, end in groups.items():
        yield from _without_constants(query, start, end, terms)
    for index, token in enumerate(query.tokens):
        name = token.text[1:]
        if token.kind != "variable" or name not in terms:
            continue
        term = terms[name]
        if query.word(index - 2) == "BOUND":
            # A term is bound; BOUND takes variables only.
            yield query.edit(index - 2, index + 2, "true")
        elif _is_top(query, index, selects):
            yield query.edit(index, index + 1, _projected(query, index, term))
        elif _is_top(query, index, orders):
            yield query.edit(index, index + 1, f"({term})")
        elif not _is_top(query, index, groups):
            yield query.edit(index, index + 1, term)


def _idle_edits(query: Structure, terms: Mapping[str, str]) -> Iterator[Edit]:
    """Take variables that nothing binds out of what is further in: they join with nothing there.

    An engine may join rows by such a variable, and finds none (Virtuoso). What is outermost keeps
    it, as a column without values.
    """
    selects = {start: end for start, end in _select_clauses(query) if query.depth[start - 1] > 0}
    groups = {
        start: end for start, end in _conditions(query, "GROUP") if query.depth[start - 1] > 0
    }
    clauses = {**selects, **groups}
    projected = {
        token.text[1:]
        for index, token in enumerate(query.tokens)
        if token.kind == "variable" and _is_top(query, index, selects)
    }
    idle = {
        name
        for name in projected - terms.keys()
        if not _binds(query, name) and _is_read(query, name)
    }
    for start, end in clauses.items():
        parts = [
            index
            for index in range(start, end)
            if query.tokens[index].kind == "variable"
            and query.depth[index] == query.depth[start - 1]
        ]
        unused = [index for index in parts if query.tokens[index].text[1:] in idle]
        # A clause is not left empty.
        if len(unused) < end - start:
            yield from (query.edit(index, index + 1, "") for index in unused)


def _is_read(query: Structure, name: str) -> bool:
    """Tell whether the variable stands in clauses and expressions only: nothing binds it."""
    clauses = dict(_select_clauses(query)) | dict(_conditions(query, "GROUP"))
    clauses |= dict(_conditions(query, "ORDER"))
    return all(
        _is_top(query, index, clauses) or _in_expression(query, index)
        for index, token in enumerate(query.tokens)
        if token.kind == "variable" and token.text[1:] == name
    )


def _in_expression(query: Structure, index: int) -> bool:
    """Tell whether a token stands in the brackets of FILTER, BIND, or a function after FILTER."""
    opening = index
    while opening > 0:
        opening = _enclosing(query, opening)
        if opening < 0 or query.tokens[opening].text != "(":
            return False
        if query.word(opening - 1) in _READERS or query.word(opening - 2) == "FILTER":
            return True
    return False


def _enclosing(query: Structure, index: int) -> int:
    """Return the bracket that a token stands in; -1 if in none."""
    depth = query.depth[index]
    before = index - 1
    while before >= 0:
        if query.tokens[before].kind == "open" and query.depth[before] == depth - 1:
            return before
        before -= 1
    return -1


def _projected(query: Structure, index: int, term: str) -> str:
    """Return what stands for a variable that SELECT projects.

    Further in nothing needs it any more, and what is outside could not bind it once more.
    """
    name = query.tokens[index].text[1:]
    if query.depth[index] == 0:
        return f"({_written(term)} AS ?{name})"
    is_alone = query.word(index - 1) in ("SELECT", "DISTINCT", "REDUCED") and (
        query.word(index + 1) in ("WHERE", "FROM") or query.is_text(index + 1, "{")
    )
    return f"({term} AS ?{name}_term)" if is_alone else ""


def _written(term: str) -> str:
    """Return ``term`` as SELECT takes it on every engine: Virtuoso cannot sort beside a decimal."""
    text, _, datatype = term.rpartition("^^")
    return f"STRDT({text}, {datatype})" if datatype == _DECIMAL else term


def _is_top(query: Structure, index: int, clauses: Mapping[int, int]) -> bool:
    """Tell whether a token stands in one of the clauses, and in none of their brackets."""
    return any(
        start <= index < end and query.depth[index] == query.depth[start - 1]
        for start, end in clauses.items()
    )


def _select_clauses(query: Structure) -> Iterator[tuple[int, int]]:
    """Yield where what each SELECT projects begins and ends."""
    for index in query.places("SELECT"):
        end = index + 1
        while end < len(query.tokens) and query.tokens[end].text != "{":
            if query.word(end) in ("WHERE", "FROM"):
                break
            end = query.partner[end] + 1 if query.tokens[end].kind == "open" else end + 1
        yield index + 1, end


def _conditions(query: Structure, keyword: str) -> Iterator[tuple[int, int]]:
    """Yield where the conditions of each GROUP BY or ORDER BY begin and end."""
    for index in query.places(keyword):
        if query.word(index + 1) != "BY":
            continue
        end = index + 2
        while end < len(query.tokens) and query.tokens[end].kind != "close":
            if query.word(end) in _CLAUSES and query.word(end - 1) != "BY":
                break
            end = query.partner[end] + 1 if query.tokens[end].kind == "open" else end + 1
        yield index + 2, end


def _without_constants(
    query: Structure, start: int, end: int, terms: Mapping[str, str]
) -> Iterator[Edit]:
    """Take the constants out of the conditions of GROUP BY, which are the same in every group."""
    parts, index = [], start
    while index < end:
        after = query.partner[index] + 1 if query.tokens[index].kind == "open" else index + 1
        parts.append((index, after))
        index = after
    constant = [
        (begin, after)
        for begin, after in parts
        if query.tokens[begin].kind == "variable" and query.tokens[begin].text[1:] in terms
    ]
    if constant and len(constant) == len(parts):
        # Without solutions there is no group, other than without GROUP BY.
        yield query.edit(start - 2, end, "HAVING (COUNT(*) > 0)")
        return
    for begin, after in constant:
        yield query.edit(begin, after, "")
