"""The Turtle of data/: the writer gives every committed file back, byte for byte."""

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from urbact_graph.facts.importing import HEADER
from urbact_graph.facts.turtle import serialize
from urbact_graph.rdf.builder import Statements, Subject

DATA = Path(__file__).parents[2] / "data"
BASE = "https://w3id.org/urbact-graph/"


def entities(path: Path) -> list[Subject]:
    """Return the subjects of a file in the order in which it describes them."""
    found: dict[str, Statements] = {}
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        assert isinstance(quad.subject, NamedNode)
        found.setdefault(quad.subject.value, Statements(BASE)).triples.add(quad.triple)
    return [statements.about(iri) for iri, statements in found.items()]


@pytest.mark.parametrize(
    "name", sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*.ttl"))
)
def test_the_writer_gives_every_imported_file_back(name: str) -> None:
    content = (DATA / name).read_bytes()
    if content.startswith(f"# {HEADER}".encode()):
        assert serialize(entities(DATA / name), BASE, HEADER).encode() == content


def test_a_value_that_is_neither_iri_nor_literal_is_an_error() -> None:
    statements = Statements(BASE)
    node = NamedNode(f"{BASE}a")
    statements.triples.add(Triple(node, NamedNode("x:p"), BlankNode("b")))
    with pytest.raises(TypeError, match="neither an IRI nor a literal"):
        serialize([statements.about(node)], BASE, HEADER)
