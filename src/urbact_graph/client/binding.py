"""Binds variables of a query to RDF terms, wherever the query is evaluated.

The terms are written by the N-Triples serialiser into a VALUES clause at the start of the query's
outermost group (SPARQL 1.1, section 10.2); no text of a user is pasted into a query.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef
from rdflib.term import Identifier

from urbact_graph.client.given import plain, text_of
from urbact_graph.errors import QueryError
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.sparql import QUERY_FORMS, Token, tokens
from urbact_graph.rdf.terms import Term, typed

_NAME = re.compile(r"[^\W\d]\w*")
_VALUE = "The value of a variable"


def term_of(value: Any) -> Term:  # noqa: C901, PLR0911 - a case for each type
    """Return the RDF term of a Python value.

    Texts are plain strings; IRIs are given as ``rdflib.URIRef`` or ``pyoxigraph.NamedNode``.

    Raises:
        QueryError: there is no term for it.
    """
    given = plain(value)
    match given:
        case NamedNode() | Literal():
            return given
        case URIRef():
            return _iri(str(given))
        case RdflibLiteral():
            text = text_of(str(given), _VALUE)
            if given.language:
                return Literal(text, language=given.language)
            return typed(text, str(given.datatype or XSD.string))
        case bool():
            return typed(str(given).lower(), XSD.boolean)
        case int():
            return typed(str(given), XSD.integer)
        case Decimal() if given.is_finite():
            return typed(f"{given:f}", XSD.decimal)
        case Decimal() | float():
            # Decimals have neither NaN nor infinity (XSD 1.1, 3.3.3).
            return Literal(float(given))
        # What is missing in a column of times is not equal to itself.
        case dt.datetime() if given == given:  # noqa: PLR0124
            return typed(given.isoformat(), XSD.dateTime)
        case dt.date() if not isinstance(given, dt.datetime):
            return typed(given.isoformat(), XSD.date)
        # Blank nodes and variables of rdflib are texts, too, and no values.
        case str() if not isinstance(given, Identifier):
            return Literal(text_of(given, _VALUE))
    raise QueryError(
        f"A variable cannot be bound to {value!r}; give a text, a number, a truth value, a date, "
        "or an rdflib or pyoxigraph term, such as rdflib.URIRef for an IRI."
    )


def bound(query: str, terms: Mapping[str, Term]) -> str:
    """Return ``query`` with its variables bound to ``terms``, by their names.

    Raises:
        QueryError: the query lacks a variable, or has no group to bind it in.
    """
    if not terms:
        return query
    found = list(tokens(query))
    variables = {token.text[1:] for token in found if token.kind == "variable"}
    for name in terms:
        if not _NAME.fullmatch(name) or name not in variables:
            raise QueryError(
                f"The query has no variable ?{name}; it has "
                f"{', '.join(f'?{one}' for one in sorted(variables)) or 'none'}."
            )
    place = _outermost_group(found)
    names = " ".join(f"?{name}" for name in terms)
    row = " ".join(map(str, terms.values()))
    return f"{query[:place]} VALUES ({names}) {{ ({row}) }} {query[place:]}"


def _outermost_group(found: Iterable[Token]) -> int:
    """Return the place behind the brace that opens the WHERE clause."""
    form, depth, groups = "", 0, 0
    previous = ""
    for token in found:
        word = token.text.upper() if token.kind == "name" else ""
        if not form and word in QUERY_FORMS:
            form = word
        if form and token.text == "{" and depth == 0:
            groups += 1
            is_short = form == "CONSTRUCT" and groups == 1 and previous == "WHERE"
            if is_short:
                raise QueryError(
                    "CONSTRUCT WHERE has no place to bind a variable; write the template out: "
                    "CONSTRUCT { … } WHERE { … }."
                )
            if form != "CONSTRUCT" or groups > 1:
                return token.end
        if token.kind in ("open", "close"):
            depth += 1 if token.kind == "open" else -1
        previous = word
    raise QueryError("The query has no WHERE clause to bind a variable in; add one.")


def _iri(text: str) -> NamedNode:
    try:
        return NamedNode(text)
    except ValueError:
        raise QueryError(f"{text!r} is no valid IRI; write it in full, as https://….") from None
