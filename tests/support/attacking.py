"""The attack corpus of tests/server/attacks: it is sent over plain sockets, and answers are judged.

The tests use it, and so does the benchmark of other clients' response times under attack.
"""

import contextlib
import gzip
import http.client
import json
import socket
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.servers import Server
from tests.support.waiting import DEADLINE

FOLDER = Path(__file__).parents[1] / "server" / "attacks"
# These count as the status where the connection is closed without an answer; where the answer is
# not HTTP/1; and where there is none within the deadline, which is never right.
CLOSED, FOREIGN, SILENT = 0, -1, -2
# The address of attackers; other clients have the usual address of this machine.
ATTACKER = "127.0.0.2"
# The timeout that queries state which must run out of time: far less than the server's limit, so
# that the corpus takes little time.
_TIMEOUT_SECONDS = 0.1
# Seconds between two queries of a healthy client.
_PAUSE_SECONDS = 0.02

# A text, or texts and repetitions: see the head of attacks/queries.toml.
Pieces = str | Sequence[str | Sequence[Any]]


@dataclass(frozen=True)
class Canary:
    """What must not be reached: the address of a listener, and a file with a secret."""

    listener: socket.socket
    file: Path
    secret: str = "the canary sings"  # noqa: S105 - no password

    @property
    def address(self) -> str:
        """The address that no server may send a request to."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/"

    def calls(self) -> int:
        """Return how many connections were made since the last call."""
        found = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()
                found += 1
        return found


@contextlib.contextmanager
def canary() -> Iterator[Canary]:
    """Listen, and keep a file, while the block lasts."""
    with socket.socket() as listener, tempfile.TemporaryDirectory() as folder:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        made = Canary(listener, Path(folder) / "canary.ttl")
        made.file.write_text(f'<x:canary> <x:says> "{made.secret}" .\n')
        yield made


@dataclass(frozen=True)
class Answer:
    """The first answer on a connection, and how long it took."""

    status: int
    head: str
    media_type: str
    body: bytes
    seconds: float

    @property
    def problem(self) -> str:
        """The last part of the problem's type; empty where the body is no problem."""
        if self.media_type != "application/problem+json":
            return ""
        return str(json.loads(self.body)["type"]).rpartition("/")[2]


@dataclass(frozen=True)
class Attack:
    """A request that attacks, and the answer that is expected."""

    name: str
    row: dict[str, Any]
    request: Callable[[Canary], bytes]

    @property
    def statuses(self) -> list[int]:
        """The statuses that are right."""
        status = self.row.get("status", 200)
        names = {"closed": CLOSED, "foreign": FOREIGN}
        several = status if isinstance(status, list) else [status]
        return [names[one] if isinstance(one, str) else one for one in several]

    def mistakes(self, answer: Answer, canary: Canary) -> list[str]:
        """Describe what is wrong with ``answer``; empty where it is as expected."""
        found = []
        problem = self.row.get("problem")
        text = answer.head + answer.body.decode("utf-8", "replace")
        if answer.status not in self.statuses or (problem and answer.problem != problem):
            found.append(f"answered {answer.status} {answer.problem}: {text[:400]}")
        elif self.row.get("contains", "") not in text:
            found.append(f"the answer lacks its {self.row['contains']!r}: {text[:400]}")
        if any(word in text for word in [*self.row.get("absent", []), canary.secret]):
            found.append(f"the answer holds what it must not: {text[:400]}")
        return found


def attacks() -> list[Attack]:
    """Return the corpus: the queries, then the requests."""
    queries = [
        Attack(row["name"], row, lambda canary, row=row: _asking(row, canary))  # type: ignore[misc]
        for row in _rows("queries.toml")
    ]
    requests = [
        Attack(row["name"], row, lambda canary, row=row: _requesting(row, canary))  # type: ignore[misc]
        for row in _rows("requests.toml")
    ]
    return queries + requests


