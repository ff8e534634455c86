"""The documentation in a real browser, as the server serves it: its policy, widths and themes."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from tests.browser.conftest import NARROW, WIDE, Watched, watching
from tests.support.documentation import built_site
from tests.support.stubs import StubEngine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.documentation import Documentation

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.slow]

# One of each kind: prose, tables, signatures, wide figures, code.
PAGES = ("index", "http", "api", "performance", "model", "python")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_site(tmp_path_factory)


@pytest.fixture(scope="module")
def root(site: Path) -> Iterator[str]:
    app = create_app(Settings(), StubEngine())
    app.documentation = Documentation.find(site)
    with make_server("127.0.0.1", 0, app, threaded=True) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def watched(browser: Browser, root: str) -> Iterator[Watched]:
    with watching(browser, root, WIDE) as found:
        yield found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_for_everyone_in_each_window(page: str, watched: Watched) -> None:
    for window in (WIDE, NARROW):
        watched.show(window)
        watched.go(f"/docs/{page}.html")
        expect(watched.page.locator("h1").first).to_be_visible()
        assert watched.overflow <= 0, window
        assert watched.barriers() == [], window


def test_the_search_finds_pages(watched: Watched) -> None:
    watched.go("/docs/")
    watched.page.get_by_placeholder("Search").fill("limits")
    watched.page.keyboard.press("Enter")
    results = watched.page.locator("#search-results li a")
    expect(results.filter(has_text="The endpoint over HTTP").first).to_be_visible()


def test_the_theme_can_be_chosen_and_is_kept(watched: Watched) -> None:
    watched.go("/docs/")
    body = watched.page.locator("body")
    expect(body).to_have_attribute("data-theme", "auto")
    button = watched.page.locator(".theme-toggle-content button")
    for _ in range(3):
        button.click()
        if body.get_attribute("data-theme") == "dark":
            break
    expect(body).to_have_attribute("data-theme", "dark")
    expect(body).to_have_css("background-color", "rgb(17, 23, 29)")
    watched.go("/docs/python.html")
    expect(body).to_have_attribute("data-theme", "dark")
    # The theme's script writes each choice to the console, which is no fault.
    said = [fault for fault in watched.faults if re.fullmatch(r"Changed to \w+ mode\.", fault)]
    assert watched.faults == said
    watched.faults.clear()


def test_the_server_is_one_link_away(watched: Watched) -> None:
    watched.go("/docs/python.html")
    watched.page.get_by_role("link", name="To the pages of this server").click()
    watched.page.wait_for_url(f"{watched.root}/")
