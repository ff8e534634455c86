"""The service as the specifications say: manifests, queries, suggestions, previews, extension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.evaluating import InProcessEngine
from tests.web.reconciling import schemas
from tests.web.reconciling.conftest import Service, checked
from tests.web.serving import ADDRESS, problem
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.reconciling.entities import TYPES
from urbact_graph.web.reconciling.properties import PROPERTIES

if TYPE_CHECKING:
    from pyoxigraph import Store

WROCLAW = "city/pl/wroclaw"
EXAMPLES = {
    "city": (WROCLAW, "Wroclaw"),
    "network": ("network/greenplace", "GreenPlace"),
    "theme": ("theme/food", "Food"),
    "person": ("person/bela-kezy", "Béla Kézy"),
    "call": ("call/urbact-iv-transfer-networks-2025", "Call for Transfer Networks"),
    "country": ("countries/pl", "Poland"),
    "programme": ("programme/urbact-iv", "URBACT IV"),
    "plan": ("plan/greenplace/pl/wroclaw/integrated-action-plan", None),
    "term": ("glossary/monitoring-committee", "Monitoring Committee"),
    "document": (None, None),
}


def test_both_manifests_say_what_there_is(service: Service) -> None:
    found = service.get("", schemas.MANIFEST)
    draft = service.get("/1.0", schemas.DRAFT_MANIFEST)
    assert found["batchSize"] == draft["batchSize"] == Settings().max_reconciliation_batch
    assert found["identifierSpace"] == Settings().base_iri
    assert {one["id"] for one in found["defaultTypes"]} < set(TYPES)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_entities_with_names_ids_and_values(service: Service, kind: str) -> None:
    path, name = EXAMPLES[kind]
    if path is None:
        path = service.get(f"/suggest/entity?prefix=&type={kind}", schemas.SUGGESTED_ENTITIES)[
            "result"
        ][0]["id"]
    for text in (path, f"{Settings().base_iri}{path}", name):
        if text is not None:
            first = service.one(text, kind)[0]
            assert (first["id"], first["match"], first["score"]) == (path, True, 100.0), text
            assert first["type"][0]["id"] == kind
    proposed = service.get(f"/properties?type={kind}", schemas.PROPOSED)["properties"]
    row = service.extend([path], *(one["id"] for one in proposed))["rows"][path]
    assert row.keys() == {one["id"] for one in proposed}
    assert sum(map(bool, row.values())) >= 2
    assert service.get(f"/flyout/type?id={kind}", schemas.FLYOUT)["id"] == kind
    assert path in service.client.get(f"/reconcile/1.0/preview?id={path}").text


@pytest.mark.parametrize(
    ("name", "properties", "expected"),
    [
        # Properties alone, one that says which entity it is.
        (None, {"wikidata": "Q1799"}, (WROCLAW, True)),
        (None, {"geonames": "https://sws.geonames.org/3081368/"}, (WROCLAW, True)),
        (None, {"country": "Poland"}, (None, False)),
        # An identifier finds what the name does not, unless the name is another's.
        ("Wroclav", {"wikidata": "Q1799"}, (WROCLAW, True)),
        ("Wroclav", {"lau": "1003021056401"}, (WROCLAW, True)),
        ("Berlin", {"wikidata": "Q1799"}, ("city/de/berlin", False)),
        # What contradicts prevents a match, and what agrees or is unknown does not.
        ("Wroclaw", {"population": "672 545"}, (WROCLAW, True)),
        ("Wroclaw", {"population": 12}, (WROCLAW, False)),
        ("Wroclaw", {"coordinates": "51.11, 17.03"}, (WROCLAW, True)),
        ("Wroclaw", {"coordinates": "48.2,16.37"}, (WROCLAW, False)),
        ("Wroclaw", {"coordinates": "POINT(17.03 51.11)"}, (WROCLAW, True)),
        ("Wroclaw", {"coordinates": "Point (16.37 48.2)"}, (WROCLAW, False)),
        # What cannot be read, or is no number of a city, says nothing.
        ("Wroclaw", {"population": "n/a"}, (WROCLAW, True)),
        ("Wroclaw", {"population": ["n/a", 12]}, (WROCLAW, False)),
        ("Wroclaw", {"population": 10**400}, (WROCLAW, True)),
        ("Wroclaw", {"population": True}, (WROCLAW, True)),
        ("Wroclaw", {"coordinates": "unknown"}, (WROCLAW, True)),
        ("Wroclaw", {"country": "-"}, (WROCLAW, True)),
        ("Wroclaw", {"wikidata": "?"}, (WROCLAW, True)),
        # A name in another language may be that of a city which is not in the graph.
        ("Bergen", {}, ("city/be/mons", False)),
        ("Bergen", {"country": "BE"}, ("city/be/mons", True)),
        ("Bergen", {"country": "Norway"}, ("city/be/mons", False)),
        ("Bergen", {"population": "95000"}, ("city/be/mons", True)),
        ("Bergen, Belgium", {}, ("city/be/mons", True)),
        ("Vienne", {}, ("city/at/vienna", False)),
        ("Bar", {}, ("city/it/bari", False)),
        ("Wroclaw", {"country": ["Germany", "PL"]}, (WROCLAW, True)),
        ("Wroclaw", {"country": "Atlantis"}, (WROCLAW, False)),
        ("Wroclaw", {"country": " "}, (WROCLAW, True)),
        ("Wroclaw", {"programme": "URBACT 4", "networks": "Green Place"}, (WROCLAW, True)),
        ("Wroclaw", {"networks": "ESIMeC"}, (WROCLAW, False)),
        ("Wroclaw", {"nuts": "pl514"}, (WROCLAW, True)),
    ],
)
def test_properties_constrain(
    service: Service, name: str | None, properties: dict[str, Any], expected: tuple[str, bool]
) -> None:
    first = service.one(name, "city", **properties)[0]
    path, is_match = expected
    assert first["match"] is is_match
    assert path in (None, first["id"])


def test_a_programme_and_a_country_constrain_networks(service: Service) -> None:
    assert service.one("GreenPlace", "network", programme="URBACT IV", country="PL")[0]["match"]
    assert not service.one("GreenPlace", "network", programme="URBACT II")[0]["match"]


def test_a_name_of_two_things_is_no_match(service: Service) -> None:
    found = service.one("Marienburg", "city")
    assert {one["id"] for one in found[:2]} == {"city/lv/aluksne", "city/pl/malbork"}
    assert not any(one["match"] for one in found)
    features = {one["id"]: one["value"] for one in found[0]["features"]}
    assert features == {"name": found[0]["score"], "namesakes": 1}


def test_the_order_the_limit_and_the_first_alone_matches(service: Service) -> None:
    found = service.match(
        {"a": {"query": "Saint", "limit": 100}, "b": {"query": "San", "limit": 2}}
    )
    for candidates in found.values():
        scores = [one["score"] for one in candidates]
        assert scores == sorted(scores, reverse=True)
        assert not any(one["match"] for one in candidates[1:])
    assert len(found["b"]) == 2
    assert service.match({}) == {}


def test_what_is_too_long_or_empty_has_no_candidates(service: Service) -> None:
    found = service.match({"a": {"query": "x" * 201}, "b": {"query": " "}, "c": {"query": "?!"}})
    assert list(found.values()) == [[], [], []]
    strict = {"query": "Food", "type": ["city", "theme"], "type_strict": "all"}
    assert service.match({"a": strict}) == {"a": []}


def test_get_and_post_answer_alike_with_tags(service: Service) -> None:
    asked = {"queries": '{"q0": {"query": "Breslau"}}'}
    got = service.client.get("/reconcile", query_string=asked)
    posted = service.client.post("/reconcile", data=asked)
    assert checked(got, schemas.RESULTS) == checked(posted, schemas.RESULTS)
    tag = {"If-None-Match": got.headers["ETag"]}
    again = service.client.get("/reconcile", query_string=asked, headers=tag)
    assert (again.status_code, again.data) == (304, b"")


def test_scripts_of_other_sites_may_ask(service: Service) -> None:
    for path in ("/reconcile", "/reconcile/1.0/match", "/reconcile/1.0/extend"):
        allowed = service.client.options(path, headers={"Origin": "http://x.example"})
        assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in allowed.headers["Access-Control-Allow-Headers"]


def test_the_draft_takes_conditions(service: Service) -> None:
    name = {"matchType": "name", "propertyValue": "Plasencia"}

    def country(value: Any, **more: Any) -> dict[str, Any]:
        condition = {"matchType": "property", "propertyId": "country", "propertyValue": value}
        return {**condition, **more}

    queries: list[dict[str, Any]] = [
        {"conditions": [name]},
        {"type": "city", "conditions": [name, country({"id": "countries/it"}, required=True)]},
        {"type": "city", "conditions": [name, country("Italy", matchQuantifier="none")]},
        {"type": "city", "conditions": [name, country(["ES", "IT"], matchQuantifier="all")]},
        {"conditions": [{"matchType": "id", "propertyValue": WROCLAW}]},
        {"type": "city", "limit": 3, "conditions": [country("Malta")]},
    ]
    found = service.draft(*queries)
    firsts = [(one[0]["id"], one[0]["match"]) for one in found]
    assert firsts[:5] == [
        ("city/es/plasencia", False),
        ("city/it/piacenza", True),
        ("city/es/plasencia", True),
        ("city/es/plasencia", False),
        (WROCLAW, True),
    ]
    assert [one["id"] for one in found[1]] == ["city/it/piacenza"]
    assert {one["id"][:8] for one in found[5]} == {"city/mt/"}


def test_the_draft_extends_in_the_order_of_the_ids(service: Service) -> None:
    asked = {"ids": [WROCLAW, "city/xx/none"], "properties": [{"id": "programme"}, {"id": "iri"}]}
    answer = service.client.post("/reconcile/1.0/extend", json=asked)
    rows = checked(answer, schemas.DRAFT_EXTENDED)["rows"]
    assert [row["id"] for row in rows] == asked["ids"]
    assert rows[0]["properties"][1]["values"] == [{"str": f"{Settings().base_iri}{WROCLAW}"}]
    assert [one["values"] for one in rows[1]["properties"]] == [[], []]


@pytest.mark.parametrize("version", ["", "/1.0"])
def test_what_begins_with_a_text_is_suggested(service: Service, version: str) -> None:
    entities, others = schemas.SUGGESTED_ENTITIES, schemas.SUGGESTED
    place = f"{version}/suggest"
    for prefix in (WROCLAW, "Wrocław", "bresl"):
        found = service.get(f"{place}/entity?prefix={prefix}", entities)["result"]
        assert found[0]["id"] == WROCLAW
    assert len(service.get(f"{place}/entity?prefix=&limit=7", entities)["result"]) == 7
    assert not service.get(f"{place}/entity?prefix={'x' * 300}", entities)["result"]
    everything = service.get(f"{place}/property?prefix=&limit=100", others)["result"]
    assert [one["id"] for one in everything] == list(PROPERTIES)
    shifted = service.get(f"{place}/property?prefix=&limit=2&offset=3&type=city", others)["result"]
    assert len(shifted) == 2
    assert shifted[0] != everything[0]
    assert [one["id"] for one in service.get(f"{place}/type?prefix=net", others)["result"]] == [
        "network"
    ]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ('{"q0": {"query": "x"', "'queries' is no JSON (Expecting"),
        ('["x"]', "'queries' must be an object"),
        ('{"q0": "x"}', "Query 'q0' must be an object"),
        ('{"q0": {}}', "Query 'q0' has neither 'query' nor 'properties'"),
        ('{"q0": {"query": 7}}', "'query' of query 'q0' must be a text"),
        ('{"q0": {"query": "x", "type": "town"}}', "Query 'q0' asks for the type 'town'"),
        ('{"q0": {"query": "x", "limit": 0}}', "'limit' of query 'q0' must be a whole number"),
        ('{"q0": {"query": "x", "town": 1}}', "Query 'q0' has a member 'town'"),
        ('{"q0": {"query": "x", "type_strict": "maybe"}}', "is one of any, should, all"),
        ('{"q0": {"query": "x", "properties": [{"pid": "country"}]}}', "lacks 'pid' or 'v'"),
        (
            '{"q0": {"query": "x", "properties": [{"pid": "mayor", "v": "x"}]}}',
            "There is no property 'mayor'",
        ),
        (
            '{"q0": {"query": "x", "properties": [{"pid": "country", "v": [[1]]}]}}',
            "must be a text, a number",
        ),
        ("[" * 50_000, "'queries' is no JSON"),
        (f'{{"q0": {{"query": "x", "limit": {"9" * 5_000}}}}}', "'queries' is no JSON"),
    ],
)
def test_a_mistake_is_a_problem_that_says_where(service: Service, asked: str, words: str) -> None:
    answer = service.client.post("/reconcile", data={"queries": asked})
    assert (answer.status_code, problem(answer)) == (400, "malformed-request")
    assert words in answer.get_json()["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/reconcile?callback=f", {}, 400),
        ("POST", "/reconcile", {"data": {"x": ""}}, 400),
        ("POST", "/reconcile", {"data": {"queries": ["{}", "{}"]}}, 400),
        ("GET", "/reconcile?queries={}&queries={}", {}, 400),
        ("POST", "/reconcile", {"json": {}}, 415),
        ("POST", "/reconcile/1.0/match", {"data": {"queries": "{}"}}, 415),
        ("POST", "/reconcile/1.0/match", {"json": {"queries": {}}}, 400),
        ("POST", "/reconcile/1.0/match", {"json": {"queries": [{"conditions": []}]}}, 400),
        ("POST", "/reconcile", {"data": {"extend": '{"ids": [1], "properties": []}'}}, 400),
        ("POST", "/reconcile", {"data": {"extend": '{"ids": []}'}}, 400),
        ("GET", "/reconcile/suggest/entity?prefix=a&limit=x", {}, 400),
        ("GET", "/reconcile/suggest/entity?prefix=a&type=town", {}, 400),
        ("GET", "/reconcile/properties?type=town", {}, 400),
        ("GET", "/reconcile/flyout/entity?id=city/xx/none", {}, 404),
        ("GET", "/reconcile/flyout/property?id=mayor", {}, 400),
        ("GET", "/reconcile/flyout/type?id=", {}, 400),
        ("GET", "/reconcile/preview", {}, 404),
        ("GET", "/reconcile/suggest/town?prefix=a", {}, 404),
        ("PUT", "/reconcile", {}, 405),
        ("GET", "/reconcile/1.0/match", {}, 405),
        ("GET", "/reconcile/1.0/extend", {}, 405),
        ("GET", "/reconcile/1.0/nothing", {}, 404),
    ],
)
def test_other_mistakes_are_problems_too(
    service: Service, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = service.client.open(path, method=method, **sent)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"


def test_a_batch_has_a_limit_which_the_table_of_limits_states(demo_store: Store) -> None:
    settings = Settings.load(public_url=ADDRESS, max_reconciliation_batch=2)
    small = Service(create_app(settings, InProcessEngine(demo_store, settings)).test_client())
    queries = {str(place): {"query": "Wroclaw"} for place in range(3)}
    assert len(small.match({"0": queries["0"], "1": queries["1"]})) == 2
    answer = small.client.post("/reconcile/1.0/match", json={"queries": list(queries.values())})
    assert (answer.status_code, answer.get_json()["limit"]) == (413, "max_reconciliation_batch")
    asked = '{"ids": ["a", "b", "c"], "properties": []}'
    assert small.client.post("/reconcile", data={"extend": asked}).status_code == 413
    assert small.get("", schemas.MANIFEST)["batchSize"] == 2
    limits = small.client.get("/limits").get_json()["limits"]
    assert {"max_reconciliation_batch": 2}.items() <= {
        one["name"]: one["value"] for one in limits
    }.items()