def _rows(file: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((FOLDER / file).read_text())["attack"]
    return rows


def text(pieces: Pieces, canary: Canary | None = None) -> str:
    """Write ``pieces`` out."""
    parts = [pieces] if isinstance(pieces, str) else pieces
    written = "".join(part if isinstance(part, str) else _repeated(*part) for part in parts)
    if canary:
        written = written.replace("«canary»", canary.address).replace(
            "«file»", canary.file.as_uri()
        )
    return written


def _repeated(part: str, times: int) -> str:
    if "«" not in part:
        return part * times
    return "".join(part.replace("«i»", str(i)).replace("«i+1»", str(i + 1)) for i in range(times))


def _asking(row: dict[str, Any], canary: Canary) -> bytes:
    headers = [f"Accept: {row.get('accept', '*/*')}", "Content-Type: application/sparql-query"]
    ends_by_timeout = row.get("problem") == "query-timeout"
    target = f"/sparql?timeout={_TIMEOUT_SECONDS}" if ends_by_timeout else "/sparql"
    return _message("POST", target, headers, text(row["query"], canary).encode())


def _requesting(row: dict[str, Any], canary: Canary) -> bytes:
    body = bytes.fromhex(row["hex"]) if "hex" in row else text(row.get("body", ""), canary).encode()
    if row.get("gzip"):
        body = gzip.compress(body)
    if "raw" in row:
        return text(row["raw"], canary).encode("latin-1") + body
    headers = [text(header, canary) for header in row.get("headers", ())]
    return _message(row.get("method", "GET"), text(row["target"], canary), headers, body)


def _message(method: str, target: str, headers: list[str], body: bytes) -> bytes:
    names = {header.partition(":")[0].lower() for header in headers}
    headers = [f"{method} {target} HTTP/1.1", *headers, "Connection: close"]
    if "host" not in names:
        headers.append("Host: 127.0.0.1")
    if body and not names & {"content-length", "transfer-encoding"}:
        headers.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*headers, "", ""]).encode("latin-1") + body


def connect(url: str, source: str = "", receive_bytes: int = 0) -> socket.socket:
    """Connect to the server at ``url`` from the address ``source``.

    With ``receive_bytes`` the receive buffer is that small.
    """
    connection = socket.socket()
    connection.bind((source, 0))
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(DEADLINE)
    parts = urlsplit(url)
    connection.connect((parts.hostname or "", parts.port or 0))
    return connection


def send(url: str, request: bytes, source: str = "") -> Answer:
    """Send ``request`` as it is, and read the first answer."""
    start = time.monotonic()
    status, head, media_type, body = CLOSED, "", "", b""
    with connect(url, source) as connection:
        # A server may answer and close before it has read everything.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        response = http.client.HTTPResponse(
            connection, method=request.split(b" ")[0].decode("latin-1")
        )
        with response:
            try:
                response.begin()
                status, head = response.status, str(response.headers)
                media_type = response.headers.get_content_type()
                body = response.read()
            except (http.client.RemoteDisconnected, ConnectionError):
                pass
            except http.client.HTTPException:
                status = FOREIGN
            except TimeoutError:
                status = SILENT
    return Answer(status, head, media_type, body, time.monotonic() - start)


def ask(url: str, query: str, accept: str = "text/csv") -> Answer:
    """Send ``query`` as a healthy client does, and read the answer."""
    headers = [f"Accept: {accept}", "Content-Type: application/sparql-query"]
    return send(url, _message("POST", "/sparql", headers, query.encode()))


@dataclass(frozen=True)
class Held:
    """Connections that are held: ``opening`` is sent at once, then ``drip`` byte by byte."""

    name: str
    count: int
    opening: bytes
    drip: bytes
    receive_bytes: int

    @contextlib.contextmanager
    def held(self, url: str) -> Iterator[list[socket.socket]]:
        """Hold the connections during the block; send a byte of ``drip`` a second on each."""
        ended = threading.Event()
        with contextlib.ExitStack() as stack:
            connections = []
            for _ in range(self.count):
                connection = stack.enter_context(connect(url, ATTACKER, self.receive_bytes))
                connection.sendall(self.opening)
                connections.append(connection)
            dripping = threading.Thread(target=self._let_drip, args=(connections, ended))
            dripping.start()
            stack.callback(dripping.join)
            stack.callback(ended.set)
            yield connections

    def _let_drip(self, connections: list[socket.socket], ended: threading.Event) -> None:
        for byte in self.drip:
            if ended.wait(1):
                return
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.send(bytes([byte]))


