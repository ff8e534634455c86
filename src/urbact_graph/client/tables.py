"""The tidy tables as typed columns, from the content of their files (release/tables.py)."""

import csv
import io
from collections.abc import Mapping, Sequence

from urbact_graph.client.columns import Column, columns_of_texts
from urbact_graph.client.naming import Naming
from urbact_graph.release.columns import Column as Described
from urbact_graph.release.layouts import LAYOUTS

# As the methods that return them are called.
TABLES = ("networks", "cities", "partnerships", "plans", "recommendations", "calls", "themes")


def read_table(
    name: str,
    content: bytes,
    separators: Mapping[str, str],
    naming: Naming,
) -> list[Column]:
    """Return the columns of the table ``name`` from ``content``, its CSV file.

    ``separators`` are by the names of columns with several values, whose cells become lists. Cells
    without a value are None. ``naming`` says how IRIs are
    written.

    Raises:
        ValueError: the content does not fit the table's layout.
    """
    described = {column.name: column for column in LAYOUTS[name].columns}
    names, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    cells = [[row[index] or None for row in rows] for index in range(len(names))]
    return [
        column
        for header, texts in zip(names, cells, strict=True)
        for column in _columns(described[header], texts, separators.get(header, ""), naming)
    ]


def _columns(
    described: Described,
    texts: Sequence[str | None],
    separator: str,
    naming: Naming,
) -> list[Column]:
    if described.is_many:
        lists = [[] if text is None else text.split(separator) for text in texts]
        if described.is_iri and not described.is_label:
            lists = [list(map(naming, many)) for many in lists]
        return [Column(described.name, "list", lists)]
    if described.is_label or described.datatype == "string":
        return columns_of_texts(described.name, texts, "string", is_date=bool(described.pattern))
    if described.is_iri:
        iris = [text and naming(text) for text in texts]
        return [Column(described.name, "string", iris)]
    return columns_of_texts(described.name, texts, described.datatype)
