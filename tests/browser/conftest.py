"""A real Chromium, and the real graph served to it below a path, as behind a proxy."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from tests.support.waiting import DEADLINE
from urbact_graph.dataset.building import Build
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

_CHROMIUM = shutil.which("chromium")
_BELOW = "/below"
# Milliseconds, for pages and for what is expected of them; a busy machine may be slow.
_PATIENCE = 1_000 * DEADLINE
# The width of a window in pixels, and the theme.
Window = tuple[int, Literal["light", "dark"]]
WIDE: Window = (1280, "light")
NARROW: Window = (390, "dark")
_WINDOWS = [
    pytest.param(WIDE, id="wide-light"),
    pytest.param(NARROW, id="narrow-dark", marks=pytest.mark.slow),
]
# What a window does not change is tried in one of them.
in_one_window = pytest.mark.parametrize("watched", _WINDOWS[:1], indirect=True)
_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic")

expect.set_options(timeout=_PATIENCE)


@dataclass
class Watched:
    """A page of the browser at ``root``, and what went wrong on it."""

    page: Page
    root: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open the page at ``path`` of the instance."""
        self.page.goto(f"{self.root}{path}")

    def watch(self) -> None:
        """Note errors, what the console says, and requests that leave the server."""
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((self.root, "data:", "blob:"))
                else self.faults.append(f"off the server: {request.url}")
            ),
        )

    def barriers(self) -> list[tuple[str, list[str]]]:
        """Return what axe finds serious or critical on the page, with some of its elements."""
        # To describe all that is right takes most of its time.
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        return [
            (one["id"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    def show(self, window: Window) -> None:
        """Show the page in another window."""
        width, scheme = window
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium, which ends with the room: its event loop is in the way of other tests'."""
    if _CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_OPTIONS))
        yield started
        started.close()


@contextmanager
def _serving(build: Build, release: Release | None) -> Iterator[str]:
    """Serve the graph below a path; yield the address."""
    nothing = Response("nothing is here", status=404)
    with make_server("127.0.0.1", 0, nothing, threaded=True) as server:
        address = f"http://127.0.0.1:{server.server_port}{_BELOW}"
        settings = Settings.load(max_running_queries=2, public_url=address)
        with LocalEngine(settings, Source(build.dataset, build.version)) as engine:
            app = create_app(settings, engine, release)
            server.app = DispatcherMiddleware(nothing, {_BELOW: app})
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield address
            server.shutdown()
            thread.join()


@pytest.fixture(scope="package")
def root(built: Build) -> Iterator[str]:
    """Serve the real graph without a release; return the address."""
    with _serving(built, None) as address:
        yield address


@pytest.fixture(scope="package")
def whole_root(built: Build, release: Release) -> Iterator[str]:
    """Serve the release of the real graph; return the address."""
    with _serving(built, release) as address:
        yield address


@contextmanager
def watching(browser: Browser, root: str, window: Window) -> Iterator[Watched]:
    """Open a page of ``window``; nothing must have gone wrong on it at the end of the block."""
    width, scheme = window
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(_PATIENCE)
    found = Watched(page, root)
    found.watch()
    yield found
    page.close()
    assert found.faults == []


@pytest.fixture(params=_WINDOWS)
def watched(browser: Browser, root: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """Open a page, wide and light or narrow and dark; nothing must have gone wrong at the end."""
    with watching(browser, root, request.param) as found:
        yield found


@pytest.fixture
def everything(browser: Browser, whole_root: str) -> Iterator[Watched]:
    """Open a page in a wide window, where there is a release, too, as ``watched`` does."""
    with watching(browser, whole_root, WIDE) as found:
        yield found
