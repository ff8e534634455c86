"""Answers about calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import Literal
from rdflib.namespace import DCTERMS

from .facts import (
    URB,
    Answer,
    Arguments,
    Facts,
    Row,
    answers,
    percent,
    rounded,
    text,
    wanted,
)

if TYPE_CHECKING:
    from rdflib.term import Node


def _state(opens: Node | None, closes: Node | None, approved: Node | None, day: str) -> str:
    over = text(closes or approved)
    if over and f"{over}-31"[:10] < day:
        return "past"
    if text(opens) > day:
        return "coming"
    return "open" if opens and closes else "unknown"


@answers
def calls(facts: Facts, given: Arguments) -> Answer:
    dated: list[tuple[str, Row]] = []
    for call in facts.calls:
        programme = facts.one(call, URB.programme)
        if not wanted(programme, given.get("programme")):
            continue
        opens, closes, approved = (facts.one(call, URB[p]) for p in ("opens", "closes", "approved"))
        state = _state(opens, closes, approved, str(given["day"]))
        named = (call, facts.one(call, DCTERMS.title), facts.english(programme))
        dated.append((text(closes or approved or opens), (*named, state, opens, closes, approved)))
    # Sorting keeps the order of equals, so the calls stay in the order of their IRIs.
    return [row for _, row in sorted(dated, key=lambda item: item[0], reverse=True)]


@answers
def results_of_calls(facts: Facts, given: Arguments) -> Answer:
    rows: list[tuple[str, Row]] = []
    for call in facts.calls:
        programme = facts.one(call, URB.programme)
        if not wanted(programme, given.get("programme")):
            continue
        printed = (facts.one(call, URB.networksApproved), facts.one(call, URB.partnersApproved))
        networks = facts.networks_from[call]
        stated = sum(facts.one(network, URB.statedCall) == call for network in networks)
        partners = sum(len(facts.members_of[network]) for network in networks)
        named = (call, facts.one(call, DCTERMS.title), facts.english(programme))
        rows.append((str(programme), (*named, *printed, len(networks), stated, partners)))
    return [row for _, row in sorted(rows, key=lambda item: item[0])]


@answers
def networks_of_call(facts: Facts, given: Arguments) -> Answer:
    rows: list[Row] = []
    for network in facts.networks_from[given["call"]]:
        written, announced, recommended = (
            sum(facts.one(entity, URB.network) == network for entity in entities)
            for entities in (facts.plans, facts.announced_plans, facts.recommendations)
        )
        rows.append(
            (
                network,
                facts.english(network),
                Literal(facts.one(network, URB.statedCall) == given["call"]),
                facts.year(network, URB.start),
                facts.year(network, URB.end),
                len(facts.members_of[network]),
                written,
                announced,
                recommended,
            )
        )
    return sorted(rows, key=lambda row: (str(row[1]), str(row[0])))


@answers
def programme_budgets(facts: Facts, _given: Arguments) -> Answer:
    rows: list[Row] = []
    for programme in facts.programmes:
        budget, erdf = (facts.number(programme, URB[p]) for p in ("budgetInEuro", "erdfInEuro"))
        networks = [n for n in facts.networks if facts.one(n, URB.programme) == programme]
        partners = sum(len(facts.members_of[network]) for network in networks)
        if budget is not None:
            share = None if erdf is None else percent(erdf, budget)
            by_network = rounded(budget, len(networks)) if networks else None
            by_partner = rounded(budget, partners) if partners else None
            named = (programme, facts.english(programme), budget, erdf, share)
            rows.append((*named, len(networks), partners, by_network, by_partner))
    return rows
