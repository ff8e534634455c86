"""The page of a country, and the list of the countries."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City, Country, Network, Plan, Programme, Theme
from urbact_graph.web.languages import language_name
from urbact_graph.web.pages.gathering import (
    among,
    by_name,
    most_common,
    plans_in_order,
)
from urbact_graph.web.pages.schema_org import Node

_THEMES = 12
_PLANS = 8


@dataclass(frozen=True)
class CountryPage:
    """The contents of the page.

    ``cities`` stand by their number of networks. ``networks`` are those with partners of the
    country, by programme. ``led`` counts the networks that its cities lead. ``names`` are those in
    other languages: code, English name of the language, and name.
    """

    country: Country
    cities: tuple[City, ...]
    networks: tuple[tuple[Programme | None, tuple[Network, ...]], ...]
    led: int
    themes: tuple[tuple[Theme, int], ...]
    plans: tuple[Plan, ...]
    names: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, country: Country, atlas: Atlas) -> Self:
        """Gather what belongs to ``country``."""
        cities = among(atlas.cities, country.cities)
        networks = by_name(atlas.networks, country.networks)
        programmes = sorted({one.programme for one in networks}, reverse=True)
        return cls(
            country,
            tuple(sorted(cities, key=lambda one: (-len(one.networks), one.name.casefold()))),
            tuple(
                (
                    atlas.programmes.get(path),
                    tuple(one for one in networks if one.programme == path),
                )
                for path in programmes
            ),
            sum(len(city.led) for city in cities),
            most_common(atlas.themes, (t for one in networks for t in one.themes), _THEMES),
            plans_in_order(atlas, country.plans)[:_PLANS],
            tuple(
                (name.language, language_name(name.language), name.text)
                for name in country.names
                if name.language
            ),
        )


def country_markup(country: Country, address: str) -> Node:
    """Return what search engines read of ``country``, whose page is at ``address``."""
    return {
        "@context": "https://schema.org/",
        "@type": "Country",
        "@id": country.iri,
        "name": country.name,
        "identifier": country.code,
        "url": address,
        "mainEntityOfPage": address,
    }


def countries_of(atlas: Atlas) -> tuple[Country, ...]:
    """Return the countries by name."""
    return tuple(sorted(atlas.countries.values(), key=lambda one: one.name.casefold()))
