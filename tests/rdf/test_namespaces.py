"""The table of namespaces: names in full and in short."""

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import (
    DCT,
    NAMESPACES,
    RDF,
    XSD,
    expanded,
    namespace_of,
    namespaces,
    shortened,
    urb,
    used_prefixes,
)

BASE = "https://example.org/g/"
PREFIXES = namespaces(BASE)


def test_a_term_of_a_namespace_is_its_iri() -> None:
    assert DCT.title == DCT["title"] == "http://purl.org/dc/terms/title"
    assert str(DCT) == "http://purl.org/dc/terms/"
    assert urb(BASE).City == f"{BASE}ontology#City"
    with pytest.raises(AttributeError):
        DCT.__wrapped__  # noqa: B018 - asked for by tools that look at objects


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("a", RDF.type),
        ("rdf:type", RDF.type),
        ("dct:title", DCT.title),
        ("urb:City", f"{BASE}ontology#City"),
        ("xsd:date", XSD.date),
    ],
)
def test_a_prefixed_name_is_expanded(name: str, iri: str) -> None:
    assert expanded(name, PREFIXES) == iri
    assert shortened(iri, PREFIXES) == ("rdf:type" if name == "a" else name)


def test_an_unknown_prefix_is_an_error() -> None:
    with pytest.raises(KeyError, match="nope"):
        expanded("nope:thing", PREFIXES)


@pytest.mark.parametrize(
    "iri", ["https://other.example/ns#A", str(DCT), f"{DCT}a/b", f"{BASE}city/x", "urn:x"]
)
def test_an_iri_without_a_prefix_stays_as_it_is(iri: str) -> None:
    assert shortened(iri, PREFIXES) == iri


@pytest.mark.parametrize(
    ("iri", "namespace"),
    [
        ("http://a.example/b#c", "http://a.example/b#"),
        ("http://a.example/b/c", "http://a.example/b/"),
        ("http://a.example/b#c/d", "http://a.example/b#c/"),
        ("urn:a:b", ""),
    ],
)
def test_a_namespace_ends_at_the_last_hash_or_slash(iri: str, namespace: str) -> None:
    assert namespace_of(iri) == namespace


def test_namespaces_are_distinct_and_end_where_names_begin() -> None:
    assert len(set(NAMESPACES.values())) == len(NAMESPACES)
    assert all(iri.endswith(("#", "/")) for iri in NAMESPACES.values())


def test_only_prefixes_in_use_are_written() -> None:
    subject = NamedNode(f"{BASE}city/x")
    triples = [
        Triple(subject, NamedNode(RDF.type), NamedNode(f"{BASE}ontology#City")),
        Triple(subject, NamedNode(DCT.title), Literal("text")),
        Triple(subject, NamedNode(DCT.title), Literal("text", language="en")),
    ]
    assert used_prefixes(triples, PREFIXES) == {"dct": str(DCT), "urb": f"{BASE}ontology#"}
    dated = Triple(subject, NamedNode(DCT.issued), Literal("2006", datatype=NamedNode(XSD.gYear)))
    assert used_prefixes([dated], PREFIXES) == {"dct": str(DCT), "xsd": str(XSD)}
