"""The demo is what it says: small, of real facts, whole, and valid."""

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, RdfFormat, Store, parse

from tests.dataset.test_data import ADDRESSES
from tests.demo.cutting import DEMO, REAL
from tests.support.servers import Server
from urbact_graph.dataset.building import Build
from urbact_graph.release.release import Release
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import Severity
from urbact_graph.validation.validating import validate

PREFIXES = """PREFIX dct: <http://purl.org/dc/terms/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX urb: <https://w3id.org/urbact-graph/ontology#>
"""
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
ONTOLOGY = "https://w3id.org/urbact-graph/ontology#"
PAGE = "http://xmlns.com/foaf/0.1/page"
NAMES = sorted(path.relative_to(DEMO) for path in DEMO.rglob("*.ttl"))


def select(store: Store, pattern: str) -> list[str]:
    """Return the values of ?x, sorted."""
    results = store.query(f"{PREFIXES} SELECT DISTINCT ?x {{ {pattern} }}")
    assert isinstance(results, QuerySolutions)
    return sorted(solution["x"].value for solution in results)


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("?x a urb:Network", 3),
        ("?x a urb:Partnership", 11),
        ("?x a urb:City", 10),
        ("?city urb:country ?x", 4),
        ("?x a urb:Plan", 10),
        ("?x a urb:AnnouncedPlan", 1),
        ("?x a urb:OfficialTotal", 3),
        ("?x a urb:Recommendation", 4),
        ("?x a urb:Call", 2),
        ("?x a urb:Programme", 3),
        ("?x a urb:Person", 2),
        ("?x a urb:Document", 4),
        ("?x skos:inScheme <https://w3id.org/urbact-graph/theme>", 11),
        ("?x skos:topConceptOf <https://w3id.org/urbact-graph/theme>", 3),
        ("?x skos:inScheme <https://w3id.org/urbact-graph/glossary>", 4),
        ("?x skos:inScheme <http://publications.europa.eu/resource/authority/language>", 1),
    ],
)
def test_it_has_so_many(demo_store: Store, pattern: str, count: int) -> None:
    assert len(select(demo_store, pattern)) == count


@pytest.mark.parametrize(
    ("superclass", "subclasses"),
    [
        ("Network", {"ActionPlanningNetwork", "ThematicNetwork", "UiaTransferPilot"}),
        ("Plan", {"IntegratedActionPlan", "InvestmentPlan", "LocalActionPlan", "OtherPlan"}),
    ],
)
def test_it_has_several_kinds(demo_store: Store, superclass: str, subclasses: set[str]) -> None:
    kinds = select(demo_store, f"?entity a urb:{superclass}, ?x . ?x <{SUBCLASS}> urb:{superclass}")
    assert {kind.rpartition("#")[2] for kind in kinds} == subclasses


def test_a_city_of_it_is_in_two_networks(demo_store: Store) -> None:
    networks = select(
        demo_store, "<https://w3id.org/urbact-graph/city/es/viladecans> urb:inNetwork ?x"
    )
    assert [network.rpartition("/")[2] for network in networks] == ["useact", "vilawatt-utm"]


def test_it_is_valid(demo_build: Build, demo_sources: GraphSources) -> None:
    report = validate(demo_build.dataset, demo_sources)
    assert [result for result in report.results if result.severity is Severity.VIOLATION] == []
    assert report.conforms


def test_its_release_is_complete(demo_release: Release, demo_build: Build) -> None:
    assert demo_release.version == demo_build.version
    assert demo_release.graph.read_bytes() == demo_build.dataset.read_bytes()
    assert demo_release.files
    for path in (demo_release.shapes, demo_release.report, demo_release.stream):
        assert path.stat().st_size > 0, path


def test_its_server_answers(demo_server: Server, demo_build: Build) -> None:
    reply = demo_server.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", Accept="text/csv")
    assert (reply.status, reply.body.split()) == (200, [b"n", b"%d" % demo_build.triples])


def test_no_link_within_it_leads_nowhere(demo_store: Store, base: str) -> None:
    described = {quad.subject for quad in demo_store}
    # What an instance gives out is described by the instance.
    elsewhere = {PAGE, *ADDRESSES}
    for quad in demo_store:
        assert not isinstance(quad.object, BlankNode), quad
        if isinstance(quad.object, NamedNode) and quad.predicate.value not in elsewhere:
            is_inside = quad.object.value.startswith(base) and quad.object.value != ONTOLOGY
            assert not is_inside or quad.object in described, quad


def test_every_entity_of_it_has_a_source(demo_store: Store, base: str) -> None:
    entities = f"""?x a ?class . FILTER(STRSTARTS(STR(?x), "{base}"))
        FILTER(!STRSTARTS(STR(?x), "{base}ontology") && !CONTAINS(STR(?x), "#"))"""
    assert len(select(demo_store, entities)) > 60
    unsourced = select(demo_store, entities + "FILTER NOT EXISTS { ?x dct:source ?source }")
    assert unsourced == [f"{base}catalog", f"{base}dataset"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.as_posix())
def test_every_file_of_it_is_laid_out_like_a_real_one(name: Path) -> None:
    assert (REAL / name).is_file()
    text = (DEMO / name).read_text(encoding="utf-8")
    assert text.startswith((REAL / name).read_text(encoding="utf-8").partition("\n\n")[0])
    assert text.endswith("\n.\n")
    assert list(parse(text, format=RdfFormat.TURTLE)) != []


def test_nothing_in_it_is_stated_twice() -> None:
    triples = Counter(
        quad.triple
        for name in NAMES
        for quad in parse(path=str(DEMO / name), format=RdfFormat.TURTLE)
    )
    assert [triple for triple, count in triples.items() if count > 1] == []


def test_it_has_dates_of_two_precisions_and_texts_with_and_without_a_language(
    demo_store: Store,
) -> None:
    literals = [quad.object for quad in demo_store if isinstance(quad.object, Literal)]
    datatypes = {literal.datatype.value.rpartition("#")[2] for literal in literals}
    assert {"date", "gYear", "integer", "decimal", "string", "langString"} <= datatypes
