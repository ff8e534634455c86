"""Answers about calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib.namespace import DCTERMS

from .facts import URB, Answer, Arguments, Facts, Row, answers, text, wanted

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
        known = sum(_come_from(facts, network, call) for network in facts.networks)
        named = (call, facts.one(call, DCTERMS.title), facts.english(programme))
        rows.append((str(programme), (*named, *printed, known)))
    return [row for _, row in sorted(rows, key=lambda item: item[0])]


def _come_from(facts: Facts, network: Node, call: Node) -> bool:
    """Tell whether ``call``, asking for one kind only, is all that the network can come from."""
    kind, programme = facts.kind(network), facts.one(network, URB.programme)
    fitting = [
        other
        for other in facts.calls
        if kind in facts.objects(other, URB.networkType)
        and facts.one(other, URB.programme) == programme
    ]
    approved, start = facts.one(call, URB.approved), facts.one(network, URB.start)
    if fitting != [call] or facts.objects(call, URB.networkType) != [kind]:
        return False
    if kind == URB.OtherNetwork or not facts.objects(call, URB.networksApproved):
        return False
    return approved is not None and start is not None and str(start) >= str(approved)
