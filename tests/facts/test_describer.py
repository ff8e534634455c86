"""The describer: cells by the properties that their columns name, and names of the vocabulary."""

from pathlib import Path
from typing import Annotated

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from urbact_graph.facts import tables
from urbact_graph.facts.cells import Row, Stated
from urbact_graph.facts.describer import Describer, term_name
from urbact_graph.facts.minting import Minter
from urbact_graph.rdf.namespaces import DCT, FOAF, RDF, XSD, expanded, namespaces, urb
from urbact_graph.rdf.terms import typed

BASE = "https://w3id.org/urbact-graph/"
URB = urb(BASE)
ONTOLOGY = Path(__file__).parents[2] / "ontology" / "urbact.ttl"
ROWS = [kind for kind in vars(tables).values() if isinstance(kind, type) and issubclass(kind, Row)]


class Example(Row):
    title: Annotated[str | None, Stated("dct:title")] = None
    notes: Annotated[list[str] | None, Stated("dct:abstract", language="en")] = None
    page: Annotated[str | None, Stated("foaf:page", "link")] = None
    count: Annotated[int | None, Stated("urb:population", "number")] = None
    start: Annotated[str | None, Stated("urb:start", "date")] = None
    other: str | None = None


def stated(row: Example) -> set[tuple[str, object]]:
    subject = Describer(Minter(BASE)).describe(f"{BASE}x", "urb:City", row=row)
    return {(triple.predicate.value, triple.object) for triple in subject.triples}


def test_cells_are_stated_by_the_property_of_their_column() -> None:
    row = Example(
        title="T", notes=["A", "B"], page="https://e.example/", count=0, start="2006", other="O"
    )
    assert stated(row) == {
        (RDF.type, NamedNode(URB.City)),
        (DCT.title, Literal("T")),
        (DCT.abstract, Literal("A", language="en")),
        (DCT.abstract, Literal("B", language="en")),
        (FOAF.page, NamedNode("https://e.example/")),
        (URB.population, typed("0", XSD.integer)),
        (URB.start, typed("2006", XSD.gYear)),
    }


def test_empty_cells_state_nothing() -> None:
    assert stated(Example(notes=[])) == {(RDF.type, NamedNode(URB.City))}


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_columns_name_properties_that_exist(kind: type[Row]) -> None:
    defined = {str(quad.subject) for quad in parse(path=ONTOLOGY, format=RdfFormat.TURTLE)}
    for column in kind.model_fields.values():
        for cell in column.metadata:
            if isinstance(cell, Stated):
                iri = expanded(cell.predicate, namespaces(BASE))
                assert f"<{iri}>" in defined or not iri.startswith(BASE), iri


@pytest.mark.parametrize(
    ("word", "suffix", "name"),
    [
        ("city", "Kind", "urb:CityKind"),
        ("metropolitan-area", "Kind", "urb:MetropolitanAreaKind"),
        ("open", "", "urb:Open"),
        ("uia-transfer-pilot", "", "urb:UiaTransferPilot"),
        ("working groups", "", "urb:WorkingGroups"),
    ],
)
def test_a_word_of_the_tables_becomes_a_name_of_the_vocabulary(
    word: str, suffix: str, name: str
) -> None:
    assert term_name(word, suffix) == name
