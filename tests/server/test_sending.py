"""Answers on their way: whole, in order, and no harm done by who takes them slowly or leaves."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings

from tests.support.engines import ENDLESS, request, until, write_facts
from tests.support.servers import Server, serving
from tests.support.wire import Wire, ask, lines_of, wire

PAIRS = "SELECT ?a ?b { ?a <x:p> ?x . ?b <x:p> ?y }"
LARGE = "SELECT ?s (RAND() AS ?r) { ?s ?p ?o }"
TSV = b"Accept: text/tab-separated-values"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_facts(tmp_path_factory.mktemp("sending") / "facts.nt", count=500)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, file: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, "--dataset", str(file)) as server:
        yield server


def asked(query: str, method: str = "GET", **more: str) -> bytes:
    further = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    return f"{method} /sparql?query={quote(query)}{further}".encode()


def metric(server: Server, name: str, **labels: str) -> float:
    page = ask(server, b"GET /metrics").body.decode()
    return next(
        sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == f"urbact_graph_{name}" and sample.labels == labels
    )


def line_of(server: Server, agent: str) -> dict[str, Any]:
    """Return the line of the access log for the request by ``agent``, once it is there."""
    until(lambda: any(line["agent"] == agent for line in lines_of(server)))
    return next(line for line in lines_of(server) if line["agent"] == agent)


def pass_time(server: Server) -> None:
    """Have the server do so much else that it has done all it can for those before."""
    for _ in range(200):
        assert ask(server, b"GET /limits").status == 200


def is_healthy(server: Server) -> bool:
    return ask(server, b"GET /health").status == 200 and ask(server, asked("ASK {}")).status == 200


@pytest.fixture(scope="module")
def pairs(file: Path) -> list[bytes]:
    """Return the lines of the answer to PAIRS as the engine gives it, sorted."""
    with Engine(Settings.load(max_running_queries=1), file) as engine:
        answer = engine.query(request(PAIRS, results_format="text/tab-separated-values"))
    assert len(answer.content) > 3_000_000
    return sorted(answer.content.splitlines())


def test_a_large_answer_arrives_whole(server: Server, pairs: list[bytes]) -> None:
    for _ in range(2):
        with wire(server, received_bytes=20_000) as connected:
            received = connected.ask(asked(PAIRS), TSV)
            assert received.status == 200
            assert received.headers["content-length"] == str(len(received.body))
            assert sorted(received.body.splitlines()) == pairs
            # Nothing comes behind it.
            assert connected.ask(asked("ASK {}")).status == 200


def test_answers_come_in_the_order_of_the_requests(server: Server) -> None:
    with wire(server) as connected:
        for number in range(6):
            # Those that are no query take less time than those before.
            connected.send(asked(f"SELECT ({number} AS ?n) {{ ?s ?p ?o }} LIMIT 1"))
            connected.send(f"GET /page{number}".encode())
        for number in range(6):
            answer = json.loads(connected.receive().body)
            assert answer["results"]["bindings"][0]["n"]["value"] == str(number)
            assert connected.receive().status == 404
        connected.send(b"HEAD /sparql")
        connected.send(asked("ASK { ?s <x:p> ?o }"), b"Content-Length: 5", body=b"hello")
        connected.send(b"GET /health")
        assert connected.receive("HEAD").status == 200
        assert b"true" in connected.receive().body
        assert b"ok" in connected.receive().body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_leaves_before_its_answer_stops_its_query(server: Server, method: str) -> None:
    before = metric(server, "kills_total", reason="client-closed-request")
    query = f"{ENDLESS} # {method}"
    agent = f"leaving {method}"
    with wire(server) as connected:
        connected.send(asked(query, method), b"User-Agent: " + agent.encode())
        until(lambda: metric(server, "queries_running") == 1)
    until(lambda: metric(server, "queries_running") == 0)
    until(lambda: metric(server, "kills_total", reason="client-closed-request") == before + 1)
    line = line_of(server, agent)
    assert (line["method"], line["status"], line["bytes"]) == (method, 499, 0)
    assert is_healthy(server)


def test_equal_queries_are_evaluated_once_and_none_waits_for_who_leaves(server: Server) -> None:
    answers, kills = metric(server, "answers_total"), ("kills_total", "query-timeout")
    before = metric(server, kills[0], reason=kills[1])
    with ExitStack() as stack:
        wires: list[Wire] = [stack.enter_context(wire(server)) for _ in range(6)]
        for number, connected in enumerate(wires):
            connected.send(asked(ENDLESS, timeout="2"))
            if not number:
                until(lambda: metric(server, "queries_running") == 1)
        # The first, for whom it was begun, and one of those who joined it.
        wires[0].leave()
        wires[3].leave()
        for connected in (wires[1], wires[2], wires[4], wires[5]):
            received = connected.receive()
            assert (received.status, received.problem) == (503, "query-timeout")
    assert metric(server, kills[0], reason=kills[1]) == before + 1
    assert metric(server, "answers_total") == answers


def test_who_leaves_in_the_middle_of_its_answer_harms_nobody(server: Server) -> None:
    for _ in range(5):
        with wire(server, received_bytes=4_096) as connected:
            connected.send(asked(PAIRS), TSV)
            assert connected.connection.recv(100)
    assert is_healthy(server)
    until(lambda: metric(server, "queries_running") == 0)


def own_bytes(server: Server) -> int:
    """Return the memory that the web process has for itself."""
    status = Path(f"/proc/{server.web()}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def test_clients_that_take_nothing_cost_no_memory(server: Server) -> None:
    # Twice, so that it is kept from here on.
    size = max(len(ask(server, asked(PAIRS)).body) for _ in range(2))
    assert size > 15_000_000
    before = own_bytes(server)
    with ExitStack() as stack:
        for _ in range(8):
            slow = stack.enter_context(wire(server, received_bytes=4_096))
            slow.send(asked(PAIRS))
            assert slow.connection.recv(100).startswith(b"HTTP/1.1 200")
        assert own_bytes(server) - before < 3 * size
    assert is_healthy(server)


def test_a_path_is_noted_as_it_was_meant(server: Server) -> None:
    for path in ("/café", "/caf%C3%A9"):
        ask(server, f"GET {path}".encode(), b"User-Agent: noting")
    until(lambda: sum(line["agent"] == "noting" for line in lines_of(server)) == 2)
    assert {line["path"] for line in lines_of(server) if line["agent"] == "noting"} == {"/café"}


@pytest.fixture
def narrow(tmp_path_factory: pytest.TempPathFactory, file: Path) -> Iterator[Server]:
    """Serve with little room for answers on their way, and little patience."""
    settings = {
        "URBACT_GRAPH_MAX_SEND_BUFFER_BYTES": "4000",
        "URBACT_GRAPH_SEND_TIMEOUT_SECONDS": "3",
    }
    folder = tmp_path_factory.mktemp("narrow")
    with serving(folder, "--dataset", str(file), settings=settings) as server:
        yield server


def test_one_answer_is_always_sent_however_large(narrow: Server) -> None:
    assert len(ask(narrow, asked(LARGE)).body) >= 64_000
    # The first is on its way a moment longer than its client has waited for it.
    until(lambda: ask(narrow, asked(LARGE)).status == 200)


def test_what_finds_no_room_on_its_way_is_refused(narrow: Server) -> None:
    with wire(narrow, received_bytes=4_096) as slow:
        # More than the system takes over, of which the client takes nothing.
        slow.send(asked(PAIRS.replace("?b {", "?b (RAND() AS ?r) {")))
        assert slow.connection.recv(100)
        pass_time(narrow)
        received = ask(narrow, asked(LARGE), b"User-Agent: refused")
        assert received.status == 503
        assert received.problem == "overloaded"
        assert received.headers["retry-after"] == "3"
        told = json.loads(received.body)
        assert (told["limit"], told["value"]) == ("max_send_buffer_bytes", 4_000)
        line = line_of(narrow, "refused")
        assert (line["status"], line["problem"]) == (503, "overloaded")
        assert line["bytes"] == len(received.body)
        assert ask(narrow, asked(f"{LARGE} LIMIT 5")).status == 200
    # Once that client is gone, there is room again.
    until(lambda: ask(narrow, asked(LARGE)).status == 200)


def test_a_client_that_takes_nothing_is_dropped(narrow: Server) -> None:
    with wire(narrow, received_bytes=4_096) as slow:
        slow.send(asked(PAIRS))
        assert slow.connection.recv(100)
        assert ask(narrow, asked(LARGE)).status == 503
        until(lambda: ask(narrow, asked(LARGE)).status == 200)
