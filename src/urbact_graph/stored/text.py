"""A stored query with its values, as the text of a query that stands alone."""

from collections.abc import Iterator, Mapping

from urbact_graph.rdf.sparql import Token, tokens
from urbact_graph.rdf.terms import Term
from urbact_graph.stored.query import StoredQuery


def with_terms(query: StoredQuery, terms: Mapping[str, Term]) -> str:
    """Return the text of ``query`` without its header, with ``terms`` as values of parameters.

    Sent as a query of its own it has the same answer as the stored query with these terms.
    """
    lines = query.text.splitlines()
    body = next(place for place, line in enumerate(lines) if not line.startswith("#"))
    text = "\n".join(lines[body:])
    parts, position = [], 0
    for place, names in _patterns(list(tokens(text)), set(terms)):
        values = (f" VALUES ?{name} {{ {terms[name]} }}" for name in sorted(names))
        parts += [text[position:place], *values]
        position = place
    return "".join([*parts, text[position:]])


def _patterns(known: list[Token], parameters: set[str]) -> Iterator[tuple[int, set[str]]]:
    """Yield where a pattern begins, behind its brace, and which of ``parameters`` it needs.

    They are needed in the query's own pattern, and in that of each sub-select that projects them:
    values from outside do not reach into it (SPARQL 1.1, section 12).
    """
    projected: set[str] | None = set(parameters)
    is_template = False
    for token in known:
        word = token.text.upper()
        if word == "CONSTRUCT":
            is_template = True
        elif word == "SELECT":
            projected = set() if projected is None else projected
        elif token.kind == "variable" and projected is not None:
            projected.add(token.text[1:])
        elif token.text == "{" and is_template:
            is_template = False
        elif token.text == "{" and projected is not None:
            yield token.end, projected & parameters
            projected = None
