"""The lists: what they hold is what their own queries select, in every combination of facets."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from tests.support.marking import sampled
from tests.web.serving import BROWSER, text_of
from urbact_graph.web.application import Application

pytestmark = pytest.mark.process

LISTS = ("networks", "cities", "plans", "recommendations", "people", "themes")

# Each is a list with what is chosen of it.
COMBINATIONS = (
    *LISTS,
    "networks?programme=urbact-iv",
    "networks?programme=urbact-iv&programme=urbact-ii",
    "networks?kind=action-planning-network",
    "networks?kind=action-planning-network&country=pl",
    "networks?theme=urban-planning",
    "networks?theme=climate-action",
    "networks?theme=biodiversity&theme=urban-renewal&country=it&country=es",
    "networks?status=closed",
    "networks?status=not-stated&status=open",
    "networks?from=2012",
    "networks?from=2012&to=2022",
    "networks?to=2014&country=it",
    "networks?call=urbact-iv-action-planning-networks-2023",
    "cities?country=it&country=pl",
    "cities?size=under-50000",
    "cities?size=100000-500000&size=500000-and-more",
    "cities?networks=1",
    "cities?networks=2-3&networks=4-6&country=es",
    "cities?theme=social-cohesion",
    "cities?theme=energy-transition&programme=urbact-iii",
    "plans?evidence=announced",
    "plans?evidence=described&evidence=not-graded",
    "plans?evidence=announced&evidence=described&country=es",
    "plans?kind=integrated-action-plan",
    "plans?kind=local-action-plan&kind=investment-plan",
    "plans?theme=climate-action&country=it",
    "plans?link=yes",
    "plans?link=no&evidence=described",
    "plans?from=2026&to=2026",
    "recommendations?theme=participation",
    "recommendations?theme=social-cohesion&addressee=cities",
    "recommendations?programme=urbact-iv&addressee=cities",
    "people?programme=urbact-iv",
    "themes?topic=climate-action&topic=local-economy",
)


@pytest.fixture
def client(real_app: Application) -> FlaskClient:
    """Return a client of the real graph, which has all values of all facets."""
    return real_app.test_client()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("path", sampled(COMBINATIONS, 4))
def test_a_list_is_what_its_query_selects(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/{path}", headers={"Accept": "application/json"}).get_json()
    listed = client.get(f"/{path}", headers={"Accept": "text/csv"}).get_data(as_text=True)
    selected = client.get("/sparql", query_string={"query": answer["query"], "format": "csv"})
    assert selected.status_code == 200
    iris = [row["iri"] for row in rows(listed)]
    assert sorted(iris) == sorted(row["thing"] for row in rows(selected.get_data(as_text=True)))
    assert iris == [item["iri"] for item in answer["items"]]
    assert len(iris) == len(set(iris)) == answer["total"]


@pytest.mark.parametrize("path", sampled(COMBINATIONS, 4))
def test_a_page_counts_what_is_listed(client: FlaskClient, path: str) -> None:
    total = client.get(f"/{path}", headers={"Accept": "application/json"}).get_json()["total"]
    page = client.get(f"/{path}", headers=BROWSER)
    assert page.status_code == 200
    assert f" {total:,} found" in text_of(page.get_data(as_text=True))


def test_a_choice_narrows_and_a_second_of_the_same_facet_widens(client: FlaskClient) -> None:
    def total(path: str) -> int:
        answer = client.get(f"/{path}", headers={"Accept": "application/json"}).get_json()
        return int(answer["total"])

    one, other = total("cities?country=it"), total("cities?country=pl")
    assert 0 < one < total("cities")
    assert total("cities?country=it&country=pl") == one + other
    assert total("cities?country=it&size=under-50000") < one


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("networks?programm=urbact-iv", "programme"),
        ("networks?programme=urbactiv", "urbact-iv"),
        ("networks?kind=action-plannig-network", "action-planning-network"),
        ("cities?country=itt", "it"),
        ("plans?evidence=descibed", "described"),
        ("recommendations?addressee=citys", "cities"),
        ("people?sort=nam", "name"),
        ("themes?topic=climat-action", "climate-action"),
    ],
)
def test_what_is_unknown_gets_the_nearest(client: FlaskClient, path: str, nearest: str) -> None:
    response = client.get(f"/{path}")
    assert response.status_code == 400
    assert f"the nearest is '{nearest}'" in response.get_json(force=True)["detail"]


@pytest.mark.parametrize(
    "path", ["networks?from=soon", "networks?page=-1", "networks?page=99", "networks?format=xls"]
)
def test_what_is_malformed_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(f"/{path}", headers=BROWSER).status_code == 400


def test_the_order_is_the_one_that_is_chosen(client: FlaskClient) -> None:
    found = client.get("/cities?sort=population&format=json").get_json()["items"]
    sizes = [item["population"] or 0 for item in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
