"""Releases that are served: their files over the wire, and what a reload changes of them."""

import hashlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.servers import Server, kill, serving, until
from tests.support.waiting import DEADLINE, until_gone
from tests.support.wire import wire
from urbact_graph.errors import EngineError
from urbact_graph.release.release import Release, current_release
from urbact_graph.sources import GraphSources

CITY = "cities/es.ttl"
POPULATION = "urb:population 15022"
N_TRIPLES, TURTLE, CHECKSUMS = "n-triples", "turtle", "checksums"


def name(release: Release, key: str) -> str:
    return next(file.name for file in release.files if file.key == key)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---- Releases that follow each other -----------------------------------------------------------


@dataclass
class Graph:
    """A copy of the demo, and the server that serves it; ``population`` is that of a city."""

    root: Path
    server: Server
    population: int = 15_022

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def release(self) -> Release:
        found = current_release(self.build)
        assert found
        return found

    def write(self, population: str) -> None:
        """Set the population of a city, in Turtle."""
        file = self.root / "data" / CITY
        text = file.with_suffix(".original").read_text()
        assert POPULATION in text
        file.write_text(text.replace(POPULATION, f"urb:population {population}"))

    def change(self, population: int | None = None) -> Release:
        """Reload with another population, and return the release that is served then."""
        self.population = population or self.population + 1
        self.write(str(self.population))
        assert self.server.reload().startswith("Serving")
        assert self.server.health()["version"] == self.release.version
        return self.release

    def has(self, population: int) -> bool:
        """Tell whether the server says that a city has this population."""
        return b"true" in self.server.query(f"ASK {{ ?city ?p {population} }}").body


@pytest.fixture(scope="module")
def graph(
    tmp_path_factory: pytest.TempPathFactory, demo_sources: GraphSources, demo_release: Release
) -> Iterator[Graph]:
    """Serve a copy of the demo that tests change."""
    folder = tmp_path_factory.mktemp("releases")
    root = folder / "graph"
    shutil.copytree(demo_sources.root, root, symlinks=True)
    file = root / "data" / CITY
    shutil.copy(file, file.with_suffix(".original"))
    # As if it had not been used for long.
    long_ago = time.time() - 1_000_000
    os.utime(root / "build" / "releases" / demo_release.version, (long_ago, long_ago))
    options = ("--sources", str(root), "--build-folder", str(root / "build"))
    with serving(folder, *options, cwd=folder) as server:
        yield Graph(root, server)
        assert "Traceback" not in server.log.read_text()


def is_fresh(release: Release) -> bool:
    """Tell whether the release was marked as in use in the last hours."""
    return time.time() - release.folder.stat().st_mtime < 7_200


@pytest.mark.slow
def test_a_reload_serves_the_next_release_and_keeps_the_files_of_the_last(graph: Graph) -> None:
    server, old, before = graph.server, graph.release, graph.population
    content = (old.dumps / name(old, N_TRIPLES)).read_bytes()
    old_checksums = server.fetch("/dumps/SHA256SUMS")
    new = graph.change()
    assert new.version != old.version
    assert (graph.has(graph.population), graph.has(before)) == (True, False)
    latest = server.fetch("/dumps/latest/urbact-graph.nt")
    assert latest.status == 302
    assert latest.headers["Location"] == f"../../dumps/{name(new, N_TRIPLES)}"
    # A harvester that read a name before the reload downloads the file after it.
    for release, value in ((old, before), (new, graph.population)):
        reply = server.fetch(f"/dumps/{name(release, N_TRIPLES)}")
        assert (reply.status, f'"{value}"'.encode() in reply.body) == (200, True)
    assert server.fetch(f"/dumps/{name(old, N_TRIPLES)}").body == content
    checksums = server.fetch("/dumps/SHA256SUMS", {"If-None-Match": old_checksums.headers["ETag"]})
    assert (checksums.status, name(new, TURTLE).encode() in checksums.body) == (200, True)
    page = server.fetch("/dumps/").body.decode()
    assert name(new, TURTLE) in page
    assert name(old, TURTLE) not in page
    assert is_fresh(old)
    assert is_fresh(new)
    # A release that has not been in use for a day is removed when another one is made.
    old.folder.rename(graph.root / "removed")
    reply = server.fetch(f"/dumps/{name(old, TURTLE)}")
    assert (reply.status, reply.problem) == (404, "not-found")
    assert server.fetch("/dumps/nothing.ttl").problem == "not-found"


