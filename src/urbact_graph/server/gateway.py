"""The gateway between the network and the application: RSGI outside, WSGI inside.

A request is read completely on the event loop, within limits of bytes and time, so that a slow or
silent client occupies no thread. If the response cache holds the response, it is sent from there.
Otherwise one thread calls the application, and equal requests that arrive meanwhile are coalesced:
they wait for the same response.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from granian.rsgi import ProtocolClosed, ProtocolError

from urbact_graph.problems import (
    EVALUATION_FAILED,
    OUT_OF_MEMORY,
    OVERLOADED,
    QUERY_TIMEOUT,
    QUERY_TOO_COMPLEX,
    RESULT_TOO_LARGE,
    ProblemError,
)
from urbact_graph.server.body import read_body
from urbact_graph.server.reply import Reply, call
from urbact_graph.server.request import Place, RawRequest
from urbact_graph.server.response_cache import Entry, ResponseCache, cache_status
from urbact_graph.server.send_buffer import SWEEP_SECONDS, SendBuffer
from urbact_graph.web.context import RequestContext

if TYPE_CHECKING:
    from collections.abc import Callable

    from granian.rsgi import HTTPProtocol, Scope

    from urbact_graph.server.access_log import AccessLog
    from urbact_graph.server.proxies import Proxies
    from urbact_graph.server.response_cache import Key
    from urbact_graph.settings import Settings
    from urbact_graph.web.application import Application

# Threads besides those of queries that run or wait: for pages, /health, and problems.
_SPARE_THREADS = 8
# A body of this size or more is sent from a file, as fast as the client receives it.
_LARGE_BODY_BYTES = 64_000
# Only after this time is a disconnect watched for, which costs more than most responses.
_MOMENT_SECONDS = 0.05
_CLIENT_CLOSED_REQUEST = 499
_CONNECTION_ERRORS = (ProtocolClosed, ProtocolError)
# Problems that an equal query would meet again.
_SHARED_PROBLEMS = frozenset(
    problem.name
    for problem in (
        EVALUATION_FAILED,
        OUT_OF_MEMORY,
        QUERY_TIMEOUT,
        QUERY_TOO_COMPLEX,
        RESULT_TOO_LARGE,
    )
)


@dataclass(eq=False)
class _InFlight:
    """A request that the application handles, for all the clients that wait for its response.

    ``reply`` is the reply to the first of them. When all have disconnected it is cancelled, and
    ``abandon`` is called.
    """

    context: RequestContext
    reply: asyncio.Future[Reply]
    abandon: Callable[[], None] = lambda: None
    waiting: int = 0
    is_stored: bool = False

    async def wait(self, protocol: HTTPProtocol) -> bool:
        """Wait for the reply; return False if the client of ``protocol`` disconnects before."""
        self.waiting += 1
        try:
            return await _stays_connected(protocol, self.reply)
        finally:
            self.waiting -= 1
            if not self.waiting and not self.reply.done():
                self.context.cancellation.cancel()
                self.abandon()


@dataclass
class _Exchange:
    """A request, and what the access log and the metrics record of it."""

    request: RawRequest
    context: RequestContext
    cache: str = ""


class Gateway:
    """The RSGI application around ``app``."""

    def __init__(
        self, app: Application, settings: Settings, proxies: Proxies, log: AccessLog
    ) -> None:
        self._app = app
        self._settings = settings
        self._proxies = proxies
        self._log = log
        self._place = Place.of(settings.address)
        self._threads = ThreadPoolExecutor(
            settings.max_running_queries + settings.max_waiting_queries + _SPARE_THREADS, "request"
        )
        self.cache = ResponseCache(settings.max_cache_bytes)
        self._in_flight: dict[Key, _InFlight] = {}
        self._send_buffer = SendBuffer(
            settings.max_send_buffer_bytes, settings.send_timeout_seconds
        )
        self._is_sweeping = False

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        start = time.perf_counter()
        request = RawRequest.of(scope)
        exchange = _Exchange(request, RequestContext(""))
        # So it stays where the client disconnects, or the server ends the request.
        status, sent = _CLIENT_CLOSED_REQUEST, 0
        try:
            if reply := await self._answer(scope, protocol, exchange):
                reply = await self._send(protocol, exchange, reply)
                status, sent = reply.status, reply.size
        except _CONNECTION_ERRORS:
            pass
        except Exception:  # noqa: BLE001 - no error may affect other requests
            status = 500
            traceback.print_exc(file=sys.stderr)
            with contextlib.suppress(*_CONNECTION_ERRORS):
                protocol.response_str(500, [], "The server met an unexpected error.\n")
        finally:
            seconds = time.perf_counter() - start
            context = exchange.context
            self._app.metrics.count(request.method, context.route, status, seconds)
            self._log.write(request, context, exchange.cache, status, sent, seconds)

    async def _answer(
        self, scope: Scope, protocol: HTTPProtocol, exchange: _Exchange
    ) -> Reply | None:
        """Return the reply to a request; None if the client disconnects before."""
        request = exchange.request
        request.client, address = self._proxies.client(scope.client, request.headers)
        if not self._settings.public_url:
            request.public_address = address
        try:
            request.body = await read_body(request, protocol, self._settings)
            request.ensure_host()
        except ProblemError as error:
            exchange.context = self._context(request, error)
            return await self._handle(protocol, exchange)
        if not request.may_share:
            exchange.context = self._context(request)
            return await self._handle(protocol, exchange)
        return await self._share(protocol, exchange)

    async def _share(self, protocol: HTTPProtocol, exchange: _Exchange) -> Reply | None:
        """Answer from the cache, by an equal request in flight, or by the application."""
        request = exchange.request
        key = request.key(self._app.served.generation)
        if entry := self.cache.get(key):
            return await self._reply_from(entry, protocol, exchange, "hit")
        has_own_time = False
        while in_flight := self._in_flight.get(key):
            if not await in_flight.wait(protocol):
                return None
            if in_flight.context.problem == QUERY_TIMEOUT.name and not has_own_time:
                # The query began before this request came, which has not had its whole time yet.
                has_own_time = True
                continue
            if reply := await self._coalesced(in_flight, protocol, exchange):
                return reply
            # The response was for the first client only, as one with random numbers.
            exchange.context = self._context(request)
            return await self._handle(protocol, exchange)
        exchange.context, exchange.cache = self._context(request), "miss"
        in_flight = self._in_flight[key] = self._start(request, exchange.context)
        # A request that arrives after all clients have disconnected must not wait for it.
        in_flight.abandon = partial(self._forget, key, in_flight)
        in_flight.reply.add_done_callback(lambda _: self._complete(key, in_flight))
        if not await in_flight.wait(protocol):
            return None
        reply = in_flight.reply.result()
        stored = "; stored" if in_flight.is_stored else ""
        reply.headers.append(cache_status(f"fwd=miss{stored}"))
        return reply

    async def _handle(self, protocol: HTTPProtocol, exchange: _Exchange) -> Reply | None:
        """Have the application answer this request alone."""
        in_flight = self._start(exchange.request, exchange.context)
        return in_flight.reply.result() if await in_flight.wait(protocol) else None

    def _start(self, request: RawRequest, context: RequestContext) -> _InFlight:
        """Have a thread call the application."""
        place = Place.of(context.public_address) if context.public_address else self._place
        environ = request.environ(self._settings, place)
        context.enter(environ)
        loop = asyncio.get_running_loop()
        return _InFlight(context, loop.run_in_executor(self._threads, call, self._app, environ))

    def _context(
        self, request: RawRequest, problem_before: ProblemError | None = None
    ) -> RequestContext:
        return RequestContext(request.client, request.public_address, problem_before=problem_before)

    def _complete(self, key: Key, in_flight: _InFlight) -> None:
        """Cache the response of a request that was in flight."""
        self._forget(key, in_flight)
        context = in_flight.context
        if context.representation:
            entry = Entry(context.representation, context.route, context.query)
            # It is cached for the snapshot that it was computed from.
            in_flight.is_stored = self.cache.put((context.generation, *key[1:]), entry)

    def _forget(self, key: Key, in_flight: _InFlight) -> None:
        if self._in_flight.get(key) is in_flight:
            del self._in_flight[key]

    async def _coalesced(
        self, in_flight: _InFlight, protocol: HTTPProtocol, exchange: _Exchange
    ) -> Reply | None:
        """Return the response of ``in_flight`` for another client, if it may be shared."""
        context = in_flight.context
        if context.representation:
            entry = Entry(context.representation, context.route, context.query)
            return await self._reply_from(entry, protocol, exchange, "coalesced")
        if context.problem not in _SHARED_PROBLEMS:
            return None
        exchange.context = self._context(exchange.request)
        exchange.context.route, exchange.context.problem = context.route, context.problem
        exchange.context.query, exchange.cache = context.query, "coalesced"
        reply = in_flight.reply.result()
        headers = [item for item in reply.headers if item[0] != "Cache-Status"]
        return Reply(reply.status, [*headers, cache_status("fwd=miss; collapsed")], reply.body)

    async def _reply_from(
        self, entry: Entry, protocol: HTTPProtocol, exchange: _Exchange, how: str
    ) -> Reply | None:
        """Return what the client gets of the representation in ``entry``."""
        request, representation = exchange.request, entry.representation
        exchange.cache = how
        exchange.context.route, exchange.context.query = entry.route, entry.query
        headers = entry.headers
        if how != "hit":
            length = ("Content-Length", str(len(representation.body)))
            headers = [*representation.headers, length, cache_status("fwd=miss; collapsed")]
        if not request.is_conditional:
            return Reply(200, headers, representation.body)
        try:
            status, selected, body = representation.select(request.conditions, headers)
        except ProblemError as error:
            exchange.context = self._context(request, error)
            return await self._handle(protocol, exchange)
        # A 304 has few headers.
        return Reply(
            status, [*selected, *(headers[-1:] if status == HTTPStatus.NOT_MODIFIED else ())], body
        )

    async def _send(self, protocol: HTTPProtocol, exchange: _Exchange, reply: Reply) -> Reply:
        """Send ``reply``, or the problem that there is no room for it; return what was sent."""
        if exchange.request.method == "HEAD":
            protocol.response_bytes(reply.status, reply.headers, b"")
            return Reply(reply.status, reply.headers, b"")
        if reply.part:
            # Granian reads a file while it sends it, so that it takes no memory.
            protocol.response_file_range(reply.status, reply.headers, *reply.part)
            return reply
        if len(reply.body) < _LARGE_BODY_BYTES:
            protocol.response_bytes(reply.status, reply.headers, reply.body)
            return reply
        loop = asyncio.get_running_loop()
        path = await loop.run_in_executor(self._threads, self._send_buffer.add, reply.body)
        if path is None:
            exchange.context = self._context(exchange.request, _no_room(self._settings))
            problem = await self._handle(protocol, exchange)
            return await self._send(protocol, exchange, problem) if problem else reply
        if not self._is_sweeping:
            self._is_sweeping = True
            loop.call_later(SWEEP_SECONDS, self._sweep)
        protocol.response_file(reply.status, reply.headers, path)
        return reply

    def _sweep(self) -> None:
        """Sweep the send buffer in a thread, and again while it holds anything."""
        loop = asyncio.get_running_loop()

        def swept(sweeping: asyncio.Future[bool]) -> None:
            self._is_sweeping = sweeping.result()
            if self._is_sweeping:
                loop.call_later(SWEEP_SECONDS, self._sweep)

        loop.run_in_executor(self._threads, self._send_buffer.sweep).add_done_callback(swept)


async def _stays_connected(protocol: HTTPProtocol, work: asyncio.Future[Any]) -> bool:
    """Wait for ``work``; return False at once if the client disconnects before."""
    done, _ = await asyncio.wait((work,), timeout=_MOMENT_SECONDS)
    if done:
        return True
    gone = asyncio.ensure_future(protocol.client_disconnect())
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
    return work.done()


def _no_room(settings: Settings) -> ProblemError:
    seconds = settings.send_timeout_seconds
    return ProblemError(
        OVERLOADED,
        "Too many large results are being sent (max_send_buffer_bytes); request less, or try "
        f"again in {seconds} s.",
        extensions={"limit": "max_send_buffer_bytes", "value": settings.max_send_buffer_bytes},
        headers={"Retry-After": str(seconds)},
    )
