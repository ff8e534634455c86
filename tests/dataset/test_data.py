"""The committed facts: complete, sourced, free of blank nodes, each in the file of its name.

The files are counted by scanning their text, so that a mistake in the code that writes or reads
them cannot hide itself.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
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

from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.facts.importing import HEADER

if TYPE_CHECKING:
    from urbact_graph.dataset.building import Build

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/urbact-graph/"
SUPPLEMENT = ROOT / "src" / "urbact_graph" / "facts" / "supplement" / "networks-listing.jsonl"
FILES = sorted((ROOT / "data").rglob("*.ttl"))
PREFIXES = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX theme: <https://w3id.org/urbact-graph/theme/>
PREFIX urb: <https://w3id.org/urbact-graph/ontology#>
"""
# What the text of the files calls a thing by the first step of its IRI, and how the graph finds it.
KINDS = {
    "network": "?x a urb:Network",
    "partnership": "?x a urb:Partnership",
    "city": "?x a urb:City",
    "plan": "?x a ?class FILTER(?class IN (urb:Plan, urb:AnnouncedPlan))",
    "recommendation": "?x a urb:Recommendation",
    "call": "?x a urb:Call",
    "programme": "?x a urb:Programme",
    "person": "?x a urb:Person",
    "document": "?x a urb:Document",
    "total": "?x a urb:OfficialTotal",
    **{
        name: f"VALUES ?scheme {{ <{BASE}{name}> }} {{ ?x skos:inScheme ?scheme }} "
        "UNION { ?scheme a skos:ConceptScheme BIND(?scheme AS ?x) }"
        for name in ("theme", "glossary")
    },
}
HANDWRITTEN = {"deprecated.ttl"}
DERIVED = {
    *("hasPartnership", "partnerCity", "leadCity", "countryOfPartner", "hasPlan"),
    *("hasAnnouncedPlan", "startYear", "endYear", "issuedYear", "opensYear", "closesYear"),
    *("approvedYear", "wikidata", "geonames", "similarTo", "score", "rank"),
    *("hasRecommendation", "inNetwork", "sharesNetworkWith", "hasNetwork", "hasCall"),
    "leadExpertOf",
}
# They link to addresses of an instance, which the graph does not describe.
ADDRESSES = {
    f"http://www.w3.org/ns/dcat#{name}"
    for name in ("accessURL", "downloadURL", "endpointURL", "endpointDescription")
} | {f"http://rdfs.org/ns/void#{name}" for name in ("dataDump", "sparqlEndpoint")}
ADDRESSES.add("https://schema.org/target")


def select(store: Store, variables: str, pattern: str) -> list[tuple[str, ...]]:
    results = store.query(f"{PREFIXES} SELECT DISTINCT {variables} WHERE {{ {pattern} }}")
    assert isinstance(results, QuerySolutions)
    return [tuple(str(value) for value in solution) for solution in results]


@pytest.fixture(scope="module")
def stated() -> dict[str, list[Triple]]:
    """Parse each file of facts."""
    return {
        path.relative_to(ROOT / "data").as_posix(): [
            quad.triple for quad in parse(path=str(path), format=RdfFormat.TURTLE)
        ]
        for path in FILES
    }


@pytest.fixture(scope="module")
def subjects() -> dict[str, str]:
    """Map what stands as a subject in the files, by the text alone, to its file."""
    found: dict[str, str] = {}
    for path in FILES:
        name = path.relative_to(ROOT / "data").as_posix()
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.startswith("<"):
                assert line not in found, f"{line} is described in {found[line]} and {name}"
                found[line] = name
    return found


# Counts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_counts_as_the_text_of_the_files_does(
    store: Store, subjects: dict[str, str], kind: str
) -> None:
    named = {
        f"<{BASE}{subject[1:]}"
        for subject, file in subjects.items()
        if re.split("[/>]", subject[1:])[0] == kind and file not in HANDWRITTEN
    }
    assert named
    assert {iri for (iri,) in select(store, "?x", KINDS[kind])} == named


def test_a_file_names_no_other_kind(subjects: dict[str, str]) -> None:
    kinds = {re.split("[/>]", subject[1:])[0] for subject in subjects}
    assert kinds == KINDS.keys() | {"http:", "https:"}


def test_links_between_networks_and_themes(store: Store, stated: dict[str, list[Triple]]) -> None:
    links = [
        (triple.subject, triple.object)
        for name, triples in stated.items()
        for triple in triples
        if name.startswith("networks/")
        and triple.predicate.value in {f"{BASE}ontology#theme", f"{BASE}ontology#declaredTheme"}
        and str(triple.subject).startswith(f"<{BASE}network/")
    ]
    assert links
    assert len(links) == len(set(links))
    found = select(store, "?n ?t", "?n a urb:Network ; urb:theme ?t")
    assert set(found) == {(str(network), str(theme)) for network, theme in links}


