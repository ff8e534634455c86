"""Regular expressions in queries that the engine cannot read.

A pattern that cannot be read is an error of REGEX and REPLACE (SPARQL 1.1, sections 17.4.3.14 and
17.4.3.15), so that a filter with it drops every row in silence. Where the pattern is written in the
query it is refused before the query is evaluated.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pyoxigraph import QuerySolutions, Store

from urbact_graph.rdf.characters import Fault
from urbact_graph.rdf.sparql import Token, shortened, tokens

# The place of the flags among the arguments; the pattern is the second.
_FLAGS = {"REGEX": 2, "REPLACE": 3}
_CALL = re.compile(r"(?i:REGEX|REPLACE)")
_KNOWN_FLAGS = frozenset("imsxq")
# What other engines have; as the query writes it, with two backslashes for one.
_NOT_OFFERED = (
    (r"\(\?<?[=!]", "regular expressions have no look-ahead and look-behind; use a second FILTER"),
    (r"\\\\[1-9]", "regular expressions have no references to their groups; write the group again"),
    (r"\\\\[icIC]", r"regular expressions have no \i and \c; use [A-Za-z_:] or \p{L} instead"),
)


class _Call(NamedTuple):
    """A call whose pattern, and whose flags if it has any, are written as strings."""

    pattern: Token
    flags: str


def pattern_fault(query: str) -> Fault | None:
    """Return where the first regular expression stands that the engine cannot read, and why."""
    if _CALL.search(query) is None:
        return None
    for call in _calls(list(tokens(query))):
        if clause := _clause(call.pattern.text, call.flags):
            return Fault(call.pattern.start, clause)
    return None


def _calls(found: list[Token]) -> Iterator[_Call]:
    for index, token in enumerate(found[:-1]):
        place = _FLAGS.get(token.text.upper()) if token.kind == "name" else None
        if place is None or found[index + 1].text != "(":
            continue
        arguments = _arguments(found, index + 2)
        pattern = _string(arguments, 1)
        flags = _string(arguments, place) if len(arguments) > place else None
        if pattern and (flags or len(arguments) <= place):
            yield _Call(pattern, flags.text if flags else "")


def _arguments(found: list[Token], start: int) -> list[list[Token]]:
    """Return the tokens of each argument of the call whose bracket opens before ``start``."""
    arguments: list[list[Token]] = [[]]
    depth = 0
    for token in found[start:]:
        if token.kind == "close" and not depth:
            break
        depth += (token.kind == "open") - (token.kind == "close")
        if token.text == "," and not depth:
            arguments.append([])
        else:
            arguments[-1].append(token)
    return arguments


def _string(arguments: list[list[Token]], place: int) -> Token | None:
    """Return the argument at ``place`` if it is a string without datatype and language."""
    argument = arguments[place] if place < len(arguments) else []
    return argument[0] if [token.kind for token in argument] == ["string"] else None


@lru_cache(maxsize=32)
def _clause(pattern: str, flags: str) -> str:
    """Return why the engine cannot read ``pattern``, both as the query writes them, or nothing."""
    if _is_readable(pattern, flags):
        return ""
    if unknown := set(flags[1:-1]) - _KNOWN_FLAGS:
        return f"there is no flag {min(unknown)!r} of regular expressions; take of i, m, s, x, q"
    for sign, sentence in _NOT_OFFERED:
        if re.search(sign, pattern):
            return sentence
    return (
        f"the regular expression {shortened(pattern)} cannot be read, or is too large; compare its "
        r"brackets, and write \\ before a sign such as ( [ { * + ? that stands for itself"
    )


def _is_readable(pattern: str, flags: str) -> bool:
    call = f"REGEX('', {pattern}{', ' if flags else ''}{flags})"
    try:
        results = Store().query(f"SELECT ({call} AS ?x) {{}}")
    except SyntaxError:
        # The parser says what is wrong in the query.
        return True
    return isinstance(results, QuerySolutions) and any(row["x"] is not None for row in results)
