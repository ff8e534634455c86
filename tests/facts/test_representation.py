"""Every cell of every row is in the data, in its form, and nothing else is."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from tests.facts.expectation import (
    AUTHORITY,
    BASE,
    COUNTRIES,
    GISCO,
    Expectation,
    Facts,
    Row,
    below,
    document,
    english,
    facts_of,
    integer,
    iri,
    pages,
    plain,
    terms,
)
from urbact_graph.facts.importing import import_facts

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURE = Path(__file__).parent / "tables"


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
    ("official-totals", Expectation.total),
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


# The regions that the cities lie in and those above them: level, editions, names from the newest.
REGIONS: dict[str, tuple[int, str, list[str]]] = {
    "EL": (0, "2021 2024", ["Ελλάδα"]),
    "EL3": (1, "2021 2024", ["Αττική"]),
    "EL30": (2, "2021 2024", ["Αττικής"]),
    "EL303": (3, "2021 2024", ["Κεντρικός Τομέας Αθηνών"]),
    "EL30A": (3, "2024", ["Νέος Τομέας"]),
    "FR": (0, "2021 2024", ["France"]),
    "FRD": (1, "2021 2024", ["Normandie"]),
    "FRD1": (2, "2021 2024", ["Basse-Normandie"]),
    "FRD11": (3, "2021 2024", ["Le Calvados", "Calvados"]),
    "UK": (0, "2021", ["United Kingdom"]),
    "UKM": (1, "2021", ["Scotland"]),
    "UKM5": (2, "2021", ["North Eastern Scotland"]),
    "UKM50": (3, "2021", ["Aberdeen City and Aberdeenshire"]),
}
TOPS = {"EL": "GRC", "FR": "FRA", "UK": "GBR"}


@pytest.mark.parametrize("code", REGIONS)
def test_regions_stand_in_their_tree_by_edition(written: dict[str, Facts], code: str) -> None:
    nuts = "http://data.europa.eu/nuts/"
    level, editions, names = REGIONS[code]
    assert written[f"<{nuts}code/{code}>"] == facts_of(
        ("rdf:type", [iri("skos:Concept")]),
        ("skos:notation", plain(code)),
        ("urb:nutsLevel", integer(level)),
        ("skos:prefLabel", plain(*names[:1])),
        ("skos:altLabel", plain(*names[1:])),
        ("skos:inScheme", pages(*(f"{nuts}scheme/{edition}" for edition in editions.split()))),
        ("skos:broader", pages(f"{nuts}code/{code[:-1]}") if level else []),
        ("skos:exactMatch", pages(f"{AUTHORITY}country/{TOPS[code]}") if not level else []),
        ("dct:source", pages(GISCO)),
    )


@pytest.mark.parametrize("edition", ["2021", "2024"])
def test_each_edition_of_nuts_is_a_scheme(written: dict[str, Facts], edition: str) -> None:
    assert written[f"<http://data.europa.eu/nuts/scheme/{edition}>"] == facts_of(
        ("rdf:type", [iri("skos:ConceptScheme")]),
        ("skos:prefLabel", english(f"NUTS {edition}")),
        ("dct:title", english(f"NUTS {edition}")),
        ("dct:source", pages("https://ec.europa.eu/eurostat/web/nuts/linked-open-data")),
    )


def test_there_is_an_entity_a_row_and_no_other(
    written: dict[str, Facts], expectation: Expectation
) -> None:
    rows = sum(len(expectation.tables[table]) for table, _ in TABLES)
    # Besides: the regions, 4 schemes, 2 linked concepts, 2 people, 2 documents, 2 terms, the
    # countries and the language of a plan.
    assert len(written) == rows + len(REGIONS) + 4 + 2 + 2 + 2 + 2 + len(COUNTRIES) + 1
