"""A list as it was asked for: what is chosen, the things that fit, the counts, and its query."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from rapidfuzz import fuzz, process

from urbact_graph.problems import MALFORMED_REQUEST, ProblemError
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.lists.facets import Facet, Listing, Order

PAGE_SIZE = 50
_YEARS = ("from", "to")
_PREFIXES = ("urb", "skos", "foaf", "rdfs")
_LAST_YEAR = 9999
Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """A value of a facet on the page: how many things have it, and the address that toggles it."""

    value: str
    label: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True)
class Selection:
    """What is chosen of a list; ``chosen`` are values by facet, ``years`` None where open."""

    listing: Listing
    atlas: Atlas
    chosen: dict[str, tuple[str, ...]]
    years: tuple[int | None, int | None]
    order: Order
    page: int = 1

    @classmethod
    def of(cls, listing: Listing, atlas: Atlas, parameters: Parameters) -> Self:
        """Read the ``parameters`` of an address.

        Raises:
            ProblemError: one is unknown, or has a value that is.
        """
        chosen: dict[str, list[str]] = {}
        single: dict[str, str] = {}
        other = ("sort", "page", "format", *(_YEARS if listing.years else ()))
        names = [*(facet.name for facet in listing.facets), *other]
        for name, value in parameters:
            facet = listing.facet(name)
            if name not in names:
                raise _unknown(f"The list has no facet '{name[:40]}'", name, names)
            if facet is None:
                single[name] = value
            elif value:
                options = facet.options(atlas)
                if value not in options:
                    raise _unknown(
                        f"The facet '{name}' has no value '{value[:40]}'", value, options
                    )
                chosen.setdefault(name, []).append(value)
        orders = {order.name: order for order in listing.orders}
        sort = single.get("sort") or listing.orders[0].name
        if sort not in orders:
            raise _unknown(f"The list has no order '{sort[:40]}'", sort, orders)
        years = _number(single, "from"), _number(single, "to")
        page = _number(single, "page")
        return cls(
            listing,
            atlas,
            {name: tuple(dict.fromkeys(values)) for name, values in chosen.items()},
            years,
            orders[sort],
            1 if page is None else max(page, 1),
        )

    @property
    def things(self) -> list[Any]:
        """The things that fit, in order; of equals, the first by path."""
        found = sorted(self._fitting(), key=lambda one: (one.label.casefold(), one.path))
        return sorted(found, key=self.order.key, reverse=self.order.is_descending)

    def choices(self, facet: Facet) -> list[Choice]:
        """Return the values of ``facet`` that things have which fit all other facets."""
        counts = Counter(
            value
            for one in self._fitting(but=facet)
            for value in set(facet.values(one, self.atlas))
        )
        chosen = self.chosen.get(facet.name, ())
        return [
            Choice(value, label, counts[value], value in chosen, self.toggled(facet.name, value))
            for value, label in facet.options(self.atlas).items()
            if counts[value] or value in chosen
        ]

    def active(self) -> list[tuple[str, str, str]]:
        """Return what is chosen: title, label, and the address without it."""
        found = [
            (facet.title, facet.options(self.atlas)[value], self.toggled(facet.name, value))
            for facet in self.listing.facets
            for value in self.chosen.get(facet.name, ())
        ]
        words = {"from": "from", "to": "until"}
        found += [
            ("Year", f"{words[name]} {year}", self.address(without=name))
            for name, year in zip(_YEARS, self.years, strict=True)
            if year is not None
        ]
        return found

    def toggled(self, name: str, value: str) -> str:
        """Return the address with ``value`` chosen if it is not, and not if it is."""
        pair = (name, value)
        pairs = self._pairs()
        kept = [one for one in pairs if one != pair] if pair in pairs else [*pairs, pair]
        return self._address(kept)

    def address(self, without: str = "", **changed: str) -> str:
        """Return the address of this list, relative to the root, with parameters ``changed``."""
        left = {without, *changed}
        pairs = [pair for pair in self._pairs() if pair[0] not in left]
        return self._address([*pairs, *((name, value) for name, value in changed.items())])

    def query(self) -> str:
        """Return the SPARQL query that selects exactly the things of this list."""
        known = namespaces(self.atlas.base)
        declared = "".join(f"PREFIX {name}: <{known[name]}>\n" for name in _PREFIXES)
        clauses = [self.listing.pattern.replace("{base}", self.atlas.base)]
        clauses += [
            facet.clause(self.chosen[facet.name], self.atlas)
            for facet in self.listing.facets
            if facet.name in self.chosen
        ]
        if self.listing.years and self.years != (None, None):
            clauses.append(self.listing.years.clause(*self.years))
        body = "\n".join(f"  {clause}" for clause in [*clauses, "?thing rdfs:label ?label ."])
        return f"{declared}SELECT DISTINCT ?thing ?label\nWHERE {{\n{body}\n}}\nORDER BY ?label\n"

    def _fitting(self, but: Facet | None = None) -> list[Any]:
        first, last = self.years
        found = list(self.listing.things(self.atlas).values())
        for facet in self.listing.facets:
            wanted = set(self.chosen.get(facet.name, ()))
            if wanted and facet != but:
                found = [one for one in found if wanted & set(facet.values(one, self.atlas))]
        if self.listing.years and self.years != (None, None):
            year = self.listing.years.year
            low, high = 1 if first is None else first, _LAST_YEAR if last is None else last
            found = [one for one in found if year(one) and low <= year(one) <= high]
        return found

    def _pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, value) for name, values in self.chosen.items() for value in values]
        years = zip(_YEARS, self.years, strict=True)
        pairs += [(name, str(year)) for name, year in years if year is not None]
        if self.order != self.listing.orders[0]:
            pairs.append(("sort", self.order.name))
        return pairs

    def _address(self, pairs: Iterable[tuple[str, str]]) -> str:
        encoded = urlencode(list(pairs))
        return f"{self.listing.name}?{encoded}" if encoded else self.listing.name


def _number(single: dict[str, str], name: str) -> int | None:
    text = single.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_YEAR))):
        raise ProblemError(
            MALFORMED_REQUEST, f"The value '{text[:40]}' of '{name}' is no whole number."
        )
    return int(text)


def _unknown(what: str, wanted: str, known: Iterable[str]) -> ProblemError:
    names = list(known)
    nearest = process.extractOne(wanted[:100].lower(), names, scorer=fuzz.ratio)
    hint = f"; the nearest is '{nearest[0]}'" if nearest else ""
    return ProblemError(MALFORMED_REQUEST, f"{what}{hint}.", extensions={"known": names})
