"""The maps and pictures show what the graph says, and their tables and files the same."""

import csv
import html
import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QuerySolutions, Store

from tests.support.marking import sampled
from tests.web.serving import ADDRESS, BROWSER, addresses, problem, serving_file, text_of
from urbact_graph.rdf.namespaces import NAMESPACES, SKOS, urb
from urbact_graph.web.pictures.svg import NAMESPACE
from urbact_graph.web.routes.pictures import PICTURES

pytestmark = pytest.mark.process

GEO = NAMESPACES["wgs"]
# The network of cities is laid out with the release.
NAMES = (*PICTURES, "cooperation")


def selected(store: Store, query: str) -> QuerySolutions:
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    return found


def rows(client: FlaskClient, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/pictures/{name}.csv")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_all_cities_with_coordinates_are_on_the_map(
    demo_client: FlaskClient, demo_store: Store, base: str
) -> None:
    query = f"""
    SELECT ?city ?lat ?lon (COUNT(DISTINCT ?network) AS ?networks) {{
      ?city a <{urb(base)["City"]}> ; <{GEO}lat> ?lat ; <{GEO}long> ?lon .
      ?partnership <{urb(base)["city"]}> ?city ; <{urb(base)["network"]}> ?network
    }} GROUP BY ?city ?lat ?lon"""
    expected = {
        row["city"].value.removeprefix(base): (
            round(float(row["lon"].value), 4),
            round(float(row["lat"].value), 4),
            int(row["networks"].value),
        )
        for row in selected(demo_store, query)
    }
    drawn = demo_client.get("/map.json").get_json()
    found = {
        point["page"].removesuffix(".html"): (point["lon"], point["lat"], point["size"])
        for point in drawn["points"]
    }
    assert found == expected
    assert len(found) > 3
    for point in drawn["points"]:
        assert len(point["networks"]) == point["size"]


def test_the_map_of_a_network_marks_its_lead(demo_client: FlaskClient) -> None:
    drawn = demo_client.get("/map.json?network=greenplace").get_json()
    leads = [point["name"] for point in drawn["points"] if point.get("role") == "lead"]
    assert leads == ["Wroclaw"]
    assert len(drawn["points"]) > 3
    assert drawn["lines"] == []


def test_the_map_of_a_city_has_a_line_to_each_that_it_met(demo_client: FlaskClient) -> None:
    drawn = demo_client.get("/map.json?city=pl/wroclaw").get_json()
    points = drawn["points"]
    (focus,) = [place for place, point in enumerate(points) if point.get("role") == "focus"]
    assert points[focus]["name"] == "Wroclaw"
    others = set(range(len(points))) - {focus}
    assert {end for _, end, _ in drawn["lines"]} == others
    assert {start for start, *_ in drawn["lines"]} == {focus}


