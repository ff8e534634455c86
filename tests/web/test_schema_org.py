"""Pages state what they are about in the words of schema.org, and only what the graph states."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Store, Triple

from tests.web.serving import ADDRESS, BASE
from urbact_graph.description.distributions import DumpFile
from urbact_graph.release.release import Release
from urbact_graph.web.documents.index import Entity
from urbact_graph.web.pages.dataset_markup import dataset_markup
from urbact_graph.web.pages.page_head import page_head, script
from urbact_graph.web.pages.schema_org import Facts, entity_markup

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
DCT = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL = "http://www.w3.org/2002/07/owl#"
EU = "http://publications.europa.eu/resource/authority/"


def markup(client: FlaskClient, path: str) -> dict[str, Any]:
    page = client.get(f"/{path}.html").text
    (found,) = SCRIPT.findall(page)
    stated: dict[str, Any] = json.loads(found)
    return stated


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("network/greenplace", "Project"),
        ("city/pl/wroclaw", "City"),
        ("partnership/greenplace/wroclaw", "OrganizationRole"),
        ("plan/greenplace/ie/limerick/integrated-action-plan", "CreativeWork"),
        ("document/92dadbb5", "CreativeWork"),
        ("theme/food", "DefinedTerm"),
        ("theme", "DefinedTermSet"),
        ("glossary/lead-expert", "DefinedTerm"),
        ("programme/urbact-iv", "FundingScheme"),
        ("person/vittorio-alberto-torbianelli", "Person"),
        ("call/urbact-iii-uia-transfer-mechanism-2020", "Thing"),
        ("ontology", "DefinedTermSet"),
    ],
)
def test_every_page_states_what_it_is_about(
    demo_client: FlaskClient, base: str, path: str, kind: str
) -> None:
    stated = markup(demo_client, path)
    assert (stated["@context"], stated["@type"]) == ("https://schema.org", kind)
    assert stated["@id"] == stated["identifier"] == f"{base}{path}"
    assert stated["url"] == stated["mainEntityOfPage"]["@id"] == f"{ADDRESS}/{path}.html"
    assert stated["mainEntityOfPage"]["isPartOf"] == {"@id": f"{base}dataset"}
    assert stated["name"]
    assert not [value for value in stated.values() if value in (None, "", [], {})]


def test_a_city(demo_client: FlaskClient) -> None:
    city = markup(demo_client, "city/pl/wroclaw")
    assert city["geo"] == {"@type": "GeoCoordinates", "latitude": 51.10286, "longitude": 17.03006}
    assert city["sameAs"] == [
        "http://www.wikidata.org/entity/Q1799",
        "https://sws.geonames.org/3081368/",
    ]
    assert {"Wrocław", "Vratislav"} <= set(city["alternateName"])
    country = city["containedInPlace"]
    assert (country["@type"], country["name"], country["identifier"]) == ("Country", "Poland", "PL")


def test_a_network(demo_client: FlaskClient, base: str) -> None:
    network = markup(demo_client, "network/greenplace")
    assert (network["foundingDate"], network["dissolutionDate"]) == ("2023-06-01", "2025-12-31")
    assert network["funder"]["name"] == "URBACT IV"
    assert f"{base}city/pl/wroclaw" in [city["@id"] for city in network["location"]]
    assert "Biodiversity and green space" in [theme["name"] for theme in network["keywords"]]
    assert network["description"].startswith("Ten partners")


def test_a_plan_a_partnership_and_a_person(demo_client: FlaskClient) -> None:
    plan = markup(demo_client, "plan/greenplace/ie/limerick/integrated-action-plan")
    assert plan["spatialCoverage"]["name"] == "Limerick"
    assert plan["inLanguage"] == "en"
    partnership = markup(demo_client, "partnership/greenplace/wroclaw")
    assert partnership["roleName"] == "Lead partner"
    assert partnership["member"] == {"@type": "Organization", "name": "Wroclaw"}
    person = markup(demo_client, "person/vittorio-alberto-torbianelli")
    assert person["affiliation"]["affiliation"]["name"] == "USEAct"


def test_a_recommendation_is_part_of_the_document_it_is_printed_in(
    demo_client: FlaskClient, base: str
) -> None:
    document = markup(demo_client, "document/92dadbb5")
    recommendation = markup(demo_client, document["hasPart"]["@id"].removeprefix(base))
    assert recommendation["isPartOf"]["@id"] == document["@id"]
    assert recommendation["text"] == document["hasPart"]["name"]
    assert recommendation["audience"]["@type"] == "Audience"


def test_a_theme_is_in_its_scheme(demo_client: FlaskClient, base: str) -> None:
    theme = markup(demo_client, "theme/food")
    assert theme["inDefinedTermSet"]["@id"] == f"{base}theme"
    scheme = markup(demo_client, "theme")
    names = [term["name"] for term in scheme["hasDefinedTerm"]]
    assert "Food" in names
    assert len(names) == len(set(names)) == 11


def test_nothing_is_stated_that_is_not_in_the_graph(
    demo_client: FlaskClient, demo_store: Store, base: str
) -> None:
    known = {
        term.value for quad in demo_store for term in quad.triple if not isinstance(term, Triple)
    }
    known |= {f"{base}dataset", "https://creativecommons.org/licenses/by/4.0/", "Lead expert"}
    for path in (
        "network/greenplace",
        "city/pl/wroclaw",
        "theme",
        "person/vittorio-alberto-torbianelli",
    ):
        stated = markup(demo_client, path)
        stated.pop("@context")
        for text in texts(stated):
            assert text in known or text.startswith(f"{ADDRESS}/"), text


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "@type":
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def test_the_head_names_the_page_and_its_other_formats(demo_client: FlaskClient) -> None:
    page = demo_client.get("/network/greenplace.html").text
    address = f"{ADDRESS}/network/greenplace"
    assert f'<link rel="canonical" href="{address}.html">' in page
    assert f'<link rel="alternate" type="text/turtle" href="{address}.ttl" title="Turtle">' in page
    assert '<meta name="description" content="Ten partners' in page


def test_an_entity_without_text_is_described_by_its_name_and_class(
    demo_client: FlaskClient,
) -> None:
    page = demo_client.get("/city/pl/wroclaw.html").text
    assert '<meta name="description" content="Wroclaw (City): ' in page


# ---- Odd entities ---------------------------------------------------------------------------

THING = NamedNode(f"{BASE}thing")
ENTITY = Entity(THING, "thing", "A thing", None, frozenset())


def triples(name: str, *values: str | NamedNode | Literal) -> list[Triple]:
    terms = [Literal(value) if isinstance(value, str) else value for value in values]
    return [Triple(THING, NamedNode(name), term) for term in terms]


def test_nothing_can_end_the_script() -> None:
    evil = "</script><script>alert(1)</script><!-- &amp;"
    head = page_head(Facts(triples(LABEL, evil), BASE), ENTITY, BASE, ADDRESS)
    assert "<" not in head.script
    assert json.loads(head.script)["name"] == evil
    assert script({"a": "<!--"}) == '{"a": "\\u003c!--"}'


def test_an_entity_without_statements_is_a_thing_with_a_name() -> None:
    stated = entity_markup(Facts([], BASE), ENTITY, BASE, ADDRESS)
    assert (stated["@type"], stated["name"]) == ("Thing", "A thing")


@pytest.mark.parametrize(
    ("date", "given"),
    [("2021", True), ("2021-05", True), ("2021-05-06", True), ("spring 2021", False)],
)
def test_dates_are_given_as_exact_as_they_are_known(date: str, given: bool) -> None:
    network = NamedNode(f"{BASE}ontology#Network")
    stated = entity_markup(
        Facts(triples(RDF_TYPE, network) + triples(f"{BASE}ontology#start", date), BASE),
        ENTITY,
        BASE,
        ADDRESS,
    )
    assert stated.get("foundingDate") == (date if given else None)


def test_a_place_on_the_equator_keeps_its_coordinates() -> None:
    wgs = "http://www.w3.org/2003/01/geo/wgs84_pos#"
    city = triples(RDF_TYPE, NamedNode(f"{BASE}ontology#City"))
    city += triples(f"{wgs}lat", "0.0")
    assert "geo" not in entity_markup(Facts(city, BASE), ENTITY, BASE, ADDRESS)
    city += triples(f"{wgs}long", "6.5")
    assert entity_markup(Facts(city, BASE), ENTITY, BASE, ADDRESS)["geo"]["latitude"] == 0.0


def test_an_area_that_is_no_inhabited_place_is_no_city() -> None:
    island = triples(RDF_TYPE, NamedNode(f"{BASE}ontology#City"))
    assert (
        entity_markup(Facts(island, BASE), ENTITY, BASE, ADDRESS)["@type"] == "AdministrativeArea"
    )
    place = NamedNode("https://sws.geonames.org/257870/")
    city = island + triples(f"{OWL}sameAs", place) + triples(f"{BASE}ontology#population", "8000")
    assert entity_markup(Facts(city, BASE), ENTITY, BASE, ADDRESS)["@type"] == "City"


def test_a_long_description_is_cut_between_words() -> None:
    head = page_head(Facts(triples(f"{DCT}abstract", "word " * 100), BASE), ENTITY, BASE, ADDRESS)
    assert len(head.description) <= 302
    assert head.description.endswith("word …")


# ---- The dataset ----------------------------------------------------------------------------

DATASET = NamedNode(f"{BASE}dataset")
ABOUT = "Facts of all kinds about things that are of interest to people who look for them."


def described(*more: Triple, about: str = ABOUT) -> list[Triple]:
    """Return a description as a graph has it of itself."""

    def fact(name: str, value: str | NamedNode, subject: NamedNode = DATASET) -> Triple:
        return Triple(subject, NamedNode(name), Literal(value) if isinstance(value, str) else value)

    period, publisher = NamedNode(f"{BASE}dataset#period"), NamedNode(f"{BASE}dataset#publisher")
    europe = NamedNode(f"{EU}continent/EUROPE")
    return [
        fact(f"{DCT}title", "Things"),
        fact(f"{DCT}description", about),
        fact(f"{DCT}license", NamedNode(f"{EU}licence/CC_BY_4_0")),
        fact(f"{DCT}publisher", publisher),
        fact("http://xmlns.com/foaf/0.1/name", "The project", publisher),
        fact(f"{OWL}versionInfo", "2026-11-23-1a2b3c4d5e6f"),
        fact(f"{DCT}modified", "2026-11-23T08:00:00Z"),
        fact(f"{DCT}temporal", period),
        fact(f"{DCAT}startDate", "2002", period),
        fact(f"{DCT}spatial", europe),
        fact(LABEL, "Europe", europe),
        fact(f"{DCAT}keyword", "things"),
        fact(f"{DCAT}keyword", "linked data"),
        Triple(DATASET, NamedNode(f"{DCAT}keyword"), Literal("choses", language="fr")),
        *more,
    ]


RELEASE = Release(
    Path("release"),
    "2026-11-23-1a2b3c4d5e6f",
    "0" * 64,
    datetime(2026, 11, 23, 8, tzinfo=UTC),
    (
        DumpFile("turtle", "urbact-graph-1.ttl", 1_234, "ab" * 32),
        DumpFile("turtle-gz", "urbact-graph-1.ttl.gz", 234, "cd" * 32),
        DumpFile("checksums", "SHA256SUMS", 99, "ef" * 32),
    ),
    "a test",
)


def test_the_dataset_is_described_as_search_engines_require() -> None:
    stated = dataset_markup(described(), BASE, ADDRESS, RELEASE)
    assert stated is not None
    assert (stated["@type"], stated["@id"], stated["url"]) == (
        "Dataset",
        DATASET.value,
        f"{ADDRESS}/",
    )
    assert (stated["name"], stated["description"]) == ("Things", ABOUT)
    assert stated["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert stated["creator"] == stated["publisher"]
    assert stated["publisher"]["name"] == "The project"
    assert stated["version"] == "2026-11-23-1a2b3c4d5e6f"
    assert stated["dateModified"] == "2026-11-23T08:00:00Z"
    assert stated["temporalCoverage"] == "2002/.."
    assert stated["spatialCoverage"]["name"] == "Europe"
    assert sorted(stated["keywords"]) == ["linked data", "things"]
    assert stated["isAccessibleForFree"] is True
    assert stated["includedInDataCatalog"]["url"] == f"{ADDRESS}/catalog"
    plain, compressed = stated["distribution"]
    assert plain == {
        "@type": "DataDownload",
        "name": "Turtle",
        "encodingFormat": "text/turtle",
        "contentUrl": f"{ADDRESS}/dumps/urbact-graph-1.ttl",
        "contentSize": "1234 B",
        "sha256": "ab" * 32,
    }
    assert compressed["encodingFormat"] == ["text/turtle", "application/gzip"]


def test_the_page_of_the_dataset_states_that_it_is_one() -> None:
    dataset = described(Triple(DATASET, NamedNode(RDF_TYPE), NamedNode(f"{DCAT}Dataset")))
    entity = Entity(DATASET, "dataset", "Things", None, frozenset())
    stated = entity_markup(Facts(dataset, BASE), entity, BASE, ADDRESS)
    assert (stated["@type"], stated["description"]) == ("Dataset", ABOUT)
    assert stated["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_without_a_release_there_is_nothing_to_download() -> None:
    stated = dataset_markup(described(), BASE, ADDRESS, None)
    assert stated is not None
    assert "distribution" not in stated


@pytest.mark.parametrize("dataset", [[], described(about="Too short.")])
def test_a_description_that_search_engines_would_reject_is_left_out(dataset: list[Triple]) -> None:
    assert dataset_markup(dataset, BASE, ADDRESS, RELEASE) is None


def test_a_long_description_is_cut_to_the_length_that_they_accept() -> None:
    stated = dataset_markup(described(about="x" * 9_000), BASE, ADDRESS, RELEASE)
    assert stated is not None
    assert len(stated["description"]) == 5_000
