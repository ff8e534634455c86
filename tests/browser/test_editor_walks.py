"""From an example to a shared link in the editor: with the mouse, and with keys alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, in_one_window
from tests.browser.test_editor import field, fresh, query_of, take, write

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.slow, in_one_window]

__all__ = ["fresh"]


def press_to(page: Page, name: str, key: str = "Tab", role: str = "button") -> None:
    """Press ``key`` until the element ``name`` has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(40):
        page.keyboard.press(key)
        if wanted.evaluate("(one) => one === one.getRootNode().activeElement"):
            return
    raise AssertionError(f"{key} does not lead to {name}")


def test_an_example_is_run_looked_at_and_shared_with_the_mouse(
    watched: Watched, fresh: Page
) -> None:
    page = watched.page
    watched.go("/sparql")
    page.get_by_role("button", name="Stored queries").click()
    dialog = page.get_by_role("dialog", name="Stored queries")
    dialog.get_by_role("button", name="cities", exact=True).click()
    dialog.get_by_role("button", name=re.compile("^Table of cities")).click()
    panel = page.get_by_role("tabpanel")
    expect(page.locator(".said")).to_contain_text("764 rows")
    page.get_by_role("tab", name="Map").click()
    expect(panel.locator(".city").first).to_be_attached()
    page.get_by_role("tab", name="Chart").click()
    expect(panel.locator(".row rect").first).to_be_visible()
    page.get_by_role("tab", name="Table").click()
    panel.get_by_role("button", name="networks", exact=True).click()
    panel.get_by_role("button", name="networks", exact=True).click()
    expect(panel.locator("tbody tr").first).to_contain_text("Budapest")
    page.get_by_role("tab", name="Map").click()
    page.get_by_role("button", name="Share").click()
    link = page.get_by_role("dialog", name="Share").get_by_role("textbox").input_value()
    fresh.goto(link)
    expect(fresh.get_by_role("tab", name="Map")).to_have_attribute("aria-selected", "true")
    expect(fresh.locator(".panel .city").first).to_be_attached()
    assert query_of(fresh) == query_of(page)


def test_the_same_is_done_with_keys_alone(watched: Watched, fresh: Page) -> None:
    page = watched.page
    watched.go("/sparql")
    press_to(page, "Query", role="textbox")
    page.keyboard.press("Escape")
    press_to(page, "Stored queries")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Stored queries")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("large networks plans")
    expect(dialog.locator(".stored")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("764 rows")
    page.keyboard.press("Escape")
    press_to(page, "Map", role="tab")
    for view in ("Raw", "Table", "Chart", "Map"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=view)).to_be_focused()
        expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".panel .city").first).to_be_attached()
    press_to(page, "Share", key="Shift+Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Share")
    expect(dialog.get_by_role("button", name="Copy the link")).to_be_focused()
    fresh.goto(dialog.get_by_role("textbox").input_value())
    expect(fresh.locator(".panel .city").first).to_be_attached()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_an_error_is_found_and_corrected_with_keys_alone(watched: Watched) -> None:
    page = watched.page
    watched.go("/sparql")
    write(page, "SELECT ?n WHERE { ?n a <https://w3id.org/urbact-graph/ontology#Call> ; }")
    page.keyboard.press("Control+Home")
    page.keyboard.type("LIMIT ")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("line 1")
    page.keyboard.press("F8")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Control+Home")
    for _ in "LIMIT ":
        page.keyboard.press("Delete")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_contain_text("21 rows")
    watched.faults = [one for one in watched.faults if "status of 400" not in one]


@pytest.mark.parametrize(
    ("start", "typed", "option", "written"),
    [
        ("?n urb:programme", " URBACT I", "URBACT IV.*Programme", "<{}programme/urbact-iv>"),
        ("?n urb:partnerCity", " Dan", "Gda.sk.*City", "<{}city/pl/gdansk>"),
        ("?p urb:evidence", " urb:PlanD", "urb:PlanDescribed", "urb:PlanDescribed"),
        ("?n urb:theme", " social coh", "Social cohesion.*Theme", "<{}theme/social-cohesion>"),
    ],
)
def test_things_are_proposed_by_names_of_several_words_where_they_fit(
    watched: Watched, start: str, typed: str, option: str, written: str
) -> None:
    page = watched.page
    watched.go("/sparql")
    write(page, f"ASK {{\n{start}")
    page.keyboard.type(typed, delay=15)
    found = page.get_by_role("option", name=re.compile(option))
    expect(found).to_be_visible()
    # A list that has only just opened takes no keys, which were meant for the text.
    page.wait_for_timeout(100)
    while found.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    take(page, found, "Enter")
    expect(page.locator(".cm-line", has_text=start)).to_contain_text(
        f"{start} {written.format('https://w3id.org/urbact-graph/')}"
    )


def test_a_declaration_is_proposed_whole(watched: Watched) -> None:
    page = watched.page
    watched.go("/sparql")
    write(page, "PREFIX foa")
    take(page, page.get_by_role("option", name=re.compile("^foaf:")), "Enter")
    expect(page.locator(".cm-line").first).to_have_text("PREFIX foaf: <http://xmlns.com/foaf/0.1/>")


def test_the_page_says_that_its_answer_was_kept(watched: Watched) -> None:
    page = watched.page
    query = "SELECT%20(COUNT(*)%20AS%20%3Fuses)%20%7B%3Fone%20a%20%3Fclass%7D"
    watched.go(f"/sparql?query={query}")
    expect(page.locator(".said")).to_contain_text("answered in")
    page.reload()
    expect(page.locator(".said")).to_contain_text(
        re.compile("from the cache; computed in .* before")
    )


def test_statements_have_names_where_they_are_asked_for(watched: Watched) -> None:
    page = watched.page
    watched.go(
        "/sparql?query=DESCRIBE%20%3Chttps://w3id.org/urbact-graph/network/greenplace%3E#view=table"
    )
    panel = page.get_by_role("tabpanel")
    expect(panel.locator("tbody tr").first).to_be_visible()
    page.get_by_role("checkbox", name="Names instead of IRIs").check()
    expect(panel.get_by_role("link", name="partner city", exact=True).first).to_be_visible()
    expect(panel.get_by_role("link", name="Onda", exact=True).first).to_be_visible()
