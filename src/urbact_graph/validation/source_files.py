"""The source file that describes an entity, so that a curator knows where to look."""

from pyoxigraph import NamedNode, RdfFormat, parse

from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.rdf.reading import without_mark
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
        content = sources.read(path)
        try:
            found = [quad.triple for quad in parse(without_mark(content), format=RdfFormat.TURTLE)]
        except SyntaxError:
            # Says what is wrong, which takes longer to find out.
            found = list(parse_turtle(content, name))
        for triple in found:
            for position, term in enumerate(triple):
                if position and not naming_too:
                    break
                if isinstance(term, NamedNode) and term.value in entities:
                    (naming if position else describing).setdefault(term.value, name)
    return naming | describing
