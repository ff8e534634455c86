"""The server with real engines elsewhere: they end under load, and return."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Store

from tests.support.engine_servers import CHOSEN, Oxigraph
from tests.support.servers import Reply, Server, serving
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.process,
    pytest.mark.skipif(bool(CHOSEN.name), reason="starts engines itself"),
    pytest.mark.skipif(bool(Oxigraph.missing()), reason=Oxigraph.missing() or "installed"),
]


@dataclass
class Load:
    """Clients that ask one query after another, each other than all before; what they got."""

    server: Server
    replies: list[tuple[float, Reply]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._ask) for _ in range(4)]
        for thread in self._threads:
            thread.start()
        self.until_more()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

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
        while not self._stopping.is_set():
            query = f"SELECT ({next(self._numbers)} AS ?x) {{ <x:s> <x:p> ?o }}"
            try:
                reply = self.server.query(query)
            except OSError as error:
                self.failures.append(error)
            else:
                self.replies.append((time.monotonic(), reply))


def facts() -> Store:
    store = Store()
    store.update("INSERT DATA { <x:s> <x:p> 1 }")
    return store


def test_an_engine_that_is_killed_is_a_problem_until_it_is_back(tmp_path: Path) -> None:
    with Oxigraph(facts()) as engine:
        options = ("--foreign", "--engine", engine.url)
        with serving(tmp_path, *options) as server, Load(server) as load:
            engine.processes.main.kill()
            engine.processes.main.wait()
            killed = time.monotonic()
            until(lambda: "engine-unavailable" in load.since(killed), "a problem")
            assert server.fetch("/health").status == 503
            load.until_more()
            engine.run(tmp_path)
            engine.load()
            returned = time.monotonic()
            until(lambda: "answer" in load.since(returned), "an answer")
            load.until_more()
            until(lambda: server.fetch("/health").status == 200, "health")
            kinds = load.since(killed)
            assert set(kinds) == {"answer", "engine-unavailable"}
            assert set(load.since(time.monotonic() - 0.2)) <= {"answer"}
            assert not load.failures
            bodies = [json.loads(r.body) for _, r in load.replies if r.status == 503]
            assert all(body["status"] == 503 and body["detail"] for body in bodies)


def test_one_of_two_engines_that_is_killed_is_not_noticed(tmp_path: Path) -> None:
    with Oxigraph(facts()) as one, Oxigraph(facts()) as two:
        options = ("--foreign", "--engine", one.url, "--engine", two.url)
        with serving(tmp_path, *options) as server, Load(server) as load:
            one.processes.main.kill()
            one.processes.main.wait()
            load.until_more(200)
            assert set(load.since(0)) == {"answer"}
            assert not load.failures
            assert server.metric('replicas{state="down"}') == 1
            one.run(tmp_path)
            one.load()
            until(lambda: server.metric('replicas{state="up"}') == 2, "both engines")
            load.until_more()
            assert set(load.since(0)) == {"answer"}