@pytest.mark.slow
def test_a_download_that_began_before_a_reload_ends_whole(graph: Graph) -> None:
    old = graph.release
    file = name(old, N_TRIPLES)
    expected = next(one.sha256 for one in old.files if one.name == file)
    count = 30
    # More than all buffers on the way hold, so that most of it is sent after the reload.
    with wire(graph.server, received_bytes=4_096) as slow:
        for _ in range(count):
            slow.send(f"GET /dumps/{file}".encode())
        first = slow.receive()
        assert graph.change().version != old.version
        for received in (first, *(slow.receive() for _ in range(count - 1))):
            assert (received.status, digest(received.body)) == (200, expected)


@pytest.mark.slow
def test_a_release_of_earlier_content_has_its_version_again(graph: Graph) -> None:
    server, first, population = graph.server, graph.release, graph.population
    query, path = f"SELECT * {{ ?s ?p {population} }}", f"/dumps/{name(first, N_TRIPLES)}"
    before, tag = server.query(query), server.fetch(path).headers["ETag"]
    assert graph.change(16_000).version != first.version
    assert server.query(query).body != before.body
    again = graph.change(population)
    assert (again.version, again.sha256) == (first.version, first.sha256)
    after = server.query(query)
    assert (after.body, after.headers["ETag"]) == (before.body, before.headers["ETag"])
    assert server.fetch(path).headers["ETag"] == tag
    assert (graph.has(population), graph.has(16_000)) == (True, False)


@pytest.mark.slow
def test_a_damaged_release_is_made_again_under_the_same_version(graph: Graph) -> None:
    server, old = graph.server, graph.change()
    damaged = old.dumps / name(old, TURTLE)
    content = damaged.read_bytes()
    damaged.unlink()
    assert server.fetch(f"/dumps/{damaged.name}").status == 404
    assert server.reload().startswith("Serving")
    assert graph.release.folder != old.folder
    assert graph.release.version == old.version
    assert server.fetch(f"/dumps/{damaged.name}").body == content
    # The engine went on with the content that it had, and can start anew from it.
    kill(server.zygote(), *server.workers())
    assert server.query(f"ASK {{ ?city ?p {graph.population} }} # anew").status == 200


@pytest.mark.slow
def test_a_graph_with_violations_is_not_served(graph: Graph) -> None:
    version = graph.server.health()["version"]
    graph.write("'many'")
    with pytest.raises(EngineError, match=r"violations: City-population at city/es/cehegin"):
        graph.server.reload()
    (graph.root / "data" / CITY).write_text("this is no Turtle")
    with pytest.raises(EngineError, match=rf"data/{CITY}, line 1"):
        graph.server.reload()
    assert graph.server.health()["version"] == version
    assert graph.has(graph.population)


@pytest.mark.slow
def test_a_server_that_ends_ends_the_preparation_of_its_next_release(
    tmp_path: Path, demo_sources: GraphSources, demo_release: Release
) -> None:
    root = tmp_path / "graph"
    shutil.copytree(demo_sources.root, root, symlinks=True)
    assert demo_release
    with serving(tmp_path, "--sources", str(root), "--build-folder", str(root / "build")) as server:
        # A file that is never read to its end.
        (root / "data" / CITY).unlink()
        os.mkfifo(root / "data" / CITY)
        before = len(server.processes())
        server.process.send_signal(signal.SIGHUP)
        until(lambda: len(server.processes()) > before)
        processes = server.processes()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(DEADLINE) == 0
        until_gone(*processes)
