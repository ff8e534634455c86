"""Columns of the CSV tables: how one is described, and how each kind of column is made.

A column is named after its property, such as ``declared_partner_count`` after
``urb:declaredPartnerCount``, unless another name is given. layouts.py puts them together.
"""

import re
from dataclasses import dataclass, replace

_DATE = "As exactly as it is known: a day (2023-06-01), a month (2023-06) or a year (2023)."
_ANY_PRECISION = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Column:
    """A column: ``path`` leads from the entity of a row to its value or, if ``is_many``, values.

    ``path`` is a SPARQL property path. With ``is_label`` a cell holds not the values but their
    labels, in the order of the column of IRIs beside it; ``table`` is the one that lists what the
    IRIs name; ``within`` the class of which the values are to be subclasses. ``language`` is that
    of all its texts, ``pattern`` an expression that they match (XML Schema). If ``is_required`` no
    cell is empty, which the shapes ensure.
    """

    name: str
    title: str
    path: str
    description: str = ""
    datatype: str = "string"
    language: str = ""
    pattern: str = ""
    within: str = ""
    table: str = ""
    is_many: bool = False
    is_label: bool = False
    is_required: bool = False

    @property
    def property_name(self) -> str:
        """The property, where the path is a single one; else empty."""
        return "" if self.is_label or set(self.path) & set("/|^*+?( ") else self.path

    @property
    def is_statement(self) -> bool:
        """Whether a cell of it, read by the standard of CSV on the Web, states a triple.

        The standard cannot express that each of several values is an IRI, that dates differ in
        precision, or that texts have several languages.
        """
        is_exact = self.language != "mixed" and not self.pattern
        return bool(self.property_name) and is_exact and not (self.is_many and self.is_iri)

    @property
    def is_iri(self) -> bool:
        """Whether its values are IRIs."""
        return self.datatype == "anyURI"


@dataclass(frozen=True)
class Layout:
    """A table's columns; its rows are the entities ?iri that ``rows``, a graph pattern, finds.

    ``kind`` is the class of all of them.
    """

    rows: str
    kind: str
    columns: tuple[Column, ...]


IRI = Column("iri", "IRI", "", "The IRI that names the entity.", "anyURI", is_required=True)


def named(path: str) -> str:
    """Return the name of the column of a property: ``plan_kind`` for ``urb:planKind``."""
    return _CAPITAL.sub("_", path.rpartition(":")[2]).lower()


def label(language: str) -> Column:
    """Return the column of the entities' own labels."""
    about = "What the entity is called."
    return Column("label", "Label", "rdfs:label", about, language=language, is_required=True)


def text(path: str, title: str, about: str = "", *, name: str = "", language: str = "") -> Column:
    """Return a column of one text."""
    return Column(name or named(path), title, path, about, language=language)


def texts(path: str, title: str, about: str = "", *, name: str = "", language: str = "") -> Column:
    """Return a column of several texts."""
    return replace(text(path, title, about, name=name, language=language), is_many=True)


def date(path: str, title: str) -> Column:
    """Return a column of dates, each as exact as it is known."""
    return Column(named(path), title, path, _DATE, pattern=_ANY_PRECISION)


def moment(path: str, title: str, about: str = "", *, datatype: str = "dateTime") -> Column:
    """Return a column of times (xsd:dateTime), or of whole days (xsd:date)."""
    return Column(named(path), title, path, about, datatype)


def number(path: str, title: str, about: str = "", *, datatype: str = "integer") -> Column:
    """Return a column of numbers."""
    return Column(named(path), title, path, about, datatype)


def iri(path: str, title: str, about: str = "", *, name: str = "") -> Column:
    """Return a column of one IRI, of something that is not in the graph or has no label."""
    return Column(name or named(path), title, path, about, "anyURI")


def iris(path: str, title: str, about: str = "") -> Column:
    """Return a column of several such IRIs."""
    return replace(iri(path, title, about), is_many=True)


def link(
    path: str,
    title: str,
    about: str = "",
    *,
    name: str = "",
    table: str = "",
    within: str = "",
    is_many: bool = False,
    is_required: bool = False,
) -> tuple[Column, Column]:
    """Return two columns: the labels of what ``path`` leads to, and its IRIs."""
    name = name or named(path)
    column = Column(
        name, title, path, about, within=within, is_many=is_many, is_required=is_required
    )
    of_iris = replace(
        column,
        name=f"{name}_iri",
        title=f"{title}: IRI",
        description=f"The {'IRIs' if is_many else 'IRI'} of what {name} names.",
        datatype="anyURI",
        table=table,
    )
    return replace(column, is_label=True), of_iris


def links(path: str, title: str, about: str = "", *, table: str = "") -> tuple[Column, Column]:
    """Return the two columns of ``link`` for a path with several values."""
    return link(path, title, about, table=table, is_many=True)


def country(path: str = "urb:country", name: str = "country") -> tuple[Column, ...]:
    """Return three columns: the label, IRI and code of a country."""
    code = f"{path}/skos:notation"
    return (
        *link(path, "Country", name=name),
        text(code, "Country code", "ISO 3166-1, in two letters.", name=f"{name}_code"),
    )


def coordinates(path: str = "") -> tuple[Column, ...]:
    """Return two columns: the latitude and longitude of what ``path`` leads to."""
    about = "WGS 84, in degrees."
    return (
        number(f"{path}wgs:lat", "Latitude", about, datatype="decimal"),
        number(f"{path}wgs:long", "Longitude", about, datatype="decimal"),
    )
