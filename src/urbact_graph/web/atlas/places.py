"""Cities, countries, themes and programmes: what networks and plans are gathered by."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.reading import Reading
from urbact_graph.web.atlas.statements import Statements
from urbact_graph.web.atlas.things import (
    ANNOUNCED,
    City,
    Country,
    Name,
    Programme,
    Theme,
)
from urbact_graph.web.atlas.works import Works, codes_of, grouped

_LABELS = ("skos:prefLabel", "urb:localName", "skos:altLabel", "skos:hiddenLabel")


@dataclass(frozen=True)
class Places:
    """What networks and plans are gathered by, by path, sorted; countries are by code."""

    cities: dict[str, City]
    themes: dict[str, Theme]
    countries: dict[str, Country]
    programmes: dict[str, Programme]

    @classmethod
    def of(cls, reading: Reading, works: Works) -> Self:
        """Make the things of ``reading``, and connect them with ``works``."""
        cities = _cities(reading, works)
        return cls(
            cities=cities,
            themes=_themes(reading.themes, works),
            countries=_countries(reading, works, cities.values()),
            programmes=_programmes(reading.programmes, works),
        )


def _cities(reading: Reading, works: Works) -> dict[str, City]:
    stated, codes = reading.cities, codes_of(reading)
    networks = works.networks.values()
    joined = grouped((city, n.path) for n in networks for city in n.partners)
    led = grouped((n.lead, n.path) for n in networks)
    plans = works.plans.values()
    written = grouped((p.city, p.path) for p in plans if p.evidence != ANNOUNCED)
    announced = grouped((p.city, p.path) for p in plans if p.evidence == ANNOUNCED)
    found = {}
    for iri, path in stated.items():
        members = [works.networks[network] for network in joined[path]]
        peers = Counter(peer for n in members for peer in n.partners if peer != path)
        found[path] = City(
            path=path,
            name=stated.text(iri, "skos:prefLabel") or path,
            local_name=stated.text(iri, "urb:localName"),
            names=_names(stated, iri, *_LABELS),
            country=codes.get(stated.iri(iri, "urb:country"), ""),
            lat=stated.decimal(iri, "wgs:lat"),
            lon=stated.decimal(iri, "wgs:long"),
            population=stated.number(iri, "urb:population"),
            networks=joined[path],
            led=led[path],
            plans=written[path],
            announced_plans=announced[path],
            themes=_sorted(theme for n in members for theme in n.themes),
            programmes=_sorted(n.programme for n in members if n.programme),
            peers=peers,
        )
    return found


def _themes(stated: Statements, works: Works) -> dict[str, Theme]:
    networks, advice = works.networks.values(), works.recommendations.values()
    joined = grouped((theme, n.path) for n in networks for theme in n.themes)
    cities = grouped((theme, city) for n in networks for theme in n.themes for city in n.partners)
    written = grouped(
        (theme, p.path)
        for p in works.plans.values()
        if p.evidence != ANNOUNCED
        for theme in p.themes
    )
    advised = grouped((theme, r.path) for r in advice for theme in r.themes)
    below = grouped((stated.one_path(iri, "skos:broader"), path) for iri, path in stated.items())
    return {
        path: Theme(
            path=path,
            name=stated.text(iri, "skos:prefLabel") or path,
            definition=stated.text(iri, "skos:definition"),
            topic=stated.one_path(iri, "skos:broader"),
            alt_labels=stated.texts(iri, "skos:altLabel"),
            below=below[path],
            networks=joined[path],
            cities=tuple(sorted(cities[path])),
            plans=written[path],
            recommendations=advised[path],
        )
        for iri, path in stated.items()
    }


def _countries(reading: Reading, works: Works, cities: Iterable[City]) -> dict[str, Country]:
    stated, codes = reading.countries, codes_of(reading)
    held = grouped((city.country, city.path) for city in cities)
    joined = grouped((code, n.path) for n in works.networks.values() for code in n.countries)
    written = grouped((p.country, p.path) for p in works.plans.values() if p.evidence != ANNOUNCED)
    return {
        code: Country(
            code=code,
            name=stated.text(iri, "skos:prefLabel") or code,
            iri=iri,
            names=_names(stated, iri, "skos:prefLabel"),
            cities=held[code],
            networks=joined[code],
            plans=written[code],
        )
        for iri, code in sorted(codes.items(), key=lambda item: item[1])
        if code
    }


def _programmes(stated: Statements, works: Works) -> dict[str, Programme]:
    networks = works.networks.values()
    funded = grouped((n.programme, n.path) for n in networks)
    called = grouped((call.programme, call.path) for call in works.calls.values())
    cities = grouped((n.programme, city) for n in networks for city in n.partners)
    return {
        path: Programme(
            path=path,
            name=stated.text(iri, "skos:prefLabel") or path,
            start=stated.text(iri, "urb:start"),
            end=stated.text(iri, "urb:end"),
            start_year=stated.year(iri, "urb:start"),
            end_year=stated.year(iri, "urb:end"),
            budget=stated.number(iri, "urb:budgetInEuro"),
            erdf=stated.number(iri, "urb:erdfInEuro"),
            networks=funded[path],
            calls=called[path],
            cities=tuple(sorted(cities[path])),
        )
        for iri, path in stated.items()
    }


def _names(stated: Statements, iri: str, *properties: str) -> tuple[Name, ...]:
    """Return the spellings, each with its language, once each."""
    found = (
        Name(literal.value, literal.language or "")
        for name in properties
        for literal in stated.literals(iri, name)
    )
    return tuple(dict.fromkeys(found))


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
