"""Between the network and the application: RSGI outside, WSGI inside.

Granian speaks to it by RSGI, where a client that is slow, silent or gone costs no thread. The
application is called, in a thread of a bounded number, once a request has come whole; and what the
cache can answer is answered without one.
"""

import asyncio
import contextlib
import io
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import urlsplit

from granian._granian import RSGIProtocolClosed, RSGIProtocolError

from urbact_graph.problems import OVERLOADED, QUERY_TOO_LARGE, REQUEST_TIMEOUT, ProblemError
from urbact_graph.settings import Settings
from urbact_graph.web.app import Application, body_bytes
from urbact_graph.server.access_log import AccessLog
from urbact_graph.web.context import Caller
from urbact_graph.server.send_buffer import OPENING_SECONDS, Outgoing
from urbact_graph.web.problems import refuse
from urbact_graph.server.proxies import Proxies
from urbact_graph.web.response import Reply

# Threads that hold a request while a worker evaluates it: all that run, all that wait, and some
# that make pages, answer /health, or tell the rest to come back later.
_SPARE_THREADS = 8
# A request up to this size is read by the loop itself; a larger one would keep all others waiting.
_SMALL_REQUEST = 16_000
# A body from this size on is sent from a file, as fast as the client takes it.
_LARGE_REPLY = 64_000
_MOMENT = 0.05
_LEFT = 499
_CONNECTION_ERRORS = (RSGIProtocolClosed, RSGIProtocolError)

Environ = dict[str, Any]


class _Scope(Protocol):
    """What RSGI tells of a request (RSGI specification 1.5)."""

    proto: str
    http_version: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any


