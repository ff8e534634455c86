"""Facets: by what the things of a list can be chosen, here and in SPARQL alike."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from urbact_graph.web.atlas.atlas import Atlas


@dataclass(frozen=True)
class Facet:
    """A facet: ``values`` are those of a thing, by the words that stand in addresses.

    ``options`` are all values with their labels, in the order of the page. In SPARQL, ``pattern``
    joins ``?thing`` to the variable that has the facet's name, whose term for a value is ``term``;
    a value among ``patterns`` has a pattern of its own instead.
    """

    name: str
    title: str
    values: Callable[[Any, Atlas], Iterable[str]]
    options: Callable[[Atlas], Mapping[str, str]]
    pattern: str = ""
    term: Callable[[str, Atlas], str] = lambda value, _: value
    patterns: Mapping[str, str] = field(default_factory=dict)

    def clause(self, chosen: Iterable[str], atlas: Atlas) -> str:
        """Return the pattern of things that have any of the ``chosen`` values."""
        groups = [self.patterns[value] for value in chosen if value in self.patterns]
        terms = [self.term(value, atlas) for value in chosen if value not in self.patterns]
        if terms:
            groups.append(f"VALUES ?{self.name} {{ {' '.join(terms)} }} {self.pattern}")
        return " UNION ".join(f"{{ {group} }}" for group in groups)


@dataclass(frozen=True)
class Years:
    """A range of years: ``year`` is that of a thing, 0 if unknown, ``property`` its property."""

    title: str
    year: Callable[[Any], int]
    property: str

    def clause(self, first: int | None, last: int | None) -> str:
        """Return the pattern of things whose year lies between ``first`` and ``last``."""
        limits = [f"?year >= {first}"] if first is not None else []
        limits += [f"?year <= {last}"] if last is not None else []
        return f"?thing {self.property} ?year . FILTER({' && '.join(limits)})"


@dataclass(frozen=True)
class Column:
    """A column of a list: ``value`` is a text, a number, None, or a tuple of texts.

    On the page it stands in a ``place``: a column, or under the name of the thing ("below" or
    "tags"), or not at all ("files"). ``shown`` is its text there if it is another, ``path`` what it
    links to.
    """

    name: str
    title: str
    value: Callable[[Any, Atlas], object]
    place: str = "column"
    shown: Callable[[Any, Atlas], str] | None = None
    path: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Order:
    """An order of a list: ``key`` is compared, the larger first if ``is_descending``."""

    name: str
    title: str
    key: Callable[[Any], Any]
    is_descending: bool = False


@dataclass(frozen=True)
class Listing:
    """What is listed at an address: ``things`` are all of it, ``pattern`` is the same in SPARQL.

    The first of ``orders`` is used where none is chosen.
    """

    name: str
    title: str
    about: str
    things: Callable[[Atlas], Mapping[str, Any]]
    pattern: str
    facets: tuple[Facet, ...]
    columns: tuple[Column, ...]
    orders: tuple[Order, ...]
    years: Years | None = None

    def columns_at(self, place: str) -> tuple[Column, ...]:
        """Return the columns that stand in this ``place`` on the page."""
        return tuple(column for column in self.columns if column.place == place)

    def facet(self, name: str) -> Facet | None:
        """Return the facet of this ``name``."""
        return next((facet for facet in self.facets if facet.name == name), None)
