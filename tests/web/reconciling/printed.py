"""Names as other sources print them, each with the entity that is meant, or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LIST = Path(__file__).with_name("printed_names.txt")
_NONE = "-"


@dataclass(frozen=True)
class Printed:
    """A name in another source: its type, the country beside it, and the id that is meant.

    ``country`` and ``expected`` are empty where there is none.
    """

    name: str
    kind: str
    country: str
    expected: str

    def query(self) -> dict[str, Any]:
        """Return the query by version 0.2, as OpenRefine sends it."""
        found: dict[str, Any] = {"query": self.name, "type": self.kind, "type_strict": "should"}
        if self.country:
            found["properties"] = [{"pid": "country", "v": self.country}]
        return found


@dataclass(frozen=True)
class Measured:
    """What the answers are worth: the shares, and what is wrong of each."""

    precision: float
    recall: float
    share: float
    false_matches: tuple[str, ...]
    missed: tuple[str, ...]


def printed_names() -> list[Printed]:
    """Read the list."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    cleaned = [[cell.strip(" |") for cell in row] for row in rows]
    return [
        Printed(name, kind, country, "" if expected == _NONE else expected)
        for name, kind, country, expected in map(_four, cleaned)
    ]


def _four(row: Sequence[str]) -> Sequence[str]:
    # A row without a country has three cells: "|  |" is no divider between spaces.
    return row if len(row) == 4 else (row[0], row[1], "", row[2])


def measured(names: Sequence[Printed], results: Iterable[Sequence[Mapping[str, Any]]]) -> Measured:
    """Compare ``results``, the candidates for each of ``names``, with what is meant.

    Precision is the share of right ones among the matches; recall the share of the names that mean
    an entity of which this is the first candidate; ``share`` that of them which are matches.
    """
    false, missed, right, matches, meant = [], [], 0, 0, 0
    for one, found in zip(names, results, strict=True):
        first = found[0] if found else {}
        shown = (
            f"{one.name} ({one.country or 'no country'}): {first.get('id')} {first.get('score')}"
        )
        if first.get("match"):
            matches += 1
            if first["id"] != one.expected:
                false.append(shown)
        if one.expected:
            meant += 1
            right += bool(first.get("match")) and first["id"] == one.expected
            if first.get("id") != one.expected:
                missed.append(f"{shown}, not {one.expected}")
    return Measured(
        1 - len(false) / matches,
        1 - len(missed) / meant,
        right / meant,
        tuple(false),
        tuple(missed),
    )
