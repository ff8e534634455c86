"""Answers about networks, their partners and the people who accompanied them."""

from __future__ import annotations

from itertools import combinations

from rdflib import RDFS, SKOS, Literal
from rdflib.namespace import DCTERMS, FOAF

from .facts import URB, Answer, Arguments, Facts, Row, Triple, answers, wanted


@answers
def networks(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = [
        (
            network,
            facts.english(network),
            facts.kind_label(network),
            facts.english(facts.one(network, URB.programme)),
            facts.one(network, URB.start),
            facts.one(network, URB.end),
            len(facts.members_of[network]),
        )
        for network in facts.networks
        if wanted(facts.one(network, URB.programme), given.get("programme"))
        and wanted(facts.kind(network), given.get("kind"))
        and facts.in_period(network, given)
    ]
    return sorted(rows, key=lambda row: (str(row[1]), str(row[0])))


@answers
def partners_of_network(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = [
        (
            member.partnership,
            facts.one(member.partnership, URB.partnerName),
            facts.english(facts.one(member.partnership, URB.role), RDFS.label),
            member.city,
            facts.english(member.city),
            facts.english(member.country),
        )
        for member in facts.members_of[given["network"]]
        if wanted(member.country, given.get("country"))
    ]
    return sorted(rows, key=lambda row: (str(row[2]), str(row[1]), str(row[0])))


@answers
def network_pairs(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for one, other in combinations(facts.networks, 2):
        shared = len(facts.cities_of[one] & facts.cities_of[other])
        if shared >= int(given["atLeast"]):
            rows.append((one, facts.english(one), other, facts.english(other), shared))
    return sorted(rows, key=lambda row: (-int(str(row[4])), str(row[0]), str(row[2])))


@answers
def country_pairs(facts: Facts, given: Arguments) -> Answer:
    countries = {
        network: {member.country for member in members}
        for network, members in facts.members_of.items()
    }
    everywhere = sorted({c for some in countries.values() for c in some if c}, key=str)
    rows: list[Row] = []
    for one, other in combinations(everywhere, 2):
        shared = sum(one in some and other in some for some in countries.values())
        if shared >= int(given["atLeast"]):
            rows.append((one, facts.english(one), other, facts.english(other), shared))
    return sorted(rows, key=lambda row: (-int(str(row[4])), str(row[0]), str(row[2])))


@answers
def network_neighbourhood(facts: Facts, given: Arguments) -> Answer:
    network = given["network"]
    plans = [plan for plan in facts.plans if facts.one(plan, URB.network) == network]
    plans += [plan for plan in facts.announced_plans if facts.one(plan, URB.network) == network]
    recommended = [r for r in facts.recommendations if facts.one(r, URB.network) == network]
    parts = {*(member.partnership for member in facts.members_of[network]), *plans, *recommended}
    around: set[Triple] = {t for t in facts.built if t[0] == network or t[0] in parts}
    named = {value for subject, _, value in around if subject == network}
    return around | {t for t in facts.built if t[0] in named and t[1] == RDFS.label}


@answers
def lead_experts(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for person in facts.instances(URB.Person):
        led = facts.subjects(URB.leadExpert, person)
        programmes = {facts.one(network, URB.programme) for network in led}
        if len(led) >= int(given["atLeast"]):
            rows.append((person, facts.one(person, FOAF.name), len(led), len(programmes)))
    return sorted(rows, key=lambda row: (-int(str(row[2])), str(row[0])))


@answers
def networks_of_experts(facts: Facts, given: Arguments) -> Answer:
    rows: list[tuple[str, str, int, Row]] = []
    for network in facts.networks:
        programme = facts.one(network, URB.programme)
        start, end = facts.year(network, URB.start), facts.year(network, URB.end)
        for person in facts.objects(network, URB.leadExpert):
            if wanted(person, given.get("person")) and wanted(programme, given.get("programme")):
                name = facts.one(person, FOAF.name)
                named = (name, network, facts.english(network), facts.english(programme))
                rows.append((str(name), str(person), start or 0, (*named, start, end)))
    return [row for *_, row in sorted(rows, key=lambda row: (row[0], row[1], row[2]))]


@answers
def missing_in_networks(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for network in facts.networks:
        if not wanted(facts.one(network, URB.programme), given.get("programme")):
            continue
        members = facts.members_of[network]
        present = {
            "end": facts.one(network, URB.end),
            "full title": facts.one(network, DCTERMS.title),
            "lead": any(member.leads for member in members),
            "partners": members,
            "start": facts.one(network, URB.start),
            "theme": facts.themes(network),
        }
        label = facts.english(network, SKOS.prefLabel)
        rows += [(network, label, name) for name, value in present.items() if not value]
    return rows


@answers
def partner_counts_that_differ(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for network in facts.networks:
        declared = facts.number(network, URB.declaredPartnerCount)
        known = len(facts.members_of[network])
        fits = wanted(facts.one(network, URB.programme), given.get("programme"))
        if fits and declared is not None and declared != known:
            rows.append((network, facts.english(network), declared, known, known - declared))
    return sorted(rows, key=lambda row: (int(str(row[4])), str(row[0])))


@answers
def partners_without_city(facts: Facts, _given: Arguments) -> Answer:
    rows: list[Row] = [
        (
            member.partnership,
            facts.one(member.partnership, URB.partnerName),
            facts.english(member.network),
            facts.english(facts.one(member.partnership, URB.partnerKind), RDFS.label),
            facts.english(member.country),
            source,
        )
        for member in facts.members
        if member.city is None
        for source in facts.objects(member.partnership, DCTERMS.source)
    ]
    return sorted(rows, key=lambda row: (str(row[0]), str(row[5])))


@answers
def networks_of_city(facts: Facts, given: Arguments) -> Answer:
    city = given["city"]
    rows: list[Row] = [
        (
            network,
            facts.english(network),
            facts.english(facts.one(network, URB.programme)),
            facts.one(network, URB.start),
            facts.one(network, URB.end),
            Literal(network in facts.led_by[city]),
        )
        for network in facts.networks_of[city]
    ]
    return sorted(
        rows, key=lambda row: (str(row[2]), "" if row[3] is None else str(row[3]), str(row[0]))
    )
