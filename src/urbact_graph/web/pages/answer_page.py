"""The page of an answer: a table, a yes or no, or a graph, as far as people can read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Self

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from urbact_graph.engine.protocol import Answer
from urbact_graph.rdf.formats import RESULTS_JSON, Kind
from urbact_graph.rdf.namespaces import XSD, namespaces, shortened
from urbact_graph.web.pages.entity_page import Value

# How much a page shows; the rest is for programs.
_MAX_ROWS = 1_000
_MAX_CHARACTERS = 200_000


@dataclass(frozen=True)
class Cell:
    """A value in a table, and its datatype if that says more than the value does."""

    value: Value
    datatype: str = ""


@dataclass(frozen=True)
class AnswerPage:
    """The contents of the page; only one of ``columns``, ``boolean`` and ``graph`` is given.

    A cell is None where the row has no value. ``is_cut`` says that there is more.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell | None, ...], ...] = ()
    boolean: bool | None = None
    graph: str = ""
    is_cut: bool = False

    @property
    def kind(self) -> Kind:
        """The kind of formats that it can be had in."""
        return "graph" if self.graph else "results"

    @classmethod
    def of(cls, answer: Answer, base: str) -> Self:
        """Read ``answer``, which is results in JSON or a graph in a format that is text."""
        if answer.media_type != RESULTS_JSON:
            text = answer.content.decode()
            shown = text[:_MAX_CHARACTERS] or "# The graph is empty.\n"
            return cls(graph=shown, is_cut=len(text) > _MAX_CHARACTERS)
        results = parse_query_results(answer.content, format=QueryResultsFormat.JSON)
        if isinstance(results, QueryBoolean):
            return cls(boolean=bool(results))
        if not isinstance(results, QuerySolutions):
            raise TypeError("the answer has no rows")
        columns = tuple(variable.value for variable in results.variables)
        prefixes = namespaces(base)
        rows = tuple(
            tuple(_cell(term, base, prefixes) for term in row)
            for row in islice(results, _MAX_ROWS + 1)
        )
        return cls(columns, rows[:_MAX_ROWS], is_cut=len(rows) > _MAX_ROWS)


def _cell(term: object, base: str, prefixes: Mapping[str, str]) -> Cell | None:
    if term is None:
        return None
    if isinstance(term, Literal):
        # Numbers, dates and texts are seen to be such.
        is_plain = bool(term.language) or term.datatype.value.startswith(str(XSD))
        datatype = "" if is_plain else shortened(term.datatype.value, prefixes)
        return Cell(Value(term.value, language=term.language or ""), datatype)
    if not isinstance(term, NamedNode):
        return Cell(Value(str(term)))
    iri = term.value
    if iri.startswith(base):
        path = iri.removeprefix(base)
        # A term of the ontology, and the like, has a short name.
        text = shortened(iri, prefixes) if "#" in path else path
        return Cell(Value(text or iri, path, is_here=True))
    address = iri if iri.startswith(("http://", "https://")) else ""
    return Cell(Value(shortened(iri, prefixes), address))
