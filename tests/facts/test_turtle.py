"""The Turtle of data/: the writer gives every committed file back, and any facts."""

from pathlib import Path

import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from tests.support.strategies import iris, iris_below, literals
from urbact_graph.facts.importing import HEADER
from urbact_graph.facts.turtle import serialize
from urbact_graph.rdf.builder import Statements, Subject
from urbact_graph.rdf.namespaces import XSD

DATA = Path(__file__).parents[2] / "data"
BASE = "https://w3id.org/urbact-graph/"


def entities(path: Path) -> list[Subject]:
    """Return the subjects of a file in the order in which it describes them."""
    found: dict[str, Statements] = {}
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        assert isinstance(quad.subject, NamedNode)
        found.setdefault(quad.subject.value, Statements(BASE)).triples.add(quad.triple)
    return [statements.about(iri) for iri, statements in found.items()]


@pytest.mark.slow
def test_the_writer_gives_every_imported_file_back() -> None:
    start = f"# {HEADER}".encode()
    imported = [path for path in DATA.rglob("*.ttl") if path.read_bytes().startswith(start)]
    assert len(imported) > 200
    changed = [
        path.relative_to(DATA)
        for path in imported
        if serialize(entities(path), BASE, HEADER).encode() != path.read_bytes()
    ]
    assert not changed


def test_a_value_that_is_neither_iri_nor_literal_is_an_error() -> None:
    statements = Statements(BASE)
    node = NamedNode(f"{BASE}a")
    statements.triples.add(Triple(node, NamedNode("x:p"), BlankNode("b")))
    with pytest.raises(TypeError, match="neither an IRI nor a literal"):
        serialize([statements.about(node)], BASE, HEADER)


def by_rdflib(turtle: str) -> set[str]:
    with pytest.MonkeyPatch.context() as patch:
        # Numbers as they are written.
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        lines = rdflib.Graph().parse(data=turtle, format="turtle").serialize(format="nt")
    return {str(quad.triple) for quad in parse(lines, format=RdfFormat.N_TRIPLES)}


below = iris_below(BASE) | iris_below(f"{BASE}ontology#")
facts = st.builds(Triple, below, below | iris, below | iris | literals)


def about(value: NamedNode | Literal) -> list[Triple]:
    return [Triple(NamedNode(f"{BASE}a"), NamedNode("x:p"), value)]


def number(text: str, datatype: str) -> list[Triple]:
    return about(Literal(text, datatype=NamedNode(datatype)))


@given(st.lists(facts, max_size=5))
# Not what they are without quotes: a word, an integer, a form that rdflib changes.
@example(number("INF", XSD.integer))
@example(number("0", XSD.decimal))
@example(number("5.", XSD.decimal))
@example(number("+1", XSD.integer))
@example(number("", XSD.integer))
# Relative, these would lead elsewhere.
@example(about(NamedNode(f"{BASE}city/../x")))
@example(about(NamedNode(f"{BASE}a/./b")))
@example(about(NamedNode(f"{BASE}a:b")))
@example(about(NamedNode(f"{BASE}//a")))
@example(about(NamedNode(f"{BASE}ontology#.")))
def test_any_facts_are_read_back(stated: list[Triple]) -> None:
    subjects: dict[str, Statements] = {}
    for triple in stated:
        assert isinstance(triple.subject, NamedNode)
        subjects.setdefault(triple.subject.value, Statements(BASE)).triples.add(triple)
    written = serialize([one.about(iri) for iri, one in subjects.items()], BASE, HEADER)
    expected = set(map(str, stated))
    assert {str(quad.triple) for quad in parse(written, format=RdfFormat.TURTLE)} == expected
    assert by_rdflib(written) == expected
