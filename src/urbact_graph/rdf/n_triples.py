"""N-Triples as text: the statements of a store, and the terms of a statement.

To count a hundred thousand statements takes a third of the time where each term is a text.
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import DefaultGraph, RdfFormat, Store, Triple

from urbact_graph.rdf.namespaces import RDF, XSD

# Subject, predicate and object, each as N-Triples has it.
Terms = tuple[str, str, str]


def statements(store: Store) -> list[str]:
    """Return the statements of the default graph, unsorted, each with its full stop."""
    content = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""
    # Only a line feed ends a line of N-Triples.
    return content.decode().split("\n")[:-1]


def statement(triple: Triple) -> str:
    """Return ``triple`` as such a statement."""
    return f"{triple} ."


def terms(lines: Iterable[str]) -> Iterator[Terms]:
    """Yield the terms of each statement, none of which is a triple term."""
    for line in lines:
        subject, predicate, value = line[:-2].split(" ", 2)
        yield subject, predicate, value


def iri(term: str) -> str:
    """Return the IRI of ``term``, or the term itself where it is no IRI."""
    return term[1:-1] if term.startswith("<") else term


def language(term: str) -> str:
    """Return the language of a literal, empty where it has none."""
    return "" if term.endswith(('"', ">")) else term.rpartition('"@')[2]


def datatype(term: str) -> str:
    """Return the IRI of the datatype of a literal."""
    if term.endswith('"'):
        return XSD.string
    return term.rpartition("^^")[2][1:-1] if term.endswith(">") else RDF.langString
