"""Parse the graph's source files, with errors that name file, line and column."""

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import BlankNode, RdfFormat, Triple, parse

from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.formats import format_of_file


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


def check_dataset(path: Path) -> None:
    """Read the RDF file ``path`` to its end, to know that it can be served.

    Raises:
        DatasetError: it is no file, no RDF by its name, or not what its name says.
    """
    if not path.is_file():
        raise DatasetError(f"{path} is no file; name an RDF file.")
    form = RdfFormat.from_media_type(format_of_file(path).media_type)
    try:
        for _ in parse(path=str(path), format=form, base_iri=path.resolve().as_uri()):
            pass
    except SyntaxError as error:
        raise DatasetError(f"{path} cannot be read: {error.msg}.") from None
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from None


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
