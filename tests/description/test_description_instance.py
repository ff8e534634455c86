"""The description as one instance gives it."""

import pytest
from pyoxigraph import NamedNode, Triple

from tests.support.descriptions import (
    DCAT,
    FOAF,
    SPDX,
    VERSION,
    VOID,
    values,
)
from urbact_graph.description import instance_description
from urbact_graph.description.distributions import DumpFile

ADDRESS = "https://data.example.org/cities"


@pytest.fixture(scope="module")
def served(described: list[Triple], base: str) -> list[Triple]:
    turtle = DumpFile("turtle", f"urbact-graph-{VERSION}.ttl", 1234, "ab" * 32)
    other = DumpFile("checksums", "SHA256SUMS", 5, "cd" * 32)
    return instance_description(described, base, ADDRESS, [turtle, other])


def test_an_instance_gives_its_own_addresses(served: list[Triple], base: str) -> None:
    service, dataset = f"{base}dataset#sparql", f"{base}dataset"
    assert values(served, service, f"{DCAT}endpointURL") == {f"{ADDRESS}/sparql"}
    assert values(served, service, f"{DCAT}endpointDescription") == {f"{ADDRESS}/sparql"}
    assert values(served, dataset, f"{VOID}sparqlEndpoint") == {f"{ADDRESS}/sparql"}
    assert f"{ADDRESS}/dumps/latest/urbact-graph.nt" in values(served, dataset, f"{VOID}dataDump")
    assert values(served, dataset, f"{DCAT}landingPage") == {f"{ADDRESS}/"}
    links = {f"{DCAT}accessURL", f"{DCAT}downloadURL"}
    for triple in served:
        if triple.predicate.value in links:
            assert str(triple.object).startswith(f"<{ADDRESS}/")


def test_an_instance_keeps_the_identifiers(
    served: list[Triple], described: list[Triple], base: str
) -> None:
    assert {t.subject for t in described} <= {t.subject for t in served}
    for predicate in (f"{DCAT}distribution", f"{VOID}exampleResource", f"{VOID}uriSpace"):
        known = values(described, f"{base}dataset", predicate)
        assert values(served, f"{base}dataset", predicate) == known


def test_an_instance_gives_size_and_digest_of_the_version(served: list[Triple], base: str) -> None:
    node = f"{base}dataset#turtle"
    named = f"{ADDRESS}/dumps/urbact-graph-{VERSION}.ttl"
    assert values(served, node, f"{DCAT}downloadURL") == {named}
    assert values(served, node, f"{DCAT}accessURL") == {f"{ADDRESS}/dumps/latest/urbact-graph.ttl"}
    assert values(served, node, f"{DCAT}byteSize") == {"1234"}
    checksum = f"{node}-checksum"
    assert values(served, node, f"{SPDX}checksum") == {checksum}
    assert values(served, checksum, f"{SPDX}checksumValue") == {"ab" * 32}
    assert not values(served, f"{base}dataset#n-triples", f"{DCAT}byteSize")


def test_an_instance_describes_its_document(served: list[Triple], base: str) -> None:
    document = f"{ADDRESS}/void"
    assert values(served, document, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type") == {
        f"{VOID}DatasetDescription"
    }
    assert values(served, document, f"{FOAF}primaryTopic") == {f"{base}dataset"}


def test_a_part_without_the_dataset_gets_no_pages(described: list[Triple], base: str) -> None:
    part = [t for t in described if t.subject == NamedNode(f"{base}dataset#sparql")]
    found = instance_description(part, base, ADDRESS, [])
    assert {t.subject for t in found} == {NamedNode(f"{base}dataset#sparql")}
