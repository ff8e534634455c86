"""Any triples are written as JSON-LD with short names from which each processor reads the same."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from tests.support.jsonld_processors import keeps_form, readings, written
from tests.support.strategies import any_triples, iris, iris_below, literals
from tests.web.serving import BASE
from urbact_graph.errors import FormatError
from urbact_graph.rdf.namespaces import DCT, RDF, RDFS, SKOS, XSD
from urbact_graph.web.documents.jsonld import to_jsonld
from urbact_graph.web.documents.jsonld_terms import other_terms

# rdflib's reader of JSON-LD calls what rdflib itself advises against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins")

SUBJECT = NamedNode(f"{BASE}thing")
TERMS = other_terms(BASE)
# Those with a short name, of each shape.
NAMED = st.sampled_from(
    [
        NamedNode(iri)
        for iri in (RDF.type, RDFS.label, SKOS.altLabel, DCT.source, DCT.license, DCT.issued)
    ]
)
_few = st.just(SUBJECT) | iris_below(BASE)
facts = st.builds(Triple, _few, NAMED | iris, _few | iris | literals).filter(keeps_form)


def stated(predicate: str, *values: NamedNode | Literal) -> list[Triple]:
    return [Triple(SUBJECT, NamedNode(predicate), value) for value in values]


@given(st.lists(facts, max_size=6))
@example(stated(RDFS.label, Literal("x", language="none"), Literal("x")))
@example(stated(DCT.issued, Literal("042", datatype=NamedNode(XSD.integer)), Literal("")))
@example(stated("skos:x", NamedNode("id:type")))
def test_each_processor_reads_any_triples_back(triples: list[Triple]) -> None:
    expected = written(list(dict.fromkeys(triples)))
    for terms in (None, TERMS):
        document = to_jsonld(triples, SUBJECT, BASE, terms)
        json.loads(document)
        for processor, found in readings(document).items():
            assert found == expected, (processor, document.decode())


@given(st.lists(any_triples, max_size=3))
def test_what_json_ld_cannot_hold_is_refused_and_nothing_else(triples: list[Triple]) -> None:
    is_of_1_2 = any(
        isinstance(value := triple.object, Triple)
        or (isinstance(value, Literal) and value.direction)
        for triple in triples
    )
    try:
        json.loads(to_jsonld(triples, SUBJECT, BASE, TERMS))
    except FormatError:
        assert is_of_1_2
    else:
        assert not is_of_1_2
