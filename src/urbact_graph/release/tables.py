"""The main classes as CSV tables, for spreadsheets and data frames: one row for each entity.

The files follow RFC 4180: UTF-8, a line of names, lines that end with CR LF, quotes where they are
needed. layouts.py defines the columns.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from urbact_graph.errors import DatasetError
from urbact_graph.rdf.graph import language_rank
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.release.columns import IRI, Column, Layout
from urbact_graph.release.layouts import LAYOUTS

# A cell's values are separated by the first of these that is in none of the column's values.
SEPARATORS = ("|", "¦", "‖", "␞")
LINE_END = "\r\n"

# The values of a column, by entity.
_Values = dict[str, list[str]]


@dataclass(frozen=True)
class Table:
    """A table with the content of its file; ``separators`` are by the names of columns."""

    layout: Layout
    content: bytes
    rows: int
    separators: dict[str, str]


def make_tables(store: Store, base: str) -> dict[str, Table]:
    """Return the tables of the graph in ``store`` by name; equal graphs give equal bytes.

    Raises:
        DatasetError: an entity has several values in a column for one, or each separator is in a
            value of a column.
    """
    return {
        name: _TableWriter(store, base, name, layout).table() for name, layout in LAYOUTS.items()
    }


class _TableWriter:
    """Writes one table of the graph in ``store``."""

    def __init__(self, store: Store, base: str, name: str, layout: Layout) -> None:
        self._store = store
        self._prefixes = namespaces(base)
        self._name = name
        self._layout = layout
        self._rows = layout.rows.replace("{base}", base)
        self._last: tuple[str, dict[str, list[tuple[str, str]]]] = ("", {})

    def table(self) -> Table:
        iris = sorted(self._entities())
        columns = [column for column in self._layout.columns if column is not IRI]
        cells: dict[str, dict[str, str]] = {}
        separators: dict[str, str] = {}
        for column in columns:
            values = self._values(column)
            if column.is_many:
                separators[column.name] = separator = self._separator(column, values)
                cells[column.name] = {iri: separator.join(many) for iri, many in values.items()}
            else:
                cells[column.name] = {iri: self._only(column, iri, values[iri]) for iri in values}
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator=LINE_END)
        writer.writerow([IRI.name, *(column.name for column in columns)])
        for iri in iris:
            writer.writerow([iri, *(cells[column.name].get(iri, "") for column in columns)])
        return Table(self._layout, text.getvalue().encode(), len(iris), separators)

    def _entities(self) -> Iterator[str]:
        for (iri,) in self._select(f"SELECT DISTINCT ?iri {{ {self._rows} }}"):
            yield _text(iri)

    def _values(self, column: Column) -> _Values:
        """Return the values of ``column`` in a fixed order."""
        if column.is_iri or column.is_label:
            return self._linked(column)
        found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        query = f"SELECT DISTINCT ?iri ?value {{ {self._rows} . ?iri {column.path} ?value }}"
        for iri, value in self._select(query):
            found[_text(iri)].append((*_rank(value), _text(value)))
        if column.is_many:
            return {iri: [text for *_, text in sorted(many)] for iri, many in found.items()}
        # The texts in the preferred language that there is.
        best = {iri: min(many)[:2] for iri, many in found.items()}
        return {
            iri: [text for *rank, text in many if tuple(rank) == best[iri]]
            for iri, many in found.items()
        }

    def _linked(self, column: Column) -> _Values:
        """Return the IRIs of a column, or their labels; both are sorted by the labels."""
        within = f"?value rdfs:subClassOf {column.within} ." if column.within else ""
        query = (
            f"SELECT DISTINCT ?iri ?value ?label {{ {self._rows} . ?iri {column.path} ?value . "
            f"{within} OPTIONAL {{ ?value rdfs:label ?label }} }}"
        )
        return {
            iri: [label if column.is_label else value for label, value in many]
            for iri, many in self._labels(query).items()
        }

    def _labels(self, query: str) -> dict[str, list[tuple[str, str]]]:
        """Return the values of each entity that ``query`` selects, sorted, behind their labels.

        The last answer is kept: the column of labels and that of IRIs have the same query.
        """
        if query != self._last[0]:
            labels: dict[str, dict[str, tuple[int, str, str]]] = defaultdict(dict)
            for iri, value, label in self._select(query):
                # Where there is no label the cell has the IRI.
                rank = (*_rank(label), _text(label if label is not None else value))
                known = labels[_text(iri)]
                known[_text(value)] = min(rank, known.get(_text(value), rank))
            found = {
                iri: sorted((label, value) for value, (*_, label) in known.items())
                for iri, known in labels.items()
            }
            self._last = query, found
        return self._last[1]

    def _only(self, column: Column, iri: str, values: list[str]) -> str:
        if len(values) == 1:
            return values[0]
        raise DatasetError(
            f"{iri} has {len(values)} values for {column.path} ({', '.join(sorted(values))}), but "
            f"the table of {self._name} has room for one; leave one in its data file."
        )

    def _separator(self, column: Column, values: _Values) -> str:
        texts = [value for many in values.values() for value in many]
        for separator in SEPARATORS:
            if not any(separator in text for text in texts):
                return separator
        raise DatasetError(
            f"The values for {column.path} in the table of {self._name} contain all of the "
            f"separators {' '.join(SEPARATORS)}; remove one of these characters from the values."
        )

    def _select(self, query: str) -> Iterator[list[object]]:
        solutions = cast("QuerySolutions", self._store.query(query, prefixes=self._prefixes))
        for solution in solutions:
            yield list(solution)


def _rank(term: object) -> tuple[int, str]:
    return language_rank(term.language if isinstance(term, Literal) else None)


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
