"""Clients that leave before their answer: what was done for them is stopped at once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import ENDLESS, Server, descriptors, serving, until, until_gone, work_done

KILLS = 'kills_total{reason="client-closed-request"}'
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } #"
HOW = pytest.mark.parametrize("how", ["FIN", "RST"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve with a deadline so far away that only leaving can end a query."""
    folder = tmp_path_factory.mktemp("leaving")
    file = folder / "data.nt"
    file.write_text("".join(f"<x:subject{i}> <x:property> <x:object{i}> .\n" for i in range(200)))
    settings = {
        "URBACT_GRAPH_QUERY_TIMEOUT_SECONDS": "60",
        "URBACT_GRAPH_MAX_RUNNING_QUERIES": "2",
        # One large answer may be on its way to a client, and no second.
        "URBACT_GRAPH_MAX_SEND_BUFFER_BYTES": "20000000",
    }
    with serving(folder, "--dataset", str(file), settings=settings) as server:
        yield server


@pytest.fixture(autouse=True)
def _as_before(server: Server) -> Iterator[None]:
    """See that each test leaves the server idle, with its workers, and healthy."""
    yield
    server.until_at_work(running=0)
    until(lambda: len(server.workers()) == 2)
    assert server.query("ASK {}").status == 200
    assert is_idle(server)


def is_idle(server: Server) -> bool:
    """Tell whether no worker works on what nobody waits for."""
    workers = server.workers()
    before = work_done(*workers)
    # A worker at an endless query would take all of this time.
    time.sleep(0.2)
    return work_done(*workers) - before <= 1


@HOW
def test_a_query_is_killed_once_its_client_leaves(server: Server, how: str) -> None:
    kills, workers = server.metric(KILLS), server.workers()
    client = server.asking(f"{ENDLESS} # {how}")
    server.until_at_work(running=1)
    client.leave(how)
    until(lambda: server.metric(KILLS) == kills + 1)
    assert len(set(server.workers()) - set(workers)) == 1, "a new worker took its place"


@HOW
def test_who_leaves_while_it_waits_gives_up_its_place(server: Server, how: str) -> None:
    clients = [server.asking(f"{ENDLESS} # {how} {number}") for number in range(2)]
    server.until_at_work(running=2)
    waiting = server.asking(f"{ENDLESS} # {how} waiting")
    server.until_at_work(running=2, waiting=1)
    workers = server.workers()
    waiting.leave(how)
    server.until_at_work(running=2, waiting=0)
    assert server.workers() == workers, "nobody else's query was touched"
    for client in clients:
        client.leave(how)


@HOW
def test_the_next_has_its_turn_when_a_client_leaves(server: Server, how: str) -> None:
    clients = [server.asking(f"{ENDLESS} # {how} {number}") for number in range(3)]
    server.until_at_work(running=2, waiting=1)
    clients[0].leave(how)
    server.until_at_work(running=2, waiting=0)
    for client in clients[1:]:
        client.leave(how)


@HOW
def test_an_answer_is_given_up_once_its_client_leaves(server: Server, how: str) -> None:
    def is_begun_and_left() -> bool:
        client = server.asking(f"{LARGE}{how}")
        is_begun = client.connection.recv(100).startswith(b"HTTP/1.1 200")
        client.leave(how)
        return is_begun

    for _ in range(3):
        # Their sizes together are more than may be sent at once.
        until(is_begun_and_left)
    until(lambda: server.query(f"{LARGE}{how} last").status == 200)


@HOW
@pytest.mark.parametrize("who", ["first", "second"])
def test_of_two_with_an_equal_query_one_may_leave(server: Server, who: str, how: str) -> None:
    kills = server.metric(KILLS)
    shared = f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} # {who} {how}"
    # Both workers are taken, so that the two surely meet.
    others = [server.asking(f"{ENDLESS} # {who} {how} {number}") for number in range(2)]
    server.until_at_work(running=2)
    clients = [server.asking(shared)]
    server.until_at_work(running=2, waiting=1)
    clients.append(server.asking(shared))
    # Whatever is answered after the second was read finds both of them waiting.
    server.health()
    leaving, staying = clients if who == "first" else clients[::-1]
    leaving.leave(how)
    for other in others:
        other.leave(how)
    reply = staying.reply()
    assert reply.status == 200
    assert b'"8000000"' in reply.body
    until(lambda: server.metric(KILLS) == kills + 2)


@HOW
def test_an_equal_query_is_killed_once_both_have_left(server: Server, how: str) -> None:
    kills = server.metric(KILLS)
    clients = [server.asking(f"{ENDLESS} # both {how}")]
    server.until_at_work(running=1)
    clients.append(server.asking(f"{ENDLESS} # both {how}"))
    clients[0].leave(how)
    server.health()
    server.until_at_work(running=1)
    clients[1].leave(how)
    until(lambda: server.metric(KILLS) == kills + 1)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_many_who_ask_and_leave_at_once_harm_nobody(server: Server, method: str) -> None:
    server.query("ASK {}")
    web, parent = server.web(), server.parent()
    open_before = descriptors(web), descriptors(parent)
    processes = len(server.processes())
    for number in range(50):
        for how in ("FIN", "RST"):
            server.asking(f"{ENDLESS} # {method} {number} {how}").leave(how)
    server.until_at_work(running=0)
    assert (server.web(), server.parent()) == (web, parent), "neither had to be started anew"
    until(lambda: len(server.processes()) == processes)
    until(lambda: (descriptors(web), descriptors(parent)) <= open_before)


def test_a_client_that_leaves_amid_its_request_harms_nobody(server: Server) -> None:
    before = descriptors(server.web())
    for how in ("FIN", "RST"):
        client = server.asking("ASK {}")
        client.connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nA")
        client.leave(how)
    until(lambda: descriptors(server.web()) <= before)


def test_workers_of_queries_left_are_gone(server: Server) -> None:
    workers = server.workers()
    clients = [server.asking(f"{ENDLESS} # gone {number}") for number in range(2)]
    server.until_at_work(running=2)
    for client in clients:
        client.leave()
    until_gone(*workers)


def test_the_log_says_that_a_client_left(server: Server) -> None:
    client = server.asking(f"{ENDLESS} # log")
    server.until_at_work(running=1)
    client.leave()
    server.until_at_work(running=0)
    log = Path(server.log.parent, "access.log")
    until(lambda: '"status": 499' in log.read_text())
    assert "Traceback" not in server.log.read_text()
