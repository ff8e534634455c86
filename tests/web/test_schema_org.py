"""Pages say what they are about in the words of schema.org, and nothing that is not so."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Store, Triple

from urbact_graph.dataset.building import Build
from urbact_graph.description.distributions import DumpFile
from urbact_graph.release.release import Release
from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.pages.dataset_markup import dataset_markup
from urbact_graph.web.pages.page_head import page_head, script
from urbact_graph.web.documents.index import Entity
from urbact_graph.web.pages.schema_org import entity_markup

ADDRESS = "https://data.example/graph"
BASE = "https://own.example/"
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
DCT = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL = "http://www.w3.org/2002/07/owl#"
EU = "http://publications.europa.eu/resource/authority/"


@pytest.fixture(scope="module")
def client(built: Build) -> Iterator[FlaskClient]:
    settings = Settings.load(max_running_queries=2, public_url=ADDRESS)
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine).test_client()


def markup(client: FlaskClient, path: str) -> dict[str, Any]:
    page = client.get(f"/{path}.html").text
    (found,) = SCRIPT.findall(page)
    said: dict[str, Any] = json.loads(found)
    return said


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("network/greenplace", "Project"),
        ("city/pl/wroclaw", "City"),
        # An island is no city.
        ("city/gr/leros", "AdministrativeArea"),
        ("partnership/greenplace/wroclaw", "OrganizationRole"),
        ("plan/greenplace/ie/limerick/integrated-action-plan", "CreativeWork"),
        ("document/890af181", "CreativeWork"),
        ("theme/food", "DefinedTerm"),
        ("theme", "DefinedTermSet"),
        ("glossary/lead-partner", "DefinedTerm"),
        ("programme/urbact-iv", "FundingScheme"),
        ("person/mikael-stigendal", "Person"),
        ("call/urbact-iv-call-for-transfer-networks", "Thing"),
        ("ontology", "DefinedTermSet"),
    ],
)
def test_every_page_says_what_it_is_about(
    client: FlaskClient, base: str, path: str, kind: str
) -> None:
    said = markup(client, path)
    assert (said["@context"], said["@type"]) == ("https://schema.org", kind)
    assert said["@id"] == said["identifier"] == f"{base}{path}"
    assert said["url"] == said["mainEntityOfPage"]["@id"] == f"{ADDRESS}/{path}.html"
    assert said["mainEntityOfPage"]["isPartOf"] == {"@id": f"{base}dataset"}
    assert said["name"]
    assert not [value for value in said.values() if value in (None, "", [], {})]


def test_a_city(client: FlaskClient) -> None:
    city = markup(client, "city/pl/wroclaw")
    assert city["geo"] == {"@type": "GeoCoordinates", "latitude": 51.10286, "longitude": 17.03006}
    assert city["sameAs"] == "https://sws.geonames.org/3081368/"
    assert city["alternateName"] == "Wrocław"
    country = city["containedInPlace"]
    assert (country["@type"], country["name"], country["identifier"]) == ("Country", "Poland", "PL")


def test_a_network(client: FlaskClient, base: str) -> None:
    network = markup(client, "network/greenplace")
    assert (network["foundingDate"], network["dissolutionDate"]) == ("2023-06-01", "2025-12-31")
    assert network["funder"]["name"] == "URBACT IV"
    assert f"{base}city/pl/wroclaw" in [city["@id"] for city in network["location"]]
    assert "Biodiversity and green space" in [theme["name"] for theme in network["keywords"]]
    assert network["description"].startswith("Ten partners")


def test_a_plan_a_partnership_and_a_person(client: FlaskClient) -> None:
    plan = markup(client, "plan/greenplace/ie/limerick/integrated-action-plan")
    assert plan["spatialCoverage"]["name"] == "Limerick"
    assert plan["inLanguage"] == "en"
    seat = markup(client, "partnership/greenplace/wroclaw")
    assert seat["roleName"] == "Lead partner"
    assert seat["member"] == {"@type": "Organization", "name": "Wroclaw"}
    person = markup(client, "person/mikael-stigendal")
    assert person["affiliation"]["affiliation"]["name"] == "Young People"


def test_a_recommendation_is_part_of_the_document_it_is_printed_in(
    client: FlaskClient, base: str
) -> None:
    document = markup(client, "document/890af181")
    advice = markup(client, document["hasPart"]["@id"].removeprefix(base))
    assert advice["isPartOf"]["@id"] == document["@id"]
    assert advice["text"] == document["hasPart"]["name"]
    assert advice["audience"]["@type"] == "Audience"


def test_a_theme_is_in_its_scheme(client: FlaskClient, base: str) -> None:
    theme = markup(client, "theme/food")
    assert theme["inDefinedTermSet"]["@id"] == f"{base}theme"
    scheme = markup(client, "theme")
    names = [term["name"] for term in scheme["hasDefinedTerm"]]
    assert "Food" in names
    assert len(names) == len(set(names)) == 40


def test_only_what_the_graph_says_is_said(client: FlaskClient, store: Store, base: str) -> None:
    known = {term.value for quad in store for term in quad.triple if not isinstance(term, Triple)}
    known |= {f"{base}dataset", "https://creativecommons.org/licenses/by/4.0/", "Lead expert"}
    for path in ("network/greenplace", "city/pl/wroclaw", "theme", "person/mikael-stigendal"):
        said = markup(client, path)
        said.pop("@context")
        for text in texts(said):
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


def test_the_head_names_the_page_and_its_other_formats(client: FlaskClient) -> None:
    page = client.get("/network/greenplace.html").text
    address = f"{ADDRESS}/network/greenplace"
    assert f'<link rel="canonical" href="{address}.html">' in page
    assert f'<link rel="alternate" type="text/turtle" href="{address}.ttl" title="Turtle">' in page
    assert '<meta name="description" content="Ten partners' in page


def test_a_page_without_text_has_no_description(client: FlaskClient) -> None:
    assert '<meta name="description"' not in client.get("/city/pl/wroclaw.html").text


# ---- Odd entities ---------------------------------------------------------------------------

THING = NamedNode(f"{BASE}thing")
ENTITY = Entity(THING, "thing", "A thing", None, frozenset())


def says(name: str, *values: str | NamedNode | Literal) -> list[Triple]:
    terms = [Literal(value) if isinstance(value, str) else value for value in values]
    return [Triple(THING, NamedNode(name), term) for term in terms]


def test_nothing_can_end_the_script() -> None:
    evil = "</script><script>alert(1)</script><!-- &amp;"
    head = page_head(says(LABEL, evil), ENTITY, BASE, ADDRESS)
    assert "<" not in head.script
    assert json.loads(head.script)["name"] == evil
    assert script({"a": "<!--"}) == '{"a": "\\u003c!--"}'


def test_what_nothing_is_known_of_is_a_thing_with_a_name() -> None:
    said = entity_markup([], ENTITY, BASE, ADDRESS)
    assert (said["@type"], said["name"]) == ("Thing", "A thing")


@pytest.mark.parametrize(
    ("date", "given"),
    [("2021", True), ("2021-05", True), ("2021-05-06", True), ("spring 2021", False)],
)
def test_dates_are_given_as_exact_as_they_are_known(date: str, given: bool) -> None:
    network = NamedNode(f"{BASE}ontology#Network")
    said = entity_markup(
        says(RDF_TYPE, network) + says(f"{BASE}ontology#start", date), ENTITY, BASE, ADDRESS
    )
    assert said.get("foundingDate") == (date if given else None)


def test_a_place_on_the_equator_keeps_its_coordinates() -> None:
    wgs = "http://www.w3.org/2003/01/geo/wgs84_pos#"
    triples = says(RDF_TYPE, NamedNode(f"{BASE}ontology#City"))
    nowhere = entity_markup(triples + says(f"{wgs}lat", "0.0"), ENTITY, BASE, ADDRESS)
    assert "geo" not in nowhere
    triples += says(f"{wgs}lat", "0.0") + says(f"{wgs}long", "6.5")
    assert entity_markup(triples, ENTITY, BASE, ADDRESS)["geo"]["latitude"] == 0.0


def test_a_long_description_is_cut_between_words() -> None:
    head = page_head(says(f"{DCT}abstract", "word " * 100), ENTITY, BASE, ADDRESS)
    assert len(head.description) <= 302
    assert head.description.endswith("word …")


# ---- The dataset ----------------------------------------------------------------------------

DATASET = NamedNode(f"{BASE}dataset")
ABOUT = "Facts of all kinds about things that are of interest to people who look for them."


def described(*more: Triple, about: str = ABOUT) -> list[Triple]:
    """Return a description as a graph has it of itself."""

    def said(name: str, value: str | NamedNode, subject: NamedNode = DATASET) -> Triple:
        return Triple(subject, NamedNode(name), Literal(value) if isinstance(value, str) else value)

    period, publisher = NamedNode(f"{BASE}dataset#period"), NamedNode(f"{BASE}dataset#publisher")
    europe = NamedNode(f"{EU}continent/EUROPE")
    return [
        said(f"{DCT}title", "Things"),
        said(f"{DCT}description", about),
        said(f"{DCT}license", NamedNode(f"{EU}licence/CC_BY_4_0")),
        said(f"{DCT}publisher", publisher),
        said("http://xmlns.com/foaf/0.1/name", "The project", publisher),
        said(f"{OWL}versionInfo", "2026-11-23-1a2b3c4d5e6f"),
        said(f"{DCT}modified", "2026-11-23T08:00:00Z"),
        said(f"{DCT}temporal", period),
        said(f"{DCAT}startDate", "2002", period),
        said(f"{DCT}spatial", europe),
        said(LABEL, "Europe", europe),
        said(f"{DCAT}keyword", "things"),
        said(f"{DCAT}keyword", "linked data"),
        Triple(DATASET, NamedNode(f"{DCAT}keyword"), Literal("choses", language="fr")),
        *more,
    ]


EDITION = Release(
    Path("edition"),
    "2026-11-23-1a2b3c4d5e6f",
    datetime(2026, 11, 23, 8, tzinfo=UTC),
    (
        DumpFile("turtle", "urbact-graph-1.ttl", 1_234, "ab" * 32),
        DumpFile("turtle-gz", "urbact-graph-1.ttl.gz", 234, "cd" * 32),
        DumpFile("checksums", "SHA256SUMS", 99, "ef" * 32),
    ),
)


def test_the_dataset_is_described_as_search_engines_want_it() -> None:
    said = dataset_markup(described(), BASE, ADDRESS, EDITION)
    assert said is not None
    assert (said["@type"], said["@id"], said["url"]) == ("Dataset", DATASET.value, f"{ADDRESS}/")
    assert (said["name"], said["description"]) == ("Things", ABOUT)
    assert said["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["creator"] == said["publisher"]
    assert said["publisher"]["name"] == "The project"
    assert said["version"] == "2026-11-23-1a2b3c4d5e6f"
    assert said["dateModified"] == "2026-11-23T08:00:00Z"
    assert said["temporalCoverage"] == "2002/.."
    assert said["spatialCoverage"]["name"] == "Europe"
    assert sorted(said["keywords"]) == ["linked data", "things"]
    assert said["isAccessibleForFree"] is True
    assert said["includedInDataCatalog"]["url"] == f"{ADDRESS}/catalog"
    plain, compressed = said["distribution"]
    assert plain == {
        "@type": "DataDownload",
        "name": "Turtle",
        "encodingFormat": "text/turtle",
        "contentUrl": f"{ADDRESS}/dumps/urbact-graph-1.ttl",
        "contentSize": "1234 B",
        "sha256": "ab" * 32,
    }
    assert compressed["encodingFormat"] == ["text/turtle", "application/gzip"]


def test_the_page_of_the_dataset_says_that_it_is_one() -> None:
    triples = described(Triple(DATASET, NamedNode(RDF_TYPE), NamedNode(f"{DCAT}Dataset")))
    entity = Entity(DATASET, "dataset", "Things", None, frozenset())
    said = entity_markup(triples, entity, BASE, ADDRESS)
    assert (said["@type"], said["description"]) == ("Dataset", ABOUT)
    assert said["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_without_an_edition_there_is_nothing_to_download() -> None:
    said = dataset_markup(described(), BASE, ADDRESS, None)
    assert said is not None
    assert "distribution" not in said


@pytest.mark.parametrize("triples", [[], described(about="Too short.")])
def test_what_search_engines_would_refuse_is_not_said(triples: list[Triple]) -> None:
    assert dataset_markup(triples, BASE, ADDRESS, EDITION) is None


def test_a_description_of_any_length_is_one_they_take() -> None:
    said = dataset_markup(described(about="x" * 9_000), BASE, ADDRESS, EDITION)
    assert said is not None
    assert len(said["description"]) == 5_000
