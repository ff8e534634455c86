"""Processes that are killed or signalled: whichever it is, the service recovers."""

import contextlib
import http.client
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.conftest import RUNNING, SIZE
from tests.support.servers import (
    ENDLESS,
    Server,
    cpu_ticks,
    descriptors,
    generations,
    kill,
    serving,
    until,
    variables,
    write_generation,
)
from tests.support.waiting import until_gone

pytestmark = pytest.mark.embedded_only("ends the processes that evaluate")
# The count says that no row is missing. Workers are stopped while it has to be running.
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . { SELECT * { ?g ?h ?i } LIMIT 20 } }"
ROWS = f'"{SIZE**2 * 20}"'.encode()
DATA = "SELECT * { ?s ?p ?o }"
# The main process, the web process, the zygote and its workers.
PROCESSES = 3 + RUNNING
BROKEN = (OSError, http.client.HTTPException)


@contextlib.contextmanager
def serving_data(folder: Path) -> Iterator[Server]:
    """Serve data.nt in ``folder``, with a time limit so long that it ends no query here."""
    file = folder / "data.nt"
    write_generation(file, 0, SIZE)
    settings = variables(query_timeout_seconds=600, max_running_queries=RUNNING)
    with serving(folder, "--dataset", str(file), settings=settings) as server:
        yield server


