"""What was published once: its IRIs stay, and what is gone says what replaces it."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from tests.conftest import ROOT
from tests.support.editions import by_entity, facts_of, facts_of_first_edition, subjects_of
from urbact_graph.rdf.namespaces import DCT, OWL, RDF, RDFS

DEPRECATED, REPLACED = NamedNode(OWL.deprecated), NamedNode(DCT.isReplacedBy)


@pytest.fixture(scope="module")
def first() -> set[Quad]:
    return facts_of_first_edition()


@pytest.fixture(scope="module")
def now() -> set[Quad]:
    return facts_of(ROOT)


@pytest.fixture(scope="module")
def deprecated(now: set[Quad]) -> set[str]:
    found = {quad.subject for quad in now if quad.predicate == DEPRECATED}
    return {iri.value for iri in found if isinstance(iri, NamedNode)}


def test_each_iri_of_the_first_edition_is_described(first: set[Quad], now: set[Quad]) -> None:
    published = subjects_of(first)
    assert len(published) > 4_000
    assert published - subjects_of(now) == set()


def test_what_is_there_keeps_its_class_or_is_deprecated(
    first: set[Quad], now: set[Quad], deprecated: set[str]
) -> None:
    """An IRI never comes to mean another thing; a plan may turn out to be of another kind."""
    types = NamedNode(RDF.type)
    kinds = {
        edition: {(q.subject, q.object) for q in facts if q.predicate == types}
        for edition, facts in (("first", first), ("now", now))
    }
    changed = {
        subject.value: (str(kind), {str(k) for s, k in kinds["now"] if s == subject})
        for subject, kind in kinds["first"] - kinds["now"]
        if isinstance(subject, NamedNode) and subject.value not in deprecated
    }
    others = {
        iri: new
        for iri, (old, new) in changed.items()
        if not any(name.endswith("Plan>") for name in new) or not old.endswith("Plan>")
    }
    assert others == {}


def test_the_deprecated_were_published_and_are_now_nothing_else(
    first: set[Quad], now: set[Quad], deprecated: set[str]
) -> None:
    assert deprecated <= by_entity(first).keys()
    stated = by_entity(now)
    for iri in deprecated:
        about = {quad.predicate.value for quad in stated[iri]}
        assert RDF.type not in about, iri
        assert {OWL.deprecated, RDFS.label, DCT.source} <= about, iri


def test_what_replaces_something_is_there(now: set[Quad], deprecated: set[str]) -> None:
    links = [quad for quad in now if quad.predicate == REPLACED]
    assert links
    described = {quad.subject for quad in now if quad.predicate.value == RDF.type}
    for quad in links:
        assert isinstance(quad.subject, NamedNode)
        assert quad.subject.value in deprecated
        assert quad.object in described, quad
        assert not isinstance(quad.object, Literal)
