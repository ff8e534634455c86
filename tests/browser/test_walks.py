"""What people do, in a real browser: search, read, look at maps; on wide and narrow screens."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched, in_one_window

pytestmark = [pytest.mark.browser, pytest.mark.process]


def test_from_the_home_by_search_to_a_city_its_network_and_the_map(watched: Watched) -> None:
    page = watched.page
    watched.go("/")
    box = page.get_by_role("combobox")
    box.fill("copenhague")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Copenhagen")
    expect(option).to_contain_text("name in French")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("."))
    box.press("Enter")
    page.wait_for_url("**/city/dk/copenhagen.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("Copenhagen")
    page.get_by_role("main").get_by_role("link", name="COPE", exact=True).first.click()
    page.wait_for_url("**/network/cope.html")
    # It is drawn when it comes near.
    page.locator(".map").scroll_into_view_if_needed()
    expect(page.locator(".map .city.lead")).to_have_count(1)
    assert page.locator(".map .city").count() > 5


@pytest.mark.slow
def test_a_stored_query_is_asked_about_a_city_by_its_name_with_keys_alone(
    watched: Watched,
) -> None:
    page = watched.page
    watched.go("/queries/networks-of-city")
    box = page.get_by_role("combobox", name="City", exact=True)
    expect(box).to_have_value("Naples")
    box.fill("Breslau")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Wroclaw")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("Wroclaw")
    expect(page.get_by_role("listbox", name="Found").last).to_be_hidden()
    box.press("Enter")
    page.wait_for_url("**/queries/networks-of-city?city=Wroclaw")
    table = page.get_by_role("region", name="Rows")
    expect(table).to_contain_text("GreenPlace")
    table.get_by_role("link", name="GreenPlace", exact=True).click()
    page.wait_for_url("**/network/greenplace.html")


@pytest.mark.slow
def test_the_list_of_what_is_found_closes_and_the_form_still_works(watched: Watched) -> None:
    page = watched.page
    watched.go("/networks")
    box = page.get_by_role("combobox", name="Search the site")
    box.fill("Breslau")
    expect(page.get_by_role("option").first).to_contain_text("Wroclaw")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("Enter")
    page.wait_for_url("**/search?q=Breslau")
    expect(page.locator(".results li").first).to_contain_text("Wroclaw")


@pytest.mark.slow
def test_the_map_is_filtered_and_used_by_keys(watched: Watched) -> None:
    page = watched.page
    watched.go("/map")
    page.locator(".map").scroll_into_view_if_needed()
    shown = page.locator(".map .city:not(.away)")
    expect(shown.first).to_be_attached()
    every = shown.count()
    page.locator("select[name=theme]").select_option(label="Food")
    page.wait_for_url("**/map?theme=food")
    assert 0 < shown.count() < every
    expect(page.locator(".map-filters output")).to_have_text(f"{shown.count()} cities")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".map .tip")).to_be_visible()
    name = page.locator(".map .tip strong").text_content() or ""
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    page.wait_for_url("**/city/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


@in_one_window
@pytest.mark.slow
@pytest.mark.parametrize("path", ["/map", "/pictures/themes"])
@pytest.mark.parametrize(("form", "start"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_a_picture_is_saved(
    watched: Watched, tmp_path: Path, path: str, form: str, start: bytes
) -> None:
    watched.go(path)
    button = watched.page.get_by_role("button", name=f"Save the picture as {form}")
    with watched.page.expect_download() as download:
        button.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    content = file.read_bytes()
    assert content.startswith(start)
    assert len(content) > 10_000
    assert b"light-dark(" not in content


@pytest.mark.slow
def test_what_is_chosen_of_a_list_stands_in_the_address(watched: Watched) -> None:
    page = watched.page
    watched.go("/networks")
    fold = page.get_by_text("Choose what is listed")
    if fold.is_visible():
        fold.click()
    page.get_by_role("checkbox", name="URBACT IV", exact=True).check()
    if fold.is_visible():
        page.get_by_role("button", name="Show").click()
    page.wait_for_url("**programme=urbact-iv**")
    assert "from=" not in page.url
    expect(page.locator(".chosen")).to_contain_text("Programme: URBACT IV")


@pytest.mark.slow
def test_the_theme_is_chosen_and_kept(watched: Watched) -> None:
    page = watched.page
    watched.go("/")
    button = page.get_by_role("button", name="Theme:")
    for theme in ("light", "dark"):
        button.click()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    watched.go("/networks")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Porto", "Riga"])
def test_a_city_is_found_with_its_networks_and_all_that_it_met(watched: Watched, name: str) -> None:
    page = watched.page
    watched.go("/")
    page.locator("#q").fill(name)
    page.get_by_role("option").first.click()
    page.wait_for_url("**/city/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert page.locator(".time-line .rows li").count() >= 10
    # By its key, since a click would miss it where the map above is drawn just then.
    page.get_by_text(re.compile(r"^\d+ more cities$")).press("Enter")
    met = page.locator(".numbers li", has_text="cities met").locator("strong")
    expect(page.locator(".met li:visible")).to_have_count(int(met.inner_text()))


@pytest.mark.slow
def test_a_place_that_was_in_no_network_is_looked_for_on_the_map(watched: Watched) -> None:
    page = watched.page
    watched.go("/")
    page.locator("#q").fill("Ikšķile")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=**")
    page.get_by_role("main").get_by_role("link", name="map").click()
    page.wait_for_url("**/map")
    page.locator(".map").scroll_into_view_if_needed()
    expect(page.locator(".map .city[aria-label^='Riga,']")).to_be_attached()


@pytest.mark.slow
def test_portuguese_plans_on_food_are_found_and_where_to_read_them(watched: Watched) -> None:
    page = watched.page
    watched.go("/")
    page.locator("#q").fill("Portuguese plans on food")
    page.locator("#q").press("Enter")
    page.get_by_role("link", name="Plans: Food, Portugal").click()
    page.wait_for_url("**/plans?**")
    plans = page.locator("table.listed tbody th a")
    assert plans.count() >= 3
    for address in [plans.nth(number).get_attribute("href") for number in range(3)]:
        page.goto(f"{watched.root.rpartition('/')[0]}{address}")
        expect(page.get_by_role("main").locator(".external:visible").first).to_be_visible()


@pytest.mark.slow
def test_advice_for_small_shrinking_cities_is_found(watched: Watched) -> None:
    page = watched.page
    watched.go("/")
    page.locator("#q").fill("what does URBACT advise small shrinking cities")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=**")
    first = page.locator(".results li").first
    expect(first).to_contain_text("Advice")
    expect(first).to_contain_text(re.compile("[Ss]hrinking"))


@pytest.mark.slow
def test_calls_say_whether_they_are_open_and_how_experts_join(watched: Watched) -> None:
    page = watched.page
    watched.go("/")
    page.locator("#q").fill("which calls are open")
    page.locator("#q").press("Enter")
    page.get_by_role("link", name="How to take part in URBACT").click()
    page.wait_for_url("**/#part")
    states = page.locator(".calls li[data-closes]:visible .tag").all_inner_texts()
    assert states
    assert set(states) <= {"Closed", "Open today", "Not open yet"}
    said = page.get_by_text("None of the calls that are known here is open today.")
    expect(said).to_be_visible(visible="Open today" not in states)
    expect(page.get_by_role("link", name="Pool of URBACT Experts").first).to_be_visible()
