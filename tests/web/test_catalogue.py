"""The catalogue and the statistics over HTTP, with this instance's addresses, and true."""

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from urbact_graph.dataset.building import Build
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.release.release import Release
from urbact_graph.engine.local import Engine
from urbact_graph.rdf.namespaces import NAMESPACES
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

ADDRESS = "https://data.example/graph"
VOID, DCAT, DCT = (NAMESPACES[prefix] for prefix in ("void", "dcat", "dct"))


@pytest.fixture(scope="module")
def client(built: Build, edition: Release) -> Iterator[FlaskClient]:
    folder = edition.folder.parents[1]
    settings = Settings.load(max_running_queries=1, build_folder=folder, public_url=ADDRESS)
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine).test_client()


def described(client: FlaskClient, path: str) -> list[Triple]:
    response = client.get(path, headers={"Accept": "application/n-triples"})
    assert response.status_code == 200, response.text
    return [quad.triple for quad in parse(response.data, format=RdfFormat.N_TRIPLES)]


def values(triples: list[Triple], property_: str, subject: str = "") -> list[str]:
    return [
        t.object.value
        for t in triples
        if t.predicate.value == property_
        and (not subject or t.subject == NamedNode(subject))
        and isinstance(t.object, NamedNode | Literal)
    ]


def count(store: Store, pattern: str) -> int:
    results = store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    assert isinstance(results, QuerySolutions)
    return int(next(results)[0].value)


@pytest.mark.parametrize("path", ["/catalog", "/void"])
def test_it_comes_by_accept_and_by_suffix(client: FlaskClient, path: str) -> None:
    for media_type, suffix in (
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("text/html", "html"),
    ):
        response = client.get(path, headers={"Accept": media_type})
        assert (response.status_code, response.mimetype) == (200, media_type)
        assert response.headers["Content-Location"] == f"{path[1:]}.{suffix}"
        assert client.get(f"{path}.{suffix}").data == response.data


def test_the_well_known_address_leads_to_the_statistics(client: FlaskClient) -> None:
    response = client.get("/.well-known/void")
    assert (response.status_code, response.headers["Location"]) == (302, "../void")


def test_no_node_is_blank_and_no_address_is_another_hosts(client: FlaskClient, base: str) -> None:
    fetched = {
        *(f"{DCAT}{name}" for name in ("accessURL", "downloadURL", "endpointURL")),
        f"{DCAT}endpointDescription",
        *(f"{VOID}{name}" for name in ("dataDump", "sparqlEndpoint")),
    }
    for path in ("/catalog", "/void"):
        triples = described(client, path)
        assert not any(isinstance(term, BlankNode) for triple in triples for term in triple)
        for property_ in fetched:
            for address in values(triples, property_):
                assert address.startswith(f"{ADDRESS}/"), address
    assert values(described(client, "/void"), f"{VOID}sparqlEndpoint") == [f"{ADDRESS}/sparql"]
    assert f"{base}dataset" in {t.subject.value for t in described(client, "/catalog")}  # type: ignore[union-attr]


def test_the_statistics_are_what_sparql_answers(
    client: FlaskClient, store: Store, base: str
) -> None:
    triples = described(client, "/void")
    dataset = f"{base}dataset"
    assert values(triples, f"{VOID}triples", dataset) == [str(len(store))]
    parts = 0
    for kind, number, pattern in (
        ("class", "entities", "?s a <{}>"),
        ("property", "triples", "?s <{}> ?o"),
    ):
        for part in values(triples, f"{VOID}{kind}Partition", dataset):
            (term,) = values(triples, f"{VOID}{kind}", part)
            told = int(values(triples, f"{VOID}{number}", part)[0])
            assert told == count(store, pattern.format(term)), term
            parts += 1
    assert parts > 150
    for linkset in values(triples, f"{VOID}subset", dataset):
        (property_,) = values(triples, f"{VOID}linkPredicate", linkset)
        (target,) = values(triples, f"{VOID}objectsTarget", linkset)
        (space,) = values(triples, f"{VOID}uriSpace", target)
        pattern = f'?s <{property_}> ?o FILTER(STRSTARTS(STR(?o), "{space}"))'
        assert int(values(triples, f"{VOID}triples", linkset)[0]) == count(store, pattern)


def test_files_have_the_bytes_and_the_sha256_that_are_told(
    client: FlaskClient, edition: Release, base: str
) -> None:
    triples = described(client, "/catalog")
    for file in edition.files:
        node = f"{base}dataset#{file.key}"
        for address in values(triples, f"{DCAT}downloadURL", node):
            content = client.get(address.removeprefix(ADDRESS)).data
            assert values(triples, f"{DCAT}byteSize", node) == [str(len(content))]
            (checksum,) = values(triples, NAMESPACES["spdx"] + "checksum", node)
            told = values(triples, NAMESPACES["spdx"] + "checksumValue", checksum)
            assert told == [hashlib.sha256(content).hexdigest()]
        for address in values(triples, f"{DCAT}accessURL", node):
            assert client.get(address.removeprefix(ADDRESS)).status_code == 302
    assert len(values(triples, f"{DCAT}byteSize")) == len(edition.files) - 2


