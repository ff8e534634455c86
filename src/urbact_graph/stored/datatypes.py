"""The types of parameters: what their texts look like, and the terms that these become."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from urbact_graph.names import KINDS
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.terms import Term, integer, typed

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class Datatype:
    """A type of parameter: what its texts look like, and the term of one, given the base."""

    article: str
    name: str
    example: str
    pattern: str
    term: Callable[[str, str], Term]

    def read(self, text: str, base: str) -> Term:
        """Return the term of ``text``.

        Raises:
            ValueError: the text is none of this type.
        """
        if not re.fullmatch(self.pattern, text, re.DOTALL):
            raise ValueError(text)
        return self.term(text, base)


def datatype_of(kind: str) -> str:
    """Return the datatype of the values of a parameter that its header types as ``kind``."""
    return "integer" if kind == "year" else "iri" if kind in KINDS else kind


def _iri(text: str, base: str) -> NamedNode:
    if text.startswith("<") and text.endswith(">"):
        full = text[1:-1]
    elif "://" in text:
        full = text
    elif _SCHEME.match(text) or text.startswith(("/", ".", "#", "?")):
        # A prefixed name or a path such as ``../x`` would silently give another IRI.
        raise ValueError(text)
    else:
        full = base + text
    if not _SCHEME.match(full):
        raise ValueError(text)
    return NamedNode(full)


DATATYPES = {
    "iri": Datatype("an", "iri", "network/greenplace or <{base}network/greenplace>", ".*", _iri),
    "string": Datatype("a", "string", "food", ".*", lambda text, _: Literal(text)),
    # The engine computes with 64 bits; a longer number would silently match nothing.
    "integer": Datatype(
        "an", "integer", "3", "[+-]?[0-9]{1,18}", lambda text, _: integer(int(text))
    ),
    # The vocabulary compares years as numbers.
    "year": Datatype("a", "year", "2023", "[12][0-9]{3}", lambda text, _: integer(int(text))),
    "decimal": Datatype(
        "a",
        "decimal",
        "53.5",
        r"[+-]?(?=\.?[0-9])[0-9]{0,18}(\.[0-9]{0,18})?",
        lambda text, _: typed(text, XSD.decimal),
    ),
    "date": Datatype(
        "a",
        "date",
        "2024-01-31",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        lambda text, _: typed(dt.date.fromisoformat(text).isoformat(), XSD.date),
    ),
    "boolean": Datatype(
        "a",
        "boolean",
        "true or false",
        "(?i:true|false|0|1)",
        lambda text, _: typed("true" if text.lower() in ("true", "1") else "false", XSD.boolean),
    ),
}