@pytest.mark.parametrize("query", ["theme=urban-renewal", "programme=urbact-iv", "country=pl"])
def test_other_things_have_maps(demo_client: FlaskClient, query: str) -> None:
    drawn = demo_client.get(f"/map.json?{query}").get_json()
    whole = {one["page"]: one for one in demo_client.get("/map.json").get_json()["points"]}
    assert drawn["points"]
    assert all(0 < one["size"] <= whole[one["page"]]["size"] for one in drawn["points"])


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("/map.json?town=porto", 400, "malformed-request"),
        ("/map.json?city=pl/wroclaw&network=greenplace", 400, "malformed-request"),
        ("/map.json?network=nowhere", 404, "not-found"),
        ("/map?network=greenplace", 400, "malformed-request"),
        ("/pictures/themes?year=2002", 400, "malformed-request"),
        ("/pictures/nothing", 404, "not-found"),
        ("/pictures/themes.png", 404, "not-found"),
    ],
)
def test_what_there_is_not_is_refused(
    demo_client: FlaskClient, path: str, status: int, name: str
) -> None:
    response = demo_client.get(path)
    assert (response.status_code, problem(response)) == (status, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_its_table_beside_it_and_in_files(
    demo_client: FlaskClient, name: str
) -> None:
    page = demo_client.get(f"/pictures/{name}", headers=BROWSER)
    assert page.status_code == 200
    assert page.text.count('class="drawing"') == 1
    assert " style=" not in page.text
    table = rows(demo_client, name)
    items = demo_client.get(f"/pictures/{name}.json").get_json()["items"]
    assert [{k: "" if v is None else str(v) for k, v in one.items()} for one in items] == table
    text = text_of(page.text)
    for row in table:
        assert next(iter(row.values())) in text


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_a_file_of_its_own(demo_client: FlaskClient, name: str) -> None:
    response = demo_client.get(f"/pictures/{name}.svg")
    assert response.mimetype == "image/svg+xml"
    drawing = ET.fromstring(response.text)  # noqa: S314 - our own
    assert drawing.tag == f"{{{NAMESPACE}}}svg"
    links = [one.get("href", "") for one in drawing.iter(f"{{{NAMESPACE}}}a")]
    assert links
    assert all(link.startswith(f"{ADDRESS}/") for link in links)
    # Without a style sheet everything has its colour.
    shapes = (f"{{{NAMESPACE}}}{one}" for one in ("rect", "text", "path"))
    assert all(one.get("fill") for shape in shapes for one in drawing.iter(shape))
    _, _, width, height = (float(part) for part in drawing.get("viewBox", "").split())
    for one in drawing.iter(f"{{{NAMESPACE}}}rect"):
        x, y, w, h = (float(one.get(key, "")) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width + 0.5, "it leaves the picture"
        assert 0 <= y <= y + h <= height + 0.5, "it leaves the picture"


_THERE: set[str] = set()


@pytest.mark.slow
@pytest.mark.parametrize("path", sampled(["/map", *(f"/pictures/{name}" for name in NAMES)], 4))
def test_everything_that_a_picture_links_to_is_there(demo_client: FlaskClient, path: str) -> None:
    found = addresses(demo_client.get(path, headers=BROWSER).text)
    assert len(found) > 20
    # Many are linked from several pictures.
    for address in found - _THERE:
        assert demo_client.get(address, headers=BROWSER).status_code in (200, 303), address
        _THERE.add(address)


def test_cities_are_counted_by_country_and_programme(
    demo_client: FlaskClient, demo_store: Store, base: str
) -> None:
    query = f"""
    SELECT ?code (COUNT(DISTINCT ?city) AS ?cities) {{
      ?city a <{urb(base)["City"]}> ; <{urb(base)["country"]}> ?country .
      ?country <{SKOS.notation}> ?code . FILTER(STRLEN(STR(?code)) = 2)
      ?partnership <{urb(base)["city"]}> ?city ; <{urb(base)["network"]}> ?network .
      ?network <{urb(base)["programme"]}> <{base}programme/urbact-iv>
    }} GROUP BY ?code"""
    expected = {row["code"].value: row["cities"].value for row in selected(demo_store, query)}
    assert expected
    found = {one["code"]: one["urbact_iv"] for one in rows(demo_client, "countries")}
    assert {code: count for code, count in found.items() if count != "0"} == expected


def test_networks_are_counted_by_theme_with_those_below(
    demo_client: FlaskClient, demo_store: Store, base: str
) -> None:
    query = f"""
    SELECT ?name (COUNT(DISTINCT ?network) AS ?networks) {{
      ?theme <{SKOS.inScheme}> <{base}theme> ; <{SKOS.prefLabel}> ?name .
      FILTER(LANG(?name) = "en")
      ?network <{urb(base)["theme"]}>/<{SKOS.broader}>? ?theme ; a <{urb(base)["Network"]}>
    }} GROUP BY ?name"""
    expected = {row["name"].value: row["networks"].value for row in selected(demo_store, query)}
    found = {one["theme"]: one["networks"] for one in rows(demo_client, "themes")}
    assert {name: count for name, count in found.items() if count != "0"} == expected


def test_every_network_is_on_the_time_line(
    demo_client: FlaskClient, demo_store: Store, base: str
) -> None:
    query = f"SELECT ?x {{ ?x a <{urb(base)['Network']}> ; <{urb(base)['programme']}> ?y }}"
    total = sum(int(one["networks"]) for one in rows(demo_client, "timeline"))
    assert total == len({row["x"].value for row in selected(demo_store, query)})


def test_pictures_stand_where_the_instance_does(demo_client: FlaskClient) -> None:
    for path in ("/map", "/pictures/themes"):
        page = demo_client.get(path, headers=BROWSER, environ_overrides={"SCRIPT_NAME": "/sub"})
        assert 'href="/sub/' in page.text
        assert not [one for one in addresses(page.text) if not one.startswith("/sub/")]


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = tmp_path_factory.mktemp("foreign") / "facts.nt"
    file.write_text("<x:s> <x:p> <x:o> .\n")
    with serving_file(file, dataset=file) as app:
        yield app.test_client()


@pytest.mark.parametrize(
    "path",
    [
        *("/map", "/map.json", "/map?list=plans", "/pictures/themes", "/pictures/themes.svg"),
        *("/search", "/search?q=a&format=json", "/countries", "/countries/pt"),
        *("/networks", "/cities?format=csv", "/plans", "/recommendations", "/people", "/themes"),
    ],
)
def test_other_datasets_have_no_lists_search_or_pictures(foreign: FlaskClient, path: str) -> None:
    assert foreign.get(path).status_code == 404
    assert path not in addresses(foreign.get("/", headers=BROWSER).text)


def test_a_graph_without_a_release_has_no_network_of_cities(demo_dataset: Path) -> None:
    with serving_file(demo_dataset) as app:
        client = app.test_client()
        assert client.get("/pictures/cooperation").status_code == 404
        found = addresses(client.get("/map", headers=BROWSER).text)
        assert "/pictures/cooperation" not in found
        assert "/pictures/themes" in found


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("list=cities&country=pl", "cities?country=pl"),
        ("list=networks&programme=urbact-iv", "networks?programme=urbact-iv"),
        ("list=plans&country=es", "plans?country=es"),
        ("list=people", "people"),
    ],
)
def test_a_list_is_shown_on_the_map(demo_client: FlaskClient, chosen: str, expected: str) -> None:
    drawn = demo_client.get(f"/map.json?{chosen}").get_json()
    assert drawn["points"]
    assert all(point["size"] > 0 for point in drawn["points"])
    page = demo_client.get(f"/{expected}", headers=BROWSER).text
    assert f'href="/map?{html.escape(chosen)}"' in page
    shown = demo_client.get(f"/map?{chosen}", headers=BROWSER).text
    for point in drawn["points"]:
        assert f'href="/{point["page"]}"' in shown
    assert f'href="/{html.escape(expected)}"' in shown


def test_the_map_of_listed_cities_has_those_of_the_list(demo_client: FlaskClient) -> None:
    listed = demo_client.get("/cities?country=pl&format=json").get_json()["items"]
    drawn = demo_client.get("/map.json?list=cities&country=pl").get_json()
    assert {point["name"]: point["size"] for point in drawn["points"]} == {
        one["name"]: one["networks"] for one in listed if one["latitude"] is not None
    }


@pytest.mark.parametrize("path", ["/map?list=themes", "/map.json?list=x", "/map?list=plans&x=1"])
def test_a_list_without_a_map_is_a_problem(demo_client: FlaskClient, path: str) -> None:
    response = demo_client.get(path)
    assert response.status_code == 400
