"""The page of a city: its networks in time, its plans, and whom it met."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City, Country, Network, Plan, Theme
from urbact_graph.web.languages import language_name
from urbact_graph.web.pages.gathering import most_common, plans_by_place
from urbact_graph.web.pages.stated import Stated
from urbact_graph.web.pages.time_axis import Span, TimeAxis

# As many of those that it met most often are shown before the fold.
_MOST_MET = 12
# Each scheme of identifiers with the property of the notation, that of a link, a part of the
# address that only the link of this scheme has, and the property of a year.
_SCHEMES = (
    ("Wikidata", "urb:wikidata", "owl:sameAs", "wikidata.org", ""),
    ("GeoNames", "urb:geonames", "owl:sameAs", "geonames.org", ""),
    ("UN/LOCODE", "urb:unlocode", "urb:unlocodeLocation", "", ""),
    ("Local Administrative Unit", "urb:lau", "urb:lauUnit", "", "urb:lauYear"),
    ("NUTS 3 region", "", "urb:nuts3", "", ""),
    (
        "Functional Urban Area",
        "urb:functionalUrbanArea",
        "urb:functionalUrbanAreaLink",
        "",
        "",
    ),
    ("City of the Urban Audit", "urb:urbanAuditCity", "urb:urbanAuditCityLink", "", ""),
)


@dataclass(frozen=True)
class Identifier:
    """What a scheme calls the city; ``address`` and ``year`` are empty where unknown."""

    scheme: str
    text: str
    address: str = ""
    year: str = ""


@dataclass(frozen=True)
class Spelling:
    """A name with the languages that it is used in: pairs of code and English name."""

    text: str
    languages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CityPage:
    """The contents of the page.

    ``networks`` stand in the order of time. ``met`` are the cities that shared most networks with
    it, with how many; ``more_met`` are the others. ``themes`` are those of its networks, with
    how many have them.
    """

    country: Country | None
    axis: TimeAxis
    networks: tuple[tuple[Network, Span | None], ...]
    plans: tuple[Plan, ...]
    announced: tuple[Plan, ...]
    met: tuple[tuple[City, int], ...]
    more_met: tuple[tuple[City, int], ...]
    themes: tuple[tuple[Theme, int], ...]
    identifiers: tuple[Identifier, ...]
    names: tuple[Spelling, ...]

    @classmethod
    def of(cls, city: City, atlas: Atlas, stated: Stated) -> Self:
        """Gather what belongs to ``city``; its identifiers are among what is ``stated``."""
        axis = TimeAxis.of(atlas)
        networks = [atlas.networks[path] for path in city.networks]
        met = most_common(atlas.cities, city.peers.elements())
        return cls(
            country=atlas.countries.get(city.country),
            axis=axis,
            networks=axis.rows(networks),
            plans=plans_by_place(atlas, city.plans),
            announced=plans_by_place(atlas, city.announced_plans),
            met=met[:_MOST_MET],
            more_met=met[_MOST_MET:],
            themes=most_common(atlas.themes, (path for n in networks for path in n.themes)),
            identifiers=tuple(_identifiers(stated)),
            names=_names(city),
        )


def _identifiers(stated: Stated) -> list[Identifier]:
    found = []
    for scheme, notation, link, part, year in _SCHEMES:
        address = stated.address(link, part)
        text = stated.text(notation) if notation else stated.text(link)
        if text or address:
            found.append(
                Identifier(scheme, text or address, address, stated.text(year) if year else "")
            )
    return found


def _names(city: City) -> tuple[Spelling, ...]:
    """Return the spellings, each once, with the languages that have it."""
    languages: dict[str, dict[str, str]] = {}
    for name in city.names:
        known = languages.setdefault(name.text, {})
        if name.language:
            known[name.language] = language_name(name.language)
    return tuple(
        Spelling(text, tuple(sorted(known.items(), key=lambda item: item[1])))
        for text, known in sorted(languages.items(), key=lambda item: item[0].casefold())
    )
