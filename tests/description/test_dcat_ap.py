"""The description keeps DCAT-AP 3.0.1, and what breaks the profile is found.

The shapes in tests/dcat_ap/ are written from the specification; docs/dataset.md tells how the
description was checked with those of SEMIC.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyshacl
import pytest
from pyoxigraph import BlankNode, Store, Triple
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, SKOS, XSD, Namespace
from rdflib.term import Node

from tests.support.descriptions import VERSION, extended, real_description
from tests.support.marking import sampled
from urbact_graph.description import authorities, instance_description
from urbact_graph.description.distributions import DISTRIBUTIONS, DumpFile
from urbact_graph.validation.rdflib_terms import memory_graph

ADDRESS = "https://data.example.org/cities"
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
# Recommended by the profile and left out, since nothing true is known to say.
LEFT_OUT = {str(DCAT.contactPoint), str(DCATAP.availability)}

Found = set[tuple[str, str]]


@pytest.fixture(scope="module")
def shapes() -> Graph:
    graph = Graph()
    for path in sorted((Path(__file__).parent / "dcat_ap").glob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def demo_described(demo_store: Store, base: str) -> list[Triple]:
    return real_description(demo_store, base)


@pytest.fixture(scope="module")
def served(described: list[Triple], base: str) -> list[Triple]:
    return of_an_instance(described, base)


@pytest.fixture(scope="module")
def demo_served(demo_described: list[Triple], base: str) -> list[Triple]:
    return of_an_instance(demo_described, base)


def of_an_instance(described: list[Triple], base: str) -> list[Triple]:
    """Add what an instance says of its own files."""
    files = [
        DumpFile(
            form.key,
            form.file_name(VERSION),
            1000,
            hashlib.sha256(form.key.encode()).hexdigest(),
        )
        for form in DISTRIBUTIONS
    ]
    return instance_description(described, base, ADDRESS, files)


@pytest.fixture(scope="module")
def demo(demo_served: list[Triple]) -> Graph:
    return memory_graph(demo_served)


@pytest.fixture(scope="module")
def unchanged(demo: Graph) -> frozenset[tuple[Node, Node, Node]]:
    return frozenset(demo)


@pytest.fixture
def graph(demo: Graph, unchanged: frozenset[tuple[Node, Node, Node]]) -> Iterator[Graph]:
    """Give the description of the demo, to be changed; afterwards it is as it was."""
    yield demo
    changed = set(demo)
    for triple in changed - unchanged:
        demo.remove(triple)
    for triple in unchanged - changed:
        demo.add(triple)


def faults(graph: Graph, shapes: Graph) -> tuple[Found, Found]:
    """Return the violations and the warnings, each as a path and the kind of constraint."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    found: dict[URIRef, Found] = {SH.Violation: set(), SH.Warning: set()}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        severity = report.value(result, SH.resultSeverity)
        path = report.value(result, SH.resultPath)
        kind = str(report.value(result, SH.sourceConstraintComponent))
        assert isinstance(severity, URIRef)
        constraint = kind.removeprefix(str(SH)).removesuffix("ConstraintComponent")
        found[severity].add((str(path), constraint))
    return found[SH.Violation], found[SH.Warning]


@pytest.fixture(scope="module")
def graph_with_description(whole: Store) -> list[Triple]:
    return [quad.triple for quad in whole]


@pytest.fixture(scope="module")
def demo_with_description(demo_store: Store, demo_described: list[Triple]) -> list[Triple]:
    return [quad.triple for quad in extended(demo_store, demo_described)]


@pytest.mark.parametrize(
    "which",
    [
        "demo_described",
        "demo_served",
        "demo_with_description",
        pytest.param("described", marks=pytest.mark.slow),
        pytest.param("served", marks=pytest.mark.slow),
        pytest.param("graph_with_description", marks=pytest.mark.slow),
    ],
)
def test_the_description_keeps_the_profile_alone_and_in_the_whole_graph(
    which: str, shapes: Graph, request: pytest.FixtureRequest
) -> None:
    triples: Iterable[Triple] = request.getfixturevalue(which)
    violations, warnings = faults(memory_graph(triples), shapes)
    assert not violations
    assert {path for path, _ in warnings} == LEFT_OUT


def test_no_node_is_blank(described: list[Triple], served: list[Triple]) -> None:
    for triple in (*described, *served):
        assert not isinstance(triple.subject, BlankNode)
        assert not isinstance(triple.object, BlankNode)


def without(subject: str, predicate: URIRef) -> Callable[[Graph, str], None]:
    def change(graph: Graph, base: str) -> None:
        assert (URIRef(base + subject), predicate, None) in graph
        graph.remove((URIRef(base + subject), predicate, None))

    return change


def instead(subject: str, predicate: URIRef, value: URIRef | Literal) -> Callable[..., None]:
    def change(graph: Graph, base: str) -> None:
        without(subject, predicate)(graph, base)
        graph.add((URIRef(base + subject), predicate, value))

    return change


def beside(subject: str, predicate: URIRef, value: URIRef | Literal) -> Callable[..., None]:
    def change(graph: Graph, base: str) -> None:
        assert (URIRef(base + subject), predicate, None) in graph
        graph.add((URIRef(base + subject), predicate, value))

    return change


def untyped(kind: URIRef) -> Callable[[Graph, str], None]:
    def change(graph: Graph, _base: str) -> None:
        assert (None, RDF.type, kind) in graph
        graph.remove((None, RDF.type, kind))

    return change


