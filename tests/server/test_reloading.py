"""Reloads: under load, of datasets that cannot be served, and while processes are replaced."""

import gzip
import hashlib
import http.client
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.servers import (
    Reply,
    Server,
    descriptors,
    generations,
    kill,
    serving,
    until,
    variables,
    write_generation,
)
from tests.support.waiting import DEADLINE, WhileBlockLasts, together, until_gone
from urbact_graph.errors import EngineError
from urbact_graph.server.control_socket import request_reload

pytestmark = pytest.mark.embedded_only("has it load another file")
SIZE = 60
RUNNING = 2
# The main process, the web process, the zygote and its workers.
PROCESSES = 3 + RUNNING
DATA = "SELECT ?s ?o { ?s ?p ?o }"
# A megabyte of JSON.
LARGE = "SELECT ?s ?o ?t ?r { ?s ?p ?o . ?t ?q ?r }"
# Reads all the data again and again for a while.
SLOW = "SELECT (COUNT(*) AS ?n) (MIN(?g) AS ?a) (MAX(?k) AS ?b) { ?s ?p ?g . ?t ?q ?h . ?u ?r ?k }"
ONE_EACH = {DATA: SIZE, LARGE: 2 * SIZE * SIZE, SLOW: 2}


class Readers(WhileBlockLasts):
    """Threads that query without a pause while the block lasts, and remember the answers."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()
        # The query, dataset and content of each entity tag.
        self._tagged: dict[str, tuple[str, int, str]] = {}
        self.faults: list[str] = []
        self.unchanged = 0
        self.seen: set[int] = set()
        kinds = (self._distinct_and_repeated, self._conditional, self._large, self._slow)
        super().__init__(*(partial(self._run, kind) for kind in kinds))

    def until_answered(self, generation: int) -> None:
        """Wait until there is an answer from that dataset, or a fault."""
        until(lambda: generation in self.seen or bool(self.faults))

    def _run(self, kind: Callable[[Callable[..., Reply], int], None]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=DEADLINE)

        def kept_alive(query: str, **headers: str) -> Reply:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", f"/sparql?query={quote(query)}", headers=given)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())

        try:
            for number in itertools.count():
                if self.is_over:
                    break
                # Every other time over a connection that was used before.
                kind(kept_alive if number % 2 else self._server.query, number)
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self.faults.append(f"{kind.__name__}: {error!r}")
        finally:
            connection.close()

    def _distinct_and_repeated(self, ask: Callable[..., Reply], number: int) -> None:
        newest = self._check(DATA, "", ask(DATA))
        comment = f" # {number}"
        later = self._check(DATA, comment, ask(DATA + comment))
        assert later >= newest, f"an answer from {later} followed one from {newest}"

    def _conditional(self, ask: Callable[..., Reply], number: int) -> None:
        comment = f" # conditional {number // 20}"
        first = ask(DATA + comment, Accept_Encoding="gzip")
        generation = self._check(DATA, comment, first)
        tag = first.headers["ETag"]
        again = ask(DATA + comment, If_None_Match=tag)
        if again.status == 304:
            assert again.headers["ETag"] == tag
            assert not again.body
            self.unchanged += 1
        else:
            assert self._check(DATA, comment, again) > generation

    def _large(self, ask: Callable[..., Reply], number: int) -> None:
        self._check(LARGE, f" # {number // 2}", ask(f"{LARGE} # {number // 2}"))

    def _slow(self, ask: Callable[..., Reply], number: int) -> None:
        self._check(SLOW, f" # {number}", ask(f"{SLOW} # {number}"))

    def _check(self, query: str, comment: str, reply: Reply) -> int:
        """Check that an answer is whole and from one dataset, and return its number."""
        assert reply.status == 200, (reply.status, reply.body)
        compressed = reply.headers["Content-Encoding"] == "gzip"
        body = gzip.decompress(reply.body) if compressed else reply.body
        found = generations(body)
        assert len(found) == 1, f"an answer to {query} is mixed of {found}"
        assert body.count(b'"generation ') == ONE_EACH[query], "an answer is not whole"
        # SPARQL leaves open in which order an answer comes.
        content = hashlib.sha256(bytes(sorted(body))).hexdigest()
        generation = found.pop()
        with self._lock:
            meaning = (query + comment, generation, content)
            assert self._tagged.setdefault(reply.headers["ETag"], meaning) == meaning
            self.seen.add(generation)
        return generation


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a dataset whose statements have the number 0."""
    folder = tmp_path_factory.mktemp("reloading")
    write_generation(folder / "data.nt", 0, SIZE)
    options = ("--dataset", str(folder / "data.nt"))
    settings = variables(max_running_queries=RUNNING, query_timeout_seconds=600)
    with serving(folder, *options, settings=settings) as server:
        yield server


