"""Answers about cities: whom they met, where they lie, who is new, and how far it all reaches."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

from rdflib import OWL

from .facts import URB, WGS, Answer, Arguments, Facts, Row, answers, wanted

if TYPE_CHECKING:
    from rdflib.term import Node


def _in_country(facts: Facts, given: Arguments) -> list[Node]:
    argument = given.get("country")
    return [city for city in facts.cities if wanted(facts.one(city, URB.country), argument)]


def _country_label(facts: Facts, city: Node) -> Node | None:
    return facts.english(facts.one(city, URB.country))


def _programmes(facts: Facts, city: Node) -> set[Node | None]:
    return {facts.one(network, URB.programme) for network in facts.networks_of[city]}


def _first_programme(facts: Facts, city: Node) -> Node | None:
    """Return the city's earliest programme, by the year in which the programme began."""
    starts = {
        facts.year(programme, URB.start): programme
        for programme in _programmes(facts, city)
        if programme is not None
    }
    return starts[min(year for year in starts if year)] if starts else None


@answers
def peers_of_city(facts: Facts, given: Arguments) -> Answer:
    mine = facts.networks_of[given["city"]]
    if "theme" in given:
        mine = set(facts.on_theme(mine, given["theme"]))
    rows: list[Row] = []
    for peer in _in_country(facts, given):
        shared = len(mine & facts.networks_of[peer])
        if shared and peer != given["city"]:
            rows.append((peer, facts.english(peer), _country_label(facts, peer), shared))
    return sorted(rows, key=lambda row: (-int(str(row[3])), str(row[1]), str(row[0])))


@answers
def have_cities_met(facts: Facts, given: Arguments) -> Answer:
    return bool(facts.networks_of[given["city"]] & facts.networks_of[given["peer"]])


@answers
def returning_cities(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = [
        (
            city,
            facts.english(city),
            _country_label(facts, city),
            len(facts.networks_of[city]),
            len(_programmes(facts, city)),
        )
        for city in _in_country(facts, given)
        if len(facts.networks_of[city]) >= int(given["atLeast"])
    ]
    return sorted(rows, key=lambda row: (-int(str(row[3])), str(row[1]), str(row[0])))


@answers
def city_pairs(facts: Facts, given: Arguments) -> Answer:
    met: Counter[tuple[Node, Node]] = Counter()
    for cities in facts.cities_of.values():
        met.update(combinations(sorted(cities, key=str), 2))
    rows: list[Row] = [
        (one, facts.english(one), other, facts.english(other), count)
        for (one, other), count in met.items()
        if count >= int(given["atLeast"])
    ]
    return sorted(rows, key=lambda row: (-int(str(row[4])), str(row[0]), str(row[2])))


@answers
def newcomers(facts: Facts, given: Arguments) -> Answer:
    programme = given["programme"]
    return [
        (
            city,
            facts.english(city),
            _country_label(facts, city),
            sum(facts.one(n, URB.programme) == programme for n in facts.networks_of[city]),
        )
        for city in _in_country(facts, given)
        if _first_programme(facts, city) == programme
    ]


@answers
def newcomers_by_programme(facts: Facts, _given: Arguments) -> Answer:
    return [
        (
            programme,
            facts.english(programme),
            sum(programme in _programmes(facts, city) for city in facts.cities),
            sum(_first_programme(facts, city) == programme for city in facts.cities),
        )
        for programme in facts.programmes
    ]


@answers
def reach_by_country(facts: Facts, given: Arguments) -> Answer:
    members = [
        member
        for member in facts.members
        if wanted(facts.one(member.network, URB.programme), given.get("programme"))
    ]
    rows: list[Row] = []
    for country in {member.country for member in members if member.country is not None}:
        here = [member for member in members if member.country == country]
        rows.append(
            (
                country,
                facts.english(country),
                len({member.city for member in here if member.city is not None}),
                len(here),
                len({member.network for member in here}),
                sum(member.leads for member in here),
            )
        )
    return sorted(rows, key=lambda row: (-int(str(row[3])), str(row[0])))


def _size(population: int | None) -> str:
    if population is None:
        return "6 not known"
    bounds = {
        "1 under 20,000": 20_000,
        "2 from 20,000 to 49,999": 50_000,
        "3 from 50,000 to 249,999": 250_000,
        "4 from 250,000 to 999,999": 1_000_000,
    }
    return next((name for name, end in bounds.items() if population < end), "5 from 1,000,000")


@answers
def reach_by_size(facts: Facts, given: Arguments) -> Answer:
    groups: dict[str, list[tuple[Node, bool]]] = {}
    for member in facts.members:
        programme = facts.one(member.network, URB.programme)
        if member.city is not None and wanted(programme, given.get("programme")):
            size = _size(facts.number(member.city, URB.population))
            groups.setdefault(size, []).append((member.city, member.leads))
    return [
        (size, len({city for city, _ in here}), len(here), sum(leads for _, leads in here))
        for size, here in sorted(groups.items())
    ]


@answers
def city_table(facts: Facts, given: Arguments) -> Answer:
    plans = Counter(facts.one(plan, URB.city) for plan in facts.plans)
    rows: list[Row] = []
    for city in _in_country(facts, given):
        nuts = facts.one(city, URB.nuts3)
        rows.append(
            (
                city,
                facts.english(city),
                _country_label(facts, city),
                facts.one(city, WGS.lat),
                facts.one(city, WGS.long),
                facts.one(city, URB.population),
                None if nuts is None else str(nuts).rpartition("/")[2],
                len(facts.networks_of[city]),
                len(facts.led_by[city]),
                plans[city],
            )
        )
    return rows


@answers
def cities_in_box(facts: Facts, given: Arguments) -> Answer:
    south, west, north, east = (Decimal(given[side]) for side in ("south", "west", "north", "east"))
    rows: list[Row] = []
    for city in facts.cities:
        latitude, longitude = facts.one(city, WGS.lat), facts.one(city, WGS.long)
        if latitude is None or longitude is None:
            continue
        if south <= Decimal(str(latitude)) <= north and west <= Decimal(str(longitude)) <= east:
            population = facts.one(city, URB.population)
            rows.append((city, facts.english(city), latitude, longitude, population))
    return rows


@answers
def missing_in_cities(facts: Facts, given: Arguments) -> Answer:
    needed = {
        "NUTS region": URB.nuts3,
        "coordinates": WGS.lat,
        "population": URB.population,
    }
    sites = {"match in GeoNames": "sws.geonames.org", "match in Wikidata": "www.wikidata.org"}
    rows: list[Row] = []
    for city in _in_country(facts, given):
        missing = [name for name, p in needed.items() if not facts.objects(city, p)]
        links = {str(place).split("/")[2] for place in facts.objects(city, OWL.sameAs)}
        missing += [name for name, site in sites.items() if site not in links]
        rows += [(city, facts.english(city), name) for name in sorted(missing)]
    return rows
