"""The web process: ``python -m urbact_graph.server.web_process``, started by the main process.

It accepts connections on a socket that the main process listens on. So connections that are made
while it is being replaced wait, instead of being refused.
"""

import asyncio
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

import prometheus_client
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder
from granian.server.embed import Server

from urbact_graph.engine.local import LocalEngine
from urbact_graph.engine.remote.engine import RemoteEngine
from urbact_graph.engine.remote.notes import notes_on
from urbact_graph.engine.source import Source
from urbact_graph.errors import UrbactGraphError
from urbact_graph.parent_death import end_with_parent
from urbact_graph.release.release import Release, read_release
from urbact_graph.server.access_log import AccessLog
from urbact_graph.server.gateway import Gateway
from urbact_graph.server.messages import MESSAGES, Failed, Load, Loaded, Message
from urbact_graph.server.proxies import Proxies
from urbact_graph.server.response_cache import CacheCollector
from urbact_graph.server.supervised import BACKLOG
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app, warm
from urbact_graph.web.application import Application

# The target of a request may have 64 kB; the rest is for the other lines of its head.
_HEAD_BYTES = 100_000
# Files that a connection may have open (itself, and a body twice), and all others.
_FILES_PER_CONNECTION = 3
_OTHER_FILES = 500


class _Server(Server):
    """Granian in this process, on a socket that already listens.

    Granian has no public way to use such a socket; for this class its version is pinned.
    """

    def __init__(self, gateway: Gateway, listener: socket.socket, settings: Settings) -> None:
        super().__init__(
            gateway,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=settings.request_timeout_seconds * 1_000,
                max_buffer_size=_HEAD_BYTES,
            ),
            websockets=False,
            backpressure=settings.max_connections,
            log_enabled=False,
        )
        # Its descriptor, whether it is a Unix socket, its backlog. The server closes it at its end.
        self._socket: tuple[Any, ...] = (listener.detach(), False, BACKLOG)

    def end(self) -> None:
        """Accept no more connections; ``serve`` returns once all requests are answered."""
        self.signal_handler_interrupt()  # type: ignore[no-untyped-call]

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd: Any = SocketHolder(*self._socket)


class _Process:
    """Serves the datasets that the main process sends, until it is asked to end."""

    def __init__(self, settings: Settings, listener: socket.socket, control: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._control = control
        self._writer: asyncio.StreamWriter
        self._release = ""
        self._replacing = threading.Lock()

    async def run(self) -> None:
        """Load a dataset, serve it, and end once the requests in progress are answered."""
        reader, self._writer = await asyncio.open_connection(sock=self._control)
        first = await MESSAGES.read(reader)
        if not isinstance(first, Load):
            raise TypeError(f"the first message is {first}")
        try:
            source, release = _source(first)
            engine = await asyncio.to_thread(_engine, self._settings, source)
        except UrbactGraphError as error:
            await self._send(Failed(str(error)))
            return
        self._release = first.release
        app = create_app(self._settings, engine, release)
        warm(app)
        if isinstance(engine, RemoteEngine):
            # Its data may change at any time.
            engine.changed = lambda: self._replace(app, app.served.release)
        app.config["USE_X_SENDFILE"] = True
        log = AccessLog(self._settings, sys.stdout)
        proxies = Proxies(self._settings.trusted_proxies)
        gateway = Gateway(app, self._settings, proxies, log)
        app.metrics.registry.register(CacheCollector(gateway.cache))
        server = _Server(gateway, self._listener, self._settings)
        loop = asyncio.get_running_loop()
        for stop in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(stop, server.end)
        reloading = asyncio.create_task(self._reload(reader, engine, app, server))
        await self._send(_loaded(first, engine, is_new=True, has_new_content=True))
        await server.serve()
        reloading.cancel()
        await asyncio.to_thread(engine.close)
        log.close()

    async def _reload(
        self,
        reader: asyncio.StreamReader,
        engine: LocalEngine | RemoteEngine,
        app: Application,
        server: _Server,
    ) -> None:
        """Load each dataset that the main process sends; end when that process does."""
        while True:
            try:
                message = await MESSAGES.read(reader)
            except EOFError:
                server.end()
                return
            if isinstance(message, Load):
                await self._send(await asyncio.to_thread(self._replaced, message, engine, app))

    def _replaced(
        self, message: Load, engine: LocalEngine | RemoteEngine, app: Application
    ) -> Message:
        """Serve another dataset; return the reply to the main process."""
        try:
            source, release = _source(message)
            if isinstance(engine, RemoteEngine):
                has_new_content = engine.reload()
            else:
                has_new_content = engine.reload(source)
            is_new = has_new_content or message.release != self._release
            if is_new:
                self._replace(app, release)
                self._release = message.release
            return _loaded(message, engine, is_new=is_new, has_new_content=has_new_content)
        except UrbactGraphError as error:
            return Failed(str(error))
        except Exception as error:  # noqa: BLE001 - the main process waits for a reply
            traceback.print_exc()
            return Failed(f"The dataset cannot be loaded ({error}).")

    def _replace(self, app: Application, release: Release | None) -> None:
        """Answer from the engine's current data and ``release`` from now on."""
        with self._replacing:
            app.served.replace(release)
            warm(app)

    async def _send(self, message: Message) -> None:
        self._writer.write(MESSAGES.encode(message))
        await self._writer.drain()


def _engine(settings: Settings, source: Source) -> LocalEngine | RemoteEngine:
    """Start the engine that the settings want; a local one loads ``source``.

    Raises:
        EngineError, DatasetError: it cannot be used.
    """
    return RemoteEngine(settings) if settings.engine else LocalEngine(settings, source)


def _source(message: Load) -> tuple[Source, Release | None]:
    """Return what a local engine loads, and the release that it belongs to.

    Raises:
        DatasetError: there is no such release.
    """
    release = read_release(Path(message.release)) if message.release else None
    version = release.version if release else None
    return Source(Path(message.file), version, Path(message.content)), release


def _loaded(
    message: Load,
    engine: LocalEngine | RemoteEngine,
    *,
    is_new: bool,
    has_new_content: bool,
) -> Loaded:
    name = Path(message.file).name
    notes: tuple[str, ...] = ()
    if isinstance(engine, RemoteEngine):
        release = Path(message.release).name
        name, notes = "the engine", notes_on(engine, release)
    return Loaded(name, engine.counts.quads, engine.version, is_new, has_new_content, notes)


def main(settings: str, listener: int, control: int) -> NoReturn:
    """Run the web process with the arguments that the main process gives."""
    # Without the main process nothing would end this one.
    end_with_parent(signal.SIGTERM, os.getppid())
    # It is the main process that reloads.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # The creation times of counters would double the page of metrics.
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
    known = Settings.model_validate_json(settings)
    # It is no argument of this process, which others can see.
    secret = Settings.load().engine_authorization
    known = known.model_copy(update={"engine_authorization": secret})
    process = _Process(
        known.model_copy(update={"max_connections": _allow_connections(known.max_connections)}),
        socket.socket(fileno=listener),
        socket.socket(fileno=control),
    )
    uvloop.run(process.run())
    # The thread of the log may be blocked by the reader, and is not waited for.
    os._exit(0)


def _allow_connections(wanted: int) -> int:
    """Raise the limit of open files for ``wanted`` connections; return how many it allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted * _FILES_PER_CONNECTION + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        files = min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(1, (files - _OTHER_FILES) // _FILES_PER_CONNECTION)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
