"""The cases of this folder's TOML files: what is asked of which data, and what the answer must be.

A file is an area: ``area`` names it, ``standard`` the specification with its section, ``data``
(Turtle or TriG) is what its cases are asked of, ``order`` its place among the areas. A case has a
``title`` and

- a ``query``, with ``default_graphs`` and ``named_graphs`` where the protocol chooses the dataset,
  and ``data`` where it has its own; or a ``request`` by HTTP, with ``path``, ``method``,
  ``parameters`` and ``form`` (lists of pairs), ``headers`` and ``body``;
- the right answer: a ``table`` of terms in Turtle, ``boolean``, ``graph`` in Turtle, ``content``,
  the name of a ``problem``; for a request also ``status``, ``media_type`` and ``contains``. With
  ``ordered`` the order of the rows counts; a cell with a dash has no value;
- where the answer deviates from it: in ``deviates`` what happens, in ``says`` what the standard
  says, in ``way_round`` how to get the right answer, and in ``actual`` the answer that is given,
  so that a change is noticed. ``instead`` is a query whose answer is the right one;
- where there is none on purpose: in ``not_offered`` the reason.

The prefixes of ``PREFIXES`` are declared in all queries, data and tables.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "areas"
PREFIXES = {
    "": "http://example.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
PROLOGUE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())

PASSED, DEVIATES, NOT_OFFERED = "passed", "deviates", "not offered"
OUTCOMES = (PASSED, DEVIATES, NOT_OFFERED)


@dataclass(frozen=True)
class Expected:
    """An answer as a file writes it; what is None is not looked at."""

    table: str | None = None
    boolean: bool | None = None
    graph: str | None = None
    content: str | None = None
    problem: str | None = None
    status: int | None = None
    media_type: str | None = None
    contains: str | None = None

    @classmethod
    def read(cls, row: dict[str, Any]) -> Expected:
        """Take the answer out of a row of a file, and leave the rest."""
        return cls(**{one.name: row.pop(one.name) for one in fields(cls) if one.name in row})


@dataclass(frozen=True)
class Case:
    """A case; ``expected`` is the right answer, ``actual`` the one that is given instead."""

    area: str
    title: str
    expected: Expected
    actual: Expected | None = None
    data: str = ""
    query: str = ""
    format: str = ""
    ordered: bool = False
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    request: dict[str, Any] = field(default_factory=dict)
    says: str = ""
    deviates: str = ""
    way_round: str = ""
    instead: str = ""
    not_offered: str = ""
    listed: str = ""

    @property
    def outcome(self) -> str:
        """What the case says of itself; a test finds out whether that is so."""
        if self.not_offered:
            return NOT_OFFERED
        return DEVIATES if self.deviates else PASSED

    def __str__(self) -> str:
        """Name the case in the reports of tests."""
        return f"{self.area}: {self.title}"


@dataclass(frozen=True)
class Area:
    """The cases of one file, in its order; ``standard`` is the specification with its section."""

    name: str
    standard: str
    order: int
    cases: tuple[Case, ...]


def read_areas(folder: Path = FOLDER) -> list[Area]:
    """Read all areas, in their order.

    Raises:
        TypeError: a case has a key that means nothing.
        KeyError: an area or a case lacks what it must have.
    """
    areas = [_read_area(path) for path in folder.glob("*.toml")]
    return sorted(areas, key=lambda area: area.order)


def _read_area(path: Path) -> Area:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    name, data = content["area"], content.get("data", "")
    cases = tuple(_read_case(name, data, row) for row in content["case"])
    return Area(name, content["standard"], content["order"], cases)


def _read_case(area: str, data: str, row: dict[str, Any]) -> Case:
    actual = row.pop("actual", None)
    for key in ("default_graphs", "named_graphs"):
        if key in row:
            row[key] = tuple(row[key])
    return Case(
        area=area,
        expected=Expected.read(row),
        actual=None if actual is None else Expected.read(actual),
        **{"data": data, **row},
    )
