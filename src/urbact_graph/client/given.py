"""Checks what users give to the methods of a graph, before anything is asked."""

import datetime as dt
import reprlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef
from rdflib.term import Identifier

from urbact_graph.errors import QueryError

FRAMES = ("pandas", "polars", "arrow", "records")


def text_of(value: object, what: str) -> str:
    """Return ``value``, which must be a text of whole characters; ``what`` begins the sentence.

    Raises:
        QueryError: it is none.
    """
    if not isinstance(value, str):
        raise QueryError(f"{what} must be a text, which {reprlib.repr(value)} is not.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise QueryError(
            f"{what} has half of a character (a lone surrogate) at place {error.start + 1}; read "
            "the text with the right encoding."
        ) from None
    return value


def query_name(value: object) -> str:
    """Return ``value``, which must be a text, as the name of a stored query.

    Raises:
        QueryError: it is none.
    """
    return text_of(value, "The name of a stored query")


def check_options(frame: object, *, as_geo: bool) -> None:
    """Raise a ``QueryError`` unless there is such a ``frame``, and it can be a GeoDataFrame."""
    if frame not in FRAMES:
        raise QueryError(
            f"There is no frame {reprlib.repr(frame)}; choose one of {', '.join(FRAMES)}."
        )
    if as_geo and frame != "pandas":
        raise QueryError(f"as_geo gives a GeoDataFrame of pandas; leave out as_geo, or {frame!r}.")


def check_limit(limit: object) -> int:
    """Return ``limit``, which must be a number of rows.

    Raises:
        QueryError: it is none.
    """
    number = plain(limit)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise QueryError(
            f"The limit must be a whole number from 1 on, which {reprlib.repr(limit)} is not."
        )
    return number


def names_in(names: object) -> list[object]:
    """Return the members of a list, a column or another collection of names.

    Raises:
        QueryError: it is none, such as a single text.
    """
    is_other = isinstance(names, str | bytes | Mapping) or hasattr(names, "columns")
    if is_other or not isinstance(names, Iterable):
        raise QueryError(
            f"`reconcile` takes a list or a column of names, which {type(names).__name__} is not; "
            "write [name] for a single one."
        )
    return list(names)


def parameter_of(name: str, value: object) -> str:  # noqa: PLR0911 - a case for each type
    """Return the text of a value for the parameter ``name`` of a stored query; None has none.

    Raises:
        QueryError: the value is missing, as in pandas, or has no text.
    """
    what = f"The parameter {name}"
    given = plain(value)
    # No missing value is equal to itself, and that of pandas says neither.
    if type(given).__name__ == "NAType" or given != given:  # noqa: PLR0124
        raise QueryError(f"{what} has a missing value; leave it out for its default.")
    match given:
        case None:
            return ""
        case bool():
            return str(given).lower()
        case float() if given.is_integer():
            return str(int(given))
        case int() | float():
            return str(given)
        case Decimal():
            return f"{given:f}"
        case dt.date():
            return given.isoformat()
        case NamedNode() | Literal():
            return text_of(given.value, what)
        case str() if not isinstance(given, Identifier) or isinstance(
            given, URIRef | RdflibLiteral
        ):
            return text_of(str(given), what).strip()
    raise QueryError(
        f"{what} takes a text, a number, a truth value, a date or an IRI, and "
        f"{reprlib.repr(value)} is none of these."
    )


def plain(value: Any) -> Any:
    """Return a number, truth value or date of numpy, as columns give them, as Python has it."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if getattr(value, "ndim", None) != 0 or kind not in tuple("biufM"):
        return value
    found = value.item()
    # Nanoseconds are no date of Python, and would be a bare number.
    is_date = kind != "M" or isinstance(found, dt.date)
    return found if is_date else value.astype("datetime64[us]").item()
