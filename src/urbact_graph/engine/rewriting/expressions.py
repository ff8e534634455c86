"""Corrections of expressions: booleans in capitals, replacements of REPLACE, long chains."""

import re

from urbact_graph.engine.rewriting.structure import Edit, Structure

# From so many operands on the engine's time, which grows with their square, is felt.
_LONG_CHAIN = 32
_ESCAPED_DIGITS = re.compile(r"\\\\(?P<escaped>\\\\|\$)|\$(?P<digits>[0-9]+)|(?P<sign>\$)")
_GROUP = re.compile(r"\\\\.|\[(?:\\\\.|[^\]])*+\]|(?P<group>\((?!\?))")
_ARGUMENTS_WITH_REPLACEMENT = (3, 4)
# Steps that write a replacement as the engine has it: noncharacters, which no text that is
# exchanged holds (Unicode, section 23.7), stand for what the next steps must not read.
_STEPS = (
    (r'"\\\\\\\\"', '"\ufdd0"'),
    (r'"\\\\\\$"', '"\ufdd1"'),
    (r'"\\$([0-9])"', '"\ufdd2{${1}}"'),
    (r'"\\$"', '"$$$$"'),
    ('"\ufdd2"', '"$$"'),
    ('"\ufdd1"', '"$$$$"'),
    ('"\ufdd0"', r'"\\"'),
)


def boolean_edits(query: Structure) -> list[Edit]:
    """Write booleans in lower case: the keywords TRUE and FALSE may have any (SPARQL 1.1, 19.8)."""
    return [
        query.edit(index, index + 1, query.word(index).lower())
        for index in query.places("TRUE", "FALSE")
    ]


def replacement_edits(query: Structure) -> list[Edit]:
    r"""Write the replacements of REPLACE as the engine's regular expressions have them.

    In XPath (Functions and Operators, fn:replace) ``$1`` is a group, whatever letter follows, and
    ``\$`` and ``\\`` are the characters; in the engine ``${1}``, ``$$`` and ``\`` are. A ``$`` that
    no digit follows is the character, as is everything with the flag q. What is not written as a
    string in the query is rewritten when it has its value; there groups have one digit.
    """
    edits = []
    for index in query.places("REPLACE"):
        if not query.is_text(index + 1, "("):
            continue
        arguments = query.split(index + 2, query.partner[index + 1], ",")
        if len(arguments) not in _ARGUMENTS_WITH_REPLACEMENT:
            continue
        pattern, (start, end) = arguments[1:3]
        is_literal = len(arguments) > 3 and "q" in query.text(*arguments[3])  # noqa: PLR2004 - flags
        if query.is_plain_text(start, end):
            groups = _groups(query.text(*pattern)) if query.is_plain_text(*pattern) else None
            old = query.tokens[start].text
            new = old.replace("$", "$$") if is_literal else _replacement(old, groups)
            if new != old:
                edits.append(query.edit(start, end, new))
        elif start < end:
            steps = _STEPS[3:4] if is_literal else _STEPS
            first, last = query.tokens[start].start, query.tokens[end - 1].end
            closed = "".join(f",{old},{new})" for old, new in steps)
            edits += [Edit(first, first, "REPLACE(" * len(steps)), Edit(last, last, closed)]
    return edits


def _groups(pattern: str) -> int:
    """Return how many groups a pattern has; ``pattern`` is its literal in the query."""
    return sum(1 for match in _GROUP.finditer(pattern) if match["group"])


def _replacement(literal: str, groups: int | None) -> str:
    def written(match: re.Match[str]) -> str:
        if escaped := match["escaped"]:
            return "$$" if escaped == "$" else escaped
        if match["sign"]:
            return "$$"
        digits, rest = match["digits"], ""
        # $12 is the group 12 if there are as many, and otherwise the group 1 followed by a 2.
        while groups is not None and len(digits) > 1 and int(digits) > groups:
            digits, rest = digits[:-1], digits[-1] + rest
        return f"${{{digits}}}{rest}"

    return _ESCAPED_DIGITS.sub(written, literal)


def chain_edits(query: Structure) -> list[Edit]:
    """Bracket long chains of ``||`` and ``&&`` as balanced trees, which the engine reads quickly.

    Both operators are associative (SPARQL 1.1, section 17.2), errors included.
    """
    edits: list[Edit] = []
    for opening, closing in query.partner.items():
        if closing > opening and query.tokens[opening].text == "(":
            for start, end in query.split(opening + 1, closing, ","):
                edits += _balanced(query, start, end)
    return edits


def _balanced(query: Structure, start: int, end: int) -> list[Edit]:
    alternatives = _operands(query, start, end, "|")
    edits = _brackets(query, alternatives)
    for begin, stop in alternatives:
        edits += _brackets(query, _operands(query, begin, stop, "&"))
    return edits


def _operands(query: Structure, start: int, end: int, sign: str) -> list[tuple[int, int]]:
    """Return the operands of the operator that is ``sign`` twice; empty ones are left out."""
    if end - start >= 2 and query.word(end - 2) == "AS":  # noqa: PLR2004 - AS and a variable
        end -= 2
    return [(a, b) for a, b in query.split(start, end, sign) if a < b]


def _brackets(query: Structure, operands: list[tuple[int, int]]) -> list[Edit]:
    """Return the brackets that make the chain of ``operands`` a tree, if it is a long one."""
    if len(operands) < _LONG_CHAIN:
        return []
    before, after = [""] * len(operands), [""] * len(operands)

    def divide(low: int, high: int) -> None:
        if high - low < 2:  # noqa: PLR2004 - one operand needs no brackets
            return
        before[low] += "("
        after[high - 1] += ")"
        middle = (low + high) // 2
        divide(low, middle)
        divide(middle, high)

    divide(0, len(operands))
    edits = []
    for (begin, stop), brackets, closed in zip(operands, before, after, strict=True):
        first, last = query.tokens[begin].start, query.tokens[stop - 1].end
        edits += [Edit(first, first, brackets), Edit(last, last, closed)]
    return edits
