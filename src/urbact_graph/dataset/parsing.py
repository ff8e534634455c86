"""Parse the graph's source files, with errors that name file, line and column."""

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse

from urbact_graph.errors import SourceError


def parse_turtle(path: Path, name: str) -> Iterator[Triple]:
    """Parse the Turtle file ``path``, called ``name`` in errors.

    Raises:
        SourceError: the file cannot be read, is not Turtle, or holds a blank node.
    """
    try:
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            yield _named(quad, name)
    except SyntaxError as error:
        place = f"{name}, line {error.lineno}, column {error.offset}"
        reason = error.msg.split(": ", 1)[-1]
        raise SourceError(f"{place}: {reason}. Correct the Turtle there.") from None
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror or error}.") from None


def subjects(path: Path, name: str) -> set[str]:
    """Return the IRIs that the Turtle file ``path`` describes."""
    return {str(triple.subject.value) for triple in parse_turtle(path, name)}  # type: ignore[union-attr]


def _named(quad: Quad, name: str) -> Triple:
    triple = quad.triple
    for node in (triple.subject, triple.object):
        if isinstance(node, BlankNode):
            raise SourceError(
                f"{name}: a statement with {triple.predicate} has a blank node; give the node an "
                "IRI, so that others can link to it."
            )
    return triple
