"""Several front ends behind nginx are one: tags, reloads in turn, and one that is killed."""

import http.client
import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.proxied import NEXT, NGINX, SERVER, Proxy, proxied
from tests.support.servers import (
    Server,
    generations,
    kill,
    serving,
    until,
    variables,
    write_generation,
)
from tests.support.waiting import WhileBlockLasts, until_gone
from urbact_graph.release.release import Release
from urbact_graph.sources import GraphSources

# In continuous integration nginx must not be missing.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NGINX and not os.environ.get("CI"), reason="nginx is not installed"),
]
ROOT = Path(__file__).parents[2]
# Links have the address of the proxy, whichever front end it asks.
FROM_PROXY = {
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Host": "data.example",
    "X-Forwarded-Proto": "https",
}
DATA = "SELECT ?s ?o { ?s ?p ?o }"
# What changes with the release, or is made by a template, the engine or a table.
ADDRESSES = (
    *("/", "/networks", "/search?q=food", "/city/pl/wroclaw.html", "/city/pl/wroclaw.ttl"),
    *("/city/pl/wroclaw.jsonld", "/void", "/catalog", "/ldes", "/tables/cities", "/dumps/"),
    *("/queries/activity-by-year?format=csv", "/ontology.ttl", "/sitemap.xml", "/openapi.json"),
    *("/network/greenplace.html", "/theme/food.html", "/countries/pl", "/map.json", "/people"),
    *("/recommendations", "/pictures/cooperation", "/queries", "/ontology.html", "/validation"),
    f"/sparql?query={quote('SELECT * { ?s ?p ?o } LIMIT 9')}",
)


@contextmanager
def pair(folder: Path, *options: str) -> Iterator[tuple[Server, Server]]:
    """Run two servers with the same options, each with a folder of its own for what it writes."""
    settings = variables(trusted_proxies="127.0.0.1", query_timeout_seconds=600)
    with ExitStack() as stack:
        servers = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            servers.append(stack.enter_context(serving(folder / name, *options, settings=settings)))
        yield servers[0], servers[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_generation(tmp_path / "data.nt", 0)
    return tmp_path / "data.nt"


@pytest.fixture
def servers(tmp_path: Path, file: Path) -> Iterator[tuple[Server, Server]]:
    with pair(tmp_path, "--dataset", str(file)) as both:
        yield both


@pytest.fixture
def proxy(tmp_path: Path, servers: tuple[Server, Server]) -> Iterator[Proxy]:
    (tmp_path / "nginx").mkdir()
    ports = [server.port for server in servers]
    with proxied(tmp_path / "nginx", *ports, prefix="", stripped=False) as nginx:
        yield nginx


class Clients(WhileBlockLasts):
    """Clients that ask without a pause while the block lasts; nothing may fail."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self.faults: list[str] = []
        self.seen: list[set[int]] = [set(), set(), set(), set()]
        self.answers = [0, 0, 0, 0]
        super().__init__(*(partial(self._ask, number) for number in range(len(self.seen))))

    def until_more(self, count: int = 20) -> None:
        """Wait until each client has so many more answers, or something failed."""
        wanted = [answers + count for answers in self.answers]
        until(
            lambda: (
                bool(self.faults)
                or all(has >= want for has, want in zip(self.answers, wanted, strict=True))
            ),
            "more answers",
        )

    def _ask(self, number: int) -> None:
        try:
            for turn in itertools.count():
                if self.is_over:
                    return
                # Half of them are in a cache; one client in two sends its queries by POST.
                query = f"{DATA} # {number} {turn // 2}"
                if number % 2:
                    headers = {"Content-Type": "application/sparql-query"}
                    reply = self._proxy.fetch("/sparql", headers, "POST", query.encode())
                else:
                    reply = self._proxy.fetch(f"/sparql?query={quote(query)}")
                found = generations(reply.body)
                assert (reply.status, len(found)) == (200, 1), (reply.status, reply.body[:200])
                self.seen[number] |= found
                self.answers[number] += 1
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self.faults.append(repr(error))


def test_entity_tags_agree(
    tmp_path: Path, demo_release: Release, demo_sources: GraphSources
) -> None:
    folder = demo_release.folder.parents[1]
    options = ("--sources", str(demo_sources.root), "--build-folder", str(folder))
    with pair(tmp_path, *options) as (one, two):
        assert one.health()["version"] == two.health()["version"]
        for address in ADDRESSES:
            for encoding in ("identity", "gzip"):
                asked = {**FROM_PROXY, "Accept-Encoding": encoding}
                first, second = (server.fetch(address, asked) for server in (one, two))
                assert first.status == second.status == 200, address
                assert first.headers["ETag"] == second.headers["ETag"], address
                assert first.body == second.body, address
                known = {**asked, "If-None-Match": first.headers["ETag"]}
                assert two.fetch(address, known).status == 304, address


def test_reloads_in_turn_lose_no_request(
    file: Path, servers: tuple[Server, Server], proxy: Proxy
) -> None:
    with Clients(proxy) as clients:
        clients.until_more()
        for number in (1, 2):
            write_generation(file, number)
            for server in servers:
                assert server.reload().startswith("Serving")
            clients.until_more()
    assert clients.faults == []
    assert all(seen == {0, 1, 2} for seen in clients.seen)
    tags = {server.query(DATA).headers["ETag"] for server in servers}
    assert len(tags) == 1


@pytest.mark.parametrize("part", ["all of it", "its web process"])
def test_a_front_end_that_is_killed_is_not_noticed(
    servers: tuple[Server, Server], proxy: Proxy, part: str
) -> None:
    one = servers[0]
    with Clients(proxy) as clients:
        clients.until_more()
        if part == "all of it":
            processes = one.processes()
            kill(one.process.pid)
            one.process.wait()
            until_gone(*processes)
        else:
            kill(one.web())
        clients.until_more()
    assert clients.faults == []
    assert all(seen == {0} for seen in clients.seen)


def test_both_front_ends_are_asked(servers: tuple[Server, Server], proxy: Proxy) -> None:
    before = [server.metric("cache_misses_total") for server in servers]
    with Clients(proxy) as clients:
        clients.until_more()
    after = [server.metric("cache_misses_total") for server in servers]
    assert all(later > earlier + 4 for earlier, later in zip(before, after, strict=True))


def test_the_documented_proxy_is_the_one_that_is_tried() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for line in (SERVER.format(port=8000), SERVER.format(port=8001), "keepalive 16;", NEXT):
        assert line in text
