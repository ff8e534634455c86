"""Answers about plans and recommendations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rdflib import RDFS, URIRef
from rdflib.namespace import DCTERMS

from .facts import URB, Answer, Arguments, Facts, Row, answers, wanted

if TYPE_CHECKING:
    from rdflib.term import Node


@answers
def plans_of_city(facts: Facts, given: Arguments) -> Answer:
    return [
        (
            plan,
            facts.kind_label(plan),
            facts.one(plan, DCTERMS.title),
            facts.one(plan, DCTERMS.abstract),
            facts.one(plan, DCTERMS.issued),
            facts.english(facts.one(plan, URB.network)),
        )
        for plan in facts.plans
        if facts.one(plan, URB.city) == given["city"]
    ]


@answers
def plans_by_kind(facts: Facts, _given: Arguments) -> Answer:
    rows: list[Row] = []
    for kind in facts.kinds(URB.Plan):
        plans = facts.instances(kind)
        if not plans:
            continue
        rows.append(
            (
                kind,
                facts.english(kind, RDFS.label),
                len(plans),
                len({facts.one(plan, URB.city) for plan in plans} - {None}),
                sum(bool(facts.objects(plan, DCTERMS.title)) for plan in plans),
                sum(bool(facts.objects(plan, DCTERMS.abstract)) for plan in plans),
            )
        )
    return sorted(rows, key=lambda row: (-int(str(row[2])), str(row[0])))


@answers
def plans_by_kind_and_theme(facts: Facts, given: Arguments) -> Answer:
    counts: Counter[tuple[Node, Node]] = Counter()
    for plan in facts.plans:
        network = facts.one(plan, URB.network)
        if network is not None and wanted(
            facts.one(network, URB.programme), given.get("programme")
        ):
            counts.update((theme, facts.kind(plan)) for theme in facts.themes(network))
    rows: list[Row] = [
        (theme, facts.english(theme), kind, facts.english(kind, RDFS.label), count)
        for (theme, kind), count in counts.items()
    ]
    return sorted(rows, key=lambda row: (str(row[0]), str(row[2])))


@answers
def plans_on_theme(facts: Facts, given: Arguments) -> Answer:
    networks = facts.on_theme(facts.networks, given["theme"])
    return [
        (
            plan,
            facts.kind_label(plan),
            facts.one(plan, DCTERMS.title),
            facts.english(facts.one(plan, URB.city)),
            facts.english(facts.one(plan, URB.network)),
        )
        for plan in facts.plans
        if facts.one(plan, URB.network) in networks
        and wanted(facts.kind(plan), given.get("kind"))
        and wanted(facts.country(plan), given.get("country"))
    ]


@answers
def missing_in_plans(facts: Facts, given: Arguments) -> Answer:
    needed = {
        "city": URB.city,
        "date": DCTERMS.issued,
        "language": DCTERMS.language,
        "network": URB.network,
        "summary": DCTERMS.abstract,
        "title": DCTERMS.title,
    }
    return [
        (plan, facts.label(plan), name)
        for plan in facts.plans
        if wanted(facts.kind(plan), given.get("kind"))
        for name, predicate in needed.items()
        if not facts.objects(plan, predicate)
    ]


@answers
def plans_by_evidence(facts: Facts, given: Arguments) -> Answer:
    groups: dict[tuple[str, str], list[Node]] = {}
    for plan in facts.plans:
        network = facts.one(plan, URB.network)
        programme = facts.one(network, URB.programme)
        if (
            network is not None
            and wanted(network, given.get("network"))
            and wanted(programme, given.get("programme"))
        ):
            grade = facts.english(facts.one(plan, URB.evidence), RDFS.label)
            label = "Not graded" if grade is None else str(grade)
            groups.setdefault((str(programme), label), []).append(plan)
    return [
        (
            facts.english(URIRef(programme)),
            grade,
            len(plans),
            len({facts.one(plan, URB.city) for plan in plans} - {None}),
            len({facts.one(plan, URB.network) for plan in plans}),
        )
        for (programme, grade), plans in sorted(groups.items())
    ]


@answers
def plans_of_network(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = [
        (
            plan,
            facts.kind_label(plan),
            facts.english(facts.one(plan, URB.city)),
            facts.one(plan, DCTERMS.title),
            facts.one(plan, DCTERMS.issued),
            facts.english(facts.one(plan, URB.evidence), RDFS.label),
        )
        for plan in facts.plans
        if facts.one(plan, URB.network) == given["network"]
    ]
    return sorted(rows, key=lambda row: (str(row[2] or ""), str(row[0])))


@answers
def announced_plans(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for plan in facts.announced_plans:
        network, country = facts.one(plan, URB.network), facts.country(plan)
        if network is None or country is None or not wanted(country, given.get("country")):
            continue
        if not wanted(facts.one(network, URB.programme), given.get("programme")):
            continue
        rows.append(
            (
                plan,
                facts.english(facts.one(plan, URB.planKind), RDFS.label),
                facts.english(facts.one(plan, URB.city)),
                facts.english(country),
                network,
                facts.english(network),
                facts.year(network, URB.end),
                facts.objects(plan, DCTERMS.source)[0],
            )
        )
    return rows


def _addressees(facts: Facts, recommendation: Node) -> list[Node | None]:
    """Return whom a recommendation is for, in the order of their names, or nothing once."""
    found: list[Node | None] = [*facts.objects(recommendation, URB.addressee)]
    return sorted(found, key=lambda a: str(facts.english(a, RDFS.label))) or [None]


@answers
def recommendations_on_theme(facts: Facts, given: Arguments) -> Answer:
    return [
        (
            recommendation,
            facts.one(recommendation, URB.statement),
            facts.english(addressee, RDFS.label),
            facts.english(facts.one(recommendation, URB.network)),
            facts.one(facts.one(recommendation, URB.document), DCTERMS.title),
        )
        for recommendation in facts.on_theme(facts.recommendations, given["theme"])
        for addressee in _addressees(facts, recommendation)
        if wanted(addressee, given.get("addressee"))
    ]


@answers
def recommendations_of_city(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for recommendation in facts.recommendations:
        network = facts.one(recommendation, URB.network)
        if network not in facts.networks_of[given["city"]]:
            continue
        statement = facts.one(recommendation, URB.statement)
        document = facts.one(facts.one(recommendation, URB.document), DCTERMS.title)
        for addressee in _addressees(facts, recommendation):
            label = facts.english(addressee, RDFS.label)
            named = (network, facts.english(network), document)
            rows.append((recommendation, statement, label, *named))
    return sorted(rows, key=lambda row: str(row[4]))
