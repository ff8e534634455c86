"""The JSON-LD context names all there is in the graph, each name once, and for good."""

import json

import pytest
import rdflib
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, QuerySolutions, Store

from tests.support.jsonld_processors import readings
from tests.support.stubs import StubEngine
from tests.web.serving import BASE
from urbact_graph.rdf.namespaces import OWL, XSD, namespaces, shortened
from urbact_graph.rdf.parsing import parse_n_triples
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources
from urbact_graph.validation.cardinality import single_valued
from urbact_graph.web.documents.jsonld_terms import KEYWORDS, Terms, other_terms
from urbact_graph.web.snapshot import Served, Snapshot

# rdflib's reader of JSON-LD calls what rdflib itself advises against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins")

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.fixture(scope="module")
def terms(demo_snapshot: Snapshot) -> Terms:
    return demo_snapshot.derive(Terms.of)


def used(store: Store, query: str) -> set[str]:
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    return {row[0].value for row in rows if isinstance(row[0], NamedNode)}


def test_the_context_is_published(demo_client: FlaskClient, terms: Terms) -> None:
    response = demo_client.get("/context.jsonld")
    assert response.mimetype == "application/ld+json"
    assert json.loads(response.data) == {"@context": terms.context}


def test_every_property_and_class_of_the_graph_has_a_name(demo_store: Store, terms: Terms) -> None:
    prefixes = namespaces(terms.base)
    properties = used(demo_store, "SELECT DISTINCT ?p { ?s ?p ?o }") - {RDF_TYPE}
    classes = used(demo_store, "SELECT DISTINCT ?c { ?s a ?c }")
    known = {*terms.properties, *terms.classes}
    assert not {iri for iri in properties | classes if shortened(iri, prefixes) == iri}
    longer = {shortened(iri, prefixes) for iri in (properties | classes) - known}
    # Of several terms of one name only one can have it, and ours come first.
    assert not {name for name in longer if name.partition(":")[2] not in terms.context}
    assert not {name for name in longer if name.startswith("urb:")}
    assert {"foaf:Person", "schema:Person", "prov:Plan"} <= longer


def test_no_name_is_given_twice(terms: Terms) -> None:
    names = [
        *KEYWORDS,
        *terms.prefixes,
        *terms.classes.values(),
        *(term.name for term in terms.properties.values()),
        *(term.reverse for term in terms.properties.values() if term.reverse),
    ]
    assert len(names) == len(set(names))
    assert set(names) | {"@version"} == set(terms.context)


def test_every_term_of_the_ontology_has_its_own_name(sources: GraphSources, terms: Terms) -> None:
    ontology = rdflib.Graph()
    for file in sources.ontology_files():
        ontology.parse(file)
    namespace = terms.prefixes["urb"]
    named = {iri for iri in (*terms.properties, *terms.classes) if iri.startswith(namespace)}
    kinds = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
    defined = {
        str(term) for kind in kinds for term in ontology.subjects(rdflib.RDF.type, rdflib.OWL[kind])
    }
    assert named == defined
    for iri in named - set(terms.classes):
        assert terms.properties[iri].name == iri.removeprefix(namespace)


def test_a_property_has_one_value_where_the_shapes_allow_one(
    demo_release: Release, terms: Terms
) -> None:
    namespace = terms.prefixes["urb"]
    once = single_valued(parse_n_triples(demo_release.shapes))
    assert {f"{namespace}{name}" for name in ("country", "network", "start")} <= once
    for iri, term in terms.properties.items():
        if iri.startswith(namespace):
            assert term.many is (iri not in once), iri


def test_without_shapes_every_property_may_have_several_values() -> None:
    snapshot = Served(Settings.load(base_iri=BASE), StubEngine(), None).enter()
    rows = [
        (NamedNode(f"{BASE}ontology#network"), NamedNode(OWL.ObjectProperty), None),
        (
            NamedNode(f"{BASE}ontology#size"),
            NamedNode(OWL.DatatypeProperty),
            NamedNode(XSD.integer),
        ),
    ]
    defined = Terms.defined(snapshot.base, rows)
    for name in ("network", "size"):
        assert defined.properties[f"{BASE}ontology#{name}"].many
    # A dataset without a vocabulary of its own has the names of the others.
    assert snapshot.derive(Terms.of).context == other_terms(BASE).context


def test_the_names_of_other_vocabularies_do_not_depend_on_ours(terms: Terms) -> None:
    assert other_terms(terms.base).context.items() <= terms.context.items()


def test_documents_can_be_read_with_the_context(terms: Terms) -> None:
    document = {
        "@context": terms.context,
        "id": f"{terms.base}network/x",
        "type": ["Network"],
        "label": {"en": "X", "none": "x"},
        "theme": [{"id": f"{terms.base}theme/food"}],
        "isNetworkOf": [{"id": f"{terms.base}partnership/x/y"}],
        "declaredPartnerCount": 3,
        "start": "2021-01-01",
        "byteSize": 12,
        "lat": "1.50",
    }
    found = list(readings(json.dumps(document).encode()).values())
    assert len(found[0]) == 9
    assert found[0] == found[1] == found[2]
    size = next(line for line in found[0] if "byteSize" in line)
    assert size.endswith('"12"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>')
