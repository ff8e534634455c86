"""The layout of the cities that worked together: whole, the same each time, and true to who met."""

import json
import math
from itertools import combinations

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from urbact_graph.rdf.namespaces import NAMESPACES, urb
from urbact_graph.release.cooperation import cooperation
from urbact_graph.release.release import Release

BASE = "https://own.example/"
GEO = NAMESPACES["wgs"]


def membership(network: str, *cities: str) -> list[Triple]:
    """Return the partnerships of a network."""
    found = []
    for city in cities:
        partnership = NamedNode(f"{BASE}partnership/{network}/{city}")
        for name, path in (("network", f"network/{network}"), ("city", f"city/{city}")):
            found.append(
                Triple(partnership, NamedNode(urb(BASE)[name]), NamedNode(f"{BASE}{path}"))
            )
    return found


def located(city: str, lat: float, lon: float) -> list[Triple]:
    """Return the coordinates of a city."""
    node = NamedNode(f"{BASE}city/{city}")
    return [
        Triple(node, NamedNode(f"{GEO}{name}"), Literal(str(value)))
        for name, value in (("lat", lat), ("long", lon))
    ]


def places(triples: list[Triple]) -> dict[str, list[float]]:
    """Return the layout."""
    found: dict[str, list[float]] = json.loads(cooperation(triples, BASE))
    return found


def distance(found: dict[str, list[float]], one: str, other: str) -> float:
    """Return how far two cities lie apart."""
    return math.dist(found[f"city/{one}"], found[f"city/{other}"])


def test_cities_that_met_lie_nearer_than_others() -> None:
    first, second = ["a", "b", "c", "d"], ["e", "f", "g", "h"]
    triples = membership("one", *first) + membership("two", *second)
    # Where they are in Europe says the contrary.
    for number, city in enumerate(["a", "e", "b", "f", "c", "g", "d", "h"]):
        triples += located(city, 40 + number, 10.0)
    found = places(triples)
    within = [distance(found, *p) for group in (first, second) for p in combinations(group, 2)]
    between = [distance(found, one, other) for one in first for other in second]
    assert sum(within) / len(within) < sum(between) / len(between)


@pytest.mark.parametrize("known", [[], [("a", 50.0, 10.0)], [("a", 50, 10), ("b", 50, 10)]])
def test_every_partner_has_a_place_of_its_own(known: list[tuple[str, float, float]]) -> None:
    triples = membership("one", "a", "b") + membership("two", "b", "c") + membership("three", "d")
    for city, lat, lon in known:
        triples += located(city, lat, lon)
    found = places(triples)
    assert set(found) == {f"city/{name}" for name in "abcd"}
    assert len({tuple(place) for place in found.values()}) == len(found)


def test_a_city_in_no_network_has_no_place() -> None:
    assert places(membership("one", "a", "b") + located("z", 50, 10)).keys() == {"city/a", "city/b"}
    assert places([]) == {}


def test_the_order_of_the_triples_does_not_matter() -> None:
    triples = membership("one", "a", "b", "c") + membership("two", "c", "d")
    assert cooperation(triples, BASE) == cooperation(triples[::-1], BASE)


@pytest.mark.process
def test_a_release_has_the_layout_of_its_graph(demo_release: Release, base: str) -> None:
    graph = demo_release.graph
    triples = [quad.triple for quad in parse(path=str(graph), format=RdfFormat.N_TRIPLES)]
    assert demo_release.cooperation.read_bytes() == cooperation(triples, base)
    assert len(json.loads(demo_release.cooperation.read_bytes())) > 3
