"""Regular expressions in queries that the engine cannot read.

A pattern that cannot be read is an error of REGEX and REPLACE (SPARQL 1.1, sections 17.4.3.14 and
17.4.3.15), so that a filter with it drops every row in silence. Where the pattern is written in the
query it is refused before the query is evaluated.
"""

import re
from functools import lru_cache

from pyoxigraph import QuerySolutions, Store

from urbact_graph.engine.rewriting import structure_of
from urbact_graph.problems import SYNTAX_ERROR, ProblemError
from urbact_graph.rdf.sparql import position

# The place of the pattern, and of the flags, among the arguments.
_PATTERN = 1
_FLAGS = {"REGEX": 2, "REPLACE": 3}
_CALL = re.compile(r"(?i:REGEX|REPLACE)")
_KNOWN_FLAGS = frozenset("imsxq")
# What other engines have; as the query writes it, with two backslashes for one.
_NOT_OFFERED = (
    (r"\(\?<?[=!]", "regular expressions have no look-ahead and look-behind; use a second FILTER"),
    (r"\\\\[1-9]", "regular expressions have no references to their groups; write the group again"),
    (r"\\\\[icIC]", r"regular expressions have no \i and \c; use [A-Za-z_:] or \p{L} instead"),
)


def check_patterns(query: str) -> None:
    """Do nothing if the engine can read each regular expression that stands in ``query``.

    Raises:
        ProblemError: it cannot read one; ``line`` and ``column`` say where that stands.
    """
    if _CALL.search(query) is None:
        return
    structure = structure_of(query)
    if not structure.is_sound:
        return
    for index in structure.places(*_FLAGS):
        if not structure.is_text(index + 1, "("):
            continue
        arguments = structure.split(index + 2, structure.partner[index + 1], ",")
        if len(arguments) <= _PATTERN:
            continue
        start, end = arguments[_PATTERN]
        place = _FLAGS[structure.word(index)]
        flags = arguments[place] if len(arguments) > place else None
        if not all(structure.is_plain_text(*span) for span in (arguments[_PATTERN], flags) if span):
            continue
        pattern = structure.text(start, end)
        reason = _fault(pattern, structure.text(*flags) if flags else "")
        if reason:
            line, column = position(query, structure.tokens[start].start)
            raise ProblemError(
                SYNTAX_ERROR,
                f"Syntax error at line {line}, column {column}: {reason}.",
                extensions={"line": line, "column": column},
            )


@lru_cache(maxsize=256)
def _fault(pattern: str, flags: str) -> str:
    """Return why the engine cannot read ``pattern``, both as the query writes them, or nothing."""
    if _is_readable(pattern, flags):
        return ""
    if unknown := set(flags[1:-1]) - _KNOWN_FLAGS:
        return f"there is no flag {min(unknown)!r} of regular expressions; take of i, m, s, x, q"
    for sign, sentence in _NOT_OFFERED:
        if re.search(sign, pattern):
            return sentence
    return (
        f"the regular expression {pattern} cannot be read; compare its brackets, and write "
        r"\\ before a sign such as ( [ { * + ? that stands for itself"
    )


def _is_readable(pattern: str, flags: str) -> bool:
    call = f"REGEX('', {pattern}{', ' if flags else ''}{flags})"
    try:
        results = Store().query(f"SELECT ({call} AS ?x) {{}}")
    except SyntaxError:
        # The parser says what is wrong in the query.
        return True
    return isinstance(results, QuerySolutions) and any(row["x"] is not None for row in results)
