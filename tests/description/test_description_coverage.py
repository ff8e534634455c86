"""What the description says that the graph covers."""

from datetime import timedelta, timezone

from pyoxigraph import NamedNode, Store

from tests.support.descriptions import (
    AUTHORITY,
    CHANGED,
    DATASET,
    DCAT,
    DCT,
    OWL,
    SMALL_BASE,
    VERSION,
    VOID,
    ask,
    described_by,
    values,
)


def test_version_and_change_are_stated() -> None:
    found = described_by("<city/x> a urb:City .", CHANGED)
    assert values(found, DATASET, f"{OWL}versionInfo") == {VERSION}
    assert values(found, DATASET, f"{DCAT}version") == {VERSION}
    for node in (DATASET, f"{SMALL_BASE}catalog", f"{DATASET}#turtle"):
        assert values(found, node, f"{DCT}modified") == {"2026-11-23T09:46:44Z"}


def test_a_change_is_stated_in_universal_time() -> None:
    found = described_by("", CHANGED.astimezone(timezone(timedelta(hours=2))))
    assert values(found, DATASET, f"{DCT}modified") == {"2026-11-23T09:46:44Z"}


def test_what_is_not_known_is_not_stated() -> None:
    stated = {triple.predicate.value for triple in described_by("<city/x> a urb:City .")}
    assert not {f"{DCT}modified", f"{DCT}issued", f"{DCAT}contactPoint"} & stated


def test_an_empty_graph_is_described() -> None:
    found = described_by("")
    assert values(found, DATASET, f"{VOID}triples") == {str(len(found))}
    assert not values(found, DATASET, f"{DCT}temporal")
    assert values(found, DATASET, f"{DCAT}theme") == {f"{AUTHORITY}data-theme/REGI"}


def test_the_period_reaches_from_the_first_start_to_the_last_end() -> None:
    found = described_by(
        """<network/a> urb:start "2006-03"^^xsd:gYearMonth ; urb:end "2008"^^xsd:gYear .
        <network/b> urb:start "2006-03-02"^^xsd:date ; urb:end "2008-11-30"^^xsd:date .
        <network/c> urb:start "once" ; urb:end <never> ."""
    )
    period = f"{DATASET}#period"
    assert values(found, period, f"{DCAT}startDate") == {"2006-03"}
    assert values(found, period, f"{DCAT}endDate") == {"2008"}


def test_a_period_may_have_no_end() -> None:
    found = described_by('<network/a> urb:start "2006"^^xsd:gYear .')
    period = f"{DATASET}#period"
    assert values(found, period, f"{DCAT}startDate") == {"2006"}
    assert not values(found, period, f"{DCAT}endDate")


def test_languages_are_those_of_a_hundredth_of_the_texts() -> None:
    texts = " , ".join(f'"text {number}"@en' for number in range(97))
    found = described_by(f'<city/x> skos:altLabel {texts} , "un"@fr , "deux"@fr , "uno"@zz .')
    languages = values(found, DATASET, f"{DCT}language")
    assert languages == {f"{AUTHORITY}language/ENG", f"{AUTHORITY}language/FRA"}


def test_data_themes_are_those_of_a_tenth_of_the_themes() -> None:
    theme = f"skos:inScheme <theme> ; skos:broadMatch <{AUTHORITY}data-theme"
    themes = " ".join(f"<theme/{number}> {theme}/SOCI> ." for number in range(11))
    labels = f'<{AUTHORITY}data-theme/SOCI> skos:prefLabel "Population and society"@en .'
    found = described_by(f"{themes} <theme/z> {theme}/TRAN> . {labels}")
    chosen = values(found, DATASET, f"{DCAT}theme")
    assert chosen == {f"{AUTHORITY}data-theme/REGI", f"{AUTHORITY}data-theme/SOCI"}


def test_examples_are_those_with_the_most_statements() -> None:
    found = described_by(
        """<network/b> a urb:Network ; urb:objective "one" , "two" .
        <network/a> a urb:Network ; urb:objective "one" , "two" .
        <network/c> a urb:Network ; urb:objective "one" ."""
    )
    examples = values(found, DATASET, f"{VOID}exampleResource")
    assert examples == {"https://example.org/g/network/a"}


def test_examples_and_roots_are_in_the_graph(whole: Store, base: str) -> None:
    for predicate in ("exampleResource", "rootResource"):
        found = [iri for (iri,) in ask(whole, f"SELECT ?r {{ ?d void:{predicate} ?r }}")]
        assert found
        for iri in found:
            assert iri.startswith(base)
            assert any(whole.quads_for_pattern(NamedNode(iri), None, None))


def test_countries_are_those_of_the_data(whole: Store) -> None:
    stated = set(ask(whole, "SELECT ?c { ?d a dcat:Catalog ; dct:spatial ?c }"))
    assert stated == set(ask(whole, "SELECT DISTINCT ?c { ?x urb:country ?c }"))


def test_the_dataset_has_one_place_and_a_box_that_the_cities_in_europe_lie_in(
    whole: Store,
) -> None:
    ((place, box),) = ask(
        whole, "SELECT ?p ?box { ?d a dcat:Dataset ; dct:spatial ?p . ?p dcat:bbox ?box }"
    )
    assert place == f"{AUTHORITY}continent/EUROPE"
    corners = [tuple(map(float, c.split())) for c in box[len("POLYGON((") : -2].split(",")]
    assert corners[0] == corners[-1]
    longitudes, latitudes = zip(*corners, strict=True)
    near = ask(
        whole,
        """PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
        SELECT ?long ?lat { ?c a urb:City ; wgs:long ?long ; wgs:lat ?lat
        FILTER NOT EXISTS { ?c urb:nuts3 ?r FILTER(CONTAINS(STR(?r), "/FRY")) } }""",
    )
    for longitude, latitude in near:
        assert min(longitudes) < float(longitude) < max(longitudes)
        assert min(latitudes) < float(latitude) < max(latitudes)


def test_no_keyword_stands_twice(whole: Store) -> None:
    keywords = [word.casefold() for (word,) in ask(whole, "SELECT ?k { ?d dcat:keyword ?k }")]
    assert len(keywords) == len(set(keywords)) > 10
