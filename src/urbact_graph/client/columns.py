"""Typed columns, before they become a table of one library or another.

A column is made either from the terms of a query's answer, whose datatypes decide what it is, or
from the texts of a table, whose layout says it.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from urbact_graph.client.naming import Naming
from urbact_graph.rdf.namespaces import GEO, XSD

Kind = Literal["integer", "float", "boolean", "date", "datetime", "string", "list"]

# The suffix of the column that says how exactly each date beside it is known.
PRECISION = "_precision"

_INTEGERS = frozenset(
    XSD[name]
    for name in (
        "integer",
        "long",
        "int",
        "short",
        "byte",
        "nonNegativeInteger",
        "positiveInteger",
        "nonPositiveInteger",
        "negativeInteger",
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
    )
)
_FLOATS = frozenset((XSD.decimal, XSD.double, XSD.float))
_DATES = {XSD.date: "day", XSD.gYearMonth: "month", XSD.gYear: "year"}
# How many characters a date has that is known to the day, the month or the year.
LENGTHS = {"day": 10, "month": 7, "year": 4}
_OF_LENGTH = {length: exact for exact, length in LENGTHS.items()}
# What a table's integers hold: 64 bits.
_LARGEST = 2**63 - 1
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# XSD 1.1, 3.3.4 and 3.3.5: how the numbers that Python spells otherwise are written.
_SPECIAL = {"INF": math.inf, "+INF": math.inf, "-INF": -math.inf, "NaN": math.nan}


class Term(NamedTuple):
    """A term of an answer: ``kind`` is "uri", "literal", "bnode" or "triple"; IRIs are in full."""

    kind: str
    value: str
    datatype: str = ""


@dataclass(frozen=True)
class Column:
    """A named column of Python values, None where there is none.

    ``kind`` is what all values are: int within 64 bits, float, bool, ``datetime.date``,
    ``datetime.datetime`` in UTC, str, or a list of str. ``is_geometry`` where the texts are WKT,
    ``is_precision`` where they say how exactly the dates of the column before are known.
    """

    name: str
    kind: Kind
    values: Sequence[Any]
    is_geometry: bool = False
    is_precision: bool = False


def columns_of_terms(
    name: str, terms: Sequence[Term | None], naming: Naming, others: Container[str] = ()
) -> list[Column]:
    """Return the column of ``terms``, and one with the precision of dates that differ in it.

    ``naming`` says how IRIs are written, ``others`` are the names of other columns. A column of
    mixed datatypes, or with a value outside the range of its type, is one of the texts as they are
    written; so is one of dates whose precision has no name left.
    """
    known = [term for term in terms if term is not None]
    datatypes = {term.datatype if term.kind == "literal" else "" for term in known}
    if known and datatypes <= _DATES.keys():
        texts = [term and term.value for term in terms]
        is_exact = datatypes == {XSD.date}
        found = dates(name, texts, is_exact=is_exact)
        if found is not None and (is_exact or f"{name}{PRECISION}" not in others):
            return found
    column = _of_one_type(name, terms, datatypes) if known else None
    if column:
        return [column]
    texts = [term and _text(term, naming) for term in terms]
    is_geometry = datatypes == {GEO.wktLiteral}
    return [Column(name, "string", texts, is_geometry=is_geometry)]


def columns_of_texts(
    name: str, texts: Sequence[str | None], datatype: str, *, is_date: bool = False
) -> list[Column]:
    """Return the column of a table's ``texts``, all of the XSD type ``datatype``.

    ``is_date`` marks dates of any precision.

    Raises:
        ValueError: a text is not of the type.
    """
    if is_date:
        found = dates(name, texts, is_exact=False)
        if found is None:
            raise ValueError(f"The column {name} has a value that is no date.")
        return found
    if datatype == "date":
        found = dates(name, texts, is_exact=True)
        if found is not None:
            return found
    terms = [None if text is None else Term("literal", text, XSD[datatype]) for text in texts]
    column = _of_one_type(name, terms, {XSD[datatype]})
    return [column or Column(name, "string", texts)]


def dates(name: str, texts: Sequence[str | None], *, is_exact: bool) -> list[Column] | None:
    """Return the column of dates, the first day of each year or month that is all that is known.

    Unless they are all days (``is_exact``) a second column, NAME_precision, says "day", "month" or
    "year" for each. None if a text is no such date.
    """
    values: list[dt.date | None] = []
    for text in texts:
        if text is None:
            values.append(None)
            continue
        if not _DATE.fullmatch(text):
            return None
        try:
            values.append(dt.date.fromisoformat(f"{text}-01-01"[:10]))
        except ValueError:
            return None
    column = Column(name, "date", values)
    if is_exact:
        return [column]
    precision = [None if text is None else _OF_LENGTH[len(text)] for text in texts]
    return [column, Column(f"{name}{PRECISION}", "string", precision, is_precision=True)]


def _of_one_type(
    name: str, terms: Sequence[Term | None], datatypes: Iterable[str]
) -> Column | None:
    """Return a column of numbers, truth values or times; None where the terms are none of these."""
    found = set(datatypes)
    reading: tuple[Kind, Callable[[str], Any]] | None = None
    if found <= _INTEGERS:
        reading = ("integer", _integer)
    elif found <= _INTEGERS | _FLOATS:
        reading = ("float", _float)
    elif found == {XSD.boolean}:
        reading = ("boolean", _BOOLEANS.__getitem__)
    elif found == {XSD.dateTime}:
        reading = ("datetime", _moment)
    if reading is None:
        return None
    kind, read = reading
    try:
        values = [None if term is None else read(term.value.strip()) for term in terms]
    except (ValueError, KeyError, OverflowError):
        return None
    return Column(name, kind, values)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        # Python reads more than XSD does, such as 1_000.
        raise ValueError(text)
    value = int(text)
    if abs(value) > _LARGEST:
        raise ValueError(text)
    return value


def _float(text: str) -> float:
    if text not in _SPECIAL and not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return _SPECIAL[text] if text in _SPECIAL else float(text)


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        # It cannot be placed on the time line, on which a column of times lies.
        raise ValueError(text)
    return moment.astimezone(dt.UTC)


def _text(term: Term, naming: Naming) -> str:
    if term.kind == "bnode":
        return f"_:{term.value}"
    return naming(term.value) if term.kind == "uri" else term.value
