"""Every cell of every row is in the data, in its form, and nothing else is.

The expectation is made here from the tables alone, with none of the import's own code.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from urbact_graph.facts.importing import import_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FIXTURE = Path(__file__).parent / "tables"
BASE = "https://w3id.org/urbact-graph/"
SPACES = {
    "urb": f"{BASE}ontology#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
AUTHORITY = "http://publications.europa.eu/resource/authority/"
COUNTRIES = {"FR": "FRA", "GR": "GRC", "GB": "GBR", "IT": "ITA", "BA": "BIH"}
NETWORKS = {
    "action-planning": "ActionPlanningNetwork",
    "uia-transfer-pilot": "UiaTransferPilot",
    "other": "OtherNetwork",
}
KINDS = {
    "city": "CityKind",
    "agency": "AgencyKind",
    "metropolitan-area": "MetropolitanAreaKind",
    "region": "RegionKind",
    "district": "DistrictKind",
    "other": "OtherKind",
}
PLANS = {
    "integrated-action-plan": "IntegratedActionPlan",
    "local-action-plan": "LocalActionPlan",
    "transfer-plan": "TransferPlan",
    "other": "OtherPlan",
}
ADDRESSEES = {
    "cities": ["Cities"],
    "cities and managing authorities": ["Cities", "ManagingAuthorities"],
    "cities, regions, national and EU authorities": [
        *("Cities", "Regions", "National", "EuropeanUnion")
    ],
}
CALLED = {
    "action-planning": ["ActionPlanningNetwork"],
    "uia-transfer-pilot": ["UiaTransferPilot"],
    "thematic (24) and working groups (7)": ["ThematicNetwork", "OtherNetwork"],
}
GISCO = (
    "https://ec.europa.eu/eurostat/web/gisco/geodata/statistical-units/territorial-units-statistics"
)

Facts = set[tuple[str, str]]
Row = dict[str, Any]


def iri(name: str) -> NamedNode:
    space, _, local = name.partition(":")
    return NamedNode(SPACES[space] + local)


def facts_of(*pairs: tuple[str, Iterable[Any]]) -> Facts:
    """Join each predicate with each of its values."""
    return {(str(iri(p)), str(value)) for p, values in pairs for value in values}


def below(path: str) -> list[NamedNode]:
    return [NamedNode(BASE + path)]


def terms(*names: str) -> list[NamedNode]:
    return [iri(f"urb:{name}") for name in names]


def pages(*addresses: str | None) -> list[NamedNode]:
    return [NamedNode(address) for address in addresses if address]


def plain(*texts: str | None) -> list[Literal]:
    return [Literal(text) for text in texts if text is not None]


def english(*texts: str | None) -> list[Literal]:
    return [Literal(text, language="en") for text in texts if text is not None]


def integer(value: int | None) -> list[Literal]:
    return [] if value is None else [Literal(str(value), datatype=iri("xsd:integer"))]


def decimal(value: float | None) -> list[Literal]:
    if value is None:
        return []
    return [Literal(f"{value:.7f}".rstrip("0").rstrip("."), datatype=iri("xsd:decimal"))]


def date(text: str | None) -> list[Literal]:
    if text is None:
        return []
    kind = {1: "gYear", 2: "gYearMonth", 3: "date"}[len(text.split("-"))]
    return [Literal(text, datatype=iri(f"xsd:{kind}"))]


def country(code: str | None) -> list[NamedNode]:
    return [NamedNode(f"{AUTHORITY}country/{COUNTRIES[code]}")] if code else []


def programme(name: str) -> list[NamedNode]:
    return below("programme/" + name.lower().replace(" ", "-"))


def document(title: str) -> list[NamedNode]:
    return below("document/" + hashlib.sha256(title.encode()).hexdigest()[:8])


class Expectation:
    """What each row of the tables in ``folder`` must have become."""

    def __init__(self, folder: Path) -> None:
        supplement = resources.files("urbact_graph.facts") / "supplement"
        places = {path.name.removesuffix(".jsonl"): path for path in folder.glob("*.jsonl")}
        self.tables = {name: self.read(path.read_text("utf-8")) for name, path in places.items()}
        for name in ("networks-listing", "programmes"):
            self.tables[name] = self.read((supplement / f"{name}.jsonl").read_text("utf-8"))
        self.listed = {row["network"]: row for row in self.tables["networks-listing"]}
        self.mapping = {row["text"]: row["theme"] for row in self.tables["recommendation-themes"]}

    @staticmethod
    def read(text: str) -> list[Row]:
        return [json.loads(line) for line in text.splitlines()]

    def network(self, row: Row) -> Facts:
        expert = row["lead_expert"] or ""
        bare = re.sub(r" \(.*\)", "", expert).lower().replace("é", "e")
        people = [name.replace(" ", "-") for name in re.split(", | and ", bare) if name]
        themes = [x for x in self.tables["network-themes"] if x["network"] == row["id"]]
        listed = self.listed.get(row["id"], {})
        notes = [f"The theme '{x['theme']}': {x['note']}." for x in themes if x["note"]]
        if "(" in expert:
            notes.append(f"The lead expert is printed as '{expert}'.")
        count = row["declared_partner_count"]
        facts = facts_of(
            ("rdf:type", terms(NETWORKS[row["type"]])),
            ("urb:programme", programme(row["programme"])),
            ("skos:prefLabel", english(row["name"])),
            ("dct:title", plain(row["title"])),
            ("dct:abstract", english(row["summary"])),
            ("urb:start", date(row["start"])),
            ("urb:end", date(row["end"])),
            ("urb:status", terms(row["status"].capitalize()) if row["status"] else []),
            ("urb:themeText", plain(*(row["themes"] or []))),
            ("urb:declaredPartnerCount", integer(count or listed.get("partner_count"))),
            ("foaf:page", pages(row["page"])),
            ("dct:source", pages(*row["source"], *listed.get("source", []))),
            ("skos:editorialNote", english(row["note"], *notes)),
            ("urb:objective", english(*listed.get("objectives", []))),
            ("urb:targetGroup", english(*listed.get("target_groups", []))),
            ("urb:planKind", terms(*(PLANS[kind] for kind in listed.get("plan_types", [])))),
            ("urb:intendedPlan", english(*listed.get("plans", []))),
            ("urb:intendedPlanCount", integer(listed.get("plan_count"))),
        )
        for person in people:
            facts |= facts_of(("urb:leadExpert", below(f"person/{person}")))
        for theme in themes:
            name = "urb:declaredTheme" if theme["basis"] == "printed" else "urb:theme"
            facts |= facts_of((name, below(f"theme/{theme['theme']}")))
        return facts

    def partnership(self, row: Row) -> Facts:
        return facts_of(
            ("rdf:type", terms("Partnership")),
            ("urb:network", below(f"network/{row['network']}")),
            ("urb:city", below(f"city/{row['city']}") if row["city"] else []),
            ("urb:country", [] if row["city"] else country(row["country"])),
            ("urb:partnerName", plain(row["partner"])),
            ("skos:altLabel", plain(*row.get("also_printed_as", []))),
            ("urb:partnerKind", terms(KINDS[row["kind"]])),
            ("urb:role", terms("LeadPartner" if row["role"] == "lead" else "ProjectPartner")),
            ("dct:source", pages(*row["source"])),
            ("skos:editorialNote", english(row["note"])),
        )

    def city(self, row: Row) -> Facts:
        geonames = f"https://sws.geonames.org/{row['geonames']}/" if row["geonames"] else None
        exact, nuts = row["geonames_match"] == "exact", row["nuts3_2021"]
        note = f"The coordinates fall in the NUTS region {nuts}, which is not one of this country;"
        at_home = nuts and nuts[:2] == {"GR": "EL", "GB": "UK"}.get(row["country"], row["country"])
        foreign = nuts and not at_home
        return facts_of(
            ("rdf:type", terms("City")),
            ("skos:prefLabel", english(row["name"])),
            ("skos:altLabel", plain(*row["aliases"])),
            ("urb:localName", plain(row["local_name"])),
            ("urb:country", country(row["country"])),
            ("wgs:lat", decimal(row["lat"])),
            ("wgs:long", decimal(row["lon"])),
            ("urb:population", integer(row["population"])),
            ("owl:sameAs" if exact else "urb:seat", pages(geonames)),
            ("urb:nuts3", pages(f"http://data.europa.eu/nuts/code/{nuts}" if at_home else None)),
            ("foaf:page", pages(row["urbact_page"])),
            ("dct:source", pages(geonames, row["urbact_page"], GISCO if at_home else None)),
            ("skos:editorialNote", english(f"{note} no region is linked." if foreign else None)),
        )

    def plan(self, row: Row) -> Facts:
        title, tongue = row["title"], row["language"]
        titles = [Literal(title, language=tongue)] if title and tongue else plain(title)
        spoken = pages(f"{AUTHORITY}language/FRA") if tongue else []
        return facts_of(
            ("rdf:type", terms(PLANS[row["type"]])),
            ("urb:network", below(f"network/{row['network']}") if row["network"] else []),
            ("urb:city", below(f"city/{row['city']}") if row["city"] else []),
            ("urb:country", [] if row["city"] else country(row["country"])),
            ("dct:title", titles),
            ("dct:abstract", english(row["summary"])),
            ("dct:issued", date(row["date"])),
            ("dct:language", spoken),
            ("foaf:page", pages(row["url"])),
            ("dct:source", pages(*row["source"])),
        )

    def recommendation(self, row: Row) -> Facts:
        themes = {self.mapping[text] for text in row["theme"]} - {None}
        return facts_of(
            ("rdf:type", terms("Recommendation")),
            ("urb:statement", english(row["statement"])),
            ("urb:themeText", plain(*row["theme"])),
            ("urb:theme", [NamedNode(f"{BASE}theme/{theme}") for theme in themes]),
            ("urb:addressee", terms(*(f"{x}Addressee" for x in ADDRESSEES[row["addressee"]]))),
            ("urb:network", below(f"network/{row['network']}") if row["network"] else []),
            ("urb:document", document(row["document"])),
            ("dct:source", pages(*row["source"])),
        )

    def call(self, row: Row) -> Facts:
        kinds = row["network_type"]
        note = f"The kinds of network asked for: {kinds}." if "(" in kinds else None
        return facts_of(
            ("rdf:type", terms("Call")),
            ("dct:title", plain(row["title"])),
            ("urb:programme", programme(row["programme"])),
            ("urb:networkType", terms(*CALLED[kinds])),
            ("urb:opens", date(row["opens"])),
            ("urb:closes", date(row["closes"])),
            ("urb:approved", date(row["approved"])),
            ("urb:networksApproved", integer(row["networks_approved"])),
            ("urb:partnersApproved", integer(row["partners"])),
            ("urb:budget", plain(row["budget"])),
            ("dct:source", pages(*row["source"])),
            ("skos:editorialNote", english(row["note"], note)),
        )

    def theme(self, row: Row) -> Facts:
        topic, origin = row["level"] == "topic", row.get("origin")
        note = f"Added to the programme's own themes by {origin}." if origin else None
        facts = facts_of(
            ("rdf:type", [iri("skos:Concept")]),
            ("skos:inScheme", below("theme")),
            ("skos:topConceptOf", below("theme") if topic else []),
            ("skos:broader", below(f"theme/{row['broader']}") if row["broader"] else []),
            ("skos:prefLabel", english(row["label"])),
            ("skos:altLabel", english(*row["alt_labels"])),
            ("skos:definition", english(row["definition"])),
            ("skos:editorialNote", english(note)),
            ("urb:basis", terms(row["basis"].capitalize()) if row["basis"] else []),
            ("dct:source", [*pages(*row["source"]), *(below("theme") if origin else [])]),
        )
        for link in row["links"]:
            facts |= facts_of((f"skos:{link['relation']}", pages(link["target"])))
        return facts

    def programme(self, row: Row) -> Facts:
        return facts_of(
            ("rdf:type", terms("Programme")),
            ("skos:prefLabel", english(row["name"])),
            ("urb:start", date(row["start"])),
            ("urb:end", date(row["end"])),
            ("urb:budget", plain(row["budget"])),
            ("dct:source", pages(*row["source"])),
        )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Facts]:
    data = tmp_path_factory.mktemp("import") / "data"
    import_facts(FIXTURE, data, BASE)
    found: dict[str, Facts] = defaultdict(set)
    for path in data.rglob("*.ttl"):
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            found[str(quad.subject)].add((str(quad.predicate), str(quad.object)))
    return found


@pytest.fixture(scope="module")
def expectation() -> Expectation:
    return Expectation(FIXTURE)


TABLES: list[tuple[str, Callable[[Expectation, Row], Facts]]] = [
    ("networks", Expectation.network),
    ("partnerships", Expectation.partnership),
    ("cities", Expectation.city),
    ("plans", Expectation.plan),
    ("recommendations", Expectation.recommendation),
    ("calls", Expectation.call),
    ("themes", Expectation.theme),
    ("programmes", Expectation.programme),
]


@pytest.mark.parametrize(("table", "form"), TABLES, ids=[table for table, _ in TABLES])
def test_each_row_is_one_entity_with_just_its_cells(
    written: dict[str, Facts],
    expectation: Expectation,
    table: str,
    form: Callable[[Expectation, Row], Facts],
) -> None:
    for row in expectation.tables[table]:
        expected = form(expectation, row)
        found = [subject for subject, facts in written.items() if facts == expected]
        assert len(found) == 1, row


def test_what_rows_share_is_stated_once(written: dict[str, Facts]) -> None:
    of_topic = "https://example.org/"
    assert written["<http://eurovoc.europa.eu/4817>"] == facts_of(
        ("rdf:type", [iri("skos:Concept")]),
        ("skos:prefLabel", english("policy of transport")),
        ("skos:altLabel", english("transport policy")),
        ("dct:source", pages(of_topic + "eurovoc", of_topic + "eurovoc-2")),
        ("skos:editorialNote", english("The label was read in: edition of 2021.")),
    )
    assert written[str(document("Example report")[0])] == facts_of(
        ("rdf:type", terms("Document")),
        ("dct:title", plain("Example report")),
        ("dct:source", pages(*(of_topic + page for page in ("report", "report?p=2", "more")))),
    )
    assert written[f"<{BASE}glossary/local-group-ulg>"] == facts_of(
        ("rdf:type", [iri("skos:Concept")]),
        ("skos:inScheme", below("glossary")),
        ("skos:prefLabel", english("Local Group (ULG)")),
        ("skos:definition", english('People who plan together; a "group" | of many.')),
        ("dct:source", pages(of_topic + "glossary", of_topic + "glossary-2")),
    )
    assert written[f"<{AUTHORITY}language/FRA>"] == facts_of(
        ("rdf:type", [iri("skos:Concept")]),
        ("skos:inScheme", pages(f"{AUTHORITY}language")),
        ("skos:notation", plain("fr")),
        ("skos:prefLabel", english("French")),
        ("skos:prefLabel", [Literal("Français", language="fr")]),
        ("skos:prefLabel", [Literal("Französisch", language="de")]),
        ("dct:source", pages("https://www.iso.org/iso-639-language-code")),
    )
    greece = f"<{AUTHORITY}country/GRC>"
    assert written[greece] == facts_of(
        ("rdf:type", [iri("skos:Concept")]),
        ("skos:inScheme", pages(f"{AUTHORITY}country")),
        ("skos:notation", plain("GR")),
        ("skos:prefLabel", english("Greece")),
        ("skos:prefLabel", [Literal("Grèce", language="fr")]),
        ("skos:prefLabel", [Literal("Griechenland", language="de")]),
        ("dct:source", pages("https://www.iso.org/iso-3166-country-codes.html")),
    )


def test_there_is_an_entity_a_row_and_no_other(
    written: dict[str, Facts], expectation: Expectation
) -> None:
    rows = sum(len(expectation.tables[table]) for table, _ in TABLES)
    # Besides: 2 regions, 2 schemes, 2 linked concepts, 2 people, 2 documents, 2 terms, 5 countries
    # and the language of a plan.
    assert len(written) == rows + 2 + 2 + 2 + 2 + 2 + 2 + len(COUNTRIES) + 1
