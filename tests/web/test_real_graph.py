"""The documents of the real graph: what holds for every entity is checked on many, or on all."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, QuerySolutions, Store, Triple

from tests.support.editions import by_entity, facts_of_first_edition
from tests.support.jsonld_processors import readings, written
from tests.web.serving import ADDRESS
from urbact_graph.rdf.namespaces import OWL, namespaces, shortened
from urbact_graph.rdf.resources import COMPUTED
from urbact_graph.web.application import Application
from urbact_graph.web.documents.entity_description import description
from urbact_graph.web.documents.index import Entity, Index
from urbact_graph.web.documents.jsonld import to_jsonld
from urbact_graph.web.documents.jsonld_terms import Terms
from urbact_graph.web.snapshot import Snapshot

# rdflib's reader of JSON-LD calls what rdflib itself advises against.
pytestmark = [
    pytest.mark.process,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins"),
]

# One in so many entities is checked in quick tests.
SAMPLED = 1_200
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def app(real_app: Application) -> Application:
    return real_app


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def snapshot(app: Application) -> Iterator[Snapshot]:
    snapshot = app.served.enter()
    yield snapshot
    app.served.leave(snapshot)


@pytest.fixture(
    scope="module", params=["sample", pytest.param("many", marks=pytest.mark.exhaustive)]
)
def entities(request: pytest.FixtureRequest, snapshot: Snapshot) -> list[Entity]:
    """Return a sample of the entities, with the oddest of them, or many more."""
    found = snapshot.derive(Index.of).all()
    if request.param == "many":
        return found[::16]
    odd = ("dataset", "ontology", "theme")
    return found[::SAMPLED] + [entity for entity in found if entity.path in odd]


def distinct(store: Store, pattern: str) -> set[str]:
    rows = store.query(f"SELECT DISTINCT ?x {{ {pattern} }}")
    assert isinstance(rows, QuerySolutions)
    return {row["x"].value for row in rows if isinstance(row["x"], NamedNode)}


def test_every_subject_without_a_fragment_has_a_document(
    snapshot: Snapshot, store: Store, base: str
) -> None:
    subjects = distinct(store, "?x ?p ?o")
    entities = {iri for iri in subjects if iri.startswith(base) and "#" not in iri}
    assert {entity.iri.value for entity in snapshot.derive(Index.of).all()} == entities


@pytest.mark.slow
def test_the_sitemap_has_every_entity_but_what_is_computed_or_deprecated(
    client: FlaskClient, snapshot: Snapshot, store: Store
) -> None:
    listed = set(re.findall(r"<loc>(.*?)</loc>", client.get("/sitemap.xml").text))
    deprecated = distinct(store, f"?x <{OWL.deprecated}> true")
    assert deprecated
    pages = {
        f"{ADDRESS}/{entity.address}.html"
        for entity in snapshot.derive(Index.of).all()
        if not entity.path.startswith(COMPUTED) and entity.iri.value not in deprecated
    }
    assert pages <= listed
    # The others are of no entity: a list, picture or table is at an address without a suffix.
    assert not [one for one in listed - pages if one.endswith(".html")]


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_no_iri_of_the_first_edition_is_unknown(client: FlaskClient, base: str, step: int) -> None:
    published = sorted(by_entity(facts_of_first_edition()))
    assert len(published) > 4_000
    missing = [
        iri
        for iri in published[::step]
        if client.get(f"/{quote(iri.removeprefix(base))}").status_code != HTTPStatus.SEE_OTHER
    ]
    assert missing == []


def test_each_processor_reads_back_the_same_triples(
    snapshot: Snapshot, entities: list[Entity]
) -> None:
    terms = snapshot.derive(Terms.of)
    for entity in entities:
        triples = description(snapshot, entity.iri)
        assert triples
        document = to_jsonld(triples, entity.iri, snapshot.base, terms)
        for processor, found in readings(document).items():
            assert found == written(triples), (entity.path, processor)


def test_every_page_states_what_it_is_about(client: FlaskClient, entities: list[Entity]) -> None:
    for entity in entities:
        if entity.path == "catalog":
            # It is a document itself, whose page is that of the dataset.
            continue
        response = client.get(f"/{entity.address}.html")
        assert response.status_code == 200, entity.path
        (script,) = SCRIPT.findall(response.text)
        markup = json.loads(script)
        assert markup["@id"] == entity.iri.value
        assert markup["url"] == f"{ADDRESS}/{entity.address}.html"
        assert markup["name"]


def test_every_property_and_class_has_a_name(snapshot: Snapshot, store: Store) -> None:
    terms, prefixes = snapshot.derive(Terms.of), namespaces(snapshot.base)
    used = distinct(store, "?s ?x ?o") | distinct(store, "?s a ?x")
    assert not {iri for iri in used if shortened(iri, prefixes) == iri}
    known = {*terms.properties, *terms.classes, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"}
    longer = {shortened(iri, prefixes) for iri in used - known}
    # Of several terms of one name only one can have it, and ours come first.
    assert not {name for name in longer if name.partition(":")[2] not in terms.context}
    assert not {name for name in longer if name.startswith("urb:")}


def test_an_island_is_no_city(client: FlaskClient) -> None:
    (script,) = SCRIPT.findall(client.get("/city/gr/leros.html").text)
    assert json.loads(script)["@type"] == "AdministrativeArea"


def test_a_document_has_only_what_the_graph_states(
    snapshot: Snapshot, store: Store, entities: list[Entity]
) -> None:
    graph: set[Triple] = {quad.triple for quad in store}
    for entity in entities:
        assert set(description(snapshot, entity.iri)) <= graph
