"""The stored queries, and values of their parameters beside the defaults."""

from pathlib import Path

from urbact_graph.settings import Settings
from urbact_graph.stored.loading import load_queries

ROOT = Path(__file__).parents[2]
BASE = Settings().base_iri
QUERIES = load_queries(ROOT / "queries")
COUNTRY = "http://publications.europa.eu/resource/authority/country/"

# Further values of parameters; every query is asked with its defaults as well.
OTHERS: dict[str, list[dict[str, str]]] = {
    "activity-by-year": [{"programme": "programme/urbact-iv"}],
    "announced-plans": [
        {"programme": "programme/urbact-ii"},
        {"country": f"{COUNTRY}ITA"},
    ],
    "best-connected-cities": [
        {"programme": "programme/urbact-ii", "atLeast": "1"},
    ],
    "calls": [
        {"day": "2024-03-20", "programme": "programme/urbact-iv"},
        {"day": "2016-05-31"},
        {"day": "2016-06-01"},
        {"day": "2015-02-28"},
    ],
    "cities-in-box": [{"south": "-30", "north": "36.5", "west": "-25.", "east": ".5"}],
    "cities-near-city": [
        {"city": "city/pl/wroclaw", "kilometres": "1500"},
        {"kilometres": "21.3"},
    ],
    "cities-near-point": [
        {"latitude": "53.35", "longitude": "-6.26", "kilometres": "70"},
        {"latitude": "59.4", "longitude": "24.75"},
    ],
    "cities-on-theme": [
        {"country": f"{COUNTRY}PRT"},
        {"theme": "theme/climate-action", "firstYear": "2010", "lastYear": "2011"},
        {"lastYear": "2012"},
    ],
    "cities-that-lead": [{"atLeast": "1", "country": f"{COUNTRY}POL"}, {"atLeast": "4"}],
    "city-by-code": [
        {"code": code} for code in ("q1799", "2761369", "at_60101", "69123", "PT17", "A")
    ],
    "city-by-name": [
        {"name": name} for name in ("wroclaw", "Saint Etienne", "ΑΘΗΝΑ", "VRATISLAV", "a|a")
    ],
    "city-codes": [{"country": f"{COUNTRY}PRT"}],
    "city-names": [{"city": "city/gr/athens"}, {"city": "city/at/leoben"}],
    "city-table": [{"country": f"<{COUNTRY}FRA>"}],
    "coverage": [{"programme": "programme/urbact-iv"}],
    "disagreements": [{"class": "ontology#Partnership"}],
    "entities-with-sources": [{"class": "ontology#Person"}, {"class": "ontology#Plan"}],
    "find": [{"text": "WROC"}],
    "have-cities-met": [{"peer": "city/al/lezhe"}],
    "lead-experts": [{"atLeast": "1"}],
    "missing-in-cities": [{"country": f"{COUNTRY}GBR"}],
    "missing-in-networks": [{"programme": "programme/urbact-iv"}],
    "missing-in-plans": [{"kind": "ontology#InvestmentPlan"}],
    "network-neighbourhood": [{"network": "network/urb-health"}],
    "network-pairs": [{"atLeast": "5"}],
    "networks": [
        {"programme": "programme/urbact-i"},
        {"kind": "ontology#TransferNetwork", "firstYear": "2020"},
        {"firstYear": "2010", "lastYear": "2010"},
    ],
    "networks-in-year": [
        {"year": "2005"},
        {"year": "2024", "programme": "programme/urbact-iv"},
    ],
    "networks-of-call": [
        {"call": "call/urbact-ii-third-call"},
        {"call": "call/urbact-iii-transfer-networks-2017"},
    ],
    "networks-of-experts": [
        {"person": "person/marcelline-bonneau"},
        {"programme": "programme/urbact-ii"},
    ],
    "networks-on-theme": [
        {"declaredOnly": "true"},
        {"theme": "theme/climate-action", "programme": "programme/urbact-ii"},
    ],
    "newcomers": [{"programme": "programme/urbact-ii", "country": f"{COUNTRY}ITA"}],
    "partner-counts-that-differ": [{"programme": "programme/urbact-iii"}],
    "partners-of-network": [
        {"network": "network/urb-health"},
        {"network": f"{BASE}network/urb-health", "country": f"{COUNTRY}ESP"},
    ],
    "peers-of-city": [
        {"city": "city/hu/budapest", "country": f"{COUNTRY}ITA"},
        {"theme": "theme/food"},
        {"city": "city/hu/budapest", "country": f"{COUNTRY}ITA", "theme": "theme/climate-action"},
    ],
    "plans-by-evidence": [
        {"programme": "programme/urbact-ii"},
        {"network": "network/greenplace"},
    ],
    "plans-by-kind-and-theme": [{"programme": "programme/urbact-iii"}],
    "plans-of-network": [{"network": "network/evue"}],
    "plans-on-theme": [
        {"theme": "theme/climate-action", "country": f"{COUNTRY}ESP"},
        {"kind": "ontology#LocalActionPlan"},
    ],
    "reach-by-country": [{"programme": "programme/urbact-iv"}],
    "reach-by-region": [
        {"level": "0"},
        {"level": "3", "country": f"{COUNTRY}GBR"},
    ],
    "recommendations-of-city": [{"city": "city/at/graz"}],
    "reach-by-size": [{"programme": "programme/urbact-ii"}],
    "recommendations-on-theme": [
        {"theme": "theme/local-economy"},
        {"theme": "theme/climate-action", "addressee": "ontology#NationalAddressee"},
    ],
    "results-of-calls": [{"programme": "programme/urbact-iv"}],
    "reviewed-by-programme": [{"programme": "programme/urbact-iv"}],
    "share-by-country": [{"programme": "programme/urbact-i"}],
    "returning-cities": [{"atLeast": "3", "country": f"{COUNTRY}POL"}],
    "similar-networks": [{"network": "network/tutur"}],
    "sources-by-site": [{"atLeast": "100"}],
    "themes-by-programme": [{"programme": "programme/urbact-i"}],
    "years-of-theme": [{"theme": "theme/food"}],
}