TEXT = Literal("text")
ELSEWHERE = URIRef("https://example.org/x")
EUROPE = URIRef(authorities.EUROPE.iri)
DATA_THEMES = URIRef(authorities.DATA_THEMES)
BREAKING: list[tuple[str, Callable[[Graph, str], object], URIRef, str]] = [
    ("no title", without("catalog", DCTERMS.title), DCTERMS.title, "MinCount"),
    ("title without language", instead("dataset", DCTERMS.title, TEXT), DCTERMS.title, "Datatype"),
    (
        "two titles in a language",
        beside("dataset", DCTERMS.title, Literal("Other", lang="en")),
        DCTERMS.title,
        "UniqueLang",
    ),
    ("no description", without("dataset", DCTERMS.description), DCTERMS.description, "MinCount"),
    ("no publisher", without("catalog", DCTERMS.publisher), DCTERMS.publisher, "MinCount"),
    (
        "two publishers",
        beside("dataset", DCTERMS.publisher, ELSEWHERE),
        DCTERMS.publisher,
        "MaxCount",
    ),
    ("nameless publisher", without("dataset#publisher", FOAF.name), FOAF.name, "MinCount"),
    ("no dataset", without("catalog", DCAT.dataset), DCAT.dataset, "MinCount"),
    ("no distribution", without("dataset", DCAT.distribution), DCAT.distribution, "MinCount"),
    ("no access", without("dataset#turtle", DCAT.accessURL), DCAT.accessURL, "MinCount"),
    ("access is text", instead("dataset#turtle", DCAT.accessURL, TEXT), DCAT.accessURL, "NodeKind"),
    ("no endpoint", without("dataset#sparql", DCAT.endpointURL), DCAT.endpointURL, "MinCount"),
    ("another licence", instead("dataset", DCTERMS.license, ELSEWHERE), DCTERMS.license, "Pattern"),
    ("licence of no class", untyped(DCTERMS.LicenseDocument), DCTERMS.license, "Class"),
    ("format of no class", untyped(DCTERMS.MediaTypeOrExtent), DCTERMS.format, "Class"),
    ("media type of no class", untyped(DCTERMS.MediaType), DCAT.mediaType, "Class"),
    (
        "two media types",
        beside("dataset#turtle", DCAT.mediaType, ELSEWHERE),
        DCAT.mediaType,
        "MaxCount",
    ),
    ("language of no class", untyped(DCTERMS.LinguisticSystem), DCTERMS.language, "Class"),
    ("theme of another table", instead("dataset", DCAT.theme, ELSEWHERE), DCAT.theme, "Pattern"),
    (
        "size as integer",
        instead("dataset#turtle", DCAT.byteSize, Literal(5)),
        DCAT.byteSize,
        "Datatype",
    ),
    (
        "short checksum",
        instead(
            "dataset#turtle-checksum", SPDX.checksumValue, Literal("ab12", datatype=XSD.hexBinary)
        ),
        SPDX.checksumValue,
        "Pattern",
    ),
    (
        "no algorithm",
        without("dataset#turtle-checksum", SPDX.algorithm),
        SPDX.algorithm,
        "MinCount",
    ),
    (
        "change as text",
        lambda graph, base: graph.set((URIRef(f"{base}dataset"), DCTERMS.modified, TEXT)),
        DCTERMS.modified,
        "Node",
    ),
    ("start as text", instead("dataset#period", DCAT.startDate, TEXT), DCAT.startDate, "Node"),
    ("version of its own", instead("dataset", DCAT.version, TEXT), DCAT.version, "Equals"),
    ("standard of no class", untyped(DCTERMS.Standard), DCTERMS.conformsTo, "Class"),
    (
        "a box without its datatype",
        lambda graph, _base: graph.set((EUROPE, DCAT.bbox, TEXT)),
        DCAT.bbox,
        "Datatype",
    ),
    (
        "scheme without a title",
        lambda graph, _base: graph.remove((DATA_THEMES, DCTERMS.title, None)),
        DCTERMS.title,
        "MinCount",
    ),
    ("page of no class", untyped(FOAF.Document), FOAF.page, "Class"),
    (
        "a page as source",
        lambda graph, base: graph.add((URIRef(f"{base}dataset"), DCTERMS.source, ELSEWHERE)),
        DCTERMS.source,
        "Class",
    ),
    (
        "nameless theme",
        lambda graph, _base: graph.remove((None, SKOS.prefLabel, None)),
        SKOS.prefLabel,
        "MinCount",
    ),
]


@pytest.mark.parametrize(
    ("change", "path", "constraint"),
    sampled((row[1:] for row in BREAKING), 4),
    ids=[row[0] for row in BREAKING],
)
def test_what_breaks_the_profile_is_found(
    change: Callable[[Graph, str], object],
    path: URIRef,
    constraint: str,
    graph: Graph,
    shapes: Graph,
    base: str,
) -> None:
    change(graph, base)
    violations, _ = faults(graph, shapes)
    assert (str(path), constraint) in violations


@pytest.mark.parametrize(
    ("subject", "predicate"),
    [
        ("catalog", DCAT.themeTaxonomy),
        ("catalog", DCAT.service),
        ("dataset", DCAT.keyword),
        ("dataset", DCTERMS.spatial),
        ("catalog", DCTERMS.spatial),
        ("dataset", DCTERMS.temporal),
        ("dataset", DCAT.theme),
        ("dataset#sparql", DCAT.endpointDescription),
        ("dataset#sparql", DCAT.servesDataset),
        ("dataset#csv-cities", DCTERMS.license),
    ],
)
def test_what_is_recommended_is_missed(
    subject: str, predicate: URIRef, graph: Graph, shapes: Graph, base: str
) -> None:
    without(subject, predicate)(graph, base)
    _, warnings = faults(graph, shapes)
    assert (str(predicate), "MinCount") in warnings
