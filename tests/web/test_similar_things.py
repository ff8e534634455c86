"""The similar networks and recommendations on the pages of entities."""

import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Store

from tests.web.serving import BROWSER, text_of
from urbact_graph.rdf.namespaces import urb

RECOMMENDATION = "recommendation/urbact/f2e9c4a1"


def section(client: FlaskClient, path: str) -> str:
    """Return the text of the section on what is similar, empty if the page has none."""
    page = client.get(f"/{path}.html", headers=BROWSER).text
    return page.partition('<h2 id="similar">')[2].partition("<h2")[0]


def stated(store: Store, base: str, path: str) -> list[tuple[str, str]]:
    """Return the path and the score of what is similar, by rank."""
    terms = urb(base)
    rows = []
    for quad in store.quads_for_pattern(
        None, NamedNode(terms.similarityOf), NamedNode(base + path), None
    ):
        of = {
            statement.predicate.value: statement.object.value
            for statement in store.quads_for_pattern(quad.subject, None, None)
            if isinstance(statement.object, NamedNode | Literal)
        }
        rank, other, score = (of[terms[name]] for name in ("rank", "similarityTo", "score"))
        rows.append((int(rank), other.removeprefix(base), score))
    return [(other, score) for _, other, score in sorted(rows)]


@pytest.mark.parametrize(
    ("path", "name"),
    [("network/greenplace", "networks"), (RECOMMENDATION, "advice")],
)
def test_a_page_shows_what_is_similar_with_the_score(
    demo_client: FlaskClient, demo_store: Store, base: str, path: str, name: str
) -> None:
    expected = stated(demo_store, base, path)
    shown = section(demo_client, path)
    found = re.findall(r'<a href="(?:[./]*/)?([^"]+)\.html"', shown)
    scores = re.findall(r"Score ([\d.]+)<", shown)
    assert list(zip(found, scores, strict=True)) == expected != []
    assert shown.startswith(f"Similar {name}<")


def test_a_page_does_not_list_the_nodes_of_the_scores(demo_client: FlaskClient) -> None:
    page = demo_client.get("/network/greenplace.html", headers=BROWSER).text
    assert "/similarity/" not in page
    assert 'ontology#similarTo">' not in page


@pytest.mark.parametrize("path", ["city/pl/wroclaw", "theme/food", "ontology", "dataset"])
def test_what_is_not_compared_has_no_such_section(demo_client: FlaskClient, path: str) -> None:
    assert not section(demo_client, path)


def test_the_score_has_a_page_of_its_own(demo_client: FlaskClient) -> None:
    page = demo_client.get("/similarity/network/greenplace/useact.html", headers=BROWSER)
    assert page.status_code == 200
    assert "Similarity of “GreenPlace” to “USEAct”" in text_of(page.text)


def test_the_sitemap_and_the_home_page_leave_computed_nodes_out(demo_client: FlaskClient) -> None:
    listed = demo_client.get("/sitemap.xml").text
    assert "/network/greenplace.html" in listed
    assert "/similarity/" not in listed
    assert "/quality/" not in listed
    tiles = demo_client.get("/", headers=BROWSER).text.partition('class="tiles"')[2]
    assert "similarit" not in tiles.partition("</ul>")[0].lower()
