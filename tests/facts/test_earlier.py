"""Published IRIs: none is lost without a word, and none changes its meaning unseen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.facts.changing import (
    BASE,
    FIXTURE,
    NO_SUPPLEMENT,
    change,
    lines_of,
    write,
    write_imported,
)
from urbact_graph.facts.importing import import_facts

if TYPE_CHECKING:
    from pathlib import Path

FIRST_PLAN = f"{BASE}plan/alpha/fr/exampleville/integrated-action-plan"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Import the tables as they are."""
    write_imported(tmp_path / "data")
    return tmp_path / "data"


def remarks(facts: Path, data: Path) -> list[str]:
    return [x for x in import_facts(facts, data, BASE, NO_SUPPLEMENT).remarks if x.startswith(BASE)]


def without(facts: Path, table: str, number: int) -> None:
    lines = lines_of(facts, table)
    write(facts, table, lines[: number - 1] + lines[number:])


GONE: list[tuple[str, int, dict[str, Any] | None, str]] = [
    ("plans.jsonl", 2, None, "plan/alpha/fr/exampleville/integrated-action-plan-"),
    ("plans.jsonl", 4, {"network": "alpha"}, "plan/no-network/gb/sampleton/local-action-plan"),
    ("partnerships.jsonl", 7, None, "partnership/gamma/sampleton"),
    ("recommendations.jsonl", 3, {"statement": "Plant more."}, "recommendation/alpha/"),
    ("recommendations.jsonl", 3, {"document": "Another"}, "document/"),
    ("calls.jsonl", 2, None, "call/urbact-i-call"),
    ("official-totals.jsonl", 2, None, "total/urbact-iv-first-call/plans"),
    ("cities.jsonl", 4, None, "city/it/bare"),
    ("networks.jsonl", 4, {"lead_expert": "Bo Samples"}, ""),
]


@pytest.mark.parametrize(("table", "number", "cells", "path"), GONE)
def test_an_iri_that_is_gone_is_named(
    facts: Path, data: Path, table: str, number: int, cells: dict[str, Any] | None, path: str
) -> None:
    if cells is None:
        without(facts, table, number)
    else:
        change(facts, table, number, **cells)
    found = remarks(facts, data)
    if not path:
        # The person is still named by another network.
        assert found == []
        return
    (remark,) = found
    assert remark.startswith(BASE + path)
    assert remark.endswith(
        " was described before and is not now; state in data/deprecated.ttl what replaces it"
    )
    assert remarks(facts, data) == [], "what was not there before is not gone"


def test_an_iri_that_a_file_written_by_hand_describes_is_not_gone(facts: Path, data: Path) -> None:
    without(facts, "calls.jsonl", 2)
    (data / "deprecated.ttl").write_text(
        f"<{BASE}call/urbact-i-call> <http://www.w3.org/2002/07/owl#deprecated> true .\n"
    )
    assert remarks(facts, data) == []
    assert (data / "deprecated.ttl").exists()


def test_entries_of_others_are_not_ours_to_keep(facts: Path, data: Path) -> None:
    change(facts, "cities.jsonl", 1, nuts3_2021=None, nuts3_2024=None)
    assert b"FRD11" in (data / "regions.ttl").read_bytes()
    assert remarks(facts, data) == []
    assert b"FRD11" not in (data / "regions.ttl").read_bytes()


def test_an_iri_that_denotes_another_plan_is_named(facts: Path, data: Path) -> None:
    lines = lines_of(facts, "plans.jsonl")
    other = json.loads(lines[0]) | {
        "title": "Quite another plan",
        "summary": None,
        "url": None,
        "source": ["https://example.org/other"],
    }
    write(facts, "plans.jsonl", [json.dumps(other), *lines])
    (remark,) = remarks(facts, data)
    assert remark == (
        f"{FIRST_PLAN} has nothing in common with what it described before; if it is another "
        "thing, put the row that had the IRI in front of it in the table"
    )


def test_a_plan_put_behind_the_others_takes_no_iri_from_them(facts: Path, data: Path) -> None:
    lines = lines_of(facts, "plans.jsonl")
    write(facts, "plans.jsonl", [*lines, json.dumps(json.loads(lines[0]) | {"title": "New"})])
    assert remarks(facts, data) == []


def test_an_iri_that_denotes_another_partnership_is_named(facts: Path, data: Path) -> None:
    lines = lines_of(facts, "partnerships.jsonl")
    lead = json.loads(lines[0]) | {"partner": "Harbour of Exampleville", "role": "lead"}
    write(facts, "partnerships.jsonl", [*lines, json.dumps(lead)])
    (remark,) = remarks(facts, data)
    assert remark.startswith(f"{BASE}partnership/alpha/exampleville has nothing in common with")


@pytest.mark.parametrize(
    ("table", "number", "cells"),
    [
        ("plans.jsonl", 1, {"title": "Renamed"}),
        ("plans.jsonl", 1, {"summary": None, "url": None}),
        ("plans.jsonl", 3, {"title": "Known now", "summary": "Known now.", "evidence": "plan"}),
        ("partnerships.jsonl", 2, {"partner": "Exempleville"}),
        ("networks.jsonl", 1, {"name": "Omega", "title": None, "summary": None}),
    ],
)
def test_a_corrected_row_is_the_same_thing(
    facts: Path, data: Path, table: str, number: int, cells: dict[str, Any]
) -> None:
    change(facts, table, number, **cells)
    assert remarks(facts, data) == []


def test_files_that_are_no_turtle_are_left_to_the_build(data: Path) -> None:
    (data / "calls.ttl").write_bytes((data / "calls.ttl").read_bytes() + b"\xff")
    (data / "mine.ttl").write_bytes(b"# by a curator \xff")
    assert remarks(FIXTURE, data) == []
