"""Change rows of the fact tables in a folder, and import them."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from urbact_graph.errors import FactsError
from urbact_graph.facts.importing import HEADER, import_facts

FIXTURE = Path(__file__).parent / "tables"
# Without a row: to read that of the package takes longer than all else.
NO_SUPPLEMENT = Path(__file__).parent / "supplement"
BASE = "https://w3id.org/urbact-graph/"
TABLES = [path.name for path in sorted(FIXTURE.iterdir()) if path.name != "README.md"]


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@cache
def _imported() -> dict[Path, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        import_facts(FIXTURE, Path(folder), BASE, NO_SUPPLEMENT)
        return {path.relative_to(folder): text for path, text in contents(Path(folder)).items()}


def write_imported(data: Path) -> None:
    """Write what the import makes of the tables as they are, which it made once."""
    for name, content in _imported().items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)


def problems(facts: Path) -> list[str]:
    """Import the tables into a data folder with a file, and return the mistakes."""
    data = facts.parent / "data"
    # Of an earlier import: one that an import would write anew, and one that it would remove.
    for name in ("calls.ttl", "networks/old.ttl"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(f"# {HEADER}\n", encoding="utf-8")
    before = contents(data)
    with pytest.raises(FactsError) as caught:
        import_facts(facts, data, BASE, NO_SUPPLEMENT)
    assert contents(data) == before
    assert sorted(path.name for path in facts.parent.iterdir()) == ["data", "facts"]
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def lines_of(facts: Path, table: str) -> list[str]:
    return (facts / table).read_text(encoding="utf-8").splitlines()


def write(facts: Path, table: str, lines: list[str]) -> None:
    (facts / table).write_text("\n".join(lines) + "\n", encoding="utf-8")


def change(facts: Path, table: str, number: int, **cells: Any) -> None:
    lines = lines_of(facts, table)
    row = json.loads(lines[number - 1]) | cells
    lines[number - 1] = json.dumps(row, ensure_ascii=False)
    write(facts, table, lines)


def append(facts: Path, table: str, number: int, **cells: Any) -> int:
    """Add a copy of the row ``number`` with other ``cells``, and return the copy's number."""
    lines = lines_of(facts, table)
    write(facts, table, [*lines, json.dumps(json.loads(lines[number - 1]) | cells)])
    return len(lines) + 1
