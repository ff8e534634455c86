"""How heavy pages are, and how soon a browser shows them: `python -m benchmarks.pages ADDRESS`.

It opens pages of a running instance in Chromium, each in an empty profile, and prints a table for
docs/performance.md: requests and bytes that are sent, and the time until the first paint.
"""

import re
import shutil
import sys
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, sync_playwright

PAGES = (
    ("home", "/"),
    ("a network", "/network/greenplace.html"),
    ("a list", "/networks?theme=food"),
    ("a city", "/city/dk/copenhagen.html"),
    ("the map", "/map"),
)
_RUNS = 5
_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic")
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_SIZES = """[...performance.getEntriesByType('navigation'),
  ...performance.getEntriesByType('resource')].map((one) => [one.name, one.transferSize])"""
# What is fetched for maps only, when they come near.
_OF_MAPS = re.compile(r"/(map|shared|europe)[-.][^/]*$")
_RENDERED = "performance.getEntriesByType('navigation')[0].responseStart"


@dataclass(frozen=True)
class Visit:
    """A first visit: number of requests, bytes with their heads, and milliseconds."""

    requests: int
    size: int
    size_without_map: int
    first_byte: float
    first_paint: float


def visit(browser: Browser, address: str) -> Visit:
    """Open ``address`` with nothing kept of earlier visits, and scroll to its map if it has one."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    paint, first = page.evaluate(_PAINT), page.evaluate(_RENDERED)
    if page.locator(".map").count():
        page.locator(".map").first.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        page.locator(".map circle").first.wait_for(state="attached")
    sizes = page.evaluate(_SIZES)
    context.close()
    return Visit(
        len(sizes),
        sum(size for _, size in sizes),
        sum(size for name, size in sizes if not _OF_MAPS.search(name)),
        first,
        paint,
    )


def main(root: str) -> None:
    """Print the table for the instance at ``root``."""
    print("| page | requests | kB before the map | kB | first byte, ms | first paint, ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(_OPTIONS)
        )
        for name, path in PAGES:
            visits = [visit(browser, f"{root}{path}") for _ in range(_RUNS)]
            first = median(one.first_byte for one in visits)
            paint = median(one.first_paint for one in visits)
            last = visits[-1]
            sizes = f"{last.size_without_map / 1000:.0f} | {last.size / 1000:.0f}"
            print(f"| {name} | {last.requests} | {sizes} | {first:.0f} | {paint:.0f} |")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