# Every entity --------------------------------------------------------------------------------


def test_no_node_is_blank(store: Store) -> None:
    for quad in store:
        assert not isinstance(quad.subject, BlankNode), quad
        assert not isinstance(quad.object, BlankNode), quad


def test_every_entity_has_a_source(store: Store) -> None:
    entities = f"""
        ?entity a ?class .
        FILTER(STRSTARTS(STR(?entity), "{BASE}") && !STRSTARTS(STR(?entity), "{BASE}ontology"))
        FILTER(!CONTAINS(STR(?entity), "#"))
    """
    assert len(select(store, "?entity", entities)) > 3700
    unsourced = entities + "FILTER NOT EXISTS { ?entity dct:source ?source }"
    missing = sorted(select(store, "?entity", unsourced))
    # These two were read from no page: they describe the graph itself.
    assert missing == [(f"<{BASE}catalog>",), (f"<{BASE}dataset>",)]
    sites = select(store, "?site", f"<{BASE}dataset> prov:wasDerivedFrom ?site")
    assert ("<https://urbact.eu/>",) in sites


def test_every_source_is_a_page(store: Store) -> None:
    results = store.query(f"{PREFIXES} SELECT DISTINCT ?s WHERE {{ ?entity dct:source ?s }}")
    assert isinstance(results, QuerySolutions)
    for solution in results:
        source = solution["s"]
        assert isinstance(source, NamedNode), source
        parts = urlsplit(source.value)
        assert parts.scheme in {"http", "https"}, source
        assert parts.hostname, source


def test_every_entity_has_a_label(store: Store) -> None:
    missing = select(
        store,
        "?entity",
        f"""?entity a ?class . FILTER(STRSTARTS(STR(?entity), "{BASE}"))
        FILTER(!CONTAINS(STR(?entity), "#geometry") && ?class != owl:Ontology)
        FILTER NOT EXISTS {{ ?entity rdfs:label ?label }}""",
    )
    assert missing == []


def test_every_link_within_the_graph_leads_somewhere(store: Store) -> None:
    described = {quad.subject for quad in store}
    elsewhere = {"http://xmlns.com/foaf/0.1/page", *ADDRESSES}
    for quad in store:
        if isinstance(quad.object, NamedNode) and quad.predicate.value not in elsewhere:
            inside = quad.object.value.startswith(BASE) and quad.object.value != f"{BASE}ontology#"
            assert not inside or quad.object in described, quad


def test_every_address_is_one_that_an_instance_has(store: Store) -> None:
    paths = {f"dumps/latest/{form.file_name()}" for form in DISTRIBUTIONS} | {"sparql", "ldes"}
    found = {
        str(quad.object)
        for predicate in ADDRESSES
        for quad in store.quads_for_pattern(None, NamedNode(predicate), None)
    }
    assert found == {f"<{BASE}{path}>" for path in paths}


