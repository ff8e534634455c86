"""The atlas says what the graph says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store

from tests.web.serving import serving_file
from urbact_graph.rdf.namespaces import RDF, SKOS, urb
from urbact_graph.web.atlas.atlas import Atlas

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def atlas(demo_dataset: Path) -> Iterator[Atlas]:
    with serving_file(demo_dataset) as app:
        snapshot = app.served.enter()
        yield snapshot.derive(Atlas.of)
        app.served.leave(snapshot)


def objects(store: Store, subject: str, predicate: str) -> set[str]:
    found = store.quads_for_pattern(NamedNode(subject), NamedNode(predicate), None)
    return {quad.object.value for quad in found if isinstance(quad.object, NamedNode | Literal)}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Network", "networks"),
        ("City", "cities"),
        ("Recommendation", "recommendations"),
        ("Person", "people"),
        ("Call", "calls"),
        ("Programme", "programmes"),
        ("Document", "documents"),
    ],
)
def test_every_thing_of_a_kind_is_there(
    atlas: Atlas, demo_store: Store, base: str, kind: str, name: str
) -> None:
    of_kind = NamedNode(urb(base)[kind])
    found = demo_store.quads_for_pattern(None, NamedNode(RDF.type), of_kind)
    expected = {
        quad.subject.value.removeprefix(base)
        for quad in found
        if isinstance(quad.subject, NamedNode)
    }
    assert expected
    assert set(getattr(atlas, name)) == expected


def test_networks_say_what_the_graph_says(atlas: Atlas, demo_store: Store, base: str) -> None:
    terms = urb(base)
    for path, network in atlas.networks.items():
        iri = f"{base}{path}"
        for predicate, values in (
            (terms.partnerCity, network.partners),
            (terms.theme, network.themes),
            (terms.hasPlan, network.plans),
            (terms.hasAnnouncedPlan, network.announced_plans),
            (terms.hasRecommendation, network.recommendations),
            (terms.leadExpert, network.experts),
        ):
            assert objects(demo_store, iri, predicate) == {f"{base}{value}" for value in values}
        assert network.partners[0] == network.lead
        assert len(objects(demo_store, iri, terms.hasPartnership)) == network.partner_count
        assert objects(demo_store, iri, terms.start) == {network.start} - {""}
        assert atlas.get(path) is network


def test_cities_say_what_the_graph_says(atlas: Atlas, demo_store: Store, base: str) -> None:
    terms = urb(base)
    for path, city in atlas.cities.items():
        iri = f"{base}{path}"
        assert objects(demo_store, iri, terms.inNetwork) == {f"{base}{n}" for n in city.networks}
        peers = objects(demo_store, iri, terms.sharesNetworkWith)
        assert peers == {f"{base}{peer}" for peer in city.peers}
        names = objects(demo_store, iri, SKOS.prefLabel) | objects(demo_store, iri, SKOS.altLabel)
        assert names <= {name.text for name in city.names}
        assert city.country in atlas.countries
