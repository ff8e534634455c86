"""Answers about taking part: when, how often, with what share, and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import Literal

from .facts import URB, Answer, Arguments, Facts, Row, answers, percent, wanted

if TYPE_CHECKING:
    from rdflib.term import Node


def _funded(facts: Facts, given: Arguments) -> list[Node]:
    programme = given.get("programme")
    return [n for n in facts.networks if wanted(facts.one(n, URB.programme), programme)]


def _may_run(start: int | None, end: int | None, year: int) -> bool:
    if start is not None and end is not None:
        return start <= year <= end
    if start is not None:
        return start <= year <= start + 2
    return end is not None and end - 2 <= year <= end


@answers
def networks_in_year(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for network in _funded(facts, given):
        start, end = facts.year(network, URB.start), facts.year(network, URB.end)
        if _may_run(start, end, int(given["year"])):
            programme = facts.english(facts.one(network, URB.programme))
            certain = Literal(start is not None and end is not None)
            partners = len(facts.members_of[network])
            label = facts.english(network)
            rows.append((network, label, programme, start, end, certain, partners))
    return sorted(rows, key=lambda row: (str(row[1]), str(row[0])))


@answers
def activity_by_year(facts: Facts, given: Arguments) -> Answer:
    years = {facts.year(n, edge) for n in facts.networks for edge in (URB.start, URB.end)}
    rows: list[Row] = []
    for year in sorted(year for year in years if year is not None):
        running: set[Node] = set()
        started = 0
        for network in _funded(facts, given):
            start, end = facts.year(network, URB.start), facts.year(network, URB.end)
            if start is not None and end is not None and start <= year <= end:
                running.add(network)
                started += start == year
        cities = {city for network in running for city in facts.cities_of[network]}
        if running:
            rows.append((year, len(running), started, len(cities)))
    return rows


@answers
def cities_that_lead(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for city, led in facts.led_by.items():
        country = facts.one(city, URB.country)
        if len(led) < int(given["atLeast"]) or not wanted(country, given.get("country")):
            continue
        programmes = {facts.one(network, URB.programme) for network in led}
        years = sorted(y for y in (facts.year(n, URB.start) for n in led) if y is not None)
        first, last = (years[0], years[-1]) if years else (None, None)
        named = (city, facts.english(city), facts.english(country))
        rows.append((*named, len(led), len(programmes), first, last))
    return sorted(rows, key=lambda row: (-int(str(row[3])), str(row[1]), str(row[0])))


@answers
def share_by_country(facts: Facts, given: Arguments) -> Answer:
    networks = _funded(facts, given)
    everywhere = {city for network in networks for city in facts.cities_of[network]}
    with_city = [network for network in networks if facts.cities_of[network]]
    rows: list[Row] = []
    for country in {facts.one(city, URB.country) for city in everywhere}:
        cities = {city for city in everywhere if facts.one(city, URB.country) == country}
        here = sum(bool(facts.cities_of[network] & cities) for network in networks)
        inhabitants = sum(facts.number(city, URB.population) or 0 for city in cities)
        city_share = percent(len(cities), len(everywhere))
        network_share = percent(here, len(with_city))
        counts = (len(cities), city_share, here, network_share, inhabitants)
        rows.append((country, facts.english(country), *counts))
    return sorted(rows, key=lambda row: (-int(str(row[2])), str(row[0])))


@answers
def best_connected_cities(facts: Facts, given: Arguments) -> Answer:
    networks = set(_funded(facts, given))
    rows: list[Row] = []
    for city in facts.cities:
        own = facts.networks_of[city] & networks
        peers = {peer for network in own for peer in facts.cities_of[network]} - {city}
        if len(peers) >= int(given["atLeast"]) and peers:
            countries = {facts.one(peer, URB.country) for peer in peers}
            country = facts.english(facts.one(city, URB.country))
            counts = (len(own), len(peers), len(countries))
            rows.append((city, facts.english(city), country, *counts))
    return sorted(rows, key=lambda row: (-int(str(row[4])), str(row[1]), str(row[0])))
