"""The IRIs of the graph's entities: the documented rules, one by one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from urbact_graph.facts.minting import Minter, slug
from urbact_graph.facts.reading import read_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from urbact_graph.facts.cells import RowType
    from urbact_graph.facts.tables import Tables

BASE = "https://example.net/"
EXAMPLEVILLE = "partnership/alpha/exampleville"


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables(Path(__file__).parent / "tables")


@pytest.fixture(scope="module")
def mint() -> Minter:
    return Minter(BASE)


def paths(iris: Sequence[str]) -> list[str]:
    assert all(iri.startswith(BASE) for iri in iris)
    return [iri.removeprefix(BASE) for iri in iris]


def short(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def changed(row: RowType, **cells: Any) -> RowType:
    return row.model_copy(update=cells)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("URBACT IV", "urbact-iv"),
        ("Zoé Example", "zoe-example"),
        ("Sant'Esempio", "sant-esempio"),
        ("Πόλη", "pole"),
        ("Łódź / Wrocław", "lodz-wroclaw"),
        ("Straße & more, 2", "strasse-more-2"),
        ("word " * 20, "-".join(["word"] * 16)),
        ("w" * 90, "w" * 80),
    ],
)
def test_a_slug_is_of_ascii_words(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_each_partnership_has_the_slug_of_its_place(mint: Minter, tables: Tables) -> None:
    assert paths(mint.partnerships(tables.partnerships)) == [
        f"{EXAMPLEVILLE}-development-agency-of-exampleville",
        EXAMPLEVILLE,
        "partnership/alpha/poli",
        "partnership/alpha/region-of-nowhere",
        "partnership/alpha/sant-esempio-union",
        "partnership/beta/poli",
        "partnership/gamma/sampleton",
    ]


@pytest.mark.parametrize(
    ("agency", "city", "expected"),
    [
        ({}, {}, ["-development-agency-of-exampleville", ""]),
        ({"role": "lead"}, {}, ["", "-exampleville"]),
        ({}, {"kind": "region"}, ["", "-exampleville"]),
        ({"role": "lead"}, {"role": "lead"}, ["-development-agency-of-exampleville", ""]),
    ],
    ids=["city", "lead", "first", "two leads"],
)
def test_the_lead_has_the_bare_iri_then_the_city_then_the_first(
    mint: Minter, tables: Tables, agency: Any, city: Any, expected: list[str]
) -> None:
    first, second = tables.partnerships[:2]
    rows = [changed(first, **agency), changed(second, **city)]
    assert paths(mint.partnerships(rows)) == [EXAMPLEVILLE + suffix for suffix in expected]


def test_a_plan_is_named_by_network_place_and_kind(mint: Minter, tables: Tables) -> None:
    second = short("Second plan")
    assert paths(mint.plans(tables.plans)) == [
        "plan/alpha/fr/exampleville/integrated-action-plan",
        f"plan/alpha/fr/exampleville/integrated-action-plan-{second}",
        "plan/alpha/gr/poli/integrated-action-plan",
        "plan/no-network/gb/sampleton/local-action-plan",
        "plan/gamma/it/no-city/other-plan",
        "plan/gamma/no-city/transfer-plan",
    ]


def test_a_further_plan_without_a_title_is_named_by_its_sources(
    mint: Minter, tables: Tables
) -> None:
    first, second = tables.plans[:2]
    untitled = changed(second, title=None, summary="Other words.")
    assert paths(mint.plans([first, untitled]))[1].endswith(f"-{short(*second.source)}")


def test_a_further_plan_keeps_its_iri_when_one_comes_behind_it(
    mint: Minter, tables: Tables
) -> None:
    first, second = tables.plans[:2]
    longer = [first, second, changed(second, title="A third plan")]
    assert mint.plans(longer)[:2] == mint.plans([first, second])
    assert len(set(mint.plans(longer))) == 3


def test_a_recommendation_is_named_by_network_and_statement(mint: Minter, tables: Tables) -> None:
    assert paths([mint.recommendation(row) for row in tables.recommendations]) == [
        "recommendation/urbact/" + short('Say "yes" to trams.'),
        "recommendation/alpha/" + short("Plant trees; measure \\ tell."),
        "recommendation/alpha/" + short("Plant trees."),
    ]


def test_a_call_is_named_by_its_id_whatever_its_title(mint: Minter, tables: Tables) -> None:
    renamed = changed(tables.calls[0], title="Another title", programme="URBACT I")
    assert paths([mint.call(renamed)]) == ["call/urbact-iv-first-call"]


def test_a_total_is_named_by_what_is_counted_of_which_call(mint: Minter, tables: Tables) -> None:
    assert paths([mint.total(row) for row in tables.official_totals]) == [
        "total/urbact-iv-first-call/networks",
        "total/urbact-iv-first-call/plans",
        "total/urbact-i/partners",
        "total/urbact-i/countries",
    ]


def test_an_announced_plan_has_the_iri_that_the_plan_will_have(
    mint: Minter, tables: Tables
) -> None:
    announced = [changed(row, evidence="announced") for row in tables.plans]
    assert mint.plans(announced) == mint.plans(tables.plans)


def test_the_others_are_named_by_slug_or_hash(mint: Minter, tables: Tables) -> None:
    names = [
        mint.programme("URBACT III"),
        mint.person("Zoé Example"),
        mint.document("Example report"),
        *(mint.term(row) for row in tables.glossary),
        mint.iri("city", "fr/exampleville"),
    ]
    assert paths(names) == [
        "programme/urbact-iii",
        "person/zoe-example",
        "document/" + short("Example report"),
        "glossary/local-group-ulg",
        "glossary/lead-expert",
        "city/fr/exampleville",
    ]
