"""Clients that disconnect before they have the response: the work for them is stopped at once."""

import pytest

from tests.server.conftest import RUNNING, SIZE
from tests.support.servers import ENDLESS, Server, descriptors, new_agent, until
from tests.support.waiting import until_gone

KILLS = 'kills_total{reason="client-closed-request"}'
HOW = pytest.mark.parametrize("how", ["FIN", "RST"])


@HOW
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_is_killed_once_its_client_disconnects(
    server: Server, how: str, method: str
) -> None:
    kills = server.metric(KILLS)
    pending = server.send_query(f"{ENDLESS} # {how}", method)
    server.until_at_work(running=1)
    pending.disconnect(how)
    until(lambda: server.metric(KILLS) == kills + 1)


@HOW
def test_a_waiting_query_whose_client_disconnects_leaves_the_queue(
    server: Server, how: str
) -> None:
    others = [server.send_query(f"{ENDLESS} # {how} {number}") for number in range(2)]
    server.until_at_work(running=2)
    waiting = server.send_query(f"{ENDLESS} # {how} waiting")
    server.until_at_work(running=2, waiting=1)
    waiting.disconnect(how)
    server.until_at_work(running=2, waiting=0)
    for other in others:
        other.disconnect(how)


@HOW
def test_a_waiting_query_gets_the_slot_of_one_whose_client_disconnects(
    server: Server, how: str
) -> None:
    pending = [server.send_query(f"{ENDLESS} # {how} {number}") for number in range(3)]
    server.until_at_work(running=2, waiting=1)
    pending[0].disconnect(how)
    server.until_at_work(running=2, waiting=0)
    for other in pending[1:]:
        other.disconnect(how)


@pytest.mark.embedded_only("an engine elsewhere may go on with queries whose clients have left")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_many_clients_that_disconnect_at_once_do_no_harm(server: Server, method: str) -> None:
    server.query("ASK {}")
    web, zygote = server.web(), server.zygote()
    before = descriptors(web), descriptors(zygote)
    processes = len(server.processes())
    for number in range(50):
        for how in ("FIN", "RST"):
            query = f"{ENDLESS} # {method} {number} {how}"
            server.send_query(query, method).disconnect(how)
    server.until_at_work(running=0)
    assert (server.web(), server.zygote()) == (web, zygote), "neither was started anew"
    until(lambda: len(server.processes()) == processes)
    until(lambda: descriptors(web) <= before[0] and descriptors(zygote) <= before[1])


@HOW
def test_a_client_that_disconnects_within_its_request_does_no_harm(
    server: Server, how: str
) -> None:
    before = descriptors(server.web())
    pending = server.send_query("ASK {}")
    pending.connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nA")
    pending.disconnect(how)
    until(lambda: descriptors(server.web()) <= before)


@pytest.mark.embedded_only("ends the processes that evaluate")
def test_the_workers_of_cancelled_queries_have_ended(server: Server) -> None:
    workers = server.workers()
    pending = [server.send_query(f"{ENDLESS} # gone {number}") for number in range(2)]
    server.until_at_work(running=2)
    for one in pending:
        one.disconnect()
    until_gone(*workers)
    until(lambda: len(server.workers()) == RUNNING, "new workers in their place")


def test_the_access_log_has_status_499(server: Server) -> None:
    agent = new_agent()
    pending = server.send_query(f"{ENDLESS} # log", agent=agent)
    server.until_at_work(running=1)
    pending.disconnect()
    assert [line["status"] for line in server.logged(agent)] == [499]


@pytest.mark.slow
def test_a_burst_of_queries_leaves_as_many_workers_as_run_at_once(server: Server) -> None:
    long = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    answered = [server.send_query(f"{long} # {number}") for number in range(4)]
    endless = [server.send_query(f"{ENDLESS} # burst {number}") for number in range(14)]
    # Those that wait are started, and the others suspended, whose workers are occupied as well.
    until(lambda: server.metric("workers") > 2 + 2)
    until(lambda: server.metric("queries_running") + server.metric("queries_waiting") >= 14)
    for one in endless[:7]:
        one.disconnect("FIN")
    for one in endless[7:]:
        one.disconnect("RST")
    replies = [one.reply() for one in answered]
    rows = f'"{SIZE**3}"'.encode()
    assert [(reply.status, rows in reply.body) for reply in replies] == [(200, True)] * 4
    server.until_workers(RUNNING)