def held_connections() -> list[Held]:
    """Return the connections of connections.toml."""
    return [
        Held(
            row["name"],
            row["count"],
            text(row["opening"]).encode("latin-1"),
            text(row.get("drip", "")).encode("latin-1"),
            row.get("receive_bytes", 0),
        )
        for row in _rows("connections.toml")
    ]


def are_open(url: str, connections: Sequence[socket.socket]) -> bool:
    """Tell whether a process of the server still has one of ``connections`` open.

    Our own ends do not show that: a server may have closed a connection on which data is left. They
    are told from the server's by both addresses, as a client may have the port of the server at an
    address of its own.
    """
    parts = urlsplit(url)
    server = _end(parts.hostname or "", parts.port or 0)
    ours = {_end(*connection.getsockname()) for connection in connections}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, _, _, _, _, _, inode, *_ = line.split()
        # A socket without an inode belongs to no process.
        if local == server and remote in ours and inode != "0":
            return True
    return False


def _end(host: str, port: int) -> str:
    """Write an end of a connection as /proc/net/tcp does (proc_net_tcp.txt of Linux)."""
    address = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    return f"{address:08X}:{port:04X}"


@dataclass
class Report:
    """What happened under the load.

    ``mistakes`` are about answers to attacks, ``wrong`` about those to other clients; ``seconds``
    are the times of right answers to these, ``busy`` counts those that were refused as overloaded.
    """

    mistakes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    busy: int = 0
    peak_bytes: int = 0


@dataclass(frozen=True)
class AttackLoad:
    """The whole corpus, sent by ``attackers`` clients at once while ``others`` send right queries.

    ``query`` is what these send, with «i» for a number that makes it new; ``right`` is its answer.
    """

    server: Server
    query: str
    right: bytes
    attackers: int = 8
    others: int = 3

    def run(self, corpus: Sequence[Attack], canary: Canary) -> Report:
        """Run until every attack has been answered."""
        report, ended = Report(), threading.Event()
        with ThreadPoolExecutor(self.others + 1) as watching:
            watches = [
                watching.submit(self._ask_on, report, ended, first) for first in range(self.others)
            ]
            watches.append(watching.submit(self._watch_memory, report, ended))
            try:
                with ThreadPoolExecutor(self.attackers) as attacking:
                    answers = attacking.map(lambda attack: self._attack(attack, canary), corpus)
                    report.mistakes = [mistake for found in answers for mistake in found]
            finally:
                ended.set()
            for watch in watches:
                watch.result()
        return report

    def _attack(self, attack: Attack, canary: Canary) -> list[str]:
        answer = send(self.server.url, attack.request(canary), ATTACKER)
        # Under load an attack may find no slot, or reach another limit first; a limit of time also
        # where the machine is too busy to send or read a request.
        if (
            answer.problem in ("overloaded", "query-timeout", "out-of-memory", "request-timeout")
            and canary.secret.encode() not in answer.body
        ):
            return []
        return [f"{attack.name}: {mistake}" for mistake in attack.mistakes(answer, canary)]

    def _ask_on(self, report: Report, ended: threading.Event, first: int) -> None:
        number = first
        # With a fixed pause, so that slow answers do not thin out the measurements.
        while not ended.wait(_PAUSE_SECONDS):
            number += self.others
            # Every fifth query is cached.
            text = self.query.replace("«i»", str(number if number % 5 else 0))
            answer = ask(self.server.url, text)
            if answer.status == 200 and answer.body == self.right:
                report.seconds.append(answer.seconds)
            elif answer.problem == "overloaded" and "retry-after" in answer.head.lower():
                report.busy += 1
            else:
                report.wrong.append(f"{answer.status}: {answer.body[:300]!r}")

    def _watch_memory(self, report: Report, ended: threading.Event) -> None:
        while not ended.wait(0.2):
            report.peak_bytes = max(report.peak_bytes, memory_bytes(self.server))


def memory_bytes(server: Server) -> int:
    """Return the memory of all processes of ``server``; what they share counts once."""
    total = 0
    for pid in server.processes():
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(rollup.split("\nPss:")[1].split()[0]) * 1024
    return total