def test_each_address_gives_what_it_says_it_gives(client: FlaskClient) -> None:
    triples = described(client, "/catalog")
    told = set()
    for node in {t.subject.value for t in triples if isinstance(t.subject, NamedNode)}:
        # A file that is compressed as a whole comes as that.
        kinds = values(triples, f"{DCAT}compressFormat", node)
        kinds = kinds or values(triples, f"{DCAT}mediaType", node)
        for address in values(triples, f"{DCAT}accessURL", node):
            (media_type,) = [kind.partition("/media-types/")[2] for kind in kinds] or [
                "text/turtle"
            ]
            response = client.get(address.removeprefix(ADDRESS), headers={"Accept": media_type})
            if response.status_code == 302:
                path = urljoin(address.removeprefix(ADDRESS), response.headers["Location"])
                response = client.get(path, headers={"Accept": media_type})
            assert (response.status_code, response.mimetype) == (200, media_type), address
            told.add((address, media_type))
    assert (f"{ADDRESS}/ldes", "application/trig") in told
    assert (f"{ADDRESS}/dumps/latest/urbact-graph.nt.gz", "application/gzip") in told
    assert len(told) >= len(DISTRIBUTIONS) + 1


@pytest.mark.parametrize("path", ["/dataset.ttl", "/dataset.html", "/dataset.jsonld"])
def test_the_dataset_leads_to_its_files_and_is_part_of_nothing(
    client: FlaskClient, path: str
) -> None:
    links = client.get(path).headers["Link"]
    items = re.findall(r'<([^>]*)>; rel="item"; type="([^"]*)"', links)
    whole = [form for form in DISTRIBUTIONS if not form.part]
    assert len(items) == len(whole) == 10
    for (address, media_type), form in zip(items, whole, strict=True):
        assert address == f"{ADDRESS}/dumps/latest/{form.file_name()}"
        assert media_type == ("application/gzip" if form.gzip else form.media_type)
    assert "collection" not in links
    assert f'<{ADDRESS}/dataset>; rel="collection"' in client.get("/theme.ttl").headers["Link"]


@pytest.mark.parametrize("name", ["catalog", "void"])
def test_a_page_has_one_canonical_address(client: FlaskClient, name: str) -> None:
    response = client.get(f"/{name}.html")
    found = re.findall(r'<([^>]*)>; rel="canonical"', response.headers["Link"])
    assert found == [f"{ADDRESS}/{name}.html"]
    assert "canonical" not in response.text


def test_each_leaves_the_others_part_to_it(client: FlaskClient) -> None:
    catalogue, statistics = described(client, "/catalog"), described(client, "/void")
    assert not [t for t in catalogue if t.predicate.value.startswith(VOID)]
    assert not [t for t in statistics if t.predicate.value.startswith(DCAT)]
    both = set(catalogue) | set(statistics)
    labels = NAMESPACES["rdfs"] + "label"
    for document in (catalogue, statistics):
        # A label is only there of what is spoken of.
        spoken = {t.object for t in document} | {
            t.subject for t in document if t.predicate.value != labels
        }
        assert not [t for t in document if t.predicate.value == labels and t.subject not in spoken]
    store = set(described(client, "/dataset.nt"))
    numbers = {
        t for t in store if t.predicate.value.startswith(VOID) and "Dump" not in t.predicate.value
    }
    numbers = {t for t in numbers if not t.predicate.value.endswith("sparqlEndpoint")}
    assert numbers <= both


@pytest.mark.parametrize("path", ["/dataset.html", "/void.html", "/catalog.html"])
def test_the_page_shows_the_counts(client: FlaskClient, path: str, store: Store, base: str) -> None:
    page = client.get(path).text
    networks = count(store, f"?s a <{base}ontology#Network>")
    assert re.search(rf"URBACT network</a></td><td class=\"value\">{networks}</td>", page)
    assert "GeoNames" in page
    # What is described here is shown here.
    assert '<a href="/ontology#Network">' in page


def test_a_dataset_without_description_is_told_of(built: Build) -> None:
    file = built.dataset.parent / "plain.nt"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    settings = Settings.load(max_running_queries=1, dataset=file)
    with Engine(settings, file) as engine:
        client = create_app(settings, engine).test_client()
        for path in ("/void", "/catalog", "/void.html"):
            response = client.get(path)
            assert response.status_code == 404
            assert "does not describe itself" in response.get_json()["detail"]