class Gateway:
    """The RSGI application around ``app``; what it did goes to ``log`` and the app's metrics."""

    def __init__(self, app: Application, settings: Settings, log: AccessLog) -> None:
        self._app = app
        self._settings = settings
        self._log = log
        self._proxies = Proxies(settings.trusted_proxies)
        self._address = urlsplit(settings.address)
        self._threads = ThreadPoolExecutor(
            settings.max_running_queries + settings.max_waiting_queries + _SPARE_THREADS, "request"
        )
        self._is_sweeping = False
        self._outgoing = Outgoing(settings.max_send_buffer_bytes, settings.send_timeout_seconds)

    async def __rsgi__(self, scope: _Scope, protocol: Any) -> None:
        """Answer one request."""
        start = time.perf_counter()
        environ: Environ = {"REQUEST_METHOD": scope.method, "PATH_INFO": "", "QUERY_STRING": ""}
        status = sent = 0
        try:
            self._describe(scope, environ)
            reply = await self._reply(environ, protocol)
            if reply is None:
                status = _LEFT
            else:
                reply = await self._send(environ, protocol, reply)
                status, sent = reply.status, reply.size
        except _CONNECTION_ERRORS:
            status = _LEFT
        except Exception:  # noqa: BLE001 - whatever it is, the others are served on
            status = 500
            traceback.print_exc(file=sys.stderr)
            with contextlib.suppress(*_CONNECTION_ERRORS):
                protocol.response_str(500, [], "Something went wrong here.\n")
        finally:
            seconds = time.perf_counter() - start
            self._app.metrics.count(environ, status, seconds)
            self._log.write(environ, status, sent, seconds)

    async def _reply(self, environ: Environ, protocol: Any) -> Reply | None:
        """Return the reply to a request; None if the client left first."""
        try:
            body = await self._body(environ, protocol)
        except ProblemError as error:
            refuse(environ, error)
            body = b""
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body)) if body else ""
        loop = asyncio.get_running_loop()
        if len(body) + len(environ["QUERY_STRING"]) > _SMALL_REQUEST:
            # Read by a thread, and then known.
            await loop.run_in_executor(self._threads, self._app.responses.is_query, environ)
        if kept := self._app.responses.kept(environ):
            return kept
        return await self._made(environ, protocol)

    async def _body(self, environ: Environ, protocol: Any) -> bytes:
        """Read the body, if there is one.

        Raises:
            ProblemError: it is too large, or too slow in coming.
        """
        if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS"):
            return b""
        limit = body_bytes(self._settings)
        stated = environ["CONTENT_LENGTH"]
        if stated.isdecimal() and int(stated) > limit:
            raise _too_large()
        chunks, size = [], 0
        try:
            async with asyncio.timeout(self._settings.request_timeout_seconds):
                if stated:
                    # Which granian holds the client to.
                    return bytes(await protocol())
                async for chunk in protocol:
                    size += len(chunk)
                    if size > limit:
                        raise _too_large()
                    chunks.append(chunk)
        except TimeoutError:
            raise _slow(self._settings) from None
        return b"".join(chunks)

    async def _made(self, environ: Environ, protocol: Any) -> Reply | None:
        """Have a thread make the reply; stop what it does if the client leaves first."""
        if not await self._lands(environ, protocol):
            return None
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self._app.responses.reply, environ)
        if not await _stays(protocol, work):
            Caller.of(environ).cancellation.cancel()
            await work
            return None
        return work.result()

    async def _lands(self, environ: Environ, protocol: Any) -> bool:
        """Wait for an equal query that is on its way; return whether the client waited too."""
        flight = self._app.sparql.flight(environ)
        if flight is None:
            return True
        caller = Caller.of(environ)
        with flight.joined(caller.cancellation):
            landed = asyncio.wrap_future(flight.outcome)
            if not await _stays(protocol, landed):
                caller.cancellation.cancel()
                # Its outcome is nobody's here any more.
                landed.cancel()
                return False
            # What it was is told when the reply is made.
            landed.exception()
        caller.landed = flight
        return True

    async def _send(self, environ: Environ, protocol: Any, reply: Reply) -> Reply:
        """Send ``reply``, or that there is no room for it; return what was sent."""
        if reply.part:
            # The server reads the file as it sends it, which takes no room here.
            path, start, end = str(reply.part.path), reply.part.start, reply.part.end
            protocol.response_file_range(reply.status, reply.headers, path, start, end)
            return reply
        if len(reply.body) < _LARGE_REPLY:
            protocol.response_bytes(reply.status, reply.headers, reply.body)
            return reply
        loop = asyncio.get_running_loop()
        file = await loop.run_in_executor(self._threads, self._outgoing.add, reply.body)
        if file is None:
            refuse(environ, _overloaded(self._settings))
            problem = await loop.run_in_executor(self._threads, self._app.responses.reply, environ)
            return await self._send(environ, protocol, problem)
        if not self._is_sweeping:
            self._is_sweeping = True
            loop.call_later(OPENING_SECONDS, self._sweep_soon)
        protocol.response_file(reply.status, reply.headers, self._outgoing.path(file))
        return reply

    def _sweep_soon(self) -> None:
        """Look after the answers on their way in a thread, and again as long as there are any."""
        loop = asyncio.get_running_loop()

        def swept(sweeping: "asyncio.Future[bool]") -> None:
            self._is_sweeping = sweeping.result()
            if self._is_sweeping:
                loop.call_later(OPENING_SECONDS, self._sweep_soon)

        loop.run_in_executor(self._threads, self._outgoing.sweep).add_done_callback(swept)

    def _describe(self, scope: _Scope, environ: Environ) -> None:
        """Describe a request as WSGI does (PEP 3333)."""
        for name, value in scope.headers.items():
            # A name with an underscore would pass for another with a hyphen.
            if "_" not in name:
                key = "HTTP_" + name.upper().replace("-", "_")
                environ[key] = f"{environ[key]}, {value}" if key in environ else value
        caller = self._proxies.caller(scope.client, environ)
        if self._settings.public_url:
            caller.public_address = None
        address = urlsplit(caller.public_address) if caller.public_address else self._address
        prefix = address.path.rstrip("/")
        # What RSGI has decoded, WSGI wants as the bytes it came in (PEP 3333).
        path = scope.path.encode(errors="surrogateescape").decode("latin-1")
        environ |= {
            "REQUEST_METHOD": scope.method,
            "SCRIPT_NAME": prefix,
            "PATH_INFO": path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path,
            "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
            "CONTENT_TYPE": environ.pop("HTTP_CONTENT_TYPE", ""),
            "CONTENT_LENGTH": environ.pop("HTTP_CONTENT_LENGTH", ""),
            "REMOTE_ADDR": caller.address,
            # Never what a stranger says that it is.
            "HTTP_HOST": address.netloc,
            "SERVER_NAME": self._settings.host,
            "SERVER_PORT": str(self._settings.port),
            "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": address.scheme,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            # The body is whole by now, however it was framed.
            "wsgi.input_terminated": True,
        }
        for name in ("HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"):
            environ.pop(name, None)
        caller.enter(environ)


async def _stays(protocol: Any, work: "asyncio.Future[Any]") -> bool:
    """Wait for ``work``; return False at once if the client leaves first."""
    # Most is done in a moment, and to look for a client that leaves has its price.
    done, _ = await asyncio.wait((work,), timeout=_MOMENT)
    if done:
        return True
    left = asyncio.ensure_future(protocol.client_disconnect())
    try:
        await asyncio.wait((work, left), return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()
    return work.done()


def _too_large() -> ProblemError:
    return ProblemError(
        QUERY_TOO_LARGE,
        "The body is larger than a query may be (max_query_bytes); shorten it.",
        extensions={"limit": "max_query_bytes"},
    )


def _slow(settings: Settings) -> ProblemError:
    seconds = settings.request_timeout_seconds
    return ProblemError(
        REQUEST_TIMEOUT,
        f"The request was not whole after {seconds} s (request_timeout_seconds); send it faster.",
        extensions={"limit": "request_timeout_seconds", "value": seconds},
    )


def _overloaded(settings: Settings) -> ProblemError:
    pause = settings.send_timeout_seconds
    return ProblemError(
        OVERLOADED,
        "Too many large answers are being sent (max_send_buffer_bytes); ask for less, or try again in "
        f"{pause} s.",
        extensions={"limit": "max_send_buffer_bytes", "value": settings.max_send_buffer_bytes},
        headers={"Retry-After": str(pause)},
    )