@pytest.fixture
def file(server: Server) -> Iterator[Path]:
    """Give the dataset, and restore it afterwards."""
    file = server.log.with_name("data.nt")
    yield file
    shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
    write_generation(file, 0, SIZE)
    if generations(server.query(DATA).body) != {0}:
        server.reload()
    assert generations(server.query(DATA).body) == {0}
    assert "Traceback" not in server.log.read_text()


def hang_up(server: Server) -> None:
    server.process.send_signal(signal.SIGHUP)


def swap(server: Server, file: Path, number: int) -> None:
    version = server.health()["version"]
    write_generation(file, number, SIZE)
    hang_up(server)
    until(lambda: server.health()["version"] != version)


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def check_swaps(server: Server, file: Path, numbers: range) -> None:
    """Serve the datasets of these numbers in turn under load: no failed and no mixed answer.

    The numbers are higher than that of the present dataset, as readers check that none goes back.
    """
    processes = set(server.processes())
    lasting = {server.process.pid, server.web()}
    before = {pid: descriptors(pid) for pid in lasting}
    reloads, failed = server.metric("reloads_total"), server.metric("failed_reloads_total")
    with Readers(server) as readers:
        for number in numbers:
            swap(server, file, number)
            # From each there is an answer, and several readers are at work.
            readers.until_answered(number)
    assert not readers.faults
    assert readers.seen >= set(numbers)
    assert readers.unchanged > 0
    until(lambda: len(server.processes()) == PROCESSES)
    assert set(server.processes()) & processes == lasting, "no process of an old dataset is left"
    until(lambda: all(descriptors(pid) <= before[pid] for pid in lasting))
    assert server.metric("reloads_total") == reloads + len(numbers)
    assert server.metric("failed_reloads_total") == failed


@pytest.mark.slow
def test_swaps_under_load_fail_no_query_and_mix_no_answer(server: Server, file: Path) -> None:
    check_swaps(server, file, range(1, 4))


@pytest.mark.slow
def test_twenty_swaps_under_load_take_no_memory(server: Server, file: Path) -> None:
    check_swaps(server, file, range(1, 3))
    before = [resident_bytes(pid) for pid in (server.process.pid, server.web())]
    check_swaps(server, file, range(3, 23))
    after = [resident_bytes(pid) for pid in (server.process.pid, server.web())]
    assert all(now < then + 150_000_000 for now, then in zip(after, before, strict=True))


@pytest.mark.slow
def test_a_query_is_answered_from_the_dataset_on_which_it_began(server: Server, file: Path) -> None:
    long = "SELECT (COUNT(*) AS ?n) (MIN(?o) AS ?a) { ?s ?p ?o . ?t ?q ?r . ?u ?v ?w } # long"
    old = server.engine_processes()
    with server.stopped_workers():
        running = server.send_query(long)
        server.until_at_work(running=1)
        write_generation(file, 1, SIZE)
        assert server.reload().startswith("Serving")
        assert generations(server.query(DATA).body) == {1}
    assert generations(running.reply().body) == {0}
    until_gone(*old)


def command(server: Server) -> "subprocess.CompletedProcess[str]":
    """Run ``urbact-graph reload``."""
    return subprocess.run(
        [sys.executable, "-m", "urbact_graph", "reload", "--port", str(server.port)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(server.runtime)},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )


