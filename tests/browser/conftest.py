"""A real Chromium, and the real graph served to it below a path, as behind a proxy."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from urbact_graph.dataset.building import Build
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

_CHROMIUM = shutil.which("chromium")
_BELOW = "/below"
# Milliseconds; a busy machine may be slow.
_PATIENCE = 15_000
_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic")


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

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    if _CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_OPTIONS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def root(built: Build) -> Iterator[str]:
    """Serve the real graph below a path; return the address."""
    nothing = Response("nothing is here", status=404)
    with make_server("127.0.0.1", 0, nothing, threaded=True) as server:
        address = f"http://127.0.0.1:{server.server_port}{_BELOW}"
        settings = Settings.load(max_running_queries=2, public_url=address)
        with LocalEngine(settings, Source(built.dataset, built.version)) as engine:
            server.app = DispatcherMiddleware(nothing, {_BELOW: create_app(settings, engine)})
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield address
            server.shutdown()
            thread.join()


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["wide-light", "narrow-dark"])
def watched(browser: Browser, root: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """Open a page, wide and light or narrow and dark; nothing must have gone wrong at the end."""
    width, scheme = request.param
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(_PATIENCE)
    found = Watched(page, root)
    found.watch()
    yield found
    page.close()
    assert found.faults == []
