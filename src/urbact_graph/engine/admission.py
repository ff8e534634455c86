"""The lexical check of a query before any parser reads it: size, nesting, updates, SERVICE.

The parser is recursive, so that some kilobytes of nested brackets would crash its process, and the
engine cannot switch SERVICE off. A query refused here also gets a clearer error than a killed
worker could give.
"""

import re

from urbact_graph.problems import (
    NESTING_TOO_DEEP,
    QUERY_TOO_LARGE,
    SERVICE_NOT_ALLOWED,
    SYNTAX_ERROR,
    UPDATE_NOT_SUPPORTED,
    Problem,
    ProblemError,
)
from urbact_graph.rdf.sparql import Token, position, tokens

_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)
_PROLOGUE = frozenset(("BASE", "PREFIX", "VERSION"))
_SERVICE = "SERVICE"


def admit(query: str, *, max_query_bytes: int, max_nesting_depth: int) -> None:
    """Refuse a query that must not reach a parser.

    Raises:
        ProblemError: the query has more than ``max_query_bytes`` bytes of UTF-8, nests brackets
            deeper than ``max_nesting_depth`` or has a longer run of prefix operators, is an
            update, or calls another service.
    """
    ensure_size(query, max_query_bytes)
    ensure_no_update(query)
    if _may_nest_deeply(query, max_nesting_depth) or _SERVICE in query.upper():
        _check_tokens(query, max_nesting_depth)


def _may_nest_deeply(query: str, max_nesting_depth: int) -> bool:
    """Tell whether ``query`` has so many brackets and operators that they must be read in order.

    Most queries have few, and reading all their tokens would take longer than evaluating them.
    """
    # << may be counted at each of its characters.
    brackets = sum(map(query.count, "([{")) + 2 * query.count("<<")
    return max(brackets, sum(map(query.count, "!+-^"))) > max_nesting_depth


def _check_tokens(query: str, max_nesting_depth: int) -> None:
    """Refuse a query for its strings, its calls of other services, or its nesting."""
    depth = run = 0
    angle: Token | None = None
    suspect: Token | None = None
    for token in tokens(query):
        if token.kind == "unclosed":
            raise _problem_at(
                query,
                token,
                SYNTAX_ERROR,
                "The string {place} is not closed; add the quote that ends it.",
            )
        if suspect and token.text == "{":
            raise _service_not_allowed(query, suspect)
        suspect = _suspect_service(query, token)
        run = run + 1 if token.kind == "prefix" else 0
        depth += (token.kind == "open") - (token.kind == "close")
        if angle and angle.end == token.start:
            depth += _brackets_of_triple(query, angle, token)
            angle = None
        else:
            angle = token if token.text in ("<", ">") else None
        # What looks like an IRI may be a comparison.
        inner = token.text.count("(") if token.kind == "iri" else 0
        if max(depth + inner, run) > max_nesting_depth:
            raise _problem_at(
                query,
                token,
                NESTING_TOO_DEEP,
                f"The query nests more than {max_nesting_depth} levels {{place}} "
                "(max_nesting_depth); flatten it.",
                limit="max_nesting_depth",
                value=max_nesting_depth,
            )


def ensure_size(query: str, max_query_bytes: int) -> None:
    """Refuse a query that is too long to be read at all.

    Raises:
        ProblemError: it has more than ``max_query_bytes`` bytes of UTF-8.
    """
    if len(query.encode(errors="surrogatepass")) > max_query_bytes:
        raise ProblemError(
            QUERY_TOO_LARGE,
            f"The query has more than {max_query_bytes:,} bytes (max_query_bytes); shorten it, or "
            "divide it into several queries.",
            extensions={"limit": "max_query_bytes", "value": max_query_bytes},
        )


def _brackets_of_triple(query: str, angle: Token, token: Token) -> int:
    """Return 1 for << and -1 for >>, the brackets of a reified triple (SPARQL 1.2).

    Those of a triple term, <<( and )>>, are counted as parentheses.
    """
    if angle.text == "<":
        return int(token.text[0] == "<" and query[token.start + 1 : token.start + 2] != "(")
    return -int(token.text == ">" and query[angle.start - 1] != ")")


def _suspect_service(query: str, token: Token) -> Token | None:
    """Refuse SERVICE as a word; return ``token`` if it is one only where a brace follows.

    The parser needs no boundary after a keyword: ``SERVICESILENT<x:y>`` and ``SERVICEx:y {``
    are calls too, while ``SERVICEx:y ?p ?o`` is a pattern.
    """
    text = token.text.upper()
    if token.kind == "name" and _SERVICE in text.partition(":")[0]:
        if ":" in text:
            return token
        raise _service_not_allowed(query, token)
    if token.kind == "iri" and _SERVICE in text and _closes_more_than_it_opens(text):
        # No IRI but a comparison, as in FILTER(1<2)SERVICE…, whose > comes later.
        raise _service_not_allowed(query, token)
    return None


def _closes_more_than_it_opens(text: str) -> bool:
    depth = 0
    for bracket in re.findall(r"[()]", text.partition(_SERVICE)[0]):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return True
    return False


def ensure_no_update(query: str) -> None:
    """Refuse a query whose first keyword after its prologue is that of an update."""
    for token in tokens(query):
        word = token.text.upper()
        if token.kind == "name" and ":" not in word and word not in _PROLOGUE:
            if word in _UPDATES:
                raise ProblemError(
                    UPDATE_NOT_SUPPORTED,
                    f"{word} is an update, and this endpoint is read-only; send SELECT, ASK, "
                    "CONSTRUCT or DESCRIBE.",
                )
            return


def _service_not_allowed(query: str, token: Token) -> ProblemError:
    return _problem_at(
        query,
        token,
        SERVICE_NOT_ALLOWED,
        "SERVICE {place} would send a query to another server, which is not allowed here; send "
        "that query to the other server yourself.",
    )


def _problem_at(
    query: str, token: Token, problem: Problem, sentence: str, **extensions: object
) -> ProblemError:
    line, column = position(query, token.start)
    return ProblemError(
        problem,
        sentence.format(place=f"at line {line}, column {column}"),
        extensions={"line": line, "column": column, **extensions},
    )
