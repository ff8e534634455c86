"""The source file that describes an entity, so that a curator knows where to look."""

from pyoxigraph import NamedNode

from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.sources import GraphSources


def files_of(entities: set[str], sources: GraphSources) -> dict[str, str]:
    """Return the name of the file that describes each entity, or else of the first that names it.

    An entity that stands in no file of data/ or ontology/ has none, nor has a shape that none of
    shapes/ describes.

    Raises:
        SourceError: a file cannot be read or is not Turtle.
    """
    if not entities:
        return {}
    describing: dict[str, str] = {}
    naming: dict[str, str] = {}
    shapes = sources.shape_files()
    for path in (*sources.data_files(), *sources.ontology_files(), *shapes):
        name = sources.name(path)
        naming_too = path not in shapes
        for triple in parse_turtle(sources.read(path), name):
            for position, term in enumerate(triple):
                if position and not naming_too:
                    break
                if isinstance(term, NamedNode) and term.value in entities:
                    (naming if position else describing).setdefault(term.value, name)
    return naming | describing
