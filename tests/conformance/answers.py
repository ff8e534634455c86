"""Answers that can be compared: equal up to the order of rows and the names of blank nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from tests.conformance.cases import PROLOGUE

NO_VALUE = "-"
_BAR = re.compile(r"(?<=\s)\|(?=\s)")

Term = NamedNode | BlankNode | Literal | Triple
Row = tuple[Term | None, ...]


@dataclass(frozen=True)
class Table:
    """The columns and rows of an answer to SELECT."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def is_same(self, other: object, *, ordered: bool) -> bool:
        """Tell whether ``other`` has the same columns and rows, in their order if ``ordered``."""
        if not isinstance(other, Table) or self.columns != other.columns:
            return False
        return self._canonical(ordered) == other._canonical(ordered)

    def _canonical(self, ordered: bool) -> Dataset:
        """Return the rows as RDF, with names of blank nodes that depend on nothing else."""
        dataset = Dataset()
        for number, row in enumerate(self.rows):
            node = BlankNode(f"row{number}")
            place = Literal(number) if ordered else Literal("row")
            dataset.add(Quad(node, NamedNode("x:is"), place))
            for column, term in zip(self.columns, row, strict=True):
                if term is not None:
                    dataset.add(Quad(node, NamedNode(f"x:{column}"), term))
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        return dataset

    def __str__(self) -> str:
        """Write the table as the files do, with terms in N-Triples."""
        lines = [" | ".join(f"?{column}" for column in self.columns)]
        lines += [
            " | ".join(NO_VALUE if term is None else str(term) for term in r) for r in self.rows
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Graph:
    """The triples of an answer to CONSTRUCT or DESCRIBE."""

    triples: tuple[Triple, ...]

    def is_same(self, other: object) -> bool:
        """Tell whether ``other`` is a graph that is isomorphic to this one."""
        return isinstance(other, Graph) and self._canonical() == other._canonical()

    def _canonical(self) -> Dataset:
        dataset = Dataset(Quad(*triple) for triple in self.triples)
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        return dataset

    def __str__(self) -> str:
        """Write the triples in N-Triples, a line each."""
        return "\n".join(f"{triple} ." for triple in self.triples)


def read_table(text: str) -> Table:
    """Read a table as the files write it: columns, then rows of terms in Turtle, parted by bars.

    Raises:
        SyntaxError: a cell is no term.
        ValueError: a row has not as many cells as there are columns.
    """
    head, *lines = text.strip("\n").split("\n")
    columns = tuple(cell.removeprefix("?") for cell in _cells(head) if cell)
    rows = tuple(tuple(map(_term, _cells(line))) for line in lines)
    for line, row in zip(lines, rows, strict=True):
        if len(row) != max(len(columns), 1):
            raise ValueError(f"the row {line!r} has not {len(columns)} cells")
    return Table(columns, rows if columns else ((),) * len(rows))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _BAR.split(line)]


def _term(text: str) -> Term | None:
    if text == NO_VALUE:
        return None
    (quad,) = parse(f"{PROLOGUE}<x:s> <x:p> {text} .", format=RdfFormat.TURTLE)
    term: Term = quad.object
    return term


def read_graph(text: str) -> Graph:
    """Read a graph from Turtle.

    Raises:
        SyntaxError: it is none.
    """
    return graph_of((PROLOGUE + text).encode(), RdfFormat.TURTLE)


def graph_of(content: bytes, form: RdfFormat) -> Graph:
    """Read a graph from ``content``, an answer in the format ``form``."""
    return Graph(tuple(quad.triple for quad in parse(content, format=form, base_iri="http://e/")))


def results_of(content: bytes, form: QueryResultsFormat) -> Table | bool:
    """Read an answer to SELECT or ASK from ``content``."""
    results = parse_query_results(content, format=form)
    if isinstance(results, QueryBoolean):
        return bool(results)
    columns = tuple(variable.value for variable in results.variables)
    return Table(columns, tuple(tuple(solution) for solution in results))
