"""How often properties may occur, as the shapes state it."""

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from tests.validation.examples import SHAPES, URB
from urbact_graph.validation.cardinality import single_valued

E = "http://e.org/"
PREFIX = f"@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <{E}> .\n"


def shapes(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIX + text, format=RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e:s sh:path e:p ; sh:maxCount 1 ; sh:targetClass e:C .", True),
        ("e:s sh:path e:p ; sh:targetClass e:C .", False),
        ("e:s sh:path e:p ; sh:maxCount 2 ; sh:targetClass e:C .", False),
        ("e:s sh:path e:p ; sh:maxCount 0 ; sh:targetClass e:C .", False),
        # A second rule for the same class need not repeat the limit, one for another class must.
        (
            "e:s sh:path e:p ; sh:maxCount 1 ; sh:targetClass e:C ."
            "e:t sh:path e:p ; sh:minCount 1 ; sh:targetClass e:C .",
            True,
        ),
        (
            "e:s sh:path e:p ; sh:maxCount 1 ; sh:targetClass e:C ."
            "e:t sh:path e:p ; sh:minCount 1 ; sh:targetClass e:D .",
            False,
        ),
        (
            "e:s sh:path e:p ; sh:maxCount 1 ; sh:targetClass e:C ."
            "e:t sh:path e:p ; sh:maxCount 1 ; sh:targetClass e:D .",
            True,
        ),
        # A SPARQL-based target selects offenders.
        (
            "e:s sh:path e:p ; sh:maxCount 1 ; sh:targetClass e:C ."
            "e:t sh:path e:p ; sh:minCount 1 ; sh:target e:offenders ."
            "e:u sh:path e:p ; sh:maxCount 0 ; sh:target e:others .",
            True,
        ),
        (
            "e:s sh:path e:p ; sh:maxCount 1 ; sh:targetClass e:C ."
            "e:t sh:path e:p ; sh:maxCount 3 ; sh:target e:countries .",
            False,
        ),
        ("e:s sh:path e:p ; sh:maxCount 1 ; sh:target e:themes .", True),
    ],
)
def test_a_property_is_single_valued_if_every_class_limits_it(text: str, expected: bool) -> None:
    assert single_valued(shapes(text)) == ({f"{E}p"} if expected else set())


def test_the_single_valued_properties_of_the_vocabulary() -> None:
    expected = """
        approved approvedYear basis budget budgetInEuro call city closes closesYear
        country declaredPartnerCount document end endYear erdf erdfInEuro expectedCount
        functionalUrbanArea geonames heldCount intendedPlanCount issuedYear kohesio lau
        lauYear localName measure network networksApproved nuts3 nuts3In2021 nutsLevel
        opens opensYear partnerKind partnerName partnersApproved population programme
        rank reviewed role score seat similarityOf similarityTo start startYear
        statedCall statement status total totalOf unlocode unlocodeLocation
        urbanAuditCity wikidata"""
    found = {iri.removeprefix(URB) for iri in single_valued(SHAPES) if iri.startswith(URB)}
    assert found == set(expected.split())


def test_a_label_with_several_languages_somewhere_is_not_single_valued() -> None:
    found = single_valued(SHAPES)
    assert "http://www.w3.org/2004/02/skos/core#prefLabel" not in found
    assert "http://purl.org/dc/terms/title" in found
