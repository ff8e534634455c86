"""What each row of the fact tables must have become, made from the tables alone.

None of the import's own code is used.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BASE = "https://w3id.org/urbact-graph/"
SPACES = {
    "urb": f"{BASE}ontology#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
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
ADDRESSEES: dict[str | None, list[str]] = {
    None: [],
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
EVIDENCE = {"plan": ["PlanDescribed"], "network": ["PlanStatedForNetwork"]}
MEASURES = {
    "networks": "NetworksMeasure",
    "partners": "PartnersMeasure",
    "countries": "CountriesMeasure",
    "plans": "PlansMeasure",
}
EUROSTAT = "https://ec.europa.eu/eurostat/web/"
GISCO = f"{EUROSTAT}gisco/geodata/statistical-units/territorial-units-statistics"
# The property of each scheme's codes, and the page of the scheme.
CODES = {
    "lau": ("urb:lau", f"{EUROSTAT}nuts/local-administrative-units"),
    "unlocode": ("urb:unlocode", "https://unece.org/trade/uncefact/unlocode"),
    "fua": ("urb:functionalUrbanArea", f"{EUROSTAT}gisco/geodata/statistical-units/urban-audit"),
    "urban-audit": ("urb:urbanAuditCity", f"{EUROSTAT}gisco/geodata/statistical-units/urban-audit"),
}

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
        listing = self.read((supplement / "networks-listing.jsonl").read_text("utf-8"))
        self.listed = {row["network"]: row for row in listing}
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
        items = [x for x in self.tables["network-links"] if x["network"] == row["id"]]
        kohesio = [x["value"] for x in items]
        call = below(f"call/{row['call']}") if row["call"] else []
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
            ("dct:source", pages(*(page for x in items for page in x["source"]))),
            ("urb:statedCall" if row["call_basis"] == "stated" else "urb:call", call),
            ("urb:kohesio", plain(*kohesio)),
            (
                "rdfs:seeAlso",
                pages(*(f"https://kohesio.ec.europa.eu/en/projects/{x}" for x in kohesio)),
            ),
            ("urb:reviewed", date(row["reviewed"])),
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
            ("urb:reviewed", date(row["reviewed"])),
            ("dct:source", pages(*row["source"])),
            ("skos:editorialNote", english(row["note"])),
        )

    def city(self, row: Row) -> Facts:
        geonames = f"https://sws.geonames.org/{row['geonames']}/" if row["geonames"] else None
        exact, old, new = row["geonames_match"] == "exact", row["nuts3_2021"], row["nuts3_2024"]
        note = f"The coordinates fall in the NUTS region {old}, which is not one of this country;"
        at_home = old and old[:2] == {"GR": "EL", "GB": "UK"}.get(row["country"], row["country"])
        foreign = old and not at_home
        codes = "http://data.europa.eu/nuts/code/"
        facts = facts_of(
            ("rdf:type", terms("City")),
            ("skos:prefLabel", english(row["name"])),
            ("skos:altLabel", plain(*row["aliases"])),
            ("urb:localName", plain(row["local_name"])),
            ("urb:country", country(row["country"])),
            ("wgs:lat", decimal(row["lat"])),
            ("wgs:long", decimal(row["lon"])),
            ("urb:population", integer(row["population"])),
            ("owl:sameAs" if exact else "urb:seat", pages(geonames)),
            ("urb:nuts3", pages(f"{codes}{new or old}" if at_home else None)),
            ("urb:nuts3In2021", pages(f"{codes}{old}" if at_home else None)),
            ("foaf:page", pages(row["urbact_page"])),
            ("dct:source", pages(geonames, row["urbact_page"], GISCO if at_home else None)),
            ("skos:editorialNote", english(f"{note} no region is linked." if foreign else None)),
        )
        return facts | self.names(row) | self.codes(row)

    def names(self, row: Row) -> Facts:
        facts: Facts = set()
        for name in self.tables["city-names"]:
            text, lang = name["name"], name["lang"]
            if name["city"] != row["id"] or (text, lang) == (row["name"], "en"):
                continue
            if lang:
                facts |= facts_of(("skos:altLabel", [Literal(text, language=lang)]))
            elif text not in (row["name"], row["local_name"], *row["aliases"]):
                facts |= facts_of(("skos:hiddenLabel", plain(text)))
        return facts

    def codes(self, row: Row) -> Facts:
        facts: Facts = set()
        items = [x["value"] for x in self.tables["city-links"] if x["scheme"] == "wikidata"]
        for link in self.tables["city-links"]:
            scheme, code = link["scheme"], link["value"].strip()
            if link["city"] != row["id"]:
                continue
            if scheme == "wikidata":
                entity = (
                    f"http://www.wikidata.org/entity/{code}" if items.count(code) == 1 else None
                )
                facts |= facts_of(("owl:sameAs", pages(entity)))
                continue
            name, page = CODES[scheme]
            facts |= facts_of((name, plain(code)), ("dct:source", pages(page)))
            if scheme == "lau":
                facts |= facts_of(("urb:lauYear", integer(2019)))
            if scheme == "unlocode":
                location = f"https://vocabulary.uncefact.org/unlocode#{code.replace(' ', '')}"
                facts |= facts_of(("urb:unlocodeLocation", pages(location)))
        return facts

    def plan(self, row: Row) -> Facts:
        title, tongue = row["title"], row["language"]
        titles = [Literal(title, language=tongue)] if title and tongue else plain(title)
        spoken = pages(f"{AUTHORITY}language/FRA") if tongue else []
        kind, announced = PLANS[row["type"]], row["evidence"] == "announced"
        return facts_of(
            ("rdf:type", terms("AnnouncedPlan" if announced else kind)),
            ("urb:planKind", terms(kind) if announced else []),
            ("urb:evidence", terms(*EVIDENCE.get(row["evidence"], []))),
            ("urb:reviewed", date(row["reviewed"])),
            ("skos:editorialNote", english(row["note"])),
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
            ("urb:reviewed", date(row["reviewed"])),
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
            ("urb:budgetInEuro", integer(row["budget_eur"])),
            ("urb:erdf", plain(row["erdf"])),
            ("urb:erdfInEuro", integer(row["erdf_eur"])),
            ("skos:editorialNote", english(row["note"])),
            ("dct:source", pages(*row["source"])),
        )

    def total(self, row: Row) -> Facts:
        kind = "programme" if row["scope"] == "urbact-i" else "call"
        return facts_of(
            ("rdf:type", terms("OfficialTotal")),
            ("urb:totalOf", below(f"{kind}/{row['scope']}")),
            ("urb:measure", terms(MEASURES[row["measure"]])),
            ("urb:total", integer(row["value"])),
            ("dct:source", pages(*row["source"])),
        )
