"""Where answers come from: the sources that the graph states for the things in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyoxigraph import NamedNode

from urbact_graph.client.graph import Graph
from urbact_graph.description.authorities import LICENCE
from urbact_graph.errors import QueryError
from urbact_graph.rdf.terms import is_iri

# Of an answer with many things the first have their sources; `describe` has all of a thing.
MOST_THINGS = 40
MOST_OF_A_THING = 3
# The pages about a thing come before those that name it among others.
_SOURCES = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
SELECT ?thing ?source
WHERE {
  VALUES ?thing { %s }
  ?thing dct:source ?source .
  BIND(EXISTS { ?thing foaf:page ?source } AS ?isAbout)
}
ORDER BY ?thing DESC(?isAbout) STR(?source)
"""


def about_graph(graph: Graph) -> dict[str, str]:
    """Return what an answer says of the graph that it comes from: IRI, version, licence.

    Of another endpoint than an instance's, which names no version, it says nothing.
    """
    try:
        version = graph.version
    except QueryError:
        return {}
    return {"iri": f"{graph.base}dataset", "version": version, "licence": str(LICENCE.iri)}


def things_in(values: Iterable[Any], base: str) -> list[str]:
    """Return the IRIs of things of the graph among ``values``, each once, in their order.

    Terms of its vocabulary are no things, and have no sources.
    """
    vocabulary = f"{base}ontology"
    return list(
        dict.fromkeys(
            text
            for text in _texts(values)
            if text.startswith(base) and not text.startswith(vocabulary) and is_iri(text)
        )
    )


def sources_of(
    graph: Graph, things: Sequence[str], most: int = MOST_OF_A_THING
) -> dict[str, list[str]]:
    """Return the addresses of the pages that each of ``things`` was read from, ``most`` at most.

    Things beyond ``MOST_THINGS`` are left out, and so are those without a source.

    Raises:
        ProblemError, EngineError: as the graph raises them.
    """
    asked = things[:MOST_THINGS]
    if not asked:
        return {}
    named = " ".join(str(NamedNode(thing)) for thing in asked)
    found: dict[str, list[str]] = {}
    for row in graph.sparql(_SOURCES % named, frame="records"):
        found.setdefault(row["thing"], []).append(row["source"])
    return {thing: found[thing][:most] for thing in asked if thing in found}


def with_sources(graph: Graph, answer: Mapping[str, Any], things: Sequence[str]) -> dict[str, Any]:
    """Return ``answer`` with the sources of ``things``, and what is to be said of the graph."""
    sources = sources_of(graph, things)
    complete = {**answer, "sources": sources, "graph": about_graph(graph)}
    if len(things) > MOST_THINGS:
        complete["note_on_sources"] = (
            f"These are the sources of the first {MOST_THINGS} of {len(things)} things; ask for "
            "fewer rows, or `describe` a thing."
        )
    elif not things:
        complete["note_on_sources"] = (
            "The answer names no thing of the graph, so there are no sources to give; select the "
            "things beside what is said of them."
        )
    return complete


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _texts(value.values())
        elif isinstance(value, list):
            yield from _texts(value)
