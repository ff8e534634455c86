"""The graphs of a query: those that it names, and patterns that are evaluated in each graph."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from urbact_graph.engine.rewriting.structure import Edit, Structure

# By this name rdflib asks for the default graph.
DEFAULT_GRAPH = "urn:x-rdflib:default"
# For more graphs the text would grow too long.
_MAX_GRAPHS = 50


class NamedGraph(NamedTuple):
    """A graph that is named in a query: by which keyword, at which token, and its IRI."""

    keyword: str
    token: int
    iri: str


def named_graphs(query: Structure, base: str | None) -> Iterator[NamedGraph]:
    """Yield the graphs that ``query`` names by constants."""
    for index in query.places("FROM", "GRAPH"):
        keyword, at = query.word(index), index + 1
        if keyword == "FROM" and query.word(at) == "NAMED":
            keyword, at = "FROM NAMED", at + 1
        if at < len(query.tokens):
            iri = query.iri(at, base)
            if iri is not None:
                yield NamedGraph(keyword, at, iri)


def default_graph_edits(query: Structure, base: str | None) -> list[Edit]:
    """Take out GRAPH and FROM with the name by which rdflib means the default graph."""
    return [
        query.edit(graph.token - 1, graph.token + 1, "")
        for graph in named_graphs(query, base)
        if graph.iri == DEFAULT_GRAPH and graph.keyword != "FROM NAMED"
    ]


def graph_edits(query: Structure, names: Callable[[], list[str]]) -> list[Edit]:
    """Write patterns in GRAPH ?g that the engine does not evaluate graph by graph once for each.

    The variable is bound after the patterns (SPARQL 1.1, section 18.6); the engine binds it
    before, which shows where they bind it themselves, subtract, or have a query of their own.
    ``names`` returns the IRIs of the named graphs; if there are many, nothing is changed.
    """
    edits: list[Edit] = []
    covered = -1
    for index in query.places("GRAPH"):
        opening = index + 2
        if index < covered or not query.is_text(opening, "{"):
            continue
        variable = query.tokens[index + 1]
        if variable.kind != "variable":
            continue
        closing = query.partner[opening]
        if not _is_bound_within(query, variable.text[1:], opening, closing):
            continue
        graphs = names()
        if not 0 < len(graphs) <= _MAX_GRAPHS:
            return []
        patterns = query.text(opening, closing + 1)
        written = " UNION ".join(
            f"{{ GRAPH <{name}> {patterns} VALUES ?{variable.text[1:]} {{ <{name}> }} }}"
            for name in graphs
        )
        edits.append(query.edit(index, closing + 1, written))
        covered = closing
    return edits


def _is_bound_within(query: Structure, name: str, opening: int, closing: int) -> bool:
    """Tell whether the patterns bind the variable, subtract, or have a query of their own.

    A filter that reads the variable does not count: the engine lets it see the graph, which people
    expect.
    """
    index = opening + 1
    while index < closing:
        token = query.tokens[index]
        if query.word(index) == "FILTER":
            while query.tokens[index].kind != "open":
                index += 1
            index = query.partner[index] + 1
            continue
        if token.kind == "variable" and token.text[1:] == name:
            return True
        if query.word(index) in ("MINUS", "SELECT"):
            return True
        index += 1
    return False
