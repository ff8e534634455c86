"""A question in words with the keyboard alone, in a real browser, on wide and narrow screens."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.slow]

_MOST_TABS = 120


def tab_to(watched: Watched, selector: str) -> None:
    """Press Tab until an element that ``selector`` matches has the focus."""
    for _ in range(_MOST_TABS):
        watched.page.keyboard.press("Tab")
        if watched.page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    pytest.fail(f"no tab leads to {selector}")


@pytest.mark.parametrize("start", ["/", "/queries"])
def test_a_question_is_asked_and_another_guess_taken_with_keys_alone(
    watched: Watched, start: str
) -> None:
    page, keys = watched.page, watched.page.keyboard
    watched.go(start)
    tab_to(watched, "input[name=question]")
    keys.type("Which cities did Mailand work with on food?")
    keys.press("Enter")
    page.wait_for_url("**/queries?question=**")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked == {"question": ["Which cities did Mailand work with on food?"]}
    understood = page.locator(".understood")
    expect(understood.locator(".value")).to_have_count(2)
    expect(understood).to_contain_text("city Milan")
    expect(understood).to_contain_text("theme Food")
    expect(page.get_by_role("heading", level=2, name="Peers of a city")).to_be_visible()
    expect(page.get_by_role("region", name="Rows")).to_contain_text("Almere")
    assert watched.barriers() == []
    assert watched.overflow <= 0
    # Something else was meant: one key press on its link.
    tab_to(watched, ".others a")
    keys.press("Enter")
    page.wait_for_url("**/queries/*?**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="Rows")).to_be_visible()


def test_a_question_that_means_nothing_leads_to_one_that_works(watched: Watched) -> None:
    watched.go("/queries?question=qqqq+zzzz")
    expect(watched.page.locator(".note")).to_contain_text("No stored query fits these words.")
    assert watched.barriers() == []
    assert watched.overflow <= 0
    tab_to(watched, "ul.examples a")
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/queries?question=Which**")
    expect(watched.page.get_by_role("region", name="Rows")).to_be_visible()
