"""The corpus of attacks against the server as it is run: one by one, all at once, and held."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from tests.support.attacking import (
    ATTACKER,
    Attack,
    AttackLoad,
    Canary,
    are_open,
    ask,
    attacks,
    canary,
    held_connections,
    memory_bytes,
    send,
)
from tests.support.servers import ENDLESS, Server, serving, until, variables
from urbact_graph.dataset.building import Build
from urbact_graph.release.release import Release
from urbact_graph.sources import GraphSources

# More than any attack needs to reach another limit, on a slow machine too.
QUERY_SECONDS = 20.0
QUERY_MEMORY_BYTES = 150_000_000
RUNNING = 2
LIMITS = variables(
    query_timeout_seconds=QUERY_SECONDS,
    max_query_memory_bytes=QUERY_MEMORY_BYTES,
    max_result_bytes=40_000_000,
    max_running_queries=RUNNING,
    request_timeout_seconds=2,
    send_timeout_seconds=2,
    max_send_buffer_bytes=100_000_000,
)
# What the web process may need for itself and for answers that are being sent.
WEB_BYTES = 300_000_000

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
NETWORKS = """SELECT ?network (COUNT(?city) AS ?cities) WHERE {
  ?network a <https://w3id.org/urbact-graph/ontology#Network> ;
    <https://w3id.org/urbact-graph/ontology#partnerCity> ?city .
} GROUP BY ?network ORDER BY DESC(?cities) ?network LIMIT 20 #«i»"""

HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

Serve = Callable[[], contextlib.AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def serve(
    tmp_path_factory: pytest.TempPathFactory, demo_sources: GraphSources, demo_release: Release
) -> Serve:
    """Serve the demo with limits that attacks soon reach."""
    assert demo_release
    options = ("--sources", str(demo_sources.root))
    return lambda: serving(tmp_path_factory.mktemp("attacks"), *options, settings=LIMITS)


@pytest.fixture(scope="module")
def server(serve: Serve) -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture(name="canary")
def _canary() -> Iterator[Canary]:
    """Keep a canary; after the test nothing has connected to it."""
    with canary() as one:
        yield one
        assert one.calls() == 0, "the server sent a request of its own"


@pytest.fixture(scope="module")
def right(demo_dataset: Path) -> bytes:
    """Answer NETWORKS without the server."""
    store = Store()
    store.load(path=str(demo_dataset), format=RdfFormat.N_TRIPLES)
    found = store.query(NETWORKS)
    assert isinstance(found, QuerySolutions)
    rows = [f"{row['network'].value},{row['cities'].value}" for row in found]
    assert len(rows) == 3
    return "\r\n".join(["network,cities", *rows, ""]).encode()


# All are sent at once below.
CORPUS = [
    pytest.param(attack, id=attack.name, marks=[pytest.mark.exhaustive] * (number % 5 > 0))
    for number, attack in enumerate(attacks())
]


@pytest.mark.slow
@pytest.mark.parametrize("attack", CORPUS)
def test_each_attack_gets_its_answer(server: Server, canary: Canary, attack: Attack) -> None:
    answer = send(server.url, attack.request(canary))
    assert not attack.mistakes(answer, canary)


def test_names_are_unique() -> None:
    names = [attack.name for attack in attacks()]
    assert len(set(names)) == len(names)
    assert len(names) > 200


def test_each_refusal_names_its_cause() -> None:
    refused = [attack for attack in attacks() if 503 in attack.statuses]
    assert len(refused) > 20
    assert not [attack.name for attack in refused if not attack.row.get("problem")]


@pytest.mark.slow
def test_the_server_is_as_before_after_all_attacks(
    server: Server, demo_build: Build, right: bytes
) -> None:
    server.until_idle()
    server.until_workers(RUNNING)
    assert ask(server.url, COUNT).body.split()[1] == str(demo_build.triples).encode()
    assert ask(server.url, NETWORKS).body == right
    assert "Traceback" not in server.log.read_text()


def test_a_client_with_the_port_of_the_server_is_no_connection_of_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        port = listener.getsockname()[1]
        client.bind((ATTACKER, port))
        client.connect(("127.0.0.1", port))
        accepted, _ = listener.accept()
        with accepted:
            assert are_open(f"http://127.0.0.1:{port}", [client])
        assert not are_open(f"http://127.0.0.1:{port}", [client])


@pytest.mark.slow
def test_the_whole_corpus_at_once_does_not_affect_others(
    serve: Serve, right: bytes, canary: Canary
) -> None:
    with serve() as server:
        assert ask(server.url, NETWORKS).body == right
        before = memory_bytes(server)
        report = AttackLoad(server, NETWORKS, right).run(attacks(), canary)
        assert not report.wrong
        # Most clients got a slot; the others were asked to try again later.
        assert len(report.seconds) > report.busy
        assert not report.mistakes
        assert report.peak_bytes < before + RUNNING * QUERY_MEMORY_BYTES + WEB_BYTES
        endless = f"/sparql?timeout=1&query={quote(ENDLESS)}"
        assert server.fetch(endless).problem == "query-timeout"
        server.until_idle()
        server.until_workers(RUNNING)
        assert ask(server.url, COUNT).status == 200


@pytest.mark.slow
def test_held_connections_do_not_affect_others_and_are_closed(server: Server, right: bytes) -> None:
    before = memory_bytes(server)
    with contextlib.ExitStack() as stack:
        held = {
            attack.name: stack.enter_context(attack.held(server.url))
            for attack in held_connections()
        }
        for number in range(10):
            assert send(server.url, HEALTH).status == 200
            query = NETWORKS.replace("«i»", f"while they are held {number}")
            assert ask(server.url, query).body == right
        assert memory_bytes(server) < before + RUNNING * QUERY_MEMORY_BYTES + WEB_BYTES

        for name, connections in held.items():

            def are_closed(connections: list[socket.socket] = connections) -> bool:
                return not are_open(server.url, connections)

            until(are_closed, f"the end of all held connections of the attack {name!r}")
    server.until_idle()
