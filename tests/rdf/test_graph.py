"""The indexed graph: values, links and labels, English first."""

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from urbact_graph.rdf.graph import LABELS, IndexedGraph, english_first, language_rank
from urbact_graph.rdf.namespaces import DCT, FOAF, RDFS, SKOS
from urbact_graph.rdf.terms import Term

A, B = "https://example.org/a", "https://example.org/b"


def triple(subject: str, predicate: str, value: Term) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), value)


def text(value: str, language: str | None = None) -> Literal:
    return Literal(value, language=language)


def test_values_come_once_and_in_order() -> None:
    triples = [
        triple(A, DCT.source, NamedNode(B)),
        triple(A, DCT.source, NamedNode(A)),
        triple(A, FOAF.page, NamedNode(B)),
        triple(A, DCT.title, text("T")),
    ]
    graph = IndexedGraph([*triples, triples[0]])
    assert graph.iris(A, DCT.source) == [A, B]
    assert graph.iris(A, FOAF.page, DCT.source) == [B, A]
    assert graph.values(A, DCT.title, FOAF.page) == [text("T"), NamedNode(B)]
    assert graph.iris(A, DCT.title) == graph.values(B, DCT.title) == []
    assert graph.linking(B, FOAF.page) == [A]
    assert graph.linking(A, FOAF.page) == []
    assert list(graph.subjects()) == list(graph.subjects("https://example.org/")) == [A]
    assert list(graph.subjects("https://other.example/")) == []
    assert [name for name, _ in graph.properties(A)] == [DCT.source, DCT.title, FOAF.page]
    assert list(graph.properties(B)) == []


def test_blank_nodes_are_left_out() -> None:
    blank = BlankNode("b")
    graph = IndexedGraph(
        [
            Triple(blank, NamedNode(DCT.title), text("T")),
            Triple(NamedNode(A), NamedNode(DCT.source), blank),
        ]
    )
    assert list(graph.subjects()) == []


def test_english_comes_first_then_no_language_then_others() -> None:
    texts = [text("z", "fr"), text("b"), text("a", "de"), text("d", "en"), text("c", "en")]
    assert english_first(texts) == [texts[4], texts[3], texts[1], texts[2], texts[0]]
    assert sorted(["fr", "", "en", "de"], key=language_rank) == ["en", "", "de", "fr"]
    assert language_rank(None)[0] == language_rank("")[0]


@pytest.mark.parametrize(
    ("stated", "label"),
    [
        ({}, ""),
        ({DCT.title: [text("Title")]}, "Title"),
        ({DCT.title: [text("Title")], FOAF.name: [text("Name")]}, "Name"),
        ({FOAF.name: [text("Name")], SKOS.prefLabel: [text("Nom", "fr")]}, "Nom"),
        ({SKOS.prefLabel: [text("Label", "en")], RDFS.label: [text("Own", "de")]}, "Own"),
        ({RDFS.label: [text("Stadt", "de"), text("City", "en"), text("Ville", "fr")]}, "City"),
        ({RDFS.label: [NamedNode(B)], DCT.title: [text("Title")]}, "Title"),
    ],
)
def test_a_label_is_the_best_property_in_the_best_language(
    stated: dict[str, list[Term]], label: str
) -> None:
    graph = IndexedGraph(triple(A, name, value) for name in stated for value in stated[name])
    assert graph.label(A) == label
    assert graph.texts(A, *LABELS)[:1] == ([label] if label else [])
