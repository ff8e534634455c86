"""The search: what is found first, whatever it is called and however it is written."""

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QuerySolutions, Store

from tests.web.serving import BROWSER, text_of
from urbact_graph.rdf.namespaces import SKOS
from urbact_graph.web.application import Application
from urbact_graph.web.search.index import SearchIndex

pytestmark = pytest.mark.process

COUNTRY = "http://publications.europa.eu/resource/authority/country/"
FIRST = (
    # In other languages.
    ("copenhague", "city/dk/copenhagen"),
    ("Kopenhagen", "city/dk/copenhagen"),
    ("Breslau", "city/pl/wroclaw"),
    ("breslavia", "city/pl/wroclaw"),
    ("Βρότσλαβ", "city/pl/wroclaw"),
    ("Вроцлав", "city/pl/wroclaw"),
    ("Lissabon", "city/pt/lisbon"),
    ("Lisboa", "city/pt/lisbon"),
    ("lisbonne", "city/pt/lisbon"),
    ("Krakau", "city/pl/krakow"),
    ("Monaco di Baviera", "city/de/munich"),
    ("Αθήνα", "city/gr/athens"),
    ("Афины", "city/gr/athens"),
    ("Wien", "city/at/vienna"),
    ("Warschau", "city/pl/warsaw"),
    ("Барселона", "city/es/barcelona"),
    ("Den Haag", "city/nl/the-hague"),
    ("Aix la Chapelle", "city/de/aachen"),
    # Without accents, in another case.
    ("WROCLAW", "city/pl/wroclaw"),
    ("wrocław", "city/pl/wroclaw"),
    ("lodz", "city/pl/lodz"),
    ("Munchen", "city/de/munich"),
    ("Muenchen", "city/de/munich"),
    ("St Etienne", "city/fr/saint-etienne"),
    ("goteborg", "city/se/gothenburg"),
    ("s hertogenbosch", "city/nl/s-hertogenbosch"),
    # With typing errors.
    ("barcelna", "city/es/barcelona"),
    ("Gdnask", "city/pl/gdansk"),
    ("greenplcae", "network/greenplace"),
    # Acronyms.
    ("urb-en-pact", "network/urb-en-pact"),
    ("urbenpact", "network/urb-en-pact"),
    ("URB EN PACT", "network/urb-en-pact"),
    ("c4 talent", "network/c4talent"),
    ("evue 2", "network/evue-ii"),
    ("biocanteens2", "network/biocanteens2"),
    ("vilawatt", "network/vilawatt-utm"),
    # Themes and their other labels.
    ("food", "theme/food"),
    ("Environment", "theme/climate-action"),
    ("governance", "theme/participative-governance"),
    # People by their last names.
    ("Bonneau", "person/marcelline-bonneau"),
    ("kezy", "person/bela-kezy"),
    ("GOUACHE", "person/christophe-gouache"),
    # Calls, programmes, terms, countries.
    ("call for action networks", "call/urbact-iv-action-networks-2026"),
    ("good practices", "call/urbact-iv-good-practices-2024"),
    ("urbact iv", "programme/urbact-iv"),
    ("URBACT Local Group", "glossary/urbact-local-group-ulg"),
    ("monitoring committee", "glossary/monitoring-committee"),
    ("Allemagne", f"{COUNTRY}DEU"),
    ("Österreich", f"{COUNTRY}AUT"),
    # Plans by city and word.
    ("loulé vital", "plan/vital-cities/pt/loule/integrated-action-plan"),
)


@pytest.fixture
def client(real_app: Application) -> FlaskClient:
    """Return a client of the real graph."""
    return real_app.test_client()


def found(client: FlaskClient, **parameters: object) -> dict[str, object]:
    answer = client.get("/search", query_string={**parameters, "format": "json"}).get_json()
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize(("words", "path"), FIRST)
def test_what_is_looked_for_comes_first(
    client: FlaskClient, base: str, words: str, path: str
) -> None:
    results = found(client, q=words)["results"]
    assert isinstance(results, list)
    assert results[0]["iri"].removeprefix(base) == path


@pytest.mark.parametrize(
    ("words", "matched", "reason"),
    [
        ("copenhague", "Copenhague", "name in French"),
        ("kopenhagen", "Kopenhagen", "name in German"),
        ("Αθήνα", "Αθήνα", "name in Greek"),
        ("barcelna", "Barcelona", "similar spelling"),
        ("Environment", "Environment", "other name"),
        ("wroclaw", "Wroclaw", ""),
    ],
)
def test_the_reason_is_given(client: FlaskClient, words: str, matched: str, reason: str) -> None:
    results = found(client, q=words)["results"]
    assert isinstance(results, list)
    assert (results[0]["matched"], results[0]["reason"]) == (matched, reason)
    page = client.get("/search", query_string={"q": words}, headers=BROWSER)
    assert reason in text_of(page.get_data(as_text=True))


