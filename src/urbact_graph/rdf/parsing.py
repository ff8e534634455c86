"""Parse RDF files; the graph's sources with errors that name file, line and column.

The graph takes RDF 1.1 without blank nodes, as every format of its documents and dumps can hold it.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from pyoxigraph import BlankNode, Literal, RdfFormat, Triple, parse

from urbact_graph.errors import SourceError
from urbact_graph.rdf.rdf_xml import obstacle
from urbact_graph.rdf.reading import mistake_in, parse_lines, without_mark
from urbact_graph.rdf.sparql import position, tokens

_VERSION = re.compile(r"@version\b|\bversion\s*['\"]", re.IGNORECASE)


def parse_turtle(content: bytes, name: str) -> Iterator[Triple]:
    """Parse Turtle, the content of a file called ``name``; a byte order mark is skipped.

    Raises:
        SourceError: it is not Turtle, or holds what the graph does not take.
    """
    content = without_mark(content)
    count = 0
    try:
        for quad in parse(content, format=RdfFormat.TURTLE):
            triple = quad.triple
            if reason := unfit(triple):
                place = f"{name}, line {_line_of(count, content)}"
                raise SourceError(f"{place}: {reason}.")
            count += 1
            yield triple
    except SyntaxError as error:
        line, reason = mistake_in(content, RdfFormat.TURTLE, error)
        if line is None:
            raise SourceError(f"{name}: {reason}.") from None
        place = f"{name}, line {line}, column {error.offset}"
        raise SourceError(f"{place}: {reason}. Correct the Turtle there.") from None
    _refuse_version(content, name)


def named(triple: Triple, name: str) -> Triple:
    """Return ``triple``, which what is called ``name`` derived, if the graph can take it.

    Raises:
        SourceError: it cannot.
    """
    if reason := unfit(triple):
        raise SourceError(f"{name}: {reason}.")
    return triple


def unfit(triple: Triple) -> str:
    """Return why the graph cannot take ``triple``, as a clause; empty if it can."""
    value = triple.object
    if isinstance(triple.subject, BlankNode) or isinstance(value, BlankNode):
        why = "a blank node; give the node an IRI, so that others can link to it"
    elif isinstance(value, Triple):
        why = (
            "a triple term (RDF 1.2), perhaps of an annotation or a reifier, which the graph does "
            "not take; state the fact itself, and what is said of it at an IRI"
        )
    elif isinstance(value, Literal) and value.direction:
        why = "a text with a direction (RDF 1.2); write the language alone"
    elif reason := obstacle(triple):
        return f"{reason}, in which the graph is published too; write it in another way"
    else:
        return ""
    return f"a statement with {triple.predicate} has {why}"


def parse_n_triples(file: Path) -> Iterator[Triple]:
    """Parse a file of N-Triples that the package wrote itself.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it is not N-Triples.
    """
    return (quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES))


def _line_of(index: int, content: bytes) -> int:
    """Return the line on which the triple with this ``index`` ends."""
    lines = (line for line, _ in parse_lines(content, RdfFormat.TURTLE))
    return next(line for number, line in enumerate(lines) if number == index)


def _refuse_version(content: bytes, name: str) -> None:
    """Refuse the directive that announces another version of RDF (RDF 1.2 Turtle, section 2.3).

    Raises:
        SourceError: the content has one.
    """
    text = content.decode()
    if not _VERSION.search(text):
        return
    for before, token in pairwise(tokens(f". {text}")):
        # After a string it would be a language tag.
        is_directive = token.text == "@version" and before.kind != "string"
        if is_directive or (token.kind, token.text.lower()) == ("name", "version"):
            line, column = position(text, token.start - len(". "))
            raise SourceError(
                f"{name}, line {line}, column {column}: {token.text} announces another version of "
                "RDF than 1.1, which is what the graph takes; take the directive out."
            )
