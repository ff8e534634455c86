"""The catalogue and the statistics over HTTP, with this instance's addresses, and true."""

import hashlib
import re
from pathlib import Path
from urllib.parse import urljoin

import pyshacl
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
from rdflib import RDF, SH, Graph

from tests.support.marking import sampled
from tests.web.serving import ADDRESS, links, serving_file, triples_at
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.rdf.namespaces import NAMESPACES
from urbact_graph.release.release import Release
from urbact_graph.validation.rdflib_terms import memory_graph

VOID, DCAT, SPDX = (NAMESPACES[prefix] for prefix in ("void", "dcat", "spdx"))
LABEL = NAMESPACES["rdfs"] + "label"
PROFILE = Path(__file__).parents[1] / "description" / "dcat_ap"


def values(triples: list[Triple], property_: str, subject: str = "") -> list[str]:
    """Return the values of a property, of one subject or of all."""
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


def path_of(address: str) -> str:
    return address.removeprefix(ADDRESS)


@pytest.mark.parametrize("path", ["/catalog", "/void"])
@pytest.mark.parametrize(
    ("media_type", "suffix"),
    [
        ("text/turtle", "ttl"),
        ("text/html", "html"),
        pytest.param("application/ld+json", "jsonld", marks=pytest.mark.slow),
        pytest.param("application/n-triples", "nt", marks=pytest.mark.slow),
        pytest.param("application/rdf+xml", "rdf", marks=pytest.mark.slow),
    ],
)
def test_a_description_comes_by_accept_and_by_suffix(
    demo_client: FlaskClient, path: str, media_type: str, suffix: str
) -> None:
    response = demo_client.get(path, headers={"Accept": media_type})
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.headers["Content-Location"] == f"{path[1:]}.{suffix}"
    assert demo_client.get(f"{path}.{suffix}").data == response.data


def test_the_well_known_address_leads_to_the_statistics(demo_client: FlaskClient) -> None:
    response = demo_client.get("/.well-known/void")
    assert (response.status_code, response.headers["Location"]) == (302, "../void")


@pytest.mark.parametrize("path", ["/catalog", "/void"])
def test_no_node_is_blank_and_every_address_is_that_of_this_instance(
    demo_client: FlaskClient, base: str, path: str
) -> None:
    triples = triples_at(demo_client, path)
    assert not any(isinstance(term, BlankNode) for triple in triples for term in triple)
    for property_ in (
        *(f"{DCAT}{name}" for name in ("accessURL", "downloadURL", "endpointURL")),
        f"{DCAT}endpointDescription",
        *(f"{VOID}{name}" for name in ("dataDump", "sparqlEndpoint")),
    ):
        for address in values(triples, property_):
            assert address.startswith(f"{ADDRESS}/"), address
    assert NamedNode(f"{base}dataset") in {triple.subject for triple in triples}


def test_the_statistics_lead_to_the_endpoint(demo_client: FlaskClient) -> None:
    found = values(triples_at(demo_client, "/void"), f"{VOID}sparqlEndpoint")
    assert found == [f"{ADDRESS}/sparql"]


def test_the_statistics_are_what_sparql_answers(
    demo_client: FlaskClient, demo_store: Store, base: str
) -> None:
    triples = triples_at(demo_client, "/void")
    dataset = f"{base}dataset"
    assert values(triples, f"{VOID}triples", dataset) == [str(len(demo_store))]
    parts = 0
    for kind, number, pattern in (
        ("class", "entities", "?s a <{}>"),
        ("property", "triples", "?s <{}> ?o"),
    ):
        for part in values(triples, f"{VOID}{kind}Partition", dataset):
            (term,) = values(triples, f"{VOID}{kind}", part)
            (stated,) = values(triples, f"{VOID}{number}", part)
            assert int(stated) == count(demo_store, pattern.format(term)), term
            parts += 1
    assert parts > 150
    for linkset in values(triples, f"{VOID}subset", dataset):
        (property_,) = values(triples, f"{VOID}linkPredicate", linkset)
        (target,) = values(triples, f"{VOID}objectsTarget", linkset)
        (space,) = values(triples, f"{VOID}uriSpace", target)
        pattern = f'?s <{property_}> ?o FILTER(STRSTARTS(STR(?o), "{space}"))'
        assert int(values(triples, f"{VOID}triples", linkset)[0]) == count(demo_store, pattern)


def test_files_have_the_bytes_and_the_sha256_that_are_stated(
    demo_client: FlaskClient, demo_release: Release, base: str
) -> None:
    triples = triples_at(demo_client, "/catalog")
    for file in demo_release.files:
        node = f"{base}dataset#{file.key}"
        for address in values(triples, f"{DCAT}downloadURL", node):
            content = demo_client.get(path_of(address)).data
            assert values(triples, f"{DCAT}byteSize", node) == [str(len(content))]
            (checksum,) = values(triples, f"{SPDX}checksum", node)
            stated = values(triples, f"{SPDX}checksumValue", checksum)
            assert stated == [hashlib.sha256(content).hexdigest()]
        for address in values(triples, f"{DCAT}accessURL", node):
            assert demo_client.get(path_of(address)).status_code == 302
    # The checksums and the description of the tables are no distributions.
    assert len(values(triples, f"{DCAT}byteSize")) == len(demo_release.files) - 2


