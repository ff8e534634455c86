"""Descriptions for the tests of the graph's description: of the real graph, and of small ones."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
)

from urbact_graph.dataset.building import Build
from urbact_graph.description import describe
from urbact_graph.sources import GraphSources
from urbact_graph.stored.loading import load_queries, load_query

ROOT = Path(__file__).parents[2]

VERSION = "2026-11-23-1a2b3c4d5e6f"
CHANGED = datetime(2026, 11, 23, 9, 46, 44, tzinfo=UTC)
SMALL_BASE = "https://example.org/g/"
DATASET = f"{SMALL_BASE}dataset"

AUTHORITY = "http://publications.europa.eu/resource/authority/"
DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
OWL = "http://www.w3.org/2002/07/owl#"
SPDX = "http://spdx.org/rdf/terms#"
VOID = "http://rdfs.org/ns/void#"

_PREFIXES = f"""PREFIX void: <{VOID}> PREFIX dcat: <{DCAT}> PREFIX dct: <{DCT}>
PREFIX urb: <https://w3id.org/urbact-graph/ontology#>
"""
_HEAD = f"""@base <{SMALL_BASE}> . @prefix urb: <{SMALL_BASE}ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def real_description(store: Store, base: str) -> list[Triple]:
    """Describe the real graph, with the version that it may state already."""
    queries = load_queries(ROOT / "queries", base).values()
    return describe(store, base, *(stated(store, base) or (VERSION, CHANGED)), queries)


def stated(store: Store, base: str) -> tuple[str, datetime | None] | None:
    """Return the version and last change that the graph itself states, if it does."""
    query = """SELECT ?version ?modified { ?dataset dcat:version ?version
        OPTIONAL { ?dataset dct:modified ?modified } }"""
    for version, modified in ask(store, query.replace("?dataset", f"<{base}dataset>")):
        return version, datetime.fromisoformat(modified) if modified else None
    return None


def described_by(turtle: str, modified: datetime | None = None) -> list[Triple]:
    """Describe the small graph that ``turtle`` states."""
    return describe(small_store(turtle), SMALL_BASE, VERSION, modified)


def small_store(turtle: str) -> Store:
    """Load a small graph, in Turtle without its prefixes."""
    store = Store()
    store.load((_HEAD + turtle).encode(), format=RdfFormat.TURTLE)
    return store


def with_description(
    triples: Iterable[Triple], base: str, built: Build, sources: GraphSources
) -> set[Triple]:
    """Return the graph that ``triples`` become when the description of ``built`` is added."""
    known = list(triples)
    queries = [load_query(path, base) for path in sources.query_files()]
    version, modified = built.version, built.modified
    return {*known, *describe(extended((), known), base, version, modified, queries)}


def is_description(path: str) -> bool:
    """Tell whether what has this path below the base describes the dataset."""
    return path.partition("#")[0] in {"dataset", "catalog"}


def digest_before_naming(built: Build, sources: GraphSources) -> str:
    """Return the SHA-256 that the version begins, as docs/versions.md describes it."""
    text = built.dataset.read_text(encoding="utf-8")
    unnamed = text.replace(f'"{built.version}"', '"version of this release"')
    shapes = b"".join(path.read_bytes() for path in sorted(sources.root.glob("shapes/*.ttl")))
    lines = [*sorted(unnamed.splitlines(keepends=True)), f"{sha256(shapes).hexdigest()}\n"]
    return sha256("".join(lines).encode()).hexdigest()


def extended(store: Iterable[Quad], triples: list[Triple]) -> Store:
    """Put the graph and its description into one store."""
    whole = Store()
    whole.extend(store)
    whole.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    return whole


def ask(store: Store, query: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a SELECT query as texts."""
    results = store.query(_PREFIXES + query)
    assert isinstance(results, QuerySolutions)
    for solution in results:
        yield tuple("" if term is None else term.value for term in solution)


def only(store: Store, query: str) -> int:
    """Return the one number that a query answers."""
    ((value,),) = ask(store, query)
    return int(value)


def values(triples: list[Triple], subject: str, predicate: str) -> set[str]:
    """Return what ``triples`` state with ``predicate`` of ``subject``."""
    return {
        triple.object.value
        for triple in triples
        if triple.subject == NamedNode(subject)
        and triple.predicate.value == predicate
        and isinstance(triple.object, NamedNode | Literal)
    }