def test_a_kind_and_a_page_can_be_chosen(client: FlaskClient) -> None:
    everything = found(client, q="food")
    plans = found(client, q="food", kind="plan", limit=2)
    later = found(client, q="food", kind="plan", limit=2, offset=2)
    assert isinstance(everything["kinds"], dict)
    assert plans["total"] == everything["kinds"]["plan"] > 4
    assert isinstance(plans["results"], list)
    assert isinstance(later["results"], list)
    iris = [one["iri"] for one in (*plans["results"], *later["results"])]
    assert len(set(iris)) == 4
    assert {one["kind"] for one in plans["results"]} == {"plan"}


@pytest.mark.parametrize(
    "parameters",
    [{"kind": "town"}, {"limit": "101"}, {"offset": "-1"}, {"words": "x"}, {"q": "x" * 201}],
)
def test_what_is_malformed_is_refused(client: FlaskClient, parameters: dict[str, str]) -> None:
    assert client.get("/search", query_string=parameters).status_code == 400


@pytest.mark.parametrize("words", ["", " ", "<script>", "%", "((((", "qqqqqqqqq", "a", "\u0000"])
def test_odd_words_find_nothing_or_something(client: FlaskClient, words: str) -> None:
    for headers in (BROWSER, {"Accept": "application/json"}):
        response = client.get("/search", query_string={"q": words}, headers=headers)
        assert response.status_code == 200
        assert "<script>" not in response.get_data(as_text=True).partition("<h1>")[2]


@pytest.mark.parametrize(
    ("words", "lists"),
    [
        ("Portuguese plans on food", ["plans?theme=food&country=pt"]),
        ("food Portugal plan", ["plans?theme=food&country=pt"]),
        ("networks Italy", ["networks?country=it"]),
        ("polish cities IV", ["cities?country=pl&programme=urbact-iv"]),
        ("advice on gender equality", ["recommendations?theme=gender-equality"]),
        (
            "food portugal",
            ["networks?theme=food&country=pt", "plans?theme=food&country=pt"],
        ),
        ("food", []),
        ("plans", []),
        ("plans on xqzyk", []),
        ("portuguese advice", []),
    ],
)
def test_words_that_choose_of_a_list_lead_to_it(
    client: FlaskClient, words: str, lists: list[str]
) -> None:
    found = client.get("/search", query_string={"q": words, "format": "json"}).get_json()
    order = [set(one["address"].replace("?", "&").split("&")) for one in found["lists"]]
    assert order == [set(address.replace("?", "&").split("&")) for address in lists]
    for one in found["lists"]:
        listed = client.get(f"/{one['address']}&format=json").get_json()
        assert listed["total"] == one["total"] > 0


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("what does URBACT advise small shrinking cities", "recommendation"),
        ("advice for shrinking cities", "recommendation"),
        ("plans on shrinkage", "plan"),
        ("Portuguese plans on food", "plan"),
    ],
)
def test_a_kind_that_is_named_comes_first(client: FlaskClient, words: str, kind: str) -> None:
    found = client.get("/search", query_string={"q": words, "format": "json"}).get_json()
    assert found["results"][0]["kind"] == kind
    if words.startswith("Portuguese"):
        assert all("/pt/" in one["iri"] for one in found["results"][:3])


@pytest.mark.parametrize(
    ("words", "leads"),
    [
        ("which calls are open", True),
        ("how to join as an expert", True),
        ("food", False),
        ("expert advice on urban gardens and food", False),
    ],
)
def test_who_wants_to_take_part_is_led_there(client: FlaskClient, words: str, leads: bool) -> None:
    page = client.get("/search", query_string={"q": words}, headers=BROWSER).text
    assert ('#part">' in page) == leads


@pytest.mark.parametrize(
    ("words", "is_said"),
    [("qqqqqq", True), ("Ikšķile", True), ("Riga", False), ("food", False)],
)
def test_a_place_that_is_in_no_network_leads_to_the_map(
    client: FlaskClient, words: str, is_said: bool
) -> None:
    text = client.get("/search", query_string={"q": words}, headers=BROWSER).text
    assert ("A place that is not listed here was in no network." in text) == is_said


def test_every_name_of_a_city_finds_it(real_app: Application, store: Store, base: str) -> None:
    labels = f"<{SKOS.prefLabel}>|<{SKOS.altLabel}>|<{SKOS.hiddenLabel}>"
    rows = store.query(f"SELECT DISTINCT ?c ?n {{ ?c a <{base}ontology#City> ; {labels} ?n }}")
    assert isinstance(rows, QuerySolutions)
    names = {(city.value, name.value) for city, name in rows}
    assert len(names) > 4_000
    snapshot = real_app.served.enter()
    index = snapshot.derive(SearchIndex.of)
    missed = [
        (city, name)
        for city, name in names
        if city not in {f"{base}{match.entry.thing.path}" for match in index.search(name)[:10]}
    ]
    real_app.served.leave(snapshot)
    assert missed == []
