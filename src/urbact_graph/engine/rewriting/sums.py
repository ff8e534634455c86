"""Corrections of sums of a time and a duration."""

from urbact_graph.engine.rewriting.structure import Edit, Structure

# What may stand before the first operand of a sum, so that it is no part of another operation.
_BEFORE = frozenset("(,=<>|&")
# What behind the second operand would be computed before the sum.
_BEFORE_SUM = frozenset("*/")
# Each operand more makes the text three times as long.
_LONGEST_SUM = 4
_CALLED = frozenset(("name", "iri"))


def sum_edits(query: Structure) -> list[Edit]:
    """Write sums so that the engine finds their value whichever operand is the duration.

    The engine puts the operands in an order of its own, but adds durations to times only, not
    times to durations (XPath Functions and Operators, op:add-dayTimeDuration-to-dateTime). To
    subtract the negative duration is the same.
    """
    edits: list[Edit] = []
    covered = 0
    for index, token in enumerate(query.tokens):
        if token.text != "+" or index < covered:
            continue
        start = _operand_before(query, index)
        if start is None or start < max(1, covered):
            continue
        if query.tokens[start - 1].text in _BEFORE:
            text, end = _sum(query, start, index)
            if end > index:
                edits.append(query.edit(start, end, text))
                covered = end
    return edits


def _sum(query: Structure, start: int, operator: int) -> tuple[str, int]:
    """Write the sum that begins at ``start``; return it, and where the last operand in it ends."""
    written, end = query.text(start, operator), operator
    for _ in range(_LONGEST_SUM):
        sign = query.tokens[end].text if end < len(query.tokens) else ""
        after = _operand_after(query, end + 1) if sign in ("+", "-") else None
        if after is None or any(query.is_text(after, text) for text in _BEFORE_SUM):
            break
        operand = query.text(end + 1, after)
        # Spaces, as a name may hold a hyphen.
        if sign == "+":
            sums = f"{written} + {operand}, {written} - (-({operand}))"
            written = f"COALESCE({sums}, {operand} - (-({written})))"
        else:
            written = f"{written} - {operand}"
        end = after
    return written, end


def _operand_before(query: Structure, end: int) -> int | None:
    """Return where the variable, literal, call or bracket begins that ends before ``end``."""
    last = end - 1
    if last < 1:
        return None
    token = query.tokens[last]
    if token.kind == "variable":
        return last
    if token.text == ")":
        opening = query.partner[last]
        return opening - 1 if query.tokens[opening - 1].kind in _CALLED else opening
    is_typed = last > 2 and query.is_text(last - 1, "^") and query.is_text(last - 2, "^")  # noqa: PLR2004
    return last - 3 if is_typed and query.tokens[last - 3].kind == "string" else None


def _operand_after(query: Structure, start: int) -> int | None:
    """Return where the variable, literal, call or bracket ends that begins at ``start``."""
    if start >= len(query.tokens):
        return None
    token = query.tokens[start]
    if token.kind == "variable":
        return start + 1
    if token.text == "(":
        return query.partner[start] + 1
    if token.kind in _CALLED and query.is_text(start + 1, "("):
        return query.partner[start + 1] + 1
    is_typed = query.is_text(start + 1, "^") and query.is_text(start + 2, "^")
    return start + 4 if token.kind == "string" and is_typed else None