def test_the_command_prints_a_sentence(server: Server, file: Path) -> None:
    write_generation(file, 7, SIZE)
    ended = command(server)
    version = server.health()["version"]
    what = f"60 statements of data.nt (version {version})"
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"Serving {what}.\n"
    assert server.reload() == f"Nothing changed: {what}."
    hang_up(server)
    server.until_logged(f"Nothing changed: {what}.")
    file.write_text("this is no RDF")
    ended = command(server)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stderr.startswith(f"Error: {file} cannot be loaded: ")
    assert ended.stderr.endswith(" The previous dataset is still served.\n")


def broken(file: Path) -> None:
    file.write_text("<x:a> <x:b> ")


def empty(file: Path) -> None:
    file.write_text("")


def removed(file: Path) -> None:
    file.unlink()


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def unreadable(file: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    file.chmod(0)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (broken, "data.nt cannot be loaded: line 1: "),
        (empty, "data.nt cannot be served: it has no statement."),
        (removed, "data.nt cannot be loaded: No such file or directory."),
        (a_folder, "data.nt cannot be loaded: Is a directory."),
        (unreadable, "data.nt cannot be loaded: Permission denied."),
    ],
)
def test_a_dataset_that_cannot_be_served_is_not_loaded(
    server: Server, file: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    version, processes = server.health()["version"], server.processes()
    before = descriptors(server.process.pid)
    # Written anew, not over what is served.
    file.unlink()
    write_generation(file, 1, SIZE)
    spoil(file)
    with pytest.raises(EngineError, match=re.escape(reason)):
        server.reload()
    count = server.log.read_text().count(reason)
    hang_up(server)
    server.until_logged(reason, count + 1)
    assert server.health()["version"] == version
    assert generations(server.query(f"{DATA} # {spoil.__name__}").body) == {0}
    until(lambda: server.processes() == processes)
    until(lambda: descriptors(server.process.pid) <= before)


def test_simultaneous_reloads_are_each_answered(
    server: Server, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(server.runtime))
    write_generation(file, 5, SIZE)
    sentences = list[str]()
    with together(*[lambda: sentences.append(request_reload("127.0.0.1", server.port))] * 3):
        pass
    words = sorted(sentence.partition(" ")[0] for sentence in sentences)
    assert words == ["Nothing", "Nothing", "Serving"], "only the first had something to do"
    assert generations(server.query(DATA).body) == {5}


@pytest.mark.slow
def test_a_reload_while_the_web_process_is_killed_fails(server: Server, file: Path) -> None:
    # Large enough that it is not loaded before the process is killed.
    write_generation(file, 1, 100_000)
    engines, web = len(server.engine_processes()), server.web()
    errors = list[EngineError]()

    def reload() -> None:
        with pytest.raises(EngineError) as raised:
            server.reload()
        errors.append(raised.value)

    with together(reload):
        until(lambda: len(server.engine_processes()) > engines)
        kill(web)
    assert "The web process ended while it loaded the dataset." in str(errors[0])
    assert generations(server.query("SELECT ?o { ?s ?p ?o } LIMIT 1").body) == {0}


@pytest.mark.slow
def test_a_reload_while_the_web_process_starts_waits_for_it(server: Server, file: Path) -> None:
    write_generation(file, 1, 20_000)
    assert server.reload().startswith("Serving")
    engine = server.engine_processes()
    kill(server.web(), *engine)
    until(lambda: bool(server.engine_processes()))
    # The new web process is started, but does not serve yet.
    write_generation(file, 2, SIZE)
    count = server.log.read_text().count("(version")
    hang_up(server)
    server.until_logged("(version", count + 1)
    assert server.health()["version"] in server.log.read_text().splitlines()[-1]
    assert generations(server.query(DATA).body) == {2}
    # The next reply belongs to the next request.
    write_generation(file, 3, SIZE)
    sentence = server.reload()
    assert server.health()["version"] in sentence
    assert generations(server.query(DATA).body) == {3}
