"""The JSON-LD context names all there is in the graph, each name once, and for good."""

import json
from collections.abc import Iterator

import pytest
import rdflib
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, QuerySolutions, Store

from tests.support.jsonld_processors import readings
from urbact_graph.dataset.building import Build
from urbact_graph.engine.local import Engine
from urbact_graph.rdf.namespaces import namespaces, shortened
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources
from urbact_graph.web.app import Application, create_app
from urbact_graph.web.documents.jsonld_terms import KEYWORDS, ONCE, Terms, other_terms

# rdflib's reader of JSON-LD calls what rdflib itself advises against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins")

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.fixture(scope="module")
def app(built: Build) -> Iterator[Application]:
    settings = Settings.load(max_running_queries=2)
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine)


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def terms(app: Application) -> Terms:
    return Terms.of(app.graph)


def used(store: Store, query: str) -> set[str]:
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    return {row[0].value for row in rows if isinstance(row[0], NamedNode)}


def test_it_is_published(client: FlaskClient, terms: Terms) -> None:
    response = client.get("/context.jsonld")
    assert response.mimetype == "application/ld+json"
    assert json.loads(response.data) == {"@context": terms.context()}
    assert response.headers["Cache-Control"] == "public, no-cache"
    tag = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/context.jsonld", headers=tag).status_code == 304
    head = client.head("/context.jsonld")
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(response.data)))
    assert "GET" in client.options("/context.jsonld").headers["Allow"]


def test_it_covers_every_property_and_class_of_the_graph(store: Store, terms: Terms) -> None:
    prefixes = namespaces(terms.base)
    properties = used(store, "SELECT DISTINCT ?p { ?s ?p ?o }") - {RDF_TYPE}
    classes = used(store, "SELECT DISTINCT ?c { ?s a ?c }")
    known = {*terms.properties, *terms.classes}
    assert not {iri for iri in properties | classes if shortened(iri, prefixes) == iri}
    longer = {shortened(iri, prefixes) for iri in (properties | classes) - known}
    # Of several terms of one name only one can have it, and ours come first.
    assert not {name for name in longer if name.partition(":")[2] not in terms.context()}
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
    assert set(names) | {"@version"} == set(terms.context())


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


def test_what_there_is_once_is_what_the_shapes_allow_once(
    sources: GraphSources, terms: Terms
) -> None:
    shapes = rdflib.Graph()
    for file in sources.shape_files():
        shapes.parse(file)
    namespace = terms.prefixes["urb"]
    once = {
        str(path).removeprefix(namespace)
        for shape, path in shapes.subject_objects(SH.path)
        if (shape, SH.maxCount, rdflib.Literal(1)) in shapes and str(path).startswith(namespace)
    }
    assert once == ONCE


def test_the_names_of_other_vocabularies_do_not_depend_on_ours(terms: Terms) -> None:
    ours = terms.context()
    context = other_terms(terms.base).context()
    assert context.items() <= ours.items()


def test_it_can_be_read_with(terms: Terms) -> None:
    document = {
        "@context": terms.context(),
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
