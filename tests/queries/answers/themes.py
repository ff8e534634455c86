"""Answers about themes: who worked on them, where, when, and what they match elsewhere."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rdflib import RDFS, SKOS, Literal

from .facts import URB, Answer, Arguments, Facts, Row, answers, wanted

if TYPE_CHECKING:
    from rdflib.term import Node


def _scheme(facts: Facts) -> list[Node]:
    topics = {topic for topic in facts.instances(SKOS.Concept) if _is_topic(facts, topic)}
    return sorted({theme for topic in topics for theme in facts.below(topic)}, key=str)


def _is_topic(facts: Facts, concept: Node) -> bool:
    return bool(facts.objects(concept, SKOS.topConceptOf))


@answers
def cities_on_theme(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for network in facts.on_theme(facts.networks, given["theme"]):
        if not facts.in_period(network, given):
            continue
        start = facts.one(network, URB.start)
        plans = facts.subjects(URB.network, network)
        for city in facts.cities_of[network]:
            if not wanted(facts.one(city, URB.country), given.get("country")):
                continue
            own: list[Node | None] = [
                p for p in plans if p in facts.plans and facts.one(p, URB.city) == city
            ]
            rows += [
                (city, facts.english(city), network, facts.english(network), start, plan)
                for plan in own or [None]
            ]
    return sorted(rows, key=lambda row: (str(row[1]), str(row[0]), str(row[2]), str(row[5] or "")))


@answers
def networks_on_theme(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for network in facts.on_theme(facts.networks, given["theme"]):
        programme = facts.one(network, URB.programme)
        if not wanted(programme, given.get("programme")):
            continue
        label, fund = facts.english(network), facts.english(programme)
        for theme in facts.themes(network) & facts.below(given["theme"]):
            declared = theme in facts.objects(network, URB.declaredTheme)
            if declared or not given["declaredOnly"].value:  # type: ignore[union-attr]
                row = (network, label, fund, theme, facts.english(theme), Literal(declared))
                rows.append(row)
    return sorted(rows, key=lambda row: (str(row[1]), str(row[0]), str(row[3])))


@answers
def countries_on_theme(facts: Facts, given: Arguments) -> Answer:
    cities: dict[Node, set[Node]] = {}
    networks: dict[Node, set[Node]] = {}
    for network in facts.on_theme(facts.networks, given["theme"]):
        for city in facts.cities_of[network]:
            country = facts.one(city, URB.country)
            assert country is not None
            cities.setdefault(country, set()).add(city)
            networks.setdefault(country, set()).add(network)
    rows: list[Row] = [
        (country, facts.english(country), len(cities[country]), len(networks[country]))
        for country in cities
    ]
    return sorted(rows, key=lambda row: (-int(str(row[2])), str(row[0])))


@answers
def years_of_theme(facts: Facts, given: Arguments) -> Answer:
    networks = facts.on_theme(facts.networks, given["theme"])
    years = Counter(facts.year(network, URB.start) for network in networks)
    return [(year, count) for year, count in sorted(years.items(), key=str) if year is not None]


@answers
def themes_by_programme(facts: Facts, given: Arguments) -> Answer:
    counts: Counter[tuple[Node | None, Node]] = Counter()
    for network in facts.networks:
        programme = facts.one(network, URB.programme)
        if wanted(programme, given.get("programme")):
            counts.update((programme, theme) for theme in facts.themes(network))
    ordered = sorted(counts.items(), key=lambda item: (str(item[0][0]), -item[1], str(item[0][1])))
    return [
        (facts.english(programme), theme, facts.english(theme), count)
        for (programme, theme), count in ordered
    ]


@answers
def theme_tree(facts: Facts, _given: Arguments) -> Answer:
    rows: list[Row] = []
    for theme in _scheme(facts):
        topic, basis = facts.one(theme, SKOS.broader), facts.one(theme, URB.basis)
        networks = sum(theme in facts.themes(network) for network in facts.networks)
        place = facts.english(basis, RDFS.label)
        if topic is not None:
            labels = (facts.english(topic), theme, facts.english(theme))
            rows.append((topic, *labels, place, networks))
    return sorted(rows, key=lambda row: (str(row[0]), str(row[2])))


@answers
def theme_matches(facts: Facts, _given: Arguments) -> Answer:
    rows: list[Row] = [
        (theme, facts.english(theme), relation, match, facts.english(match))
        for theme in _scheme(facts)
        for relation in (SKOS.broadMatch, SKOS.closeMatch, SKOS.exactMatch)
        for match in facts.objects(theme, relation)
    ]
    return rows


@answers
def recommendations_by_theme(facts: Facts, _given: Arguments) -> Answer:
    rows: list[Row] = []
    for theme in _scheme(facts):
        on_it = [r for r in facts.recommendations if theme in facts.themes(r)]
        networks = {facts.one(r, URB.network) for r in on_it} - {None}
        if on_it:
            rows.append((theme, facts.english(theme), len(on_it), len(networks)))
    return sorted(rows, key=lambda row: (-int(str(row[2])), str(row[0])))