@pytest.fixture(autouse=True)
def _recovers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check after each test that its server has recovered."""
    server: Server = request.getfixturevalue("own" if "own" in request.fixturenames else "server")
    yield
    check_recovered(server)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """Serve for one test: a web process that ends often is replaced after longer pauses."""
    with serving_data(tmp_path) as server:
        yield server


def check_recovered(server: Server) -> None:
    """Check that as many queries can run at once as before, by as many processes."""
    server.until_at_work(running=0)
    pending = [server.send_query(f"{ENDLESS} # {number}") for number in range(RUNNING)]
    server.until_at_work(running=RUNNING)
    for one in pending:
        one.disconnect()
    server.until_at_work(running=0)
    until(lambda: len(server.processes()) == PROCESSES, f"{PROCESSES} processes")
    assert server.process.poll() is None
    assert "Traceback" not in server.log.read_text()


def busy(server: Server, count: int) -> list[int]:
    """Return the workers that evaluate queries, once so many of them use processor time."""
    first: dict[int, int] = {}

    def found() -> list[int]:
        now = {pid: cpu_ticks(pid) for pid in server.workers()}
        return [pid for pid in now if now[pid] - first.setdefault(pid, now[pid]) > 5]

    until(lambda: len(found()) == count, f"{count} busy workers")
    return found()


def test_workers_that_were_killed_while_idle_are_replaced(server: Server) -> None:
    kill(*server.workers())
    assert server.query(f"{DATA} # idle").status == 200
    assert server.health()["status"] == "ok"


def test_a_query_whose_worker_is_killed_is_evaluated_once_more(server: Server) -> None:
    with server.stopped_workers():
        pending = server.send_query(f"{LONG} # once more")
        server.until_at_work(running=1)
        kill(*server.workers())
    reply = pending.reply()
    assert (reply.status, ROWS in reply.body) == (200, True)


def test_only_the_query_whose_workers_are_killed_fails(server: Server) -> None:
    lost = server.send_query(f"{ENDLESS} # lost")
    server.until_at_work(running=1)
    kill(*busy(server, 1))
    victims = busy(server, 1)
    kept = server.send_query(f"{LONG} # kept")
    kill(*victims)
    reply = lost.reply()
    assert (reply.status, reply.problem) == (503, "engine-unavailable")
    assert int(reply.headers["Retry-After"]) > 0
    assert ROWS in kept.reply().body


def test_suspended_queries_fail_when_their_workers_are_killed(server: Server) -> None:
    lost = [server.send_query(f"{ENDLESS} # {number} of three") for number in range(3)]
    server.until_at_work(running=2, waiting=1)

    def is_over() -> bool:
        # Each query is evaluated twice.
        kill(*server.workers())
        return server.metric("queries_running") == 0

    until(is_over)
    assert [one.reply().problem for one in lost] == ["engine-unavailable"] * 3


def test_the_zygote_killed_while_idle(server: Server) -> None:
    zygote = server.zygote()
    kill(zygote)
    assert server.query("ASK {} # without a zygote").status == 200
    # What needs the zygote, such as the replacement of a worker, starts a new one.
    pending = server.send_query(f"{ENDLESS} # without a zygote")
    server.until_at_work(running=1)
    pending.disconnect()
    until(lambda: bool(server.workers()) and server.zygote() != zygote)


def test_the_zygote_killed_with_all_its_idle_workers(server: Server) -> None:
    kill(server.zygote(), *server.workers())
    assert server.query("ASK {} # without an engine").status == 200


def test_the_zygote_killed_while_queries_run(server: Server) -> None:
    server.until_workers(RUNNING)
    with server.stopped_workers():
        pending = [server.send_query(f"{LONG} # running {number}") for number in range(2)]
        server.until_at_work(running=2)
        kill(server.zygote())
    assert all(ROWS in one.reply().body for one in pending)


def test_the_whole_engine_killed_while_queries_run(server: Server) -> None:
    pending = [server.send_query(f"{ENDLESS} # whole {number}") for number in range(2)]
    server.until_at_work(running=2)
    for _ in range(2):
        kill(*busy(server, 2), server.zygote())
    for one in pending:
        reply = one.reply()
        assert (reply.status, reply.problem) == (503, "engine-unavailable")


def test_the_engine_recovers_after_a_reload_that_changed_nothing(server: Server) -> None:
    count = server.log.read_text().count("Nothing changed")
    server.process.send_signal(signal.SIGHUP)
    server.until_logged("Nothing changed", count + 1)
    kill(server.zygote(), *server.workers())
    assert server.query("ASK {} # after nothing changed").status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("target", ["zygote", "workers", "both"])
def test_a_signal_to_the_engine_alone_loses_no_query(
    server: Server, target: str, number: signal.Signals
) -> None:
    server.until_workers(RUNNING)
    with server.stopped_workers():
        pending = [server.send_query(f"{LONG} # {number.name} {target} {i}") for i in range(2)]
        server.until_at_work(running=2)
        zygote = [server.zygote()] if target != "workers" else []
        for pid in zygote + (server.workers() if target != "zygote" else []):
            os.kill(pid, number)
    assert all(ROWS in one.reply().body for one in pending)
    assert server.query(f"ASK {{}} # {number.name} {target}").status == 200


def test_a_hang_up_of_all_processes_only_reloads(server: Server) -> None:
    server.until_workers(RUNNING)
    processes = server.processes()
    count = server.log.read_text().count("Nothing changed")
    with server.stopped_workers():
        pending = server.send_query(f"{LONG} # hang up")
        server.until_at_work(running=1)
        for pid in processes:
            os.kill(pid, signal.SIGHUP)
    assert ROWS in pending.reply().body
    server.until_logged("Nothing changed", count + 1)
    assert server.processes() == processes


@pytest.mark.slow
def test_connections_wait_while_the_web_process_is_replaced(own: Server) -> None:
    before, version = descriptors(own.process.pid), own.health()["version"]
    for kills_zygote in (False, True):
        running = own.send_query(ENDLESS)
        own.until_at_work(running=1)
        engine = own.engine_processes()
        if kills_zygote:
            kill(own.zygote())
        kill(own.web())
        waiting = [own.send_query(f"{DATA} # {number}") for number in range(10)]
        with pytest.raises(BROKEN):
            running.reply()
        replies = [one.reply() for one in waiting]
        assert {reply.status for reply in replies} == {200}
        assert {frozenset(generations(reply.body)) for reply in replies} == {frozenset({0})}
        # No worker outlives the web process, with or without the zygote.
        until_gone(*engine)
    assert own.health()["version"] == version
    assert own.log.read_text().count("The web process ended (SIGKILL); starting another.") == 2
    until(lambda: descriptors(own.process.pid) <= before)


@pytest.mark.slow
def test_a_new_web_process_serves_what_was_loaded_last(own: Server, tmp_path: Path) -> None:
    file = tmp_path / "data.nt"
    write_generation(file, 1)
    kill(own.web())
    assert generations(own.query(DATA).body) == {0}
    own.process.send_signal(signal.SIGHUP)
    own.until_logged("Serving 120 statements of data.nt (version")
    assert generations(own.query(DATA).body) == {1}
    # Neither a file that is replaced, nor one that is removed, changes what is served.
    write_generation(file, 2)
    file.unlink()
    kill(own.web())
    assert generations(own.query(DATA).body) == {1}


@pytest.mark.slow
def test_a_web_process_that_is_asked_to_end_answers_first(own: Server) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        web = own.web()
        own.until_workers(RUNNING)
        with own.stopped_workers():
            pending = own.send_query(f"{LONG} # {number.name}")
            own.until_at_work(running=1)
            os.kill(web, number)
        assert ROWS in pending.reply().body
        until_gone(web)
        assert own.query("ASK {}").status == 200
