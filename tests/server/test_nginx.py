"""Behind nginx, below a path: clients can follow every link."""

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from tests.support.proxied import NGINX, Proxy, proxied
from tests.support.servers import Reply, Server

# In continuous integration nginx must not be missing.
pytestmark = pytest.mark.skipif(
    not NGINX and not os.environ.get("CI"), reason="nginx is not installed"
)

_LINK = re.compile(r"<([^>]*)>")
_MOST_PAGES = 50


@pytest.fixture(scope="module", params=["stripped", "kept"])
def proxy(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    demo_server: Server,
) -> Iterator[Proxy]:
    """Run nginx in front of the demo; it passes paths on with or without the prefix."""
    folder = tmp_path_factory.mktemp("nginx")
    stripped = request.param == "stripped"
    with proxied(folder, demo_server.port, prefix="/open/graph", stripped=stripped) as nginx:
        yield nginx


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for name, value in attributes if name in ("href", "src", "action") and value
        ]


def links(reply: Reply, address: str) -> set[str]:
    """Return the absolute addresses that a response from ``address`` leads to."""
    found = _LINK.findall(reply.headers.get("Link", ""))
    found += [
        reply.headers[name] for name in ("Location", "Content-Location") if name in reply.headers
    ]
    if reply.headers.get_content_type() == "text/html":
        parser = _Links()
        parser.feed(reply.body.decode())
        found += parser.found
    return {urljoin(address, target) for target in found}


def test_all_links_stay_below_the_path_and_are_found(proxy: Proxy) -> None:
    start = f"{proxy.address}/"
    waiting, seen = [start], {start}
    kinds: dict[str, int] = {}
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        reply = proxy.fetch(target, {"Accept": "text/html, */*;q=0.8"})
        assert reply.status in (200, 302, 303), f"{address}: {reply.status}"
        for found in links(reply, address):
            host = urlsplit(found).hostname or ""
            assert host not in ("127.0.0.1", "localhost"), f"{address} leads to {found}"
            if host != proxy.host:
                # An identifier, or a page elsewhere.
                continue
            assert found.startswith(start), f"{address} leads to {found}"
            plain = found.partition("#")[0]
            # Some of each kind of page; test_crawl reads all of them.
            kind = plain.removeprefix(start).partition("/")[0]
            if plain not in seen and kinds.get(kind, 0) < 4 and len(seen) < _MOST_PAGES:
                kinds[kind] = kinds.get(kind, 0) + 1
                seen.add(plain)
                waiting.append(plain)
    assert len(seen) > 20, seen


def test_redirects_and_descriptions_have_the_address_of_the_proxy(proxy: Proxy) -> None:
    reply = proxy.fetch(f"{proxy.prefix}/city/pl/wroclaw", {"Accept": "text/turtle"})
    target = urljoin(f"{proxy.address}/city/pl/wroclaw", reply.headers["Location"])
    assert (reply.status, target) == (303, f"{proxy.address}/city/pl/wroclaw.ttl")
    described = proxy.fetch(f"{proxy.prefix}/sparql", {"Accept": "text/turtle"}).body.decode()
    assert f"<{proxy.address}/sparql>" in described
    assert "127.0.0.1" not in described


def test_conditional_requests_pass_through(proxy: Proxy) -> None:
    path = f"{proxy.prefix}/city/pl/wroclaw.ttl"
    first = proxy.fetch(path)
    again = proxy.fetch(path, {"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    head = proxy.fetch(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
