"""Answers about places: how far apart they are, what they are called, and which codes they have."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from math import asin, cos, floor, radians, sin, sqrt
from typing import TYPE_CHECKING

from rdflib import OWL, SKOS, Literal, URIRef

from .facts import URB, WGS, Answer, Arguments, Facts, Row, answers, wanted

if TYPE_CHECKING:
    from rdflib.term import Node

Point = tuple[float, float]

# The mean radius of the earth in metres, as the engine has it.
_RADIUS = 6_371_008.8
_CODES = {
    "Functional urban area": URB.functionalUrbanArea,
    "LAU": URB.lau,
    "UN/LOCODE": URB.unlocode,
    "Urban Audit": URB.urbanAuditCity,
}
_WIKIDATA = "http://www.wikidata.org/entity/"
_GEONAMES = "https://sws.geonames.org/"


def metres(one: Point, other: Point) -> float:
    """Return how far apart two points, latitude and longitude in degrees, are on a sphere."""
    (south, west), (north, east) = (tuple(map(radians, point)) for point in (one, other))
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * _RADIUS * asin(sqrt(chord))


def _point(facts: Facts, city: Node) -> Point | None:
    latitude, longitude = facts.one(city, WGS.lat), facts.one(city, WGS.long)
    return None if latitude is None or longitude is None else (float(latitude), float(longitude))  # type: ignore[arg-type]


def _near(facts: Facts, here: Point | None, kilometres: Node) -> list[Row]:
    rows: list[Row] = []
    for city in facts.cities:
        there = _point(facts, city)
        if here is None or there is None or metres(here, there) > 1000 * float(str(kilometres)):
            continue
        distance = Literal(Decimal(floor(metres(here, there) / 100 + 0.5)) / 10)
        country = facts.english(facts.one(city, URB.country))
        inhabitants = facts.one(city, URB.population)
        networks = len(facts.networks_of[city])
        rows.append((city, facts.english(city), country, distance, inhabitants, networks))
    return sorted(rows, key=lambda row: (Decimal(str(row[3])), str(row[0])))


@answers
def cities_near_city(facts: Facts, given: Arguments) -> Answer:
    rows = _near(facts, _point(facts, given["city"]), given["kilometres"])
    return [
        (*row, facts.one(URIRef(f"{row[0]}"), WGS.lat), facts.one(URIRef(f"{row[0]}"), WGS.long))
        for row in rows
        if row[0] != given["city"]
    ]


@answers
def cities_near_point(facts: Facts, given: Arguments) -> Answer:
    here = (float(given["latitude"]), float(given["longitude"]))
    return _near(facts, here, given["kilometres"])


def _names(facts: Facts, city: Node) -> list[tuple[str, str | None, str]]:
    """Return the names of a city with their languages and uses."""
    shown = facts.objects(city, SKOS.prefLabel)
    texts = {str(label) for label in shown}
    local = [n for n in facts.objects(city, URB.localName) if str(n) not in texts]
    named = {
        "shown": shown,
        "another name": {*facts.objects(city, SKOS.altLabel), *local},
        "only to recognise": facts.objects(city, SKOS.hiddenLabel),
    }
    found = [
        (str(label), label.language, use)
        for use, labels in named.items()
        for label in labels
        if isinstance(label, Literal)
    ]
    return sorted(found, key=lambda name: (name[0], name[1] or "", name[2]))


@answers
def city_names(facts: Facts, given: Arguments) -> Answer:
    return list(_names(facts, given["city"]))


def _folded(name: str) -> str:
    """Return a name without capitals, accents and hyphens."""
    parts = unicodedata.normalize("NFKD", name.lower().replace("-", " ").replace("'", " "))
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return plain.translate(str.maketrans("łđħøı\u2019", "ldhoi "))


@answers
def city_by_name(facts: Facts, given: Arguments) -> Answer:
    asked = str(given["name"])
    return [
        (
            city,
            facts.english(city),
            facts.english(facts.one(city, URB.country)),
            name,
            language,
        )
        for city in facts.cities
        for name, language, _ in _names(facts, city)
        if _folded(name) == _folded(asked)
    ]


def _region(region: Node | None) -> str | None:
    return None if region is None else str(region).rpartition("/")[2]


def _linked(facts: Facts, city: Node, site: str) -> str | None:
    """Return the identifier of the city at a site, from its link to that."""
    (*found,) = (
        str(place).removeprefix(site).rstrip("/")
        for place in facts.objects(city, OWL.sameAs)
        if str(place).startswith(site)
    )
    assert len(found) < 2, city
    return found[0] if found else None


@answers
def city_codes(facts: Facts, given: Arguments) -> Answer:
    return [
        (
            city,
            facts.english(city),
            _linked(facts, city, _WIKIDATA),
            _linked(facts, city, _GEONAMES),
            facts.one(city, URB.lau),
            facts.one(city, URB.lauYear),
            facts.one(city, URB.unlocode),
            _region(facts.one(city, URB.nuts3)),
            _region(facts.one(city, URB.nuts3In2021)),
            facts.one(city, URB.functionalUrbanArea),
            facts.one(city, URB.urbanAuditCity),
        )
        for city in facts.cities
        if wanted(facts.one(city, URB.country), given.get("country"))
    ]


def _codes(facts: Facts, city: Node) -> set[tuple[str, str]]:
    """Return the codes of a city, each with its scheme."""
    codes = {(scheme, str(code)) for scheme, p in _CODES.items() for code in facts.objects(city, p)}
    for scheme, site in (("Wikidata", _WIKIDATA), ("GeoNames", _GEONAMES)):
        identifier = _linked(facts, city, site)
        codes |= {(scheme, identifier)} if identifier else set()
    for edition in (URB.nuts3, URB.nuts3In2021):
        region = _region(facts.one(city, edition))
        codes |= {("NUTS", region)} if region else set()
    return codes


@answers
def city_by_code(facts: Facts, given: Arguments) -> Answer:
    asked = str(given["code"]).replace(" ", "").replace("_", "").upper()
    rows: list[Row] = []
    for city in facts.cities:
        country = facts.english(facts.one(city, URB.country))
        for scheme, code in _codes(facts, city):
            plain = code.replace(" ", "").replace("_", "")
            within = scheme == "NUTS" and len(asked) > 1 and plain.startswith(asked)
            without_country = scheme == "LAU" and code.partition("_")[2] == asked
            if plain == asked or within or without_country:
                rows.append((city, facts.english(city), country, scheme, code))
    return sorted(rows, key=lambda row: (str(row[3]), str(row[0]), str(row[4])))


@answers
def reach_by_region(facts: Facts, given: Arguments) -> Answer:
    groups: dict[tuple[Node, Node], list[tuple[Node, Node]]] = {}
    for member in facts.members:
        code = _region(facts.one(member.city, URB.nuts3))
        if code is None or member.city is None or member.country is None:
            continue
        # A code is two letters for the country and a character for each level below it.
        region = URIRef(f"http://data.europa.eu/nuts/code/{code[: 2 + int(given['level'])]}")
        if facts.objects(region, URB.nutsLevel) and wanted(member.country, given.get("country")):
            groups.setdefault((region, member.country), []).append((member.city, member.network))
    rows: list[Row] = [
        (
            region,
            _region(region),
            facts.one(region, SKOS.prefLabel) or _region(region),
            facts.english(country),
            len({city for city, _ in here}),
            len(here),
            len({network for _, network in here}),
        )
        for (region, country), here in groups.items()
    ]
    return sorted(rows, key=lambda row: (str(row[1]), str(row[3])))
