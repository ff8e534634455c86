"""The builder: triples by prefixed names."""

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.builder import Statements, Subject
from urbact_graph.rdf.namespaces import DCT, FOAF, RDF, XSD, urb
from urbact_graph.rdf.terms import Term, typed

BASE = "https://example.org/g/"
CITY = f"{BASE}city/x"


@pytest.fixture
def statements() -> Statements:
    return Statements(BASE)


@pytest.fixture
def city(statements: Statements) -> Subject:
    return statements.about(CITY)


def objects(subject: Subject, predicate: str) -> set[Term]:
    found = (t.object for t in subject.triples if t.predicate.value == predicate)
    return {value for value in found if isinstance(value, NamedNode | Literal)}


def test_a_subject_is_a_node_or_its_iri(statements: Statements, city: Subject) -> None:
    assert city.node == statements.node("city/x") == NamedNode(CITY)
    assert statements.about(city.node).iri == CITY


def test_all_subjects_add_to_the_same_statements(statements: Statements, city: Subject) -> None:
    city.type("urb:City")
    statements.about(f"{BASE}city/y").type("urb:City")
    assert len(statements.triples) == 2
    assert statements.triples == city.triples


def test_what_was_there_stays() -> None:
    triple = Triple(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o"))
    statements = Statements(BASE)
    statements.triples.add(triple)
    statements.about("x:s").link("dct:source", "x:o")
    assert triple in statements.triples
    assert len(statements.triples) == 2


def test_classes_and_terms_are_given_by_prefixed_names(city: Subject) -> None:
    city.type("urb:City", "foaf:Agent").term("urb:role", "urb:LeadPartner", None)
    assert objects(city, RDF.type) == {NamedNode(urb(BASE).City), NamedNode(FOAF.Agent)}
    assert objects(city, urb(BASE).role) == {NamedNode(urb(BASE).LeadPartner)}


def test_links_lead_to_nodes_and_iris(city: Subject) -> None:
    city.link("foaf:page", "https://a.example/", NamedNode("https://b.example/"), None)
    assert objects(city, FOAF.page) == {
        NamedNode("https://a.example/"),
        NamedNode("https://b.example/"),
    }


def test_texts_have_their_language_where_it_is_known(city: Subject) -> None:
    city.text("dct:title", "X", None).text("dct:title", "Y", language="en")
    city.translations("dct:title", {"fr": "Z"})
    assert objects(city, DCT.title) == {
        Literal("X"),
        Literal("Y", language="en"),
        Literal("Z", language="fr"),
    }


@pytest.mark.parametrize(
    ("number", "literal"),
    [
        (0, typed("0", XSD.integer)),
        (754, typed("754", XSD.integer)),
        (51.1, typed("51.1", XSD.decimal)),
        (-5.0, typed("-5", XSD.decimal)),
        (-0.0, typed("0", XSD.decimal)),
        (0.00001, typed("0.00001", XSD.decimal)),
        (1e16, typed("10000000000000000", XSD.decimal)),
    ],
)
def test_numbers_are_integers_or_decimals(city: Subject, number: float, literal: Literal) -> None:
    assert objects(city.number("urb:population", number), urb(BASE).population) == {literal}


def test_dates_are_as_precise_as_they_are_known(city: Subject) -> None:
    city.date("urb:start", "2006").date("urb:start", "2006-03-02")
    assert objects(city, urb(BASE).start) == {
        typed("2006", XSD.gYear),
        typed("2006-03-02", XSD.date),
    }


def test_what_is_not_known_is_not_stated(city: Subject) -> None:
    city.type().term("urb:role", None).link("foaf:page", None).text("dct:title", None)
    city.number("urb:population", None).date("urb:start", None).value("urb:start")
    assert not city.triples


def test_an_unknown_prefix_is_an_error(city: Subject) -> None:
    with pytest.raises(KeyError):
        city.type("nope:City")
