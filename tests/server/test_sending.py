"""Responses being sent: whole, in order, and unharmed by clients that are slow or disconnect."""

import http.client
import json
import socket
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.server.conftest import SIZE
from tests.support.engines import write_facts
from tests.support.servers import (
    ENDLESS,
    PendingQuery,
    Server,
    bodies,
    new_agent,
    serving,
    until,
)
from tests.support.wire import ask, wire

# Of the dataset of all tests.
PAIRS = "SELECT ?a ?x ?b ?y { ?a ?p ?x . ?b ?p ?y }"
SQUARE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
# Of another dataset: more than the system's own buffers take.
VERY_LARGE = "SELECT ?a ?b (RAND() AS ?r) { ?a <x:p> ?x . ?b <x:p> ?y }"
# Volatile, and thus not cached.
LARGE = f"SELECT ?s {' '.join(f'(RAND() AS ?r{n})' for n in range(3))} {{ ?s ?p ?o }}"
TSV = b"Accept: text/tab-separated-values"
KILLS = 'kills_total{reason="client-closed-request"}'


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_facts(tmp_path_factory.mktemp("sending") / "facts.nt", count=300)


def asked(query: str, method: str = "GET") -> bytes:
    return f"{method} /sparql?query={quote(query)}".encode()


def test_a_large_answer_arrives_whole(server: Server) -> None:
    value = '"generation 0"'
    nodes = [f"<http://x.example/subject/{number}>\t{value}" for number in range(SIZE)]
    expected = sorted(f"{a}\t{b}".encode() for a, b in product(nodes, repeat=2))
    for _ in range(2):
        with wire(server, received_bytes=20_000) as connected:
            received = connected.ask(asked(PAIRS), TSV)
            assert received.status == 200
            assert len(received.body) > 1_000_000
            assert received.headers["content-length"] == str(len(received.body))
            head, *rows = received.body.splitlines()
            assert (head, sorted(rows) == expected) == (b"?a\t?x\t?b\t?y", True)
            # Nothing comes behind it.
            assert connected.ask(asked("ASK {}")).status == 200


def test_responses_are_in_the_order_of_the_requests(server: Server) -> None:
    with wire(server) as connected:
        for number in range(6):
            # The others take less time than those before them.
            connected.send(asked(f"SELECT ({number} AS ?n) {{ ?s ?p ?o }} LIMIT 1"))
            connected.send(f"GET /page{number}".encode())
        for number in range(6):
            answer = json.loads(connected.receive().body)
            assert answer["results"]["bindings"][0]["n"]["value"] == str(number)
            assert connected.receive().status == 404
        connected.send(b"HEAD /sparql")
        connected.send(asked("ASK { ?s ?p ?o }"), b"Content-Length: 5", body=b"hello")
        connected.send(b"GET /health")
        assert connected.receive("HEAD").status == 200
        assert b"true" in connected.receive().body
        assert b"ok" in connected.receive().body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_disconnects_before_the_response_is_logged(
    server: Server, method: str
) -> None:
    before = server.metric(KILLS)
    agent = new_agent()
    with wire(server) as connected:
        connected.send(asked(f"{ENDLESS} # {method}", method), b"User-Agent: " + agent.encode())
        server.until_at_work(running=1)
    server.until_at_work(running=0)
    until(lambda: server.metric(KILLS) == before + 1)
    (line,) = server.logged(agent)
    assert (line["method"], line["status"], line["bytes"]) == (method, 499, 0)


@pytest.mark.slow
def test_clients_that_disconnect_during_the_response_harm_nothing(server: Server) -> None:
    for _ in range(5):
        with wire(server, received_bytes=4_096) as connected:
            connected.send(asked(PAIRS), TSV)
            assert connected.connection.recv(100)
    until(lambda: bodies(server) == 0, "the end of all sending")
    server.until_at_work(running=0)
    assert ask(server, asked("ASK {}")).status == 200


def own_bytes(server: Server) -> int:
    """Return the memory that the web process has for itself."""
    status = Path(f"/proc/{server.web()}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


@pytest.mark.slow
def test_clients_that_receive_nothing_take_no_memory(tmp_path: Path, file: Path) -> None:
    query = asked(VERY_LARGE.replace("(RAND() AS ?r)", "?x ?y"))
    with serving(tmp_path, "--dataset", str(file)) as server:
        # Twice, so that it is cached from here on.
        size = max(len(ask(server, query).body) for _ in range(2))
        assert size > 10_000_000
        before = own_bytes(server)
        with ExitStack() as stack:
            for _ in range(8):
                slow = stack.enter_context(wire(server, received_bytes=4_096))
                slow.send(query)
                assert slow.connection.recv(100).startswith(b"HTTP/1.1 200")
            assert own_bytes(server) - before < 3 * size
        assert ask(server, asked("ASK {}")).status == 200


def begun(server: Server, query: str) -> PendingQuery:
    """Return a query whose answer has begun to arrive, once there is room for the answer."""
    pending = list[PendingQuery]()

    def is_begun() -> bool:
        pending.append(server.send_query(query))
        head = pending[-1].connection.recv(12, socket.MSG_PEEK)
        return head == b"HTTP/1.1 200"

    until(is_begun, "room for an answer")
    return pending[-1]


@pytest.mark.slow
def test_an_answer_for_which_there_is_no_room_is_refused(server: Server) -> None:
    slow = begun(server, SQUARE)
    agent = new_agent()
    received = ask(server, asked(f"{SQUARE} # refused"), b"User-Agent: " + agent.encode())
    assert (received.status, received.problem) == (503, "overloaded")
    assert received.headers["retry-after"] == "600"
    problem = json.loads(received.body)
    assert (problem["limit"], problem["value"]) == ("max_send_buffer_bytes", 9_000_000)
    (line,) = server.logged(agent)
    assert (line["status"], line["problem"]) == (503, "overloaded")
    assert line["bytes"] == len(received.body)
    assert ask(server, asked(f"{SQUARE} LIMIT 5")).status == 200
    for how in ("FIN", "RST"):
        # Once that client is gone, there is room again.
        slow.disconnect(how)
        slow = begun(server, f"{SQUARE} # after {how}")
    slow.disconnect()


@pytest.mark.slow
def test_one_answer_is_always_sent_however_large(strict_server: Server) -> None:
    assert len(ask(strict_server, asked(LARGE)).body) >= 64_000
    # Granian has the first one open for a moment after its last byte.
    until(lambda: ask(strict_server, asked(LARGE)).status == 200)


@pytest.mark.slow
def test_a_client_that_receives_nothing_is_disconnected(strict_server: Server) -> None:
    slow = begun(strict_server, VERY_LARGE)
    until(lambda: ask(strict_server, asked(LARGE)).status == 200, "room for another")
    # What is in the buffers on the way arrives, and the rest never does.
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        slow.reply()
