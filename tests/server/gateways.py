"""A gateway without processes and network: clients of its own, and an engine that tests control."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.support.stubs import Evaluation, StubEngine
from tests.support.waiting import DEADLINE
from urbact_graph.engine.protocol import Answer, Counters, Status
from urbact_graph.problems import CLIENT_CLOSED_REQUEST, ProblemError
from urbact_graph.server.access_log import AccessLog
from urbact_graph.server.gateway import Gateway
from urbact_graph.server.proxies import Proxies
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

Headers = list[tuple[str, str]]


@dataclass
class HeldEngine(StubEngine):
    """Answers every query by its number, or raises ``problem``; while it is held, it waits.

    The first query gets ``first_problem``, if there is one.

    ``queries`` are those that were evaluated or begun, ``cancelled`` those that were cancelled;
    one that ``is_slow_to_stop`` goes on until it is released.
    """

    version: str = "one"
    queries: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    problem: ProblemError | None = None
    first_problem: ProblemError | None = None
    size: int = 0
    is_slow_to_stop: bool = False
    _is_held: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def hold(self) -> None:
        """Let queries wait from now on."""
        self._is_held = True

    def release(self) -> None:
        """Answer the queries that wait, and all that follow."""
        self._is_held = False
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def replace(self, version: str) -> None:
        """Serve another version of the dataset."""
        self.version, self.modified = version, self.modified + 10

    def status(self) -> Status:
        return Status(0, 0, 1, Counters(answers=len(self.queries)))

    def answer(self, evaluation: Evaluation, version: str) -> Answer:
        request, cancellation = evaluation.request, evaluation.cancellation
        assert cancellation, "the gateway gives one with each request"
        self.queries.append(request.query)
        number = len(self.queries)
        with cancellation.callback(self._wake), self._changed:

            def may_end() -> bool:
                is_stopped = cancellation.is_cancelled and not self.is_slow_to_stop
                return is_stopped or not self._is_held

            assert self._changed.wait_for(may_end, DEADLINE)
        if cancellation.is_cancelled:
            self.cancelled.append(request.query)
            raise ProblemError(CLIENT_CLOSED_REQUEST, "All clients have disconnected.")
        if problem := (self.first_problem if number == 1 else None) or self.problem:
            raise problem
        content = f"{version} {number} {'x' * self.size}".encode()
        return Answer(request.results_format or request.graph_format or "", content, version)


@dataclass
class Scope:
    """The head of a request, as RSGI describes it."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    http_version: str = "1.1"
    client: str = "192.0.2.1:5000"


@dataclass
class Client:
    """A connection: the body that is sent, and the response that was received."""

    scope: Scope
    sent: bytes = b""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    _is_gone: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def cache(self) -> str:
        """What the response cache did, as Cache-Status says it; empty where it says nothing."""
        return self.headers.get("cache-status", "").removeprefix("urbact-graph; ")

    def disconnect(self) -> None:
        self._is_gone.set()

    async def response(self) -> Client:
        """Wait until the response is complete."""
        assert self.task
        await asyncio.wait_for(self.task, DEADLINE)
        return self

    async def __call__(self) -> bytes:
        return self.sent

    async def client_disconnect(self) -> None:
        await self._is_gone.wait()

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        self.status, self.body = status, body
        names = [name.lower() for name, _ in headers]
        assert len(set(names)) == len(names), f"a header is repeated: {headers}"
        self.headers = {name.lower(): value for name, value in headers}

    def response_str(self, status: int, headers: Headers, body: str) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_file(self, status: int, headers: Headers, path: str) -> None:
        with open(path, "rb") as file:  # noqa: PTH123 - as the server opens it
            self.response_bytes(status, headers, file.read())


class Clients:
    """The clients of one gateway; ``engine`` is the one behind it, ``calls`` those of Flask."""

    def __init__(self, **settings: Any) -> None:
        self.engine = HeldEngine()
        given = Settings.load(max_running_queries=2, **settings)
        self.app = create_app(given, self.engine)
        self.log_file = io.StringIO()
        self.log = AccessLog(given, self.log_file)
        self.calls = 0
        self._is_open = threading.Event()
        self._is_open.set()
        self._wsgi_app = self.app.wsgi_app
        self.app.wsgi_app = self._call  # type: ignore[method-assign]
        self.gateway = Gateway(self.app, given, Proxies(given.trusted_proxies), self.log)

    def _call(self, environ: Any, start_response: Any) -> Any:
        self.calls += 1
        assert self._is_open.wait(DEADLINE)
        return self._wsgi_app(environ, start_response)

    def hold_calls(self) -> None:
        """Let Flask wait from now on."""
        self._is_open.clear()

    def release_calls(self) -> None:
        """Let Flask handle what waits, and all that follows."""
        self._is_open.set()

    def logged(self) -> list[dict[str, Any]]:
        """Close the access log, and return its lines."""
        self.log.close()
        return [json.loads(line) for line in self.log_file.getvalue().splitlines()]

    def reload(self, version: str) -> None:
        self.engine.replace(version)
        self.app.served.replace(None)

    def send(
        self, target: str, method: str = "GET", body: bytes = b"", /, **headers: str
    ) -> Client:
        """Send a request, without waiting for the response."""
        path, _, query_string = target.partition("?")
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given.setdefault("host", "data.example")
        if body:
            given["content-length"] = str(len(body))
        client = Client(Scope(method, path, query_string, given), body)
        handling = self.gateway.__rsgi__(client.scope, client)  # type: ignore[arg-type]
        client.task = asyncio.create_task(handling)
        return client

    def query(self, query: str, method: str = "GET", /, **headers: str) -> Client:
        """Send a query, without waiting for the response."""
        return self.send(f"/sparql?query={quote(query)}", method, b"", **headers)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not condition():
                await asyncio.sleep(0.001)

    async def until_waiting(self, count: int) -> None:
        """Wait until so many clients wait for requests in flight."""
        in_flight = self.gateway._in_flight
        await self.until(lambda: sum(one.waiting for one in in_flight.values()) == count)


@asynccontextmanager
async def clients(**settings: Any) -> AsyncIterator[Clients]:
    """Run a gateway while the block lasts."""
    running = Clients(**settings)
    try:
        yield running
    finally:
        running.engine.release()
        running.release_calls()
        running.gateway._threads.shutdown()
        running.log.close()


def asynchronous(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a coroutine a test."""

    @wraps(test)
    def run(**given: Any) -> None:
        asyncio.run(test(**given))

    return run
