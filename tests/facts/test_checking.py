"""Rows that do not fit each other: each is reported with file, line and remedy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.facts.changing import TABLES, append, change, lines_of, problems, write

if TYPE_CHECKING:
    from pathlib import Path


# A row that fits no row before it, or no other table -----------------------------------------

KEYS: list[tuple[str, int, dict[str, Any], str]] = [
    ("networks", 1, {"name": "Other"}, "network 'alpha'"),
    ("cities", 1, {"name": "Other"}, "city 'fr/exampleville'"),
    ("themes", 2, {"label": "Other"}, "theme 'mobility'"),
    ("calls", 1, {"title": "Other"}, "call 'urbact-iv-first-call'"),
    ("programmes", 1, {"start": "2003"}, "programme 'URBACT I'"),
    ("official-totals", 1, {"value": 31}, "total 'urbact-iv-first-call / networks'"),
    ("city-links", 2, {"value": "FR_99999"}, "link of the city 'fr/exampleville / lau'"),
    ("city-names", 1, {}, "name of the city 'fr/exampleville / de / Beispielstadt'"),
    ("city-names", 5, {}, "name of the city 'fr/exampleville / Beispielstadt'"),
    ("network-links", 1, {"value": "Q2"}, "link of the network 'alpha / kohesio'"),
    ("nuts-labels", 1, {"label": "Other"}, "NUTS code '2021 / FRD11'"),
    ("partnerships", 3, {"role": "partner"}, "partner of the network 'alpha / Πόλη'"),
    ("network-themes", 1, {"basis": "assigned"}, "theme of the network 'alpha / mobility'"),
    ("recommendation-themes", 1, {"theme": None}, "text 'Mobility'"),
    ("recommendations", 3, {"addressee": "EU"}, "recommendation 'alpha / Plant trees.'"),
    ("plans", 6, {}, "plan 'transfer-plan / gamma / https://example.org/plans'"),
]


@pytest.mark.parametrize(("table", "number", "cells", "key"), KEYS)
def test_a_row_with_the_key_of_an_earlier_one(
    facts: Path, table: str, number: int, cells: dict[str, Any], key: str
) -> None:
    last = append(facts, f"{table}.jsonl", number, **cells)
    assert problems(facts) == [
        f"{table}.jsonl:{last}: the {key} stands already at {table}.jsonl:{number}; "
        "keep one of the two rows"
    ]


ROWS: list[tuple[str, int, dict[str, Any], str]] = [
    (
        "networks",
        1,
        {"programme": "URBACT V"},
        "'programme' names the unknown programme 'URBACT V'",
    ),
    ("partnerships", 5, {"network": "omega"}, "'network' names the unknown network 'omega'; corr"),
    ("partnerships", 4, {"city": "it/nowhere"}, "'city' names the unknown city 'it/nowhere'; corr"),
    ("plans", 4, {"network": "omega"}, "'network' names the unknown network 'omega'; correct it"),
    ("plans", 5, {"city": "it/nowhere"}, "'city' names the unknown city 'it/nowhere'; correct it"),
    ("recommendations", 1, {"network": "omega"}, "'network' names the unknown network 'omega'"),
    ("calls", 1, {"programme": "URBACT V"}, "'programme' names the unknown programme 'URBACT V'"),
    ("themes", 2, {"broader": "ships"}, "'broader' names the unknown theme 'ships'; correct it or"),
    ("network-themes", 3, {"network": "omega"}, "'network' names the unknown network 'omega'; cor"),
    ("network-themes", 3, {"theme": "ships"}, "'theme' names the unknown theme 'ships'; correct"),
    ("recommendation-themes", 3, {"theme": "ships"}, "'theme' names the unknown theme 'ships'"),
    ("recommendations", 3, {"theme": ["ships"]}, "the theme 'ships' has no row in recommendation-"),
    ("cities", 5, {"id": "fr/border-town"}, "the id 'fr/border-town' does not begin with its coun"),
    ("cities", 2, {"lat": None}, "latitude and longitude come together; give both or neither"),
    ("cities", 2, {"geonames": None}, "'geonames' and 'geonames_match' come together; give both"),
    (
        "partnerships",
        7,
        {"country": "FR"},
        "the country is FR, but the city 'gb/sampleton' lies in",
    ),
    (
        "plans",
        4,
        {"country": "FR"},
        "the country is FR, but the city 'gb/sampleton' lies in GB; co",
    ),
    ("partnerships", 4, {"country": "XX"}, "'XX' is no ISO 3166-1 country code; write one such"),
    ("plans", 5, {"country": "UK"}, "'UK' is no ISO 3166-1 country code; write one such as FR or"),
    ("plans", 1, {"language": "xx"}, "'xx' is no ISO 639-1 language code; write one such as fr or"),
    (
        "recommendations",
        1,
        {"addressee": "cities and trams"},
        "the addressee 'trams' is unknown; w",
    ),
    ("networks", 1, {"call": "urbact-iv-other"}, "'call' names the unknown call 'urbact-iv-other'"),
    ("networks", 1, {"call": None}, "'call' and 'call_basis' come together; give both or none"),
    ("networks", 3, {"call_basis": "stated"}, "'call' and 'call_basis' come together; give both"),
    (
        "networks",
        1,
        {"call": "urbact-iii-pilot-round"},
        "the programme is URBACT IV, but the call 'urbact-iii-pilot-round' is one of URBACT III",
    ),
    ("plans", 4, {"evidence": "network"}, "the evidence is a statement on a network, but the plan"),
    ("calls", 2, {"programme": "URBACT II"}, "the id 'urbact-i-call' does not begin with its prog"),
    ("calls", 2, {"id": "urbact-ii-call"}, "the id 'urbact-ii-call' does not begin with its prog"),
    ("programmes", 4, {"budget": None}, "'budget_eur' is the number in 'budget', which is empty;"),
    ("programmes", 1, {"erdf": None}, "'erdf_eur' is the number in 'erdf', which is empty; give"),
    ("programmes", 4, {"erdf_eur": 11}, "'erdf_eur' is more than 'budget_eur', of which it is a"),
    ("programmes", 4, {"end": "2020-12-31"}, "'end' is before 'start'; correct one of them"),
    ("official-totals", 1, {"scope": "urbact-v"}, "'scope' names the unknown call or programme 'u"),
    ("official-totals", 3, {"scope": "first-call"}, "'scope' names the unknown call or programme"),
    ("city-names", 1, {"city": "it/nowhere"}, "'city' names the unknown city 'it/nowhere'; corre"),
    ("city-names", 1, {"lang": "xx"}, "'xx' is no ISO 639-1 language code; write one such as fr o"),
    ("city-links", 1, {"city": "it/nowhere"}, "'city' names the unknown city 'it/nowhere'; corre"),
    (
        "city-links",
        1,
        {"value": "L101"},
        "'L101' has not the form of a code of wikidata; write one",
    ),
    (
        "city-links",
        2,
        {"value": "14118"},
        "'14118' has not the form of a code of lau; write one su",
    ),
    (
        "city-links",
        2,
        {"value": "DE_14118"},
        "the code 'DE_14118' is not one of FR, in which the c",
    ),
    ("city-links", 7, {"value": "GR_0102"}, "the code 'GR_0102' is not one of GR, in which the ci"),
    ("city-links", 3, {"value": "FR1"}, "'FR1' has not the form of a code of unlocode; write one"),
    ("city-links", 3, {"value": "DE E2L"}, "the code 'DE E2L' is not one of FR, in which the city"),
    ("city-links", 4, {"value": "FR019C"}, "'FR019C' has not the form of a code of fua; write one"),
    ("city-links", 5, {"value": "019C"}, "'019C' has not the form of a code of urban-audit; write"),
    ("network-links", 1, {"network": "omega"}, "'network' names the unknown network 'omega'; corr"),
    ("nuts-labels", 1, {"level": 2}, "the code 'FRD11' is not of level 2 but 3; correct one of"),
    ("calls", 3, {"network_type": "pilot"}, "'pilot' names an unknown kind of network; write acti"),
]


@pytest.mark.parametrize(("table", "number", "cells", "message"), ROWS)
def test_a_row_that_does_not_fit_the_others(
    facts: Path, table: str, number: int, cells: dict[str, Any], message: str
) -> None:
    change(facts, f"{table}.jsonl", number, **cells)
    (problem,) = problems(facts)
    assert problem.startswith(f"{table}.jsonl:{number}: {message}")


def test_a_row_that_stands_twice(facts: Path) -> None:
    for table in TABLES:
        lines = lines_of(facts, table)
        write(facts, table, [*lines, lines[-1]])
        (problem,) = problems(facts)
        number = len(lines)
        assert problem.startswith(f"{table}:{number + 1}: the "), problem
        assert problem.endswith(f" stands already at {table}:{number}; keep one of the two rows")
        write(facts, table, lines)


def test_two_partnerships_that_would_share_an_iri(facts: Path) -> None:
    append(facts, "partnerships.jsonl", 4, partner="Region of «Nowhere»")
    append(facts, "partnerships.jsonl", 4, partner="Region-of-Nowhere")
    (problem,) = problems(facts)
    assert problem.startswith("partnerships.jsonl:9: the row would get the IRI")
    assert "region-of-nowhere, as the one at partnerships.jsonl:8 does" in problem


def test_two_plans_that_would_share_an_iri(facts: Path) -> None:
    append(facts, "plans.jsonl", 2, date="2024")
    (problem,) = problems(facts)
    assert problem.startswith("plans.jsonl:7: the row would get the IRI")


def test_two_terms_that_would_share_an_iri(facts: Path) -> None:
    lines = lines_of(facts, "glossary.md")
    write(facts, "glossary.md", [*lines, "- **Lead expert!** | Again. | https://example.org/g"])
    (problem,) = problems(facts)
    assert problem.startswith("glossary.md:7: the row would get the IRI")
    assert "glossary/lead-expert, as the one at glossary.md:6" in problem


def test_networks_take_no_name_that_stands_for_none(facts: Path) -> None:
    lines = lines_of(facts, "networks.jsonl")
    copy = json.loads(lines[2]) | {"id": "urbact"}
    write(facts, "networks.jsonl", [*lines, json.dumps(copy)])
    advice = lines_of(facts, "recommendations.jsonl")
    same = json.loads(advice[0]) | {"network": "urbact"}
    write(facts, "recommendations.jsonl", [*advice, json.dumps(same)])
    (problem,) = problems(facts)
    assert problem.startswith("recommendations.jsonl:4: the row would get the IRI")