def test_each_address_gives_the_media_type_that_is_stated(demo_client: FlaskClient) -> None:
    triples = triples_at(demo_client, "/catalog")
    given = set()
    for node in {t.subject.value for t in triples if isinstance(t.subject, NamedNode)}:
        # A file that is compressed as a whole comes as that.
        kinds = values(triples, f"{DCAT}compressFormat", node)
        kinds = kinds or values(triples, f"{DCAT}mediaType", node)
        types = [kind.partition("/media-types/")[2] for kind in kinds] or ["text/turtle"]
        for address in values(triples, f"{DCAT}accessURL", node):
            (media_type,) = types
            path, headers = path_of(address), {"Accept": media_type}
            response = demo_client.get(path, headers=headers)
            if response.status_code == 302:
                path = urljoin(path, response.headers["Location"])
                response = demo_client.get(path, headers=headers)
            assert (response.status_code, response.mimetype) == (200, media_type), address
            given.add((address, media_type))
    assert (f"{ADDRESS}/ldes", "application/trig") in given
    assert (f"{ADDRESS}/dumps/latest/urbact-graph.nt.gz", "application/gzip") in given
    assert len(given) >= len(DISTRIBUTIONS) + 1


@pytest.mark.parametrize("path", ["/dataset.ttl", "/dataset.html", "/dataset.jsonld"])
def test_the_dataset_leads_to_its_files_and_is_part_of_nothing(
    demo_client: FlaskClient, path: str
) -> None:
    found = links(demo_client.get(path))
    whole = [form for form in DISTRIBUTIONS if not form.part]
    assert found["item"] == [
        (
            f"{ADDRESS}/dumps/latest/{form.file_name()}",
            "application/gzip" if form.gzip else form.media_type,
        )
        for form in whole
    ]
    assert len(whole) == 10
    assert "collection" not in found
    collection = links(demo_client.get("/theme.ttl"))["collection"]
    assert collection == [(f"{ADDRESS}/dataset", "")]


@pytest.mark.parametrize("name", ["catalog", "void"])
def test_a_page_has_one_canonical_address(demo_client: FlaskClient, name: str) -> None:
    response = demo_client.get(f"/{name}.html")
    assert links(response)["canonical"] == [(f"{ADDRESS}/{name}.html", "")]
    assert "canonical" not in response.text


def test_catalogue_and_statistics_leave_each_others_part_out(demo_client: FlaskClient) -> None:
    catalogue, statistics = triples_at(demo_client, "/catalog"), triples_at(demo_client, "/void")
    assert not [t for t in catalogue if t.predicate.value.startswith(VOID)]
    assert not [t for t in statistics if t.predicate.value.startswith(DCAT)]
    # What depends on the instance is not in the graph.
    own = (f"{VOID}dataDump", f"{VOID}sparqlEndpoint")
    numbers = {
        t
        for t in triples_at(demo_client, "/dataset.nt")
        if t.predicate.value.startswith(VOID) and t.predicate.value not in own
    }
    assert numbers <= {*catalogue, *statistics}


@pytest.mark.parametrize("path", ["/catalog", "/void"])
def test_a_label_is_only_there_of_what_is_described_or_linked(
    demo_client: FlaskClient, path: str
) -> None:
    triples = triples_at(demo_client, path)
    known = {t.object for t in triples} | {t.subject for t in triples if t.predicate.value != LABEL}
    assert not [t for t in triples if t.predicate.value == LABEL and t.subject not in known]


@pytest.mark.parametrize("path", ["/dataset.html", "/void.html", "/catalog.html"])
def test_the_page_shows_the_counts(
    demo_client: FlaskClient, path: str, demo_store: Store, base: str
) -> None:
    page = demo_client.get(path).text
    networks = count(demo_store, f"?s a <{base}ontology#Network>")
    assert re.search(rf"URBACT network</a></td><td class=\"value\">{networks}</td>", page)
    assert "GeoNames" in page
    # What is described here is linked here.
    assert '<a href="/ontology#Network">' in page


@pytest.mark.process
def test_a_dataset_without_a_description_has_neither(tmp_path: Path) -> None:
    file = tmp_path / "plain.nt"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with serving_file(file, dataset=file) as app:
        for path in ("/void", "/catalog", "/void.html"):
            response = app.test_client().get(path)
            assert response.status_code == 404
            assert "does not describe itself" in response.get_json()["detail"]


def test_what_is_conformed_to_is_described_as_a_standard(demo_client: FlaskClient) -> None:
    triples = triples_at(demo_client, "/catalog")
    standards = {
        triple.subject.value
        for triple in triples
        if isinstance(triple.subject, NamedNode)
        and triple.object == NamedNode(NAMESPACES["dct"] + "Standard")
    }
    named = set(values(triples, NAMESPACES["dct"] + "conformsTo"))
    assert named
    assert named <= standards


@pytest.fixture(scope="module")
def profile() -> Graph:
    """Read the shapes of DCAT-AP."""
    shapes = Graph()
    for path in sorted(PROFILE.glob("*.ttl")):
        shapes.parse(path)
    assert shapes
    return shapes


@pytest.mark.parametrize("suffix", sampled(["ttl", "rdf", "jsonld"], 3))
@pytest.mark.parametrize("path", ["dataset", "catalog"])
def test_each_document_keeps_the_profile_alone(
    demo_client: FlaskClient, profile: Graph, path: str, suffix: str
) -> None:
    response = demo_client.get(f"/{path}.{suffix}")
    form = RdfFormat.from_media_type(response.mimetype or "")
    graph = memory_graph(quad.triple for quad in parse(response.data, format=form))
    assert (None, RDF.type, None) in graph
    _, report, _ = pyshacl.validate(graph, shacl_graph=profile, inference="none")
    assert isinstance(report, Graph)
    violations = [
        (str(report.value(found, SH.focusNode)), str(report.value(found, SH.resultPath)))
        for found in report.subjects(SH.resultSeverity, SH.Violation)
    ]
    assert not violations
