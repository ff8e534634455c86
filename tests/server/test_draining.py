"""The end: SIGTERM answers what was begun, and leaves nothing behind."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.support.servers import (
    ENDLESS,
    PATIENCE,
    Server,
    descriptors,
    serving,
    starting,
    until,
    until_gone,
    write_generation,
)

# Takes a second or two.
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SIZE = 200
# So far away that no deadline explains an end.
PATIENT = {
    "URBACT_GRAPH_QUERY_TIMEOUT_SECONDS": "600",
    "URBACT_GRAPH_REQUEST_TIMEOUT_SECONDS": "600",
    "URBACT_GRAPH_SEND_TIMEOUT_SECONDS": "600",
    "URBACT_GRAPH_MAX_RUNNING_QUERIES": "1",
}
SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a dataset."""
    file = tmp_path / "data.nt"
    write_generation(file, 0, SIZE)
    return file


def refuses(server: Server) -> bool:
    """Tell whether a new connection is refused."""
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE).close()
    except ConnectionError:
        return True
    return False


def check_ended(server: Server, processes: list[int]) -> None:
    """See that the server ends well, and with it all its processes."""
    assert server.process.wait(PATIENCE) == 0
    until_gone(*processes)
    assert "Traceback" not in server.log.read_text()


@SIGNALS
def test_who_runs_and_who_waits_is_answered(file: Path, number: signal.Signals) -> None:
    with serving(file.parent, "--dataset", str(file), settings=PATIENT) as server:
        processes = server.processes()
        running = server.asking(LONG)
        server.until_at_work(running=1)
        waiting = server.asking(f"{LONG} # waiting")
        server.until_at_work(running=1, waiting=1)
        server.process.send_signal(number)
        until(lambda: refuses(server))
        assert server.process.poll() is None, "it answers still"
        for client in (running, waiting):
            reply = client.reply()
            assert (reply.status, f'"{SIZE**3}"'.encode() in reply.body) == (200, True)
        check_ended(server, processes)


def test_all_processes_told_at_once_answer_what_was_begun(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file), settings=PATIENT) as server:
        processes = server.processes()
        running = server.asking(LONG)
        server.until_at_work(running=1)
        # As a service manager does by default.
        for pid in processes:
            os.kill(pid, signal.SIGTERM)
        assert running.reply().status == 200
        check_ended(server, processes)


def test_a_large_answer_arrives_whole_at_a_slow_reader(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file), settings=PATIENT) as server:
        processes = server.processes()
        client = server.asking(LARGE)
        # Its first byte is there; the rest is more than the buffers on the way hold.
        client.connection.recv(1, socket.MSG_PEEK)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: refuses(server))
        assert server.process.poll() is None
        assert len(json.loads(client.reply().body)["results"]["bindings"]) == SIZE**2
        check_ended(server, processes)


def test_silent_connections_are_not_waited_for(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file), settings=PATIENT) as server:
        processes, before = server.processes(), descriptors(server.web())
        address = ("127.0.0.1", server.port)
        silent = [socket.create_connection(address) for _ in range(50)]
        for connection in silent[:10]:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(10) == b"HTTP/1.1 2"
        until(lambda: descriptors(server.web()) >= before + 50)
        server.process.send_signal(signal.SIGTERM)
        check_ended(server, processes)
        for connection in silent:
            connection.close()


@SIGNALS
def test_who_tells_twice_does_not_wait(file: Path, number: signal.Signals) -> None:
    with serving(file.parent, "--dataset", str(file), settings=PATIENT) as server:
        processes = server.processes()
        client = server.asking(ENDLESS)
        server.until_at_work(running=1)
        server.process.send_signal(number)
        until(lambda: refuses(server))
        server.process.send_signal(number)
        check_ended(server, processes)
        client.leave()


@pytest.mark.parametrize(
    ("number", "times"), [(signal.SIGTERM, 1), (signal.SIGTERM, 2), (signal.SIGINT, 1)]
)
def test_a_server_that_is_still_loading_ends(
    tmp_path: Path, number: signal.Signals, times: int
) -> None:
    file = tmp_path / "data.nt"
    write_generation(file, 0, 200_000)
    with starting(tmp_path, "--dataset", str(file)) as (process, log):
        server = Server("", process, log)
        until(server.has_engine)
        processes = server.processes()
        for _ in range(times):
            process.send_signal(number)
        check_ended(server, processes)


def test_no_file_is_left(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file)) as server:
        sockets = list(file.parent.rglob("*.socket"))
        assert [place.name for place in sockets] == [f"127.0.0.1-{server.port}.socket"]
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE) == 0
        assert not sockets[0].exists()


def test_a_server_told_to_end_amid_a_reload_leaves_no_process(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file)) as server:
        before = server.engines()
        write_generation(file, 1, 200_000)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.engines() > before)
        processes = server.processes()
        server.process.send_signal(signal.SIGTERM)
        check_ended(server, processes)
