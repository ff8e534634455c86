"""The tokens of a SPARQL query, and the place and reason of a syntax error."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import Store

# SPARQL 1.1, section 19.8: PN_CHARS_BASE with the underscore, and what may follow in a name.
_LETTERS = (
    r"A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_LATER = r"0-9\u00B7\u0300-\u036F\u203F-\u2040"
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_CHARACTER = rf"\\[tbnrf\\\"']|{_ESCAPE}"
_LOCAL_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_LOCAL = (
    rf"(?:(?:[{_LETTERS}0-9:]|{_LOCAL_ESCAPE})"
    rf"(?:[{_LETTERS}{_LATER}.:-]|{_LOCAL_ESCAPE})*+)?+"
)

# Every repetition is possessive: no character is read twice, so that reading takes linear time.
_TOKEN = re.compile(
    rf"""
    (?P<space>[\s\ufeff]++)
  | (?P<comment>\#[^\r\n]*+)
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*+>)
  | (?P<string>
        \"\"\"(?:[^"\\]|{_CHARACTER}|"(?!""))*+\"\"\" | "(?!"")(?:[^"\\\r\n]|{_CHARACTER})*+"
      | '''(?:[^'\\]|{_CHARACTER}|'(?!''))*+''' | '(?!'')(?:[^'\\\r\n]|{_CHARACTER})*+')
  | (?P<unclosed>["'].*+)
  | (?P<variable>[?$][{_LETTERS}{_LATER}]++)
  | (?P<language>@[A-Za-z][A-Za-z0-9-]*+)
  | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
  | (?P<name>[{_LETTERS}][{_LETTERS}{_LATER}.-]*+(?::{_LOCAL})?|:{_LOCAL})
  | (?P<open>[({{\[])
  | (?P<close>[)}}\]])
  | (?P<prefix>[!+\-^])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_POSITION = re.compile(r"error at (?P<line>\d+):(?P<column>\d+)(?P<expected>.*)", re.DOTALL)
_SENTENCE = re.compile(r"[A-Z]\w+ [a-z][\w ]+")
# Calls of functions whose value differs each time (SPARQL 1.1, section 17.4). The parser needs no
# boundary before a name; between it and the parenthesis a comment may stand.
_VOLATILE = re.compile(r"(?i:NOW|RAND|UUID|BNODE)\s*+[(#]")
_EXCERPT = 24
# The parser compares a keyword as a whole, so that the position of its error may lie a word too
# far; it does not beyond this much space.
_ROOM = " " * 32

# Reasons that the parser gives beside the tokens it expected, in plainer words with a remedy.
_REASONS = {
    "Prefix not found": "The prefix is not declared; add a PREFIX line for it",
    "IRI parsing failed": "The IRI is not absolute; write it in full, or declare a BASE",
    "SELECT contains a variable that is unbound": "A selected variable is neither grouped nor "
    "aggregated; add it to GROUP BY or aggregate it",
    "SELECT overrides an existing variable using an expression": "An expression has the name of "
    "a variable that is bound already; choose another name",
}


class Token(NamedTuple):
    """A token other than space and comments: its kind, its text, where it starts."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next token may start."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Mistake:
    """The place and the description of a syntax error; line and column count from 1."""

    line: int
    column: int
    sentence: str


def tokens(query: str) -> Iterator[Token]:
    """Return the tokens of ``query`` without spaces and comments, in linear time."""
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or "other"
        if kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start())


def position(query: str, index: int) -> tuple[int, int]:
    """Return the line and the column of the character ``index``, both from 1."""
    return query.count("\n", 0, index) + 1, index - query.rfind("\n", 0, index)


def is_repeatable(query: str) -> bool:
    """Return whether ``query`` has the same answer each time, on the same dataset.

    In doubt, as where a string looks like a call whose value differs each time, it has not: its
    answer is then neither cached nor shared.
    """
    return _VOLATILE.search(query) is None


def mistake(query: str, error: SyntaxError) -> Mistake:
    """Describe in a sentence where and why the parser's ``error`` occurred.

    The parser's error has the furthest position that it compared, and all tokens that it expected
    there. The mistake is the first token with which no query can go on; it is found by bisection
    over the beginnings of the query. The query must not be one that crashes the parser.
    """
    found = list(tokens(query))
    index = bisect_left(range(len(found)), 1, key=lambda i: not _viable(query[: found[i].end]))
    wrong = found[index] if index < len(found) else None
    line, column = position(query, wrong.start if wrong else len(query.rstrip()))
    near = f"near '{_shortened(wrong.text)}'" if wrong else "at the end of the query"
    reason = _reason(str(error))
    if wrong and wrong.kind == "unclosed":
        reason = "The string is not closed; add the quote that ends it"
    return Mistake(
        line,
        column,
        f"Syntax error at line {line}, column {column}, {near}.{f' {reason}.' if reason else ''}",
    )


def _viable(beginning: str) -> bool:
    """Tell whether a query can begin so: it is one, or the parser only expects more at its end."""
    text = beginning + _ROOM
    try:
        Store().query(text)
    except SyntaxError as error:
        match = _POSITION.match(str(error))
        if match is None:
            return False
        return (int(match["line"]), int(match["column"])) >= position(text, len(text))
    return True


def _reason(message: str) -> str:
    match = _POSITION.match(message)
    if match is None:
        return message.rstrip(".")
    sentence = _SENTENCE.search(match["expected"])
    if sentence is None:
        return ""
    said = sentence.group().strip()
    return _REASONS.get(said, said)


def _shortened(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
