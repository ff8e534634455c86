"""Parse RDF files; the graph's sources with errors that name file, line and column."""

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import BlankNode, RdfFormat, Triple, parse

from urbact_graph.errors import SourceError


def parse_turtle(content: bytes, name: str) -> Iterator[Triple]:
    """Parse Turtle, the content of a file called ``name``.

    Raises:
        SourceError: it is not Turtle, or holds a blank node.
    """
    try:
        for quad in parse(content, format=RdfFormat.TURTLE):
            yield named(quad.triple, name)
    except SyntaxError as error:
        place = f"{name}, line {error.lineno}, column {error.offset}"
        reason = error.msg.split(": ", 1)[-1]
        raise SourceError(f"{place}: {reason}. Correct the Turtle there.") from None


def named(triple: Triple, name: str) -> Triple:
    """Return ``triple``, read from or derived by what is called ``name``, if no node is blank.

    Raises:
        SourceError: it has a blank node.
    """
    for node in (triple.subject, triple.object):
        if isinstance(node, BlankNode):
            raise SourceError(
                f"{name}: a statement with {triple.predicate} has a blank node; give the node an "
                "IRI, so that others can link to it."
            )
    return triple


def parse_n_triples(file: Path) -> Iterator[Triple]:
    """Parse a file of N-Triples that the package wrote itself.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it is not N-Triples.
    """
    return (quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES))
