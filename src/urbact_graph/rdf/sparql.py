"""The tokens of a SPARQL query, and the place and reason of a syntax error."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import Store

from urbact_graph.rdf.characters import Fault, iri_fault, unseen_fault

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
_SENTENCE = re.compile(r"[A-Z]\w+ (?:\* )?[a-z][\w ]+(?:GROUP BY)?")
QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
# Calls of functions whose value differs each time (SPARQL 1.1, section 17.4). The parser needs no
# boundary before a name; between it and the parenthesis a comment may stand.
_VOLATILE = re.compile(r"(?i:NOW|RAND|UUID|BNODE)\s*+[(#]")
# How an IRI begins, with its scheme unless two slashes follow, and where it must end.
_IRI_START = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):(?!//)|[A-Za-z][A-Za-z0-9+.-]*://|[/#]|\.\.?/)"
)
_IRI_END = re.compile(r"[>\r\n]")
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
    "SELECT contains an expression with a variable that is unbound": "A selected expression has a "
    "variable that is neither grouped nor aggregated; group by the expression, as in GROUP BY "
    "(YEAR(?date) AS ?year), and select its name",
    "SELECT overrides an existing variable using an expression": "An expression has the name of "
    "a variable that is bound already; choose another name. To group by an expression, name it "
    "there: GROUP BY (YEAR(?date) AS ?year)",
    "SELECT * is not authorized with GROUP BY": "SELECT * cannot be grouped; name the variables "
    "that are grouped, and aggregate others",
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


def form_of(query: str) -> str:
    """Return the form of ``query``: one of ``QUERY_FORMS``; empty if it has none."""
    words = (token.text.upper() for token in tokens(query) if token.kind == "name")
    return next((word for word in words if word in QUERY_FORMS), "")


def position(query: str, index: int) -> tuple[int, int]:
    """Return the line and the column of the character ``index``, both from 1."""
    return query.count("\n", 0, index) + 1, index - query.rfind("\n", 0, index)


def is_repeatable(query: str) -> bool:
    """Return whether ``query`` has the same answer each time, on the same dataset.

    In doubt, as where a string looks like a call whose value differs each time, it has not: its
    answer is then neither cached nor shared.
    """
    return _VOLATILE.search(query) is None


def mistake(query: str, error: SyntaxError, base: str | None = None) -> Mistake:
    """Describe in a sentence where and why the parser's ``error`` occurred.

    The parser's error has the furthest position that it compared, and all tokens that it expected
    there. The mistake is the first token with which no query can go on; it is found by bisection
    over the beginnings of the query. The query must not be one that crashes the parser. ``base``
    is what its relative IRIs start from.
    """
    found = list(tokens(query))
    index = bisect_left(
        range(len(found)), 1, key=lambda i: not _viable(query[: found[i].end], base)
    )
    if index == len(found) and found and found[-1].kind == "unclosed":
        index -= 1
    wrong = found[index] if index < len(found) else None
    fault = _fault_in_iri(query, found, index) or _unseen_fault(query, found, index)
    if fault:
        line, column = position(query, fault.start)
        return Mistake(
            line, column, f"Syntax error at line {line}, column {column}: {fault.clause}."
        )
    line, column = position(query, wrong.start if wrong else len(query.rstrip()))
    near = f"near '{shortened(wrong.text)}'" if wrong else "at the end of the query"
    reason = (wrong and _reason_of(wrong, query)) or _reason(str(error))
    return Mistake(
        line,
        column,
        f"Syntax error at line {line}, column {column}, {near}.{f' {reason}.' if reason else ''}",
    )


def _reason_of(wrong: Token, query: str) -> str:
    """Return what is wrong with a token by itself, where the parser does not say it."""
    if wrong.kind == "unclosed":
        return "The string is not closed; add the quote that ends it"
    if wrong.kind == "iri" and not re.match("<[A-Za-z][A-Za-z0-9+.-]*:", wrong.text):
        return _REASONS["IRI parsing failed"]
    prefix, colon, _ = wrong.text.partition(":")
    if wrong.kind == "name" and colon and not _is_declared(query, prefix):
        return _REASONS["Prefix not found"]
    if wrong.text == "%":
        return r"In a name two hexadecimal digits follow each %; write \% for the sign itself"
    return ""


def _fault_in_iri(query: str, found: list[Token], index: int) -> Fault | None:
    """Return what is wrong in the IRI at or around the token ``index``, if there is one.

    The text between angle brackets is no token of its own where it has a character that no IRI
    has. A comparison looks alike, so it must begin as an IRI does, and not with a prefix that the
    query declares.
    """
    while index < len(found) - 1 and found[index].text == "^":
        # The first half of the sign before a datatype is no beginning of a query.
        index += 1
    end = found[index].end if index < len(found) else len(query)
    before = (token for token in reversed(found[: index + 1]) if token.text[0] in "<>")
    bracket = next(before, None)
    if bracket and bracket.text == ">" and bracket.end == end:
        # The mistake was found where the IRI ends.
        bracket = next(before, None)
    if bracket is None or bracket.text[0] == ">" or (bracket.kind == "iri" and bracket.end < end):
        return None
    start = bracket.start + 1
    begin = _IRI_START.match(query, start)
    if bracket.kind != "iri" and (not begin or (begin[1] and _is_declared(query, begin[1]))):
        return None
    close = _IRI_END.search(query, start)
    if close is None or close.group() != ">":
        return Fault(bracket.start, "the IRI that begins here is not closed; end it with >")
    if close.end() < end:
        return None
    fault = iri_fault(query[start : close.start()])
    return fault and fault._replace(start=start + fault.start)


def _is_declared(query: str, prefix: str) -> bool:
    return re.search(rf"(?i:PREFIX)\s+{re.escape(prefix)}:", query) is not None


def _unseen_fault(query: str, found: list[Token], index: int) -> Fault | None:
    """Return the first character up to the token ``index`` that only seems to be right there."""
    wrong = found[index] if index < len(found) else None
    if wrong and wrong.kind == "unclosed":
        line = wrong.text.splitlines()[0]
        fault = unseen_fault(line)
        return fault and fault._replace(
            start=wrong.start + fault.start,
            clause=f"{fault.clause}, or close the string that begins with {line[0]} before it",
        )
    end = wrong.end if wrong else len(query)
    for token in found[index + 1 :]:
        # What has no space in between is one word to a reader.
        if token.start != end or token.kind not in ("name", "other"):
            break
        end = token.end
    # The space behind it may be one that parts a keyword.
    end += len(query[end:]) - len(query[end:].lstrip())
    for match in _TOKEN.finditer(query, 0, end):
        if match.lastgroup not in ("space", "other", "name", "variable"):
            continue
        is_name = match.lastgroup in ("name", "variable")
        is_right = is_name and (wrong is None or match.start() < wrong.start)
        fault = unseen_fault(match.group(), is_name=is_name, is_right=is_right)
        if fault:
            return fault._replace(start=match.start() + fault.start)
    return None


def _viable(beginning: str, base: str | None) -> bool:
    """Tell whether a query can begin so: it is one, or the parser only expects more at its end."""
    text = beginning + _ROOM
    try:
        Store().query(text, base_iri=base)
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


def shortened(text: str) -> str:
    """Return the beginning of a text of a query, for a message."""
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