def test_the_networks_of_the_listing_say_what_the_listing_says(store: Store) -> None:
    rows = [json.loads(line) for line in SUPPLEMENT.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 9
    for row in rows:
        network = f"<{BASE}network/{row['network']}>"
        for predicate, column in (
            ("urb:objective", "objectives"),
            ("urb:targetGroup", "target_groups"),
            ("urb:intendedPlan", "plans"),
        ):
            found = {value for (value,) in select(store, "?value", f"{network} {predicate} ?value")}
            assert found == {str(Literal(text, language="en")) for text in row[column]}, network
        assert row["objectives"]
        assert len(select(store, "?kind", f"{network} urb:planKind ?kind")) >= len(
            row["plan_types"]
        )
        if row["plan_count"]:
            counted = select(store, "?count", f"{network} urb:intendedPlanCount ?count")
            assert counted == [(str(Literal(row["plan_count"])),)]
        assert (f"<{row['source'][0]}>",) in select(
            store, "?source", f"{network} dct:source ?source"
        )


# The files -----------------------------------------------------------------------------------


def test_every_file_of_facts_is_laid_out_as_documented() -> None:
    faults = []
    for path in FILES:
        if path.name in HANDWRITTEN:
            continue
        try:
            check_layout(path.read_text(encoding="utf-8"))
        except AssertionError as error:
            faults.append(f"{path.relative_to(ROOT)}: {error}")
    assert not faults, "\n".join(faults)


def check_layout(text: str) -> None:
    assert text.startswith(f"# {HEADER}\n@base <{BASE}> .\n")
    assert text.endswith("\n.\n")
    head, body = text.split("\n\n", 1)
    prefixes = dict(re.findall(r"^@prefix (\w+): <(.+)> \.$", head, flags=re.MULTILINE))
    assert len(prefixes) == len(head.split("\n")) - 2
    assert list(prefixes) == sorted(prefixes)
    assert prefixes.get("urb", f"{BASE}ontology#") == f"{BASE}ontology#"
    # What lies below the base is written relative to it.
    assert f"<{BASE}" not in body
    for line in body.split("\n"):
        assert re.fullmatch(r"|\.|<[^<>\s]+>|    \S+ \S.* ;", line), line


def test_nothing_derived_is_typed(stated: dict[str, list[Triple]]) -> None:
    typed = {
        triple.predicate.value
        for name, triples in stated.items()
        for triple in triples
        if name not in HANDWRITTEN
    }
    assert not typed & {f"{BASE}ontology#{name}" for name in DERIVED}
    assert f"{BASE}ontology#network" in typed
    assert "http://www.opengis.net/ont/geosparql#hasGeometry" not in typed
    assert "http://www.w3.org/2000/01/rdf-schema#label" not in typed


def test_nothing_is_stated_twice(stated: dict[str, list[Triple]]) -> None:
    counts = Counter(triple for triples in stated.values() for triple in triples)
    assert [triple for triple, count in counts.items() if count > 1] == []


def test_each_entity_stands_in_the_file_of_its_name(subjects: dict[str, str]) -> None:
    single = {
        "call": "calls.ttl",
        "programme": "programmes.ttl",
        "person": "people.ttl",
        "document": "documents.ttl",
        "theme": "themes.ttl",
        "glossary": "glossary.ttl",
        "total": "official-totals.ttl",
    }
    for subject, name in subjects.items():
        if name in HANDWRITTEN:
            continue
        steps = subject.strip("<>").split("/")
        if steps[0] in {"http:", "https:"}:
            table = subject.partition("publications.europa.eu/resource/authority/")[2]
            files = {"country": "countries.ttl", "language": "languages.ttl"}
            expected = files.get(table.split("/")[0], "concepts.ttl")
            if "/nuts/" in subject:
                expected = "regions.ttl"
        elif steps[0] in {"network", "partnership", "plan", "recommendation"}:
            homeless = steps[1] in {"no-network", "urbact"}
            expected = "without-network.ttl" if homeless else f"networks/{steps[1]}.ttl"
        elif steps[0] == "city":
            expected = f"cities/{steps[1]}.ttl"
        else:
            expected = single[steps[0]]
        assert name == expected, subject


def test_each_file_of_a_network_describes_it(subjects: dict[str, str]) -> None:
    held: dict[str, list[str]] = defaultdict(list)
    for subject, name in subjects.items():
        held[name].append(subject)
    for path in (ROOT / "data" / "networks").glob("*.ttl"):
        assert held[f"networks/{path.name}"][0] == f"<network/{path.stem}>"
    networks = {f"<network/{name[9:-4]}>" for name in held if name.startswith("networks/")}
    assert networks == {subject for subject in subjects if subject.startswith("<network/")}


def test_what_belongs_to_a_network_says_so(store: Store) -> None:
    for kind in ("partnership", "plan", "recommendation"):
        pattern = f'?x urb:network ?n . FILTER(STRSTARTS(STR(?x), "{BASE}{kind}/"))'
        for entity, network in select(store, "?x ?n", pattern):
            assert entity.split("/")[5] == network.rstrip(">").split("/")[5], entity


@pytest.mark.slow
def test_the_engine_gives_back_every_fact_as_it_is_written(built: Build, store: Store) -> None:
    # It has its own forms of numbers, times and truth values: docs/http.md, "Where the engine
    # differs from the standard".
    written = {quad.triple for quad in parse(path=str(built.dataset), format=RdfFormat.N_TRIPLES)}
    changed = sorted(map(str, written - {quad.triple for quad in store}))
    assert not changed, "write these values in the form that the engine gives back"


@pytest.mark.parametrize("folder", ["data", "ontology", "shapes"])
def test_language_tags_are_written_as_they_are_served(folder: str) -> None:
    # pyoxigraph converts them when it reads a file, so that the text itself is searched.
    files = sorted((ROOT / folder).rglob("*.ttl"))
    tags = {tag for file in files for tag in re.findall(r'"@([A-Za-z0-9-]+)', file.read_text())}
    assert "en" in tags
    assert not [tag for tag in tags if tag != tag.lower()], "write these tags in lower case"
