"""Cities with their names and identifiers; countries, and the languages of plans."""

from collections import defaultdict
from typing import Any

from urbact_graph.facts.authorities import (
    COUNTRIES,
    LANGUAGES,
    country_iri,
    country_names,
    language_iri,
    language_names,
)
from urbact_graph.facts.describer import Describer
from urbact_graph.facts.minting import Minter
from urbact_graph.facts.regions import state_regions
from urbact_graph.facts.tables import City, CityLink, CityName, Tables
from urbact_graph.rdf.builder import Subject

_WIKIDATA = "http://www.wikidata.org/entity/"
_UNLOCODE = "https://vocabulary.uncefact.org/unlocode#"
# The edition of the table of LAU that the column of codes is of.
_LAU_YEAR = 2019
_LAU_SOURCE = "https://ec.europa.eu/eurostat/web/nuts/local-administrative-units"
_URBAN_AUDIT_SOURCE = (
    "https://ec.europa.eu/eurostat/web/gisco/geodata/statistical-units/urban-audit"
)
_UNLOCODE_SOURCE = "https://unece.org/trade/uncefact/unlocode"
_ISO_COUNTRIES = "https://www.iso.org/iso-3166-country-codes.html"
_ISO_LANGUAGES = "https://www.iso.org/iso-639-language-code"


class PlaceDescriber(Describer):
    """Describes the cities, by country, and the countries and languages that occur."""

    def __init__(self, minter: Minter, tables: Tables) -> None:
        super().__init__(minter)
        self.tables = tables
        self.names: dict[str, list[CityName]] = defaultdict(list)
        for name in tables.city_names:
            self.names[name.city].append(name)
        self.links: dict[str, list[CityLink]] = defaultdict(list)
        for link in tables.city_links:
            self.links[link.city].append(link)
        self.shared = {item for item, _ in shared_items(tables)}

    def cities(self) -> dict[str, list[Subject]]:
        """Return the cities of each country, by its lower-case ISO code, sorted by IRI."""
        contents: dict[str, list[Subject]] = defaultdict(list)
        for row in sorted(self.tables.cities, key=lambda row: row.id):
            contents[row.country.lower()].append(self.city(row))
        return contents

    def city(self, row: City) -> Subject:
        """Describe a city with its names, identifiers and regions."""
        new = self.describe(self.mint.iri("city", row.id), "urb:City", row=row)
        new.link("urb:country", country_iri(row.country)).link("dct:source", row.urbact_page)
        if row.geonames is not None:
            place = f"https://sws.geonames.org/{row.geonames}/"
            # Only an exact match is the same place; a main town only gives its coordinates.
            new.link("owl:sameAs" if row.geonames_match == "exact" else "urb:seat", place)
            new.link("dct:source", place)
        for link in self.links[row.id]:
            self._state_link(new, link)
        self._state_names(new, row)
        state_regions(new, row)
        return new

    def _state_link(self, city: Subject, link: CityLink) -> None:
        """State a code; only the schemes that publish IRIs of their own have a link, too."""
        match link.scheme:
            case "wikidata":
                # Of two places one at most can be the item, and the table does not say which.
                if link.value not in self.shared:
                    city.link("owl:sameAs", f"{_WIKIDATA}{link.value}")
            case "lau":
                city.text("urb:lau", link.value).number("urb:lauYear", _LAU_YEAR)
                city.link("dct:source", _LAU_SOURCE)
            case "unlocode":
                city.text("urb:unlocode", link.value).link("dct:source", _UNLOCODE_SOURCE)
                city.link("urb:unlocodeLocation", _UNLOCODE + link.value.replace(" ", ""))
            case "fua":
                city.text("urb:functionalUrbanArea", link.value)
                city.link("dct:source", _URBAN_AUDIT_SOURCE)
            case "urban-audit":
                city.text("urb:urbanAuditCity", link.value)
                city.link("dct:source", _URBAN_AUDIT_SOURCE)

    def _state_names(self, city: Subject, row: City) -> None:
        """State the names in other languages, and for matching those of no known language."""
        plain = {row.name, row.local_name, *row.aliases}
        for name in self.names[row.id]:
            if name.lang is None:
                city.text("skos:hiddenLabel", None if name.name in plain else name.name)
            # A label is either the preferred one of its language or another (SKOS, section 5.4).
            elif (name.lang, name.name) != ("en", row.name):
                city.text("skos:altLabel", name.name, language=name.lang)

    def countries(self) -> list[Subject]:
        """Return the countries that any table names, sorted by code."""
        tables = self.tables
        rows: list[Any] = [*tables.cities, *tables.partnerships, *tables.plans]
        codes = sorted({row.country for row in rows if row.country})
        return [
            self._entry(country_iri(code), COUNTRIES, code, country_names(code), _ISO_COUNTRIES)
            for code in codes
        ]

    def languages(self) -> list[Subject]:
        """Return the languages of the plans, sorted by code."""
        codes = sorted({x.language for x in self.tables.plans if x.language})
        return [
            self._entry(language_iri(code), LANGUAGES, code, language_names(code), _ISO_LANGUAGES)
            for code in codes
        ]

    def _entry(
        self, iri: str, table: str, code: str, names: dict[str, str], source: str
    ) -> Subject:
        """Describe an entry of an authority table with its names."""
        new = self.describe(iri, "skos:Concept")
        new.link("skos:inScheme", table).text("skos:notation", code)
        return new.translations("skos:prefLabel", names).link("dct:source", source)


def shared_items(tables: Tables) -> list[tuple[str, list[CityLink]]]:
    """Return the Wikidata items that several cities have, with the rows that say so."""
    rows_of: dict[str, list[CityLink]] = defaultdict(list)
    for link in tables.city_links:
        if link.scheme == "wikidata":
            rows_of[link.value].append(link)
    return [(item, rows) for item, rows in rows_of.items() if len(rows) > 1]
