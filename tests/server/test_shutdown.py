"""The end of the server: it answers the requests that have begun, and leaves nothing behind."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.support.servers import (
    ENDLESS,
    Server,
    descriptors,
    kill,
    serving,
    starting,
    until,
    variables,
    write_generation,
)
from tests.support.waiting import DEADLINE, until_gone

# Takes some tenths of a second.
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SIZE = 120
ROWS = f'"{SIZE**3}"'.encode()
# So long that no time limit explains an end.
SETTINGS = variables(
    query_timeout_seconds=600,
    request_timeout_seconds=600,
    send_timeout_seconds=600,
    max_running_queries=1,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a dataset."""
    file = tmp_path / "data.nt"
    write_generation(file, 0, SIZE)
    return file


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a dataset that takes a while to load."""
    file = tmp_path_factory.mktemp("slow") / "data.nt"
    write_generation(file, 0, 80_000)
    return file


def refuses(server: Server) -> bool:
    """Tell whether a new connection is refused."""
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE).close()
    except ConnectionError:
        return True
    return False


def check_ended(server: Server, processes: list[int]) -> None:
    """Check that the server ends with status 0, and with it all its processes."""
    assert server.process.wait(DEADLINE) == 0
    until_gone(*processes)
    assert "Traceback" not in server.log.read_text()
    assert not list(server.runtime.rglob("*.socket"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "is_for_all"),
    [(signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGTERM, True)],
)
def test_running_and_waiting_queries_are_answered(
    file: Path, number: signal.Signals, is_for_all: bool
) -> None:
    with serving(file.parent, "--dataset", str(file), settings=SETTINGS) as server:
        sockets = list(server.runtime.rglob("*.socket"))
        assert [path.name for path in sockets] == [f"127.0.0.1-{server.port}.socket"]
        processes = server.processes()
        with server.stopped_workers():
            running = server.send_query(LONG)
            server.until_at_work(running=1)
        waiting = server.send_query(f"{LONG} # waiting")
        # A service manager signals all processes by default.
        for pid in processes if is_for_all else processes[:1]:
            os.kill(pid, number)
        until(lambda: refuses(server))
        for one in (running, waiting):
            reply = one.reply()
            assert (reply.status, ROWS in reply.body) == (200, True)
        check_ended(server, processes)


@pytest.mark.slow
def test_a_slow_client_gets_all_of_its_answer_and_silent_ones_delay_nothing(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file), settings=SETTINGS) as server:
        processes, before = server.processes(), descriptors(server.web())
        address = ("127.0.0.1", server.port)
        silent = [socket.create_connection(address) for _ in range(50)]
        for connection in silent[:10]:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(10) == b"HTTP/1.1 2"
        until(lambda: descriptors(server.web()) >= before + 50)
        slow = server.send_query(LARGE)
        # Its first byte has arrived; the rest is more than the buffers on the way hold.
        slow.connection.recv(1, socket.MSG_PEEK)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: refuses(server))
        assert server.process.poll() is None
        assert len(json.loads(slow.reply().body)["results"]["bindings"]) == SIZE**2
        check_ended(server, processes)
        for connection in silent:
            connection.close()


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file), settings=SETTINGS) as server:
        processes = server.processes()
        pending = server.send_query(ENDLESS)
        server.until_at_work(running=1)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: refuses(server))
        server.process.send_signal(signal.SIGINT)
        check_ended(server, processes)
        pending.disconnect()


@pytest.mark.parametrize(
    ("number", "times"),
    [(signal.SIGTERM, 1), (signal.SIGINT, 2)],
)
@pytest.mark.slow
def test_a_server_that_is_still_loading_ends(
    slow_file: Path, tmp_path: Path, number: signal.Signals, times: int
) -> None:
    with starting(tmp_path, "--dataset", str(slow_file)) as server:
        until(lambda: bool(server.engine_processes()), "the start of the engine")
        processes = server.processes()
        for _ in range(times):
            server.process.send_signal(number)
        check_ended(server, processes)


@pytest.mark.slow
@pytest.mark.embedded_only("has it load another file")
def test_a_server_that_is_reloading_ends(file: Path, slow_file: Path) -> None:
    with serving(file.parent, "--dataset", str(file)) as server:
        before = len(server.engine_processes())
        file.unlink()
        file.symlink_to(slow_file)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: len(server.engine_processes()) > before, "the start of another engine")
        processes = server.processes()
        server.process.send_signal(signal.SIGTERM)
        check_ended(server, processes)


def test_no_process_outlives_a_main_process_that_is_killed(file: Path) -> None:
    with serving(file.parent, "--dataset", str(file)) as server:
        processes = server.processes()
        assert len(processes) > 3
        kill(server.process.pid)
        until_gone(*processes)
        server.process.wait()
