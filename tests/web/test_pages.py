"""What holds for every page: previews, languages, headings, and the way to its content."""

import html
import re
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.marking import sampled
from tests.web.serving import ADDRESS, BROWSER, serving_file, text_of

QUERY = "/sparql?query=SELECT%20(1%20AS%20%3Fx)%20%7B%7D"
PATHS = [
    *("/", "/sparql", "/limits", "/dumps/", "/ldes", "/shapes", "/validation", "/catalog", "/void"),
    *("/ontology.html", "/dataset.html", "/theme.html", "/network/greenplace.html"),
    *("/city/pl/wroclaw.html", "/nowhere", QUERY),
]


def meta(page: str, kind: str) -> dict[str, str]:
    found = re.findall(rf'<meta {kind}="([^"]*)" content="([^"]*)">', page)
    assert len(dict(found)) == len(found), "one of them is there twice"
    return {name: html.unescape(content) for name, content in found}


@pytest.mark.parametrize("path", PATHS)
def test_every_page_says_what_it_is_to_those_that_show_a_preview(
    demo_client: FlaskClient, path: str
) -> None:
    page = demo_client.get(path, headers=BROWSER).text
    shown = meta(page, "property")
    about = meta(page, "name")["description"]
    assert 10 <= len(about) <= 400
    assert shown["og:description"] == about == about.strip()
    assert shown["og:title"] == text_of(page.partition("<title>")[2].partition(" ·")[0])
    assert shown["og:url"].startswith(f"{ADDRESS}/")
    assert {"og:type", "og:site_name"} <= set(shown)
    assert page.count('rel="canonical"') <= 1


def test_an_entity_is_described_by_its_own_words(demo_client: FlaskClient) -> None:
    about = [
        meta(demo_client.get(path, headers=BROWSER).text, "property")["og:description"]
        for path in ("/network/greenplace.html", "/city/pl/wroclaw.html", "/theme.html")
    ]
    assert len(set(about)) == 3
    assert about[1].startswith("Wroclaw (")


@pytest.mark.parametrize("path", sampled(PATHS, 4))
def test_headings_leave_no_level_out(demo_client: FlaskClient, path: str) -> None:
    page = demo_client.get(path, headers=BROWSER).text
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", sampled(PATHS, 4))
def test_the_first_link_leads_to_the_content(demo_client: FlaskClient, path: str) -> None:
    page = demo_client.get(path, headers=BROWSER).text
    first = re.search(r"<a [^>]*>", page.partition("<body ")[2])
    assert first
    assert 'href="#content"' in first[0]
    assert page.count('id="content"') == 1


@pytest.mark.process
def test_a_text_in_another_language_says_so(tmp_path: Path) -> None:
    base, file = "https://x.example/", tmp_path / "names.nt"
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    file.write_text(
        f'<{base}a> <{label}> "Łódź"@pl .\n<{base}a> <{base}p#x> "un"@fr .\n'
        f'<{base}a> <{base}p#x> "one"@en .\n<{base}a> <{base}p#x> "colour"@en-GB .\n'
        f"<{base}a> <{base}p#x> <{base}b> .\n"
        f'<{base}b> <{label}> "Straße"@de .\n',
        encoding="utf-8",
    )
    with serving_file(file, base_iri=base, dataset=file) as app:
        page = app.test_client().get("/a.html").text
    assert '<h1 lang="pl">Łódź</h1>' in page
    assert '<span lang="fr">un</span>' in page
    assert 'lang="de">Straße</a>' in page
    assert "one <span" in page
    assert 'lang="en"' not in page.partition("<main")[2]
    assert 'lang="en-' not in page


# ---- The answer to a query ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT ?x { VALUES ?x { 1 2 } }", ["2 rows", "x 1 2"]),
        ("SELECT ?x { VALUES ?x { 1 } }", ["1 row."]),
        ("SELECT ?x { VALUES ?x { } }", ["no rows"]),
        ("ASK {}", ["Yes : the query has a solution."]),
        ("ASK { FILTER(false) }", ["No : the query has no solution."]),
        ("CONSTRUCT { <x:a> <x:b> 'c' } {}", ["a graph, shown in Turtle", "<x:b>"]),
        ("CONSTRUCT {} {}", ["The graph is empty"]),
        ("SELECT ('<b>&' AS ?x) {}", ["<b>&"]),
        ("SELECT ('POINT(1 1)'^^<http://www.opengis.net/ont/geosparql#wktLiteral> AS ?x) {}",
         ["POINT(1 1) geo:wktLiteral"]),
        ("SELECT (<mailto:a@b> AS ?x) (BNODE('a') AS ?y) {}", ["mailto:a@b", "_:"]),
        ("SELECT ?x ?y { VALUES (?x ?y) { (UNDEF 1) } }", ["x y 1"]),
    ],
)  # fmt: skip
def test_browsers_see_the_answer_as_a_page(
    demo_client: FlaskClient, query: str, words: list[str]
) -> None:
    response = demo_client.get("/sparql", query_string={"query": query}, headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert "Accept" in response.vary
    text = text_of(response.text)
    for some in words:
        assert some in text
    assert "<b>&" not in response.text
    # The query can be changed there.
    edited = response.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    assert html.unescape(edited) == query


def test_an_answer_on_a_page_leads_to_entities_and_to_its_other_formats(
    demo_client: FlaskClient,
) -> None:
    query = "SELECT ?n { ?n a <https://w3id.org/urbact-graph/ontology#Network> } ORDER BY ?n"
    page = demo_client.get("/sparql", query_string={"query": query}, headers=BROWSER).text
    assert '<a href="/network/greenplace">network/greenplace</a>' in page
    links = re.findall(r'<a href="(/sparql\?query=[^"]*)"', page)
    types = [demo_client.get(html.unescape(link)).mimetype for link in links]
    assert types == [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ]


def test_a_long_answer_is_shown_as_far_as_people_read(demo_client: FlaskClient) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    page = demo_client.get("/sparql", query_string={"query": query}, headers=BROWSER).text
    assert "The first 1,000 rows are shown." in text_of(page)
    assert page.count("<tr>") == 1_001


@pytest.mark.parametrize("name", ["html", "text/html"])
def test_the_page_is_a_format_too(demo_client: FlaskClient, name: str) -> None:
    asked = {"query": "ASK {}", "format": name}
    assert demo_client.get("/sparql", query_string=asked).mimetype == "text/html"
    assert demo_client.post("/sparql", data=asked).mimetype == "text/html"


def test_a_page_of_a_volatile_answer_is_never_stored(demo_client: FlaskClient) -> None:
    asked = {"query": "SELECT (RAND() AS ?x) {}", "format": "html"}
    response = demo_client.get("/sparql", query_string=asked)
    assert response.headers["Cache-Control"] == "no-store"


def test_a_browser_that_asks_for_a_format_gets_it(demo_client: FlaskClient) -> None:
    asked = {"query": "ASK {}", "format": "csv"}
    response = demo_client.get("/sparql", query_string=asked, headers=BROWSER)
    assert response.mimetype == "text/csv"
