"""The look at a query's words before any parser sees it: size, depth, SERVICE, updates.

The parser recurses, so that some kilobytes of nested braces would crash the process that parses
them; and the engine has no switch for SERVICE. What is refused here gets a clearer answer than a
killed worker could give.
"""

import re

from urbact_graph.problems import (
    QUERY_TOO_LARGE,
    SERVICE_NOT_ALLOWED,
    SYNTAX_ERROR,
    NESTING_TOO_DEEP,
    UPDATE_NOT_SUPPORTED,
    Problem,
    ProblemError,
)
from urbact_graph.rdf.sparql import Token, position, tokens

_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)
# Calls of functions that give something else each time (SPARQL 1.1, section 17.4). The parser
# wants no boundary before a name; between it and the bracket a comment may stand.
_VOLATILE = re.compile(r"(?i:NOW|RAND|UUID|BNODE)\s*+[(#]")
_PROLOGUE = frozenset(("BASE", "PREFIX", "VERSION"))


def admit(query: str, *, max_query_bytes: int, max_nesting_depth: int) -> None:
    """Refuse a query that must not reach a parser.

    Raises:
        ProblemError: the query has more than ``max_query_bytes`` bytes of UTF-8, nests brackets deeper
            than ``max_nesting_depth`` or has a longer run of prefix operators, has a string that is
            not closed, is an update, or calls another service.
    """
    ensure_size(query, max_query_bytes)
    depth = run = 0
    angle: Token | None = None
    form = ""
    suspect: Token | None = None
    for token in tokens(query):
        if token.kind == "unclosed":
            raise _at(
                query,
                token,
                SYNTAX_ERROR,
                "The string {place} is not closed; add the quote that ends it.",
            )
        if suspect and token.text == "{":
            raise _service(query, suspect)
        suspect = _suspect_service(query, token)
        run = run + 1 if token.kind == "prefix" else 0
        depth += (token.kind == "open") - (token.kind == "close")
        if angle and angle.end == token.start:
            depth += _brackets_of_triple(query, angle, token)
            angle = None
        else:
            angle = token if token.text in ("<", ">") else None
        inner = _brackets_inside(token) if token.kind == "iri" else 0
        if max(depth + inner, run) > max_nesting_depth:
            raise _too_deep(query, token, max_nesting_depth)
        word = token.text.upper()
        if not form and token.kind == "name" and ":" not in word and word not in _PROLOGUE:
            form = word
            _refuse_update(form)


def _brackets_of_triple(query: str, angle: Token, token: Token) -> int:
    """Return 1 for << and -1 for >>, the brackets of a triple that is spoken of (SPARQL 1.2).

    Those with a parenthesis, as in <<( )>>, are counted by that.
    """
    if angle.text == "<":
        return int(token.text[0] == "<" and query[token.start + 1 : token.start + 2] != "(")
    return -int(token.text == ">" and query[angle.start - 1] != ")")


def ensure_size(query: str, max_query_bytes: int) -> None:
    """Refuse a query that is too long to be looked at.

    Raises:
        ProblemError: it has more than ``max_query_bytes`` bytes of UTF-8.
    """
    if len(query.encode(errors="surrogatepass")) > max_query_bytes:
        raise ProblemError(
            QUERY_TOO_LARGE,
            f"The query has more than {max_query_bytes:,} bytes (max_query_bytes); shorten it or ask in "
            "parts.",
            extensions={"limit": "max_query_bytes", "value": max_query_bytes},
        )


def is_repeatable(query: str) -> bool:
    """Tell whether ``query`` gives the same each time it is asked of the same dataset.

    In doubt, as where a string has what looks like such a call, it is said not to be: its answer
    is neither kept nor shared.
    """
    return _VOLATILE.search(query) is None


def _suspect_service(query: str, token: Token) -> Token | None:
    """Refuse SERVICE as a word; return the token if it is one only where a brace follows it.

    The parser wants no boundary behind a keyword: ``SERVICESILENT<x:y>`` and ``SERVICEx:y {``
    are calls too, while ``SERVICEx:y ?p ?o`` is a pattern.
    """
    text = token.text.upper()
    if token.kind == "name" and "SERVICE" in text.partition(":")[0]:
        if ":" in text:
            return token
        raise _service(query, token)
    if token.kind == "iri" and "SERVICE" in text and _closes_more_than_it_opens(text):
        # No address but a comparison, as in FILTER(1<2)SERVICE…, whose > comes later.
        raise _service(query, token)
    return None


def _closes_more_than_it_opens(text: str) -> bool:
    depth = 0
    for bracket in re.findall(r"[()]", text.partition("SERVICE")[0]):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return True
    return False


def _brackets_inside(token: Token) -> int:
    """Return how many brackets what looks like an IRI opens: it may be a comparison."""
    return token.text.count("(")


def _service(query: str, token: Token) -> ProblemError:
    return _at(
        query,
        token,
        SERVICE_NOT_ALLOWED,
        "SERVICE {place} would send the query on to another server, which is never done here; "
        "ask that server yourself.",
    )


def _too_deep(query: str, token: Token, max_nesting_depth: int) -> ProblemError:
    error = _at(
        query,
        token,
        NESTING_TOO_DEEP,
        f"The query nests more than {max_nesting_depth} levels {{place}} (max_nesting_depth); write it "
        "flatter.",
    )
    error.extensions |= {"limit": "max_nesting_depth", "value": max_nesting_depth}
    return error


def _at(query: str, token: Token, problem: Problem, sentence: str) -> ProblemError:
    line, column = position(query, token.start)
    return ProblemError(
        problem,
        sentence.format(place=f"at line {line}, column {column}"),
        extensions={"line": line, "column": column},
    )


def _refuse_update(form: str) -> None:
    if form in _UPDATES:
        raise ProblemError(
            UPDATE_NOT_SUPPORTED,
            f"{form} is an update, and only queries are answered; send SELECT, ASK, CONSTRUCT or "
            "DESCRIBE.",
        )
