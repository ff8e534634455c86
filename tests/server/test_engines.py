"""The server with real engines elsewhere: they end under load, and return."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Self

import pytest
from pyoxigraph import Store

from tests.support.engine_servers import SERVERS, Oxigraph
from tests.support.servers import (
    Reply,
    Server,
    generations,
    kill,
    serving,
    until,
    variables,
    write_generation,
)
from tests.support.waiting import DEADLINE, WhileBlockLasts, until_gone
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.process,
    pytest.mark.embedded_only("starts other engines itself"),
    pytest.mark.skipif(bool(Oxigraph.missing()), reason=Oxigraph.missing() or "installed"),
]

# Statements of a release, without those that name it.
SIZE = 60


class Load(WhileBlockLasts):
    """Clients that ask one query after another, each other than all before; what they got."""

    def __init__(
        self, server: Server, query: str = "SELECT ({} AS ?x) {{ <x:s> <x:p> ?o }}"
    ) -> None:
        super().__init__(*[self._ask] * 4)
        self._server = server
        self._query = query
        self._numbers = itertools.count()
        self.replies: list[tuple[float, Reply]] = []
        self.failures: list[Exception] = []

    def __enter__(self) -> Self:
        super().__enter__()
        self.until_more()
        return self

    def until_more(self, count: int = 40) -> None:
        """Wait for so many more replies."""
        wanted = len(self.replies) + count
        until(lambda: len(self.replies) >= wanted, f"{count} more replies")

    def since(self, moment: float) -> Counter[str]:
        """Return how many replies of each kind came after ``moment``."""
        return Counter(
            reply.problem if reply.status >= 400 else "answer"
            for at, reply in self.replies
            if at >= moment
        )

    def _ask(self) -> None:
        while not self.is_over:
            query = self._query.format(next(self._numbers))
            try:
                reply = self._server.query(query)
            except OSError as error:
                self.failures.append(error)
            else:
                self.replies.append((time.monotonic(), reply))


def facts() -> Store:
    store = Store()
    store.update("INSERT DATA { <x:s> <x:p> 1 }")
    return store


@pytest.mark.parametrize("name", ["oxigraph", "virtuoso"])
def test_an_engine_that_is_killed_is_a_problem_until_it_is_back(name: str, tmp_path: Path) -> None:
    if missing := SERVERS[name].missing():
        pytest.skip(missing)
    with SERVERS[name](facts()) as engine:
        options = ("--foreign", "--engine", engine.url)
        with serving(tmp_path, *options) as server, Load(server) as load:
            engine.kill()
            killed = time.monotonic()
            until(lambda: "engine-unavailable" in load.since(killed), "a problem")
            until(lambda: server.fetch("/health").status == 503, "ill health")
            load.until_more()
            engine.restart()
            returned = time.monotonic()
            until(lambda: "answer" in load.since(returned), "an answer")
            until(lambda: server.fetch("/health").status == 200, "health")
            well = time.monotonic()
            load.until_more()
            assert set(load.since(killed)) == {"answer", "engine-unavailable"}
            assert set(load.since(well)) == {"answer"}
            assert not load.failures
            bodies = [json.loads(r.body) for _, r in load.replies if r.status == 503]
            assert all(body["status"] == 503 and body["detail"] for body in bodies)


def test_one_of_two_engines_that_is_killed_is_not_noticed(tmp_path: Path) -> None:
    with Oxigraph(facts()) as one, Oxigraph(facts()) as two:
        options = ("--foreign", "--engine", one.url, "--engine", two.url)
        with serving(tmp_path, *options) as server, Load(server) as load:
            one.kill()
            load.until_more(200)
            assert set(load.since(0)) == {"answer"}
            assert not load.failures
            assert server.metric('replicas{state="down"}') == 1
            one.restart()
            until(lambda: server.metric('replicas{state="up"}') == 2, "both engines")
            load.until_more()
            assert set(load.since(0)) == {"answer"}


def test_a_release_that_is_published_in_the_engine_is_served_without_a_failed_request(
    tmp_path: Path,
) -> None:
    graph = "SELECT ?s ?o {{ ?s <http://x.example/generation> ?o }} # {}"
    with Oxigraph(Store()) as engine:
        _publish(engine, write_release(tmp_path / "data.nt", 0))
        options = ("--foreign", "--engine", engine.url)
        with serving(tmp_path, *options) as server, Load(server, graph) as load:
            first = server.query("SELECT * { ?s ?p ?o }")
            assert server.health()["version"] == "0"
            _publish(engine, write_release(tmp_path / "data.nt", 1))
            until(lambda: server.health()["version"] == "1", "the next version")
            load.until_more()
            second = server.query("SELECT * { ?s ?p ?o }", If_None_Match=first.headers["ETag"])
            assert (second.status, generations(second.body)) == (200, {1})
            assert second.headers["ETag"] != first.headers["ETag"]
            assert second.headers["Last-Modified"] != first.headers["Last-Modified"]
            assert set(load.since(0)) == {"answer"}
            assert not load.failures
            # Each answer is from one of the two, and whole.
            assert {
                (*generations(r.body), r.body.count(b'"generation ')) for _, r in load.replies
            } == {
                (0, SIZE),
                (1, SIZE),
            }
            assert "Traceback" not in server.log.read_text()


def write_release(file: Path, number: int) -> Path:
    """Write a graph that names its version and its size, as that of a release does."""
    write_generation(file, number, SIZE)
    dataset = f"<{Settings().base_iri}dataset>"
    with file.open("a") as lines:
        lines.write(f'{dataset} <http://www.w3.org/2002/07/owl#versionInfo> "{number}" .\n')
        lines.write(f'{dataset} <http://rdfs.org/ns/void#triples> "{SIZE + 2}" .\n')
    return file


def _publish(engine: Oxigraph, file: Path) -> None:
    """Put ``file`` into the default graph in pieces, with a switch at the end, as a user does."""
    store = engine.url.replace("/query", "/store")
    command = [sys.executable, "-m", "urbact_graph", "publish", store, "--piece-bytes", "2000"]
    environment = {**os.environ, **variables(build_folder=file.with_name("notes"))}
    arguments = [*command, "--dataset", str(file)]
    done = subprocess.run(
        arguments, env=environment, capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    assert done.returncode == 0, done.stderr
    assert "as a whole" in done.stdout + done.stderr


def test_a_web_process_that_is_killed_is_replaced_by_one_that_asks_the_engine(
    tmp_path: Path,
) -> None:
    with (
        Oxigraph(facts()) as engine,
        serving(tmp_path, "--foreign", "--engine", engine.url) as server,
    ):
        version, reading = server.health()["version"], server.engine_processes()
        kill(server.web())
        # Connections wait meanwhile.
        waiting = [server.send_query(f"SELECT ({n} AS ?x) {{ }}") for n in range(10)]
        assert {one.reply().status for one in waiting} == {200}
        assert server.health()["version"] == version
        until_gone(*reading)
