"""What OpenRefine 3.x sends, request by request, and what it reads in the answers.

The requests are those of its classes StandardReconConfig, GuessTypesOfColumnCommand and
ReconciledDataExtensionJob, and of its scripts recon-manager.js, suggest-4_3a.js,
recon-renderer.js and add-column-by-reconciliation.js.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from tests.web.serving import ADDRESS, BROWSER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.web.reconciling.conftest import Service

# Those of jQuery, from the page of OpenRefine, and those of its HTTP client.
OF_SCRIPT = {
    "Accept": "application/json, text/javascript, */*; q=0.01",
    "Origin": "http://127.0.0.1:3333",
    "Referer": "http://127.0.0.1:3333/",
}
OF_CLIENT = {
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    "User-Agent": "OpenRefine 3.9.5 [TRUNK]",
}


def path_of(address: str) -> str:
    """Return the path of an address of this instance, with its query string."""
    assert address.startswith(ADDRESS)
    return address.removeprefix(ADDRESS)


def fetched(service: Service, address: str) -> Any:
    answer = service.client.get(path_of(address), headers=OF_SCRIPT)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.get_json()


def posted(service: Service, name: str, value: Any) -> Any:
    body = urlencode({name: json.dumps(value, separators=(",", ":"))})
    answer = service.client.post("/reconcile", data=body, headers=OF_CLIENT)
    assert answer.status_code < 400, answer.text
    return json.loads(answer.data)


@pytest.fixture
def manifest(service: Service) -> dict[str, Any]:
    """Register the service."""
    found: dict[str, Any] = fetched(service, f"{ADDRESS}/reconcile")
    return found


def suggested(service: Service, manifest: dict[str, Any], what: str, **asked: str) -> Any:
    place = manifest["suggest"][what]
    address = f"{place['service_url']}{place['service_path']}?{urlencode(asked)}"
    return fetched(service, address)["result"]


@pytest.mark.slow
def test_the_dialog_guesses_the_type_of_a_column(service: Service) -> None:
    cells = ["Wrocław", "Neapel", "Municipality of Thessaloniki", "Gdnask"]
    queries = {f"q{place}": {"query": cell, "limit": 3} for place, cell in enumerate(cells)}
    counts: dict[str, int] = {}
    for one in posted(service, "queries", queries).values():
        for candidate in one["result"]:
            for kind in candidate["type"]:
                assert kind["name"]
                counts[kind["id"]] = counts.get(kind["id"], 0) + 1
    assert max(counts, key=lambda kind: counts[kind]) == "city"


def test_types_and_properties_are_suggested_while_the_user_types(
    service: Service, manifest: dict[str, Any]
) -> None:
    types = suggested(service, manifest, "type", prefix="ci", scoring="schema")
    assert [one["id"] for one in types] == ["city"]
    found = suggested(service, manifest, "property", prefix="coun", scoring="schema")
    assert [one["id"] for one in found] == ["country", "countryCode"]


def test_a_column_is_reconciled_with_another_beside_it(service: Service) -> None:
    rows = [
        ("Plasencia", "Spain"),
        ("Plasencia", {"id": "countries/it", "name": "Italy"}),
        ("Gdansk", "Deutschland"),
        # A cell that was reconciled with another service.
        ("GDAŃSK", {"id": "Q36", "name": "Poland"}),
    ]
    queries = {
        f"q{place}": {
            "query": name,
            "type": "city",
            "type_strict": "should",
            "properties": [{"pid": "country", "v": value}],
            "limit": 4,
        }
        for place, (name, value) in enumerate(rows)
    }
    found = posted(service, "queries", queries)
    first = [found[f"q{place}"]["result"][0] for place in range(len(rows))]
    assert [(one["id"], one["match"]) for one in first] == [
        ("city/es/plasencia", True),
        ("city/it/piacenza", True),
        ("city/pl/gdansk", False),
        ("city/pl/gdansk", True),
    ]
    assert first[2]["score"] < 70 < first[0]["score"]


def test_a_candidate_leads_to_its_page_and_its_preview(
    service: Service, manifest: dict[str, Any]
) -> None:
    for entity in ("city/pl/wroclaw", "countries/pl", "network/greenplace"):
        link = quote(manifest["view"]["url"].replace("{{id}}", entity), safe=":/")
        answer = service.client.get(path_of(link), headers=BROWSER)
        assert answer.status_code == 200 or answer.location.endswith(f"{entity}.html")
        # By the specification the id is encoded; OpenRefine leaves its slashes.
        for encoded in (entity, quote(entity, safe="")):
            address = manifest["preview"]["url"].replace("{{id}}", encoded)
            check_preview(service.client.get(path_of(address)))


def check_preview(answer: TestResponse) -> None:
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert "X-Frame-Options" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'self'" in policy


def test_a_match_is_searched_for(service: Service, manifest: dict[str, Any]) -> None:
    found = suggested(service, manifest, "entity", prefix="wrocl")
    assert (found[0]["id"], found[0]["name"], found[0]["description"]) == (
        *("city/pl/wroclaw", "Wroclaw"),
        "Poland",
    )
    assert found[0]["notable"][0]["id"] == "city"
    later = suggested(service, manifest, "entity", prefix="a", cursor="20")
    assert later
    assert not {one["id"] for one in later} & {
        one["id"] for one in suggested(service, manifest, "entity", prefix="a")
    }
    flyout = manifest["suggest"]["entity"]
    path = flyout["flyout_service_path"].replace("${id}", quote(found[0]["id"], safe=""))
    html = fetched(service, f"{flyout['flyout_service_url']}{path}")["html"]
    assert "672,545" in html
    assert "<script" not in html


def test_columns_are_added_from_reconciled_values(
    service: Service, manifest: dict[str, Any]
) -> None:
    place = manifest["extend"]["propose_properties"]
    address = f"{place['service_url']}{place['service_path']}?type=city"
    proposed = {one["id"]: one["name"] for one in fetched(service, address)["properties"]}
    wanted = ["country", "coordinates", "geonames", "wikidata", "lau", "nuts", "population"]
    wanted += ["networks", "plans"]
    assert proposed.keys() >= set(wanted)
    properties: list[dict[str, Any]] = [{"id": one, "name": proposed[one]} for one in wanted]
    # The dialog of the settings sends what the form holds, texts.
    properties[-2]["settings"] = {"limit": "2"}
    ids = ["city/pl/wroclaw", "city/gr/volos"]
    answer = posted(service, "extend", {"ids": ids, "properties": properties})
    assert [one["id"] for one in answer["meta"]] == wanted
    row = answer["rows"][ids[0]]
    assert row["country"] == [{"id": "countries/pl", "name": "Poland"}]
    assert row["coordinates"] == [{"str": "51.10286,17.03006"}]
    assert (row["geonames"], row["wikidata"]) == ([{"str": "3081368"}], [{"str": "Q1799"}])
    assert (row["lau"], row["nuts"]) == ([{"str": "PL_1003021056401"}], [{"str": "PL514"}])
    assert row["population"] == [{"int": 672545}]
    assert len(row["networks"]) == 2
    assert all(one["id"].startswith("network/") for one in row["networks"])
    assert len(row["plans"]) > 1
    # The new column is reconciled, as its type says.
    assert answer["meta"][-2]["type"]["id"] == "network"
    again = service.one(row["networks"][0]["id"])
    assert again[0]["id"] == row["networks"][0]["id"]
