"""What people do in the SPARQL editor, in a real browser: with the mouse, and with keys alone."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Watched, in_one_window

pytestmark = [pytest.mark.browser, pytest.mark.process]

PREFIXES = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX urb: <https://w3id.org/urbact-graph/ontology#>
PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
"""
CITIES = (
    PREFIXES
    + """SELECT ?city ?name ?lat ?long (COUNT(?network) AS ?networks) WHERE {
  ?city a urb:City ; skos:prefLabel ?name ; wgs:lat ?lat ; wgs:long ?long ; urb:inNetwork ?network
} GROUP BY ?city ?name ?lat ?long ORDER BY DESC(?networks) ?city LIMIT 300
"""
)
GRAPH = (
    PREFIXES
    + """CONSTRUCT { ?network urb:partnerCity ?city ; a urb:Network ; skos:prefLabel ?name }
WHERE { VALUES ?network { <https://w3id.org/urbact-graph/network/greenplace> }
  ?network urb:partnerCity ?city ; skos:prefLabel ?name }
"""
)
WKT = 'SELECT ?wkt ?name { VALUES (?wkt ?name) { ("%s" "one") } }'
# Characters outside of the first plane count as one in a column.
WRONG = "SELECT * WHERE {\n  ?network a 'x\U0001d11e' ; nope:name ?name .\n}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }"


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Page]:
    """Open a page of a browser that has seen nothing yet."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def path_of(query: str, views: str = "") -> str:
    return f"/sparql?{urlencode({'query': query})}{f'#{views}' if views else ''}"


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Query")


def text_of(page: Page) -> str:
    return "\n".join(page.locator(".cm-line").all_inner_texts())


def write(page: Page, text: str) -> None:
    """Write ``text`` in place of the query, as fast typists do."""
    field(page).press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text, delay=15)


def take(page: Page, option: Locator, key: str) -> None:
    """Take the proposal ``option`` by ``key``."""
    expect(option).to_have_attribute("aria-selected", "true")
    # A list that has only just opened takes no keys, which were meant for the text.
    page.wait_for_timeout(100)
    page.keyboard.press(key)


def choose(page: Page, view: str) -> Locator:
    tab = page.get_by_role("tab", name=view)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    return page.get_by_role("tabpanel")


def query_of(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["query"][0]


@pytest.mark.slow
def test_a_query_is_written_with_keys_alone_and_shared(watched: Watched, fresh: Page) -> None:
    page = watched.page
    watched.go("/sparql")
    write(page, "SELECT ?name WHERE {\n?network a urb:ActionPlanningNet")
    take(page, page.get_by_role("option", name="urb:ActionPlanningNetwork"), "Enter")
    page.keyboard.type(" ; urb:partnerC", delay=15)
    expect(page.locator(".cm-completionInfo")).to_contain_text("A city that has a partnership")
    take(page, page.get_by_role("option", name="urb:partnerCity"), "Enter")
    page.keyboard.type(" Copenhag", delay=15)
    take(page, page.get_by_role("option", name=re.compile("Copenhagen.*City")), "Tab")
    page.keyboard.type(" ; skos:prefL", delay=15)
    take(page, page.get_by_role("option", name="skos:prefLabel"), "Enter")
    page.keyboard.type(" ?name .")
    # The brackets that were closed by themselves, and the prefixes that were declared.
    assert text_of(page).startswith("PREFIX urb: <https://w3id.org/urbact-graph/ontology#>\n")
    assert "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>" in text_of(page)
    assert "<https://w3id.org/urbact-graph/city/dk/copenhagen>" in text_of(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="row")).to_contain_text("answered in")
    expect(page.locator(".panel tbody tr").first).to_be_visible()
    names = page.locator(".panel tbody td").all_inner_texts()
    page.wait_for_url("**/sparql?query=*")
    assert "urb:ActionPlanningNetwork" in query_of(page)
    fresh.goto(page.url)
    expect(fresh.locator(".panel tbody td")).to_have_text(names)
    assert text_of(fresh) == text_of(page)


@in_one_window
@pytest.mark.slow
def test_an_error_is_marked_at_its_place(watched: Watched) -> None:
    page = watched.page
    watched.go("/sparql")
    write(page, "SELECT * WHERE {\n?network foo:name ?name .")
    page.keyboard.press("Control+Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The prefix is not declared; add a PREFIX line for it.")
    expect(page.locator(".cm-lintRange-error")).to_have_text("foo:name")
    alert.get_by_role("button", name="Go to line 2, column 10").click()
    expect(field(page)).to_be_focused()
    page.keyboard.type("<x:")
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    # The browser says itself that a request had no answer.
    watched.faults = [one for one in watched.faults if "status of 400" not in one]


@in_one_window
@pytest.mark.slow
def test_the_address_of_a_wrong_query_shows_where_it_is_wrong(watched: Watched) -> None:
    page = watched.page
    watched.go(path_of(WRONG))
    expect(page.locator(".cm-lintRange-error")).to_have_text("nope:name")
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    watched.go(path_of("SELECT * WHERE { ?x foaf:name ?y } LIMIT 1"))
    page.get_by_role("button", name="Add PREFIX foaf:").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".panel tbody tr")).to_have_count(1)
    watched.faults = [one for one in watched.faults if "status of 400" not in one]


@pytest.mark.slow
def test_an_answer_is_a_table_a_chart_and_a_map(watched: Watched) -> None:
    page = watched.page
    watched.go(path_of(CITIES))
    expect(page.get_by_role("status").filter(has_text="300 rows")).to_be_visible()
    panel = page.get_by_role("tabpanel")
    expect(panel.locator("tbody tr")).to_have_count(200)
    panel.get_by_role("button", name="Show 100 more of 100").click()
    expect(panel.locator("tbody tr")).to_have_count(300)
    first = panel.locator("tbody tr").first.locator("td")
    budapest = first.nth(0).get_by_role("link")
    expect(budapest).to_have_attribute("href", f"{watched.root}/city/hu/budapest")
    panel.get_by_role("button", name="name", exact=True).click()
    expect(panel.get_by_role("columnheader", name="name")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(first.nth(1)).to_contain_text("A")
    page.get_by_role("checkbox", name="Names instead of IRIs").check()
    expect(panel.get_by_role("link", name="Budapest", exact=True)).to_be_visible()
    panel = choose(page, "Chart")
    expect(panel.locator(".row rect")).to_have_count(60)
    panel.get_by_role("combobox", name="Numbers").select_option("lat")
    expect(panel.get_by_role("img")).to_have_attribute("aria-label", re.compile("lat by name"))
    assert "y=lat" in page.url
    panel = choose(page, "Map")
    expect(panel.locator(".city").first).to_be_attached()
    assert panel.locator(".city").count() > 250
    panel.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    expect(panel.locator(".tip")).to_be_visible()
    panel = choose(page, "Raw")
    expect(panel.locator("pre")).to_contain_text('"bindings"')
    page.reload()
    expect(page.get_by_role("tab", name="Raw")).to_have_attribute("aria-selected", "true")


@in_one_window
@pytest.mark.slow
@pytest.mark.parametrize(
    ("wkt", "drawn"),
    [
        ("POINT(12.5 55.7)", ".city"),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(12.5 55.7)", ".city"),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(55.7 12.5)", ".city"),
        ("MULTIPOINT((12.5 55.7), (2.3 48.9))", ".city"),
        ("LINESTRING(12.5 55.7, 2.3 48.9)", ".shape"),
        ("POLYGON((0 45, 10 45, 10 50, 0 50, 0 45))", ".shape"),
        ("POLYGON((0 45, 0 50, 10 50, 10 45, 0 45))", ".shape"),
    ],
)
def test_well_known_text_is_drawn(watched: Watched, wkt: str, drawn: str) -> None:
    page = watched.page
    watched.go(path_of(WKT % wkt, "view=map"))
    mark = page.get_by_role("tabpanel").locator(drawn).first
    expect(mark).to_be_attached()
    box = mark.bounding_box()
    frame = page.locator(".panel .map").bounding_box()
    assert box
    assert frame
    # What is drawn lies in Europe, not on the other side of the earth or all over it.
    assert frame["x"] < box["x"] + box["width"] / 2 < frame["x"] + frame["width"]
    assert frame["y"] < box["y"] + box["height"] / 2 < frame["y"] + frame["height"]
    assert box["width"] < 0.99 * frame["width"] or drawn == ".shape"


@in_one_window
@pytest.mark.slow
def test_a_graph_is_drawn_and_read_as_turtle(watched: Watched) -> None:
    page = watched.page
    watched.go(path_of(GRAPH))
    panel = page.get_by_role("tabpanel")
    expect(panel.locator(".node-name", has_text="GreenPlace")).to_be_visible()
    assert panel.locator("a circle").count() > 5
    expect(panel.locator(".key text")).to_have_text(["urb:Network"])
    panel.get_by_role("button", name="Zoom in").click()
    panel = choose(page, "Table")
    expect(panel.get_by_role("columnheader")).to_have_count(3)
    panel = choose(page, "Raw")
    expect(panel.locator("pre")).to_contain_text("@prefix urb:")


@in_one_window
@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "said"), [("ASK { ?s ?p ?o }", "Yes"), ("ASK { ?s <x:y> ?o }", "No")]
)
def test_a_question_is_answered_by_yes_or_no(watched: Watched, query: str, said: str) -> None:
    watched.go(path_of(query))
    expect(watched.page.locator(".said strong")).to_contain_text(said)


@in_one_window
@pytest.mark.slow
def test_a_stored_query_is_found_and_run_with_its_view(watched: Watched) -> None:
    page = watched.page
    watched.go("/sparql")
    page.get_by_role("button", name="Stored queries").click()
    dialog = page.get_by_role("dialog", name="Stored queries")
    every = dialog.locator(".stored")
    expect(every.first).to_be_visible()
    many = every.count()
    assert many > 60
    dialog.get_by_role("button", name="networks", exact=True).click()
    assert 0 < every.count() < many
    dialog.get_by_role("button", name="all", exact=True).click()
    dialog.get_by_role("searchbox").fill("Activity over the years")
    expect(every).to_have_count(1)
    dialog.get_by_role("searchbox").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("tab", name="Chart")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".panel path.series")).to_have_count(1)
    assert "view=bars" in page.url
    page.go_back()
    page.wait_for_url("**/sparql")


@in_one_window
@pytest.mark.slow
def test_keys_format_comment_and_lead_out_of_the_field(watched: Watched) -> None:
    page = watched.page
    watched.go(path_of("SELECT * WHERE{?s ?p ?o # all\n}LIMIT 2"))
    field(page).press("Alt+Shift+f")
    expect(page.locator(".cm-line").nth(1)).to_have_text("WHERE {")
    assert "# all" in text_of(page)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+/")
    assert text_of(page).startswith("# SELECT *")
    page.keyboard.press("F1")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Ctrl+Enter")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    field(page).focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()


@in_one_window
@pytest.mark.slow
def test_a_running_query_is_stopped(watched: Watched) -> None:
    page = watched.page
    watched.go("/sparql")
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answers")).to_contain_text("The query was stopped.")
    expect(page.get_by_role("button", name="Run")).to_be_visible()


@in_one_window
@pytest.mark.slow
def test_a_long_query_is_sent_whole(watched: Watched) -> None:
    page = watched.page
    values = " ".join(f"<https://w3id.org/urbact-graph/no/{number}>" for number in range(150))
    watched.go(f"/sparql?query={quote('ASK {}')}")
    field(page).press("Control+a")
    page.keyboard.insert_text(f"SELECT ?x {{ VALUES ?x {{ {values} }} }}")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_contain_text("150 rows")


@in_one_window
@pytest.mark.slow
def test_the_link_is_shown_to_be_copied(watched: Watched) -> None:
    page = watched.page
    watched.go(path_of(CITIES, "view=map"))
    page.get_by_role("button", name="Share").click()
    link = page.get_by_role("dialog", name="Share").get_by_role("textbox")
    expect(link).to_have_value(re.compile(r"/sparql\?query=.*#view=map$"))


@pytest.mark.slow
def test_without_scripts_there_are_a_form_and_a_table(browser: Browser, root: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{root}/sparql")
    page.get_by_role("textbox", name="Query").fill(CITIES)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".answers tbody tr")).to_have_count(300)
    page.get_by_role("textbox", name="Query").fill(WRONG)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".problem")).to_contain_text("line 2")
    expect(page.get_by_role("textbox", name="Query")).to_have_value(WRONG)
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("views", ["table", "bars", "map", "raw", "graph", "error", "dialog"])
def test_nothing_in_the_editor_bars_the_way(watched: Watched, views: str) -> None:
    page = watched.page
    query = {"graph": GRAPH, "error": WRONG}.get(views, CITIES)
    watched.go(path_of(query, f"view={views}"))
    expect(page.locator(".panel, .answers [role=alert]").first).to_be_attached()
    if views == "dialog":
        page.get_by_role("button", name="Stored queries").click()
        expect(page.locator(".stored").first).to_be_visible()
    assert watched.overflow == 0
    assert watched.barriers() == []
    watched.faults = [one for one in watched.faults if "status of 400" not in one]
