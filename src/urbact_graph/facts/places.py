"""Cities with their countries and regions; the languages that plans are written in."""

from collections import defaultdict
from typing import Any

from urbact_graph.facts.authorities import (
    COUNTRIES,
    LANGUAGES,
    country_iri,
    country_names,
    language_iri,
    language_names,
    nuts_prefix,
)
from urbact_graph.facts.describer import Describer
from urbact_graph.facts.tables import City, Tables
from urbact_graph.rdf.builder import Subject

_NUTS = "http://data.europa.eu/nuts/code/"
# The edition that the column nuts3_2021 is of.
_NUTS_EDITION = "2021"
_NUTS_SOURCE = (
    "https://ec.europa.eu/eurostat/web/gisco/geodata/statistical-units/territorial-units-statistics"
)
_ISO_COUNTRIES = "https://www.iso.org/iso-3166-country-codes.html"
_ISO_LANGUAGES = "https://www.iso.org/iso-639-language-code"


class PlaceDescriber(Describer):
    """Describes the cities, by country, and the countries and regions that occur."""

    def cities(self, tables: Tables) -> dict[str, list[Subject]]:
        """Return the cities of each country, by its lower-case ISO code, sorted by IRI."""
        contents: dict[str, list[Subject]] = defaultdict(list)
        for row in sorted(tables.cities, key=lambda row: row.id):
            contents[row.country.lower()].append(self.city(row))
        return contents

    def city(self, row: City) -> Subject:
        """Describe a city."""
        new = self.describe(self.mint.iri("city", row.id), "urb:City", row=row)
        new.link("urb:country", country_iri(row.country)).link("dct:source", row.urbact_page)
        if row.geonames is not None:
            place = f"https://sws.geonames.org/{row.geonames}/"
            # Only an exact match is the same place; a main town only gives its coordinates.
            new.link("owl:sameAs" if row.geonames_match == "exact" else "urb:seat", place)
            new.link("dct:source", place)
        if row.nuts3_2021 and has_foreign_nuts(row):
            note = (
                f"The coordinates fall in the NUTS region {row.nuts3_2021}, which is not one of "
                "this country; no region is linked."
            )
            new.text("skos:editorialNote", note, language="en")
        elif row.nuts3_2021:
            new.link("urb:nuts3", _NUTS + row.nuts3_2021).link("dct:source", _NUTS_SOURCE)
        return new

    def regions(self, tables: Tables) -> list[Subject]:
        """Return the regions that cities lie in and whose names the tables have, sorted by code.

        A region's name is of no known language: it is that of the country, or one of several.
        """
        names = {row.code: row.label for row in tables.nuts_labels if row.version == _NUTS_EDITION}
        codes = {
            row.nuts3_2021 for row in tables.cities if row.nuts3_2021 and not has_foreign_nuts(row)
        }
        described = []
        for code in sorted(codes & names.keys()):
            new = self.describe(_NUTS + code, "skos:Concept")
            # Some cells of Eurostat's table end with a space.
            new.text("skos:prefLabel", names[code].strip())
            described.append(new.link("dct:source", _NUTS_SOURCE))
        return described

    def countries(self, tables: Tables) -> list[Subject]:
        """Return the countries that any table names, sorted by code."""
        rows: list[Any] = [*tables.cities, *tables.partnerships, *tables.plans]
        codes = sorted({row.country for row in rows if row.country})
        return [
            self._entry(country_iri(code), COUNTRIES, code, country_names(code), _ISO_COUNTRIES)
            for code in codes
        ]

    def languages(self, tables: Tables) -> list[Subject]:
        """Return the languages of the plans, sorted by code."""
        codes = sorted({x.language for x in tables.plans if x.language})
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


def has_foreign_nuts(row: City) -> bool:
    """Tell whether the row's NUTS code is not one of its country's."""
    return row.nuts3_2021 is not None and row.nuts3_2021[:2] != nuts_prefix(row.country)
