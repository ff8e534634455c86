"""The tidy tables as typed columns, from their files (release/tables.py) or from /tables."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from urbact_graph.client.columns import Column, columns_of_texts
from urbact_graph.client.naming import Naming
from urbact_graph.release.columns import Column as Described
from urbact_graph.release.layouts import LAYOUTS

# As the methods that return them are called.
TABLES = ("networks", "cities", "partnerships", "plans", "recommendations", "calls", "themes")
# The text of a cell, its texts if the column has several, None if it has none.
Cell = str | Sequence[str] | None


def columns_of_file(
    name: str, content: bytes, separators: Mapping[str, str], naming: Naming
) -> list[Column]:
    """Return the columns of the table ``name`` from ``content``, its CSV file.

    ``separators`` are by the names of columns with several values, whose cells become lists. Cells
    without a value are None. ``naming`` says how IRIs are written.

    Raises:
        ValueError: the content does not fit the table's layout.
    """
    described = {column.name: column for column in LAYOUTS[name].columns}
    names, *rows = csv.reader(io.StringIO(content.decode(), newline=""))

    def cell(text: str, column: Described) -> Cell:
        if column.is_many:
            return text.split(separators[column.name]) if text else ()
        return text or None

    return [
        column
        for place, header in enumerate(names)
        for column in _columns(
            described[header], [cell(row[place], described[header]) for row in rows], naming
        )
    ]


def columns_of_answer(name: str, answer: Mapping[str, Any], naming: Naming) -> list[Column]:
    """Return the columns of the table ``name`` from what /tables/NAME answers in JSON.

    A server of another version may have columns that this one does not know.

    Raises:
        ValueError: a value does not fit its column.
        KeyError, TypeError: it is no such answer.
    """
    known = {column.name: column for column in LAYOUTS[name].columns}
    return [
        column
        for stated in answer["columns"]
        for column in _columns(
            known.get(stated["name"]) or _described(stated),
            [_cell(row[stated["name"]]) for row in answer["rows"]],
            naming,
        )
    ]


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return [str(one) for one in value]
    return None if value is None else str(value)


def _described(stated: Mapping[str, Any]) -> Described:
    return Described(stated["name"], stated["title"], "", "", stated["datatype"])


def _columns(described: Described, cells: Iterable[Cell], naming: Naming) -> list[Column]:
    found = list(cells)
    is_iri = described.is_iri and not described.is_label
    if described.is_many or any(isinstance(cell, list) for cell in found):
        lists = [list(map(naming, cell or ())) if is_iri else list(cell or ()) for cell in found]
        return [Column(described.name, "list", lists)]
    texts = [cell if isinstance(cell, str) else None for cell in found]
    if described.is_label or described.datatype == "string":
        return columns_of_texts(described.name, texts, "string", is_date=bool(described.pattern))
    if is_iri:
        return [Column(described.name, "string", [text and naming(text) for text in texts])]
    return columns_of_texts(described.name, texts, described.datatype)
