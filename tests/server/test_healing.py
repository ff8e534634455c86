"""Processes that are killed or told to end: whichever it is, service goes on."""

import contextlib
import http.client
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import (
    ENDLESS,
    Server,
    descriptors,
    generations,
    kill,
    serving,
    until,
    until_gone,
    work_done,
    write_generation,
)

# Some millions of rows; what is counted tells that nothing is missing.
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ROWS = b'"1728000"'
DATA = "SELECT * { ?s ?p ?o }"
BROKEN = (OSError, http.client.HTTPException)


@contextlib.contextmanager
def serving_data(folder: Path) -> Iterator[Server]:
    """Serve a small dataset, data.nt in ``folder``, with queries that no deadline ends."""
    file = folder / "data.nt"
    write_generation(file, 0)
    settings = {"URBACT_GRAPH_QUERY_TIMEOUT_SECONDS": "60", "URBACT_GRAPH_MAX_RUNNING_QUERIES": "2"}
    with serving(folder, "--dataset", str(file), settings=settings) as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve for all tests that leave the web process alone."""
    with serving_data(tmp_path_factory.mktemp("healing")) as server:
        yield server


@pytest.fixture
def server(shared: Server) -> Iterator[Server]:
    """Lend the shared server, and see that it is as before afterwards."""
    yield shared
    check_serves_on(shared)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """Serve for one test: a web process that ends often is started anew after longer pauses."""
    with serving_data(tmp_path) as server:
        yield server
        check_serves_on(server)


def check_serves_on(server: Server) -> None:
    """See that two queries can run at once, whatever was killed, and that nothing was left."""
    server.until_at_work(running=0)
    clients = [server.asking(f"{ENDLESS} # {number}") for number in range(2)]
    server.until_at_work(running=2)
    for client in clients:
        client.leave()
    server.until_at_work(running=0)
    # The main, the web process, the engine's parent and its workers.
    until(lambda: len(server.processes()) == 5)
    assert server.process.poll() is None
    assert "Traceback" not in server.log.read_text()


def busy(server: Server, count: int) -> list[int]:
    """Return the workers that are at a query, once so many of them take up processor time."""
    first: dict[int, int] = {}

    def found() -> list[int]:
        now = {pid: work_done(pid) for pid in server.workers()}
        return [pid for pid in now if now[pid] - first.setdefault(pid, now[pid]) > 10]

    until(lambda: len(found()) == count)
    return found()


def test_workers_killed_while_idle_are_passed_over(server: Server) -> None:
    kill(*server.workers())
    assert server.query(f"{DATA} # idle").status == 200
    assert server.health()["status"] == "ok"


def test_a_query_whose_worker_is_killed_is_tried_once_more(server: Server) -> None:
    many = "SELECT (COUNT(*) AS ?n) { VALUES ?x { 1 2 3 4 5 } ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    running = server.asking(many)
    server.until_at_work(running=1)
    kill(*busy(server, 1))
    reply = running.reply()
    assert reply.status == 200
    assert b'"8640000"' in reply.body


def test_only_the_query_whose_workers_are_killed_is_lost(server: Server) -> None:
    lost = server.asking(f"{ENDLESS} # lost")
    server.until_at_work(running=1)
    kill(*busy(server, 1))
    victims = busy(server, 1)
    kept = server.asking(f"{LONG} # kept")
    server.until_at_work(running=2)
    kill(*victims)
    reply = lost.reply()
    assert (reply.status, reply.problem) == (503, "engine-unavailable")
    assert int(reply.headers["Retry-After"]) > 0
    assert ROWS in kept.reply().body


def test_who_is_held_up_is_told_when_its_worker_is_killed(server: Server) -> None:
    lost = [server.asking(f"{ENDLESS} # {number} of three") for number in range(3)]
    server.until_at_work(running=2, waiting=1)
    # Each query is tried twice.
    replies = [client.reply for client in lost]

    def is_over() -> bool:
        kill(*server.workers())
        return server.metric("queries_running") == 0

    until(is_over)
    assert [reply().problem for reply in replies] == ["engine-unavailable"] * 3


def test_the_engines_parent_killed_while_idle(server: Server) -> None:
    parent = server.parent()
    kill(parent)
    assert server.query("ASK {} # without parent").status == 200
    # What needs the parent, as a killed worker does, gets a new one.
    client = server.asking(f"{ENDLESS} # without parent")
    server.until_at_work(running=1)
    client.leave()
    until(lambda: bool(server.workers()) and server.parent() != parent)


def test_the_engines_parent_killed_with_all_its_idle_workers(server: Server) -> None:
    kill(server.parent(), *server.workers())
    assert server.query("ASK {} # without engine").status == 200


def test_the_engines_parent_killed_while_queries_run(server: Server) -> None:
    clients = [server.asking(f"{LONG} # running {number}") for number in range(2)]
    server.until_at_work(running=2)
    kill(server.parent())
    assert all(ROWS in client.reply().body for client in clients)


def test_the_whole_engine_killed_while_queries_run(server: Server) -> None:
    clients = [server.asking(f"{ENDLESS} # whole {number}") for number in range(2)]
    server.until_at_work(running=2)
    for _ in range(2):
        kill(*busy(server, 2), server.parent())
    for client in clients:
        reply = client.reply()
        assert (reply.status, reply.problem) == (503, "engine-unavailable")


def test_connections_wait_while_the_web_process_is_started_anew(own: Server) -> None:
    running = own.asking(ENDLESS)
    own.until_at_work(running=1)
    engine = [own.parent(), *own.workers()]
    kill(own.web())
    waiting = [own.asking(f"{DATA} # {number}") for number in range(10)]
    with pytest.raises(BROKEN):
        running.reply()
    replies = [client.reply() for client in waiting]
    assert {reply.status for reply in replies} == {200}
    assert {frozenset(generations(reply.body)) for reply in replies} == {frozenset({0})}
    until_gone(*engine)


def test_a_new_web_process_serves_what_was_loaded_last(own: Server, tmp_path: Path) -> None:
    write_generation(tmp_path / "data.nt", 1)
    kill(own.web())
    assert generations(own.query(DATA).body) == {0}
    own.process.send_signal(signal.SIGHUP)
    own.until_said("Serving 120 statements of data.nt (version")
    write_generation(tmp_path / "data.nt", 2)
    kill(own.web())
    assert generations(own.query(DATA).body) == {1}


def test_the_web_process_killed_three_times(own: Server) -> None:
    before = descriptors(own.process.pid)
    version = own.health()["version"]
    for _ in range(3):
        kill(own.web())
        until(own.has_web)
    assert own.health()["version"] == version
    until(lambda: descriptors(own.process.pid) <= before)


def test_no_worker_outlives_its_parent_and_the_web_process(own: Server) -> None:
    running = own.asking(ENDLESS)
    own.until_at_work(running=1)
    workers = own.workers()
    kill(own.parent())
    kill(own.web())
    until_gone(*workers)
    running.leave()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_web_process_that_is_told_to_end_answers_first(
    own: Server, number: signal.Signals
) -> None:
    web = own.web()
    running = own.asking(LONG)
    own.until_at_work(running=1)
    os.kill(web, number)
    assert ROWS in running.reply().body
    until_gone(web)
    assert own.query("ASK {}").status == 200


def test_the_engine_is_healed_after_a_reload_that_changed_nothing(server: Server) -> None:
    said = server.log.read_text().count("Nothing changed")
    server.process.send_signal(signal.SIGHUP)
    server.until_said("Nothing changed", said + 1)
    kill(server.parent(), *server.workers())
    assert server.query("ASK {} # after nothing changed").status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("who", ["parent", "workers", "both"])
def test_a_signal_to_the_engine_alone_loses_no_query(
    server: Server, who: str, number: signal.Signals
) -> None:
    clients = [server.asking(f"{LONG} # {number.name} {who} {i}") for i in range(2)]
    server.until_at_work(running=2)
    parent = [server.parent()] if who != "workers" else []
    for pid in parent + (server.workers() if who != "parent" else []):
        os.kill(pid, number)
    assert all(ROWS in client.reply().body for client in clients)
    assert server.query(f"ASK {{}} # {number.name} {who}").status == 200


def test_a_hang_up_of_all_processes_is_for_the_main_one(server: Server) -> None:
    running = server.asking(f"{LONG} # hang up")
    server.until_at_work(running=1)
    processes = server.processes()
    said = server.log.read_text().count("Nothing changed")
    for pid in processes:
        os.kill(pid, signal.SIGHUP)
    server.until_said("Nothing changed", said + 1)
    assert ROWS in running.reply().body
    assert server.processes() == processes
