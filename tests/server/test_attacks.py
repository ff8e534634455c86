"""The corpus of attacks against the server as it is run: each alone, all at once, and held."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store

from urbact_graph.dataset.building import Build
from urbact_graph.settings import ENVIRONMENT_PREFIX, Settings
from urbact_graph.sources import GraphSources

from tests.support.attacking import (
    ATTACKER,
    Attack,
    Canary,
    Storm,
    are_open,
    ask,
    attacks,
    canary,
    connect,
    held_connections,
    memory_bytes,
    send,
)
from tests.support.servers import Server, serving

QUERY_SECONDS = 3.0
QUERY_MEMORY_BYTES = 150_000_000
ANSWER_BYTES = 40_000_000
RUNNING = 2
LIMITS = {
    "query_timeout_seconds": QUERY_SECONDS,
    "max_query_memory_bytes": QUERY_MEMORY_BYTES,
    "max_result_bytes": ANSWER_BYTES,
    "max_running_queries": RUNNING,
    "request_timeout_seconds": 2,
    "send_timeout_seconds": 2,
    "max_send_buffer_bytes": 100_000_000,
}
# How much later than the deadline an answer may come.
GRACE = 0.5
# What the web process may need for itself and for answers on their way.
WEB_BYTES = 300_000_000
# Less than this part of a core is no use of it.
IDLE = 0.2

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
NETWORKS = """SELECT ?network (COUNT(?city) AS ?cities) WHERE {
  ?network a <https://w3id.org/urbact-graph/ontology#Network> ;
    <https://w3id.org/urbact-graph/ontology#partnerCity> ?city .
} GROUP BY ?network ORDER BY DESC(?cities) ?network LIMIT 20 #«i»"""

HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

Serve = Callable[[], contextlib.AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def serve(
    tmp_path_factory: pytest.TempPathFactory, built: Build, sources: GraphSources
) -> Iterator[Serve]:
    """Serve the real graph with limits that attacks meet soon."""
    options = ("--sources", str(sources.root), "--build-folder", str(built.dataset.parent))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LIMITS.items():
            if name in Settings.model_fields:
                patch.setenv(f"{ENVIRONMENT_PREFIX}{name.upper()}", str(value))
        yield lambda: serving(tmp_path_factory.mktemp("attacks"), *options)


@pytest.fixture(scope="module")
def server(serve: Serve) -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def bird() -> Iterator[Canary]:
    """Keep a canary, and look that nobody came for it."""
    with canary() as bird:
        yield bird
        assert bird.calls() == 0, "the server sent a request of its own"


def wait_until_idle(server: Server) -> None:
    """Wait until the processes of ``server`` use no core any more."""
    deadline = time.monotonic() + 5
    before = cpu_seconds(server)
    while True:
        start = time.monotonic()
        time.sleep(0.5)
        after = cpu_seconds(server)
        used = sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
        if used < IDLE * (time.monotonic() - start):
            return
        assert time.monotonic() < deadline, "the server is at work though nobody asks"
        before = after


def cpu_seconds(server: Server) -> dict[int, float]:
    found = {}
    for pid in server.processes():
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            found[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def right_answer(store: Store) -> bytes:
    """Answer NETWORKS without the server."""
    found = store.query(NETWORKS)
    assert isinstance(found, QuerySolutions)
    rows = [f"{row['network'].value},{row['cities'].value}" for row in found]
    return "\r\n".join(["network,cities", *rows, ""]).encode()


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_each_attack_gets_its_answer_in_time(server: Server, bird: Canary, attack: Attack) -> None:
    answer = send(server.url, attack.request(bird))
    assert not attack.mistakes(answer, bird)
    assert answer.seconds <= attack.seconds(QUERY_SECONDS) + GRACE


def test_names_are_unique() -> None:
    names = [attack.name for attack in attacks()]
    assert len(set(names)) == len(names)
    assert len(names) > 200


def test_the_data_is_as_it_was(server: Server, built: Build) -> None:
    assert ask(server.url, COUNT).body.split()[1] == str(built.triples).encode()


def test_the_whole_corpus_at_once_does_not_touch_others(
    serve: Serve, store: Store, bird: Canary
) -> None:
    with serve() as server:
        right = right_answer(store)
        assert ask(server.url, NETWORKS).body == right
        calm = memory_bytes(server)
        storm = Storm(server, NETWORKS, right)
        report = storm.rage(attacks(), bird)
        assert not report.wrong
        # Who comes while all places to wait are taken is told when to come back.
        assert len(report.seconds) > report.busy
        assert not report.mistakes
        assert report.peak_bytes < calm + RUNNING * QUERY_MEMORY_BYTES + WEB_BYTES
        wait_until_idle(server)
        assert ask(server.url, COUNT).status == 200


def test_held_connections_starve_nobody_and_are_let_go(server: Server, store: Store) -> None:
    calm, right = memory_bytes(server), right_answer(store)
    with contextlib.ExitStack() as stack:
        held = {
            attack.name: stack.enter_context(attack.held(server.url))
            for attack in held_connections()
        }
        for number in range(10):
            health = send(server.url, HEALTH)
            assert health.status == 200
            asked = NETWORKS.replace("«i»", f"while they are held {number}")
            assert ask(server.url, asked).body == right
        assert memory_bytes(server) < calm + RUNNING * QUERY_MEMORY_BYTES + WEB_BYTES
        deadline = time.monotonic() + 20
        while left := [name for name, some in held.items() if are_open(server.url, some)]:
            assert time.monotonic() < deadline, f"the server holds on to {left}"
            time.sleep(0.1)
    wait_until_idle(server)


def test_who_leaves_takes_the_query_along(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    endless = "".join(f"VALUES ?v{i} {{ 0 1 2 3 4 5 6 7 8 9 }}" for i in range(20))
    request = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    body = f"SELECT (COUNT(*) AS ?n) {{ {endless} }}"
    with serving(tmp_path, "--dataset", str(file), "--query-timeout-seconds", "60") as server:
        for _ in range(3):
            with connect(server.url, ATTACKER) as connection:
                connection.sendall(f"{request}Content-Length: {len(body)}\r\n\r\n{body}".encode())
                before = cpu_seconds(server)
                deadline = time.monotonic() + 10
                while sum(cpu_seconds(server).values()) < sum(before.values()) + 0.2:
                    assert time.monotonic() < deadline, "the query never ran"
                    time.sleep(0.01)
        wait_until_idle(server)
        assert ask(server.url, "ASK {}").status == 200
