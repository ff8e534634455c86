"""Terms of RDF: literals with a datatype, dates and times, and one term read from its text."""

from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from urbact_graph.rdf.namespaces import XSD

Term = NamedNode | Literal

# The datatypes of dates that are known to the year, the month or the day, by their length.
_DATES = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}


def typed(text: str, datatype: str) -> Literal:
    """Return the literal ``text`` with the IRI ``datatype``."""
    return Literal(text, datatype=NamedNode(datatype))


def is_iri(text: str) -> bool:
    """Tell whether ``text`` is an IRI in full (RFC 3987)."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def integer(number: int) -> Literal:
    """Return ``number`` as xsd:integer."""
    return typed(str(number), XSD.integer)


def partial_date(text: str) -> Literal:
    """Return a date as precise as it is: ``2023`` xsd:gYear, ``2023-06`` xsd:gYearMonth, a day.

    Raises:
        KeyError: the text has the length of none of these.
    """
    return typed(text, _DATES[len(text)])


def moment_text(moment: datetime) -> str:
    """Return ``moment`` in UTC as xsd:dateTime has it, to the second (XML Schema 1.1, 3.3.7)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def date_time(moment: datetime) -> Literal:
    """Return ``moment`` as xsd:dateTime in UTC, to the second."""
    return typed(moment_text(moment), XSD.dateTime)


def read_term(text: str) -> Term:
    """Return the IRI or literal that ``text`` writes in N-Triples; ``str(term)`` is the reverse.

    Raises:
        SyntaxError: the text is not N-Triples.
        ValueError: it is not exactly one term, or a blank node or a triple.
    """
    statements = list(parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES))
    term = statements[0].object if len(statements) == 1 else None
    if not isinstance(term, NamedNode | Literal):
        raise ValueError(f"{text} is not an IRI or a literal")  # noqa: TRY004 - it is a text
    return term
