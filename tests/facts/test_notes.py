"""Rewritten notes: each replaces the note it was written for, and no other."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.facts.changing import BASE, FIXTURE, NO_SUPPLEMENT, change
from urbact_graph.errors import FactsError
from urbact_graph.facts.importing import Imported, import_facts
from urbact_graph.facts.notes import note_digest

ALPHA = "One page says five partners."
FIRST = "plan/alpha/fr/exampleville/integrated-action-plan"
# A table, the key of a row, the note of that row, and the file below data/ that has it.
NOTED = [
    ("networks", "network/alpha", ALPHA, "networks/alpha.ttl"),
    ("partnerships", "partnership/alpha/exampleville", "Joined late.", "networks/alpha.ttl"),
    ("plans", FIRST, "Two pages give two dates.", "networks/alpha.ttl"),
    ("calls", "call/urbact-iv-first-call", "Two pages give two dates.", "calls.ttl"),
    ("programmes", "programme/urbact-i", "Two pages give two sums.", "programmes.ttl"),
    (
        "network-themes",
        "network/alpha theme/trees",
        "judged from the title only",
        "networks/alpha.ttl",
    ),
]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def rewritten(table: str, key: str, original: str, note: str | None) -> dict[str, Any]:
    return {"table": table, "key": key, "sha256": digest(original), "note": note}


@pytest.fixture
def supplement(tmp_path: Path) -> Path:
    """Make an empty supplement."""
    return Path(shutil.copytree(NO_SUPPLEMENT, tmp_path / "supplement"))


def write(supplement: Path, *rows: dict[str, Any]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (supplement / "notes.jsonl").write_text("".join(lines), encoding="utf-8")


def remarks(done: Imported) -> list[str]:
    return [remark for remark in done.remarks if remark.startswith("notes.jsonl:")]


def test_the_digest_is_of_the_utf_8_bytes() -> None:
    assert note_digest("Zoé") == digest("Zoé")
    assert len(note_digest("")) == 16


@pytest.mark.parametrize(("table", "key", "original", "name"), NOTED)
@pytest.mark.parametrize("note", ["Said so that it can be checked.", None])
def test_a_rewritten_note_takes_the_place_of_its_original(
    supplement: Path,
    tmp_path: Path,
    table: str,
    key: str,
    original: str,
    name: str,
    note: str | None,
) -> None:
    import_facts(FIXTURE, tmp_path / "plain", BASE, supplement)
    write(supplement, rewritten(table, key, original, note))
    done = import_facts(FIXTURE, tmp_path / "data", BASE, supplement)
    assert remarks(done) == []
    before = (tmp_path / "plain" / name).read_text("utf-8").splitlines()
    after = (tmp_path / "data" / name).read_text("utf-8").splitlines()
    (gone,) = (Counter(before) - Counter(after)).elements()
    assert original in gone
    new = list((Counter(after) - Counter(before)).elements())
    assert len(new) == (1 if note else 0)
    assert all(f'"{note}' in line or f": {note}" in line for line in new)


def test_a_note_that_changed_since_stays_as_it_is(
    facts: Path, supplement: Path, tmp_path: Path
) -> None:
    write(supplement, rewritten("networks", "network/alpha", ALPHA, "Other."))
    change(facts, "networks.jsonl", 1, note="One page says six partners.")
    done = import_facts(facts, tmp_path / "data", BASE, supplement)
    (remark,) = remarks(done)
    assert remark.startswith(
        "notes.jsonl:1: the note of 'network/alpha' was rewritten from another one than that at "
        "networks.jsonl:1, which is stated as it is"
    )
    text = (tmp_path / "data" / "networks" / "alpha.ttl").read_text("utf-8")
    assert "six partners" in text
    assert "Other." not in text


def test_a_note_for_a_row_without_one_is_not_stated(supplement: Path, tmp_path: Path) -> None:
    write(supplement, rewritten("networks", "network/beta", ALPHA, "Other."))
    done = import_facts(FIXTURE, tmp_path / "data", BASE, supplement)
    (remark,) = remarks(done)
    assert remark.startswith("notes.jsonl:1: the note of 'network/beta' was rewritten from another")
    assert "Other." not in (tmp_path / "data" / "networks" / "beta.ttl").read_text("utf-8")


def test_notes_of_rows_that_are_not_there_are_counted(supplement: Path, tmp_path: Path) -> None:
    write(
        supplement,
        rewritten("networks", "network/alpha", ALPHA, None),
        rewritten("networks", "network/omega", ALPHA, None),
        rewritten("plans", "network/alpha", ALPHA, None),
    )
    done = import_facts(FIXTURE, tmp_path / "data", BASE, supplement)
    assert remarks(done) == [
        "notes.jsonl: 2 of 3 rows name nothing in the tables, the first 'network/omega' at "
        "notes.jsonl:2; take them out or correct their keys."
    ]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"table": "cities"}, "notes.jsonl:1: 'table': Input should be 'networks', 'partnerships'"),
        ({"sha256": "abc"}, "notes.jsonl:1: 'sha256': String should match pattern"),
        ({"note": ""}, "notes.jsonl:1: 'note': String should have at least 1 character"),
    ],
)
def test_a_cell_that_does_not_fit(
    supplement: Path, tmp_path: Path, cells: dict[str, Any], message: str
) -> None:
    write(supplement, rewritten("networks", "network/alpha", ALPHA, None) | cells)
    with pytest.raises(FactsError) as caught:
        import_facts(FIXTURE, tmp_path / "data", BASE, supplement)
    (problem,) = caught.value.problems
    assert problem.startswith(message)


def test_a_note_that_stands_twice(supplement: Path, tmp_path: Path) -> None:
    write(supplement, *[rewritten("networks", "network/alpha", ALPHA, None)] * 2)
    with pytest.raises(FactsError, match="the note 'networks / network/alpha' stands already at"):
        import_facts(FIXTURE, tmp_path / "data", BASE, supplement)
