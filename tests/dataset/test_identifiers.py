"""The identifiers of twelve cities, as they stand in the fact tables."""

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from tests.conftest import ROOT

BASE = "https://w3id.org/urbact-graph/"
URB = f"{BASE}ontology#"
SAME = "http://www.w3.org/2002/07/owl#sameAs"
# What the last part of an identifier follows, by the property that states it.
FORMS = {
    SAME: ("http://www.wikidata.org/entity/", "https://sws.geonames.org/"),
    f"{URB}lau": ("",),
    f"{URB}unlocode": ("",),
    f"{URB}functionalUrbanArea": ("",),
    f"{URB}urbanAuditCity": ("",),
    f"{URB}nuts3In2021": ("http://data.europa.eu/nuts/code/",),
    f"{URB}nuts3": ("http://data.europa.eu/nuts/code/",),
}
# Wikidata and GeoNames; LAU; UN/LOCODE; functional urban area; city of the Urban Audit; region of
# NUTS 3 in 2021 and in 2024.
CITIES = {
    "at/graz": ("Q13298 2778067", "AT_60101", "AT GRZ", "AT002L4", "AT002C", "AT221", "AT221"),
    "be/ghent": ("Q1296 2797656", "BE_44021", "BE GNE", "BE003L2", "BE003C", "BE234", "BE234"),
    "de/chemnitz": (
        *("Q2795 2940132", "DE_14511000", "DE CHE", "DE505L0", "DE505C", "DED41", "DED41"),
    ),
    "dk/aarhus": ("Q25319 2624652", "DK_751", "DK AAR", "DK002L3", "DK002C", "DK042", "DK042"),
    "es/barcelona": ("Q1492 3128760", "ES_08019", "", "ES002L2", "ES002C", "ES511", "ES511"),
    "fr/lille": ("Q648 2998324", "FR_59350", "FR LLE", "FR009L2", "FR009C", "FRE11", "FRE11"),
    "gr/athens": ("264371", "", "", "EL001F", "EL001C", "EL303", "EL303"),
    "it/naples": ("Q2634 3172394", "IT_063049", "IT NAP", "IT003L3", "IT003C", "ITF33", "ITF33"),
    "lv/riga": ("Q1773 456172", "LV_0010000", "LV RIX", "LV001L1", "LV001C", "LV006", "LV00A"),
    "mt/paola": ("2562617", "MT_MT01145", "", "MT001L", "", "MT001", "MT001"),
    "pl/wroclaw": (
        *("Q1799 3081368", "PL_1003021056401", "", "PL004L2", "PL004C", "PL514", "PL514"),
    ),
    "pt/lisbon": ("Q597 2267057", "", "PT LIS", "", "PT001C", "PT170", "PT1A0"),
}


@pytest.mark.parametrize("city", CITIES)
def test_a_city_has_the_identifiers_of_the_tables_and_no_others(city: str) -> None:
    path = ROOT / "data" / "cities" / f"{city.partition('/')[0]}.ttl"
    found: dict[str, set[str]] = {name: set() for name in FORMS}
    for quad in parse(path=str(path), format=RdfFormat.TURTLE):
        name, value = quad.predicate.value, quad.object
        is_of_city = quad.subject == NamedNode(f"{BASE}city/{city}")
        if is_of_city and name in FORMS and isinstance(value, (Literal, NamedNode)):
            form = next(form for form in FORMS[name] if value.value.startswith(form))
            found[name].add(value.value.removeprefix(form).strip("/"))
    ids, *codes = CITIES[city]
    assert list(found.values()) == [set(ids.split()), *({code} - {""} for code in codes)]
