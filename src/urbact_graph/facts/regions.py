"""Regions of NUTS: which a city lies in, and the tree of those above, in two editions."""

from collections import defaultdict
from collections.abc import Iterator

from urbact_graph.facts.authorities import country_iri, nuts_country, nuts_prefix
from urbact_graph.facts.describer import Describer
from urbact_graph.facts.tables import City, Tables
from urbact_graph.rdf.builder import Subject

_CODE = "http://data.europa.eu/nuts/code/"
_SCHEME = "http://data.europa.eu/nuts/scheme/"
_SOURCE = (
    "https://ec.europa.eu/eurostat/web/gisco/geodata/statistical-units/territorial-units-statistics"
)
_SCHEME_SOURCE = "https://ec.europa.eu/eurostat/web/nuts/linked-open-data"
# The editions of which the tables have codes, the newest first.
_EDITIONS = ("2024", "2021")
# A code is that of the country, with a letter more for each level below it.
_COUNTRY_LENGTH = 2


def state_regions(city: Subject, row: City) -> None:
    """State in which region the city lies, in the newest edition known and in that of 2021."""
    for code in foreign_codes(row):
        note = (
            f"The coordinates fall in the NUTS region {code}, which is not one of this country; "
            "no region is linked."
        )
        city.text("skos:editorialNote", note, language="en")
    codes = _codes_at_home(row)
    for edition, code in codes.items():
        newest = edition == next(iter(codes))
        city.link("urb:nuts3", _CODE + code if newest else None)
        city.link("urb:nuts3In2021", _CODE + code if edition == "2021" else None)
        city.link("dct:source", _SOURCE)


def foreign_codes(row: City) -> list[str]:
    """Return the row's codes that are not of its country, each once."""
    codes = [code for code in _codes(row).values() if code[:2] != nuts_prefix(row.country)]
    return list(dict.fromkeys(codes))


def unnamed_codes(tables: Tables) -> Iterator[tuple[str, str]]:
    """Yield each used code that the table of labels has in no edition, with where it is used."""
    named = {label.code for label in tables.nuts_labels}
    for row in tables.cities:
        for code in dict.fromkeys(_codes_at_home(row).values()):
            if code not in named:
                yield code, row.where


class RegionDescriber(Describer):
    """Describes the regions that cities lie in, and all regions above them."""

    def regions(self, tables: Tables) -> list[Subject]:
        """Return the regions whose codes cities have and those above, sorted; last the editions."""
        names: dict[str, dict[str, str]] = defaultdict(dict)
        for label in tables.nuts_labels:
            # Some cells of Eurostat's table end with a space.
            names[label.code][label.version] = label.label.strip()
        used: dict[str, set[str]] = defaultdict(set)
        for row in tables.cities:
            for edition, code in _codes_at_home(row).items():
                for above in _upwards(code):
                    used[above].add(edition)
        regions = [self.region(code, used[code], names[code]) for code in sorted(used)]
        schemes = [self.scheme(edition) for edition in sorted(_EDITIONS)] if regions else []
        return regions + schemes

    def scheme(self, edition: str) -> Subject:
        """Describe an edition of NUTS: it has a label as a thing of SKOS, a title as a dataset."""
        new = self.describe(_SCHEME + edition, "skos:ConceptScheme")
        for predicate in ("skos:prefLabel", "dct:title"):
            new.text(predicate, f"NUTS {edition}", language="en")
        return new.link("dct:source", _SCHEME_SOURCE)

    def region(self, code: str, editions: set[str], names: dict[str, str]) -> Subject:
        """Describe a region with its ``names`` by edition.

        A region's name is of no known language: it is that of the country, or one of several.
        """
        new = self.describe(_CODE + code, "skos:Concept").text("skos:notation", code)
        new.number("urb:nutsLevel", len(code) - _COUNTRY_LENGTH)
        # The code stands in the editions that have a name for it, and where a city's row has it.
        stands_in = editions | names.keys()
        new.link("skos:inScheme", *(_SCHEME + edition for edition in stands_in))
        if len(code) > _COUNTRY_LENGTH:
            new.link("skos:broader", _CODE + code[:-1])
        elif country := nuts_country(code):
            new.link("skos:exactMatch", country_iri(country))
        labels = list(dict.fromkeys(names[edition] for edition in _EDITIONS if edition in names))
        new.text("skos:prefLabel", *labels[:1]).text("skos:altLabel", *labels[1:])
        return new.link("dct:source", _SOURCE)


def _codes(row: City) -> dict[str, str]:
    """Return the row's codes by edition, the newest first."""
    codes = {"2024": row.nuts3_2024, "2021": row.nuts3_2021}
    return {edition: code for edition in _EDITIONS if (code := codes[edition])}


def _codes_at_home(row: City) -> dict[str, str]:
    foreign = foreign_codes(row)
    return {edition: code for edition, code in _codes(row).items() if code not in foreign}


def _upwards(code: str) -> Iterator[str]:
    """Yield ``code`` and the codes of the regions above it."""
    for length in range(len(code), _COUNTRY_LENGTH - 1, -1):
        yield code[:length]
