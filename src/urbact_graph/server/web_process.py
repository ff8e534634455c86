"""The web process: ``python -m urbact_graph.server.web_process``, started and watched by ``serve``.

It accepts on a socket that the main process listens on, so that connections which come while it
is started anew wait instead of being refused.
"""

import asyncio
import json
import os
import resource
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import prometheus_client
import uvloop
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from urbact_graph.engine.local import Engine
from urbact_graph.engine.parent_death import end_with_parent
from urbact_graph.errors import UrbactGraphError
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.server.access_log import AccessLog
from urbact_graph.server.gateway import Gateway
from urbact_graph.server.processes import BACKLOG

# An address may have 64 kB; the rest is room for the other lines of a request's head.
_HEAD_BYTES = 100_000
# Files that a connection may have open, which is itself and twice an answer on its way, and those
# that are open beside the connections.
_FILES_PER_CONNECTION = 3
_OTHER_FILES = 500


class _Server(Server):
    """Granian in this process, on a socket that is listened on already."""

    def __init__(self, app: Gateway, listener: socket.socket, settings: Settings) -> None:
        super().__init__(
            app,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=settings.request_timeout_seconds * 1_000,
                max_buffer_size=_HEAD_BYTES,
            ),
            websockets=False,
            backpressure=settings.connections,
            log_enabled=False,
        )
        # Descriptor, whether it is a Unix socket, backlog. The server closes it when it ends.
        self._held: tuple[Any, ...] = (listener.detach(), False, BACKLOG)

    def end(self) -> None:
        """Accept no more; serve() returns once what was begun is answered."""
        self.signal_handler_interrupt()  # type: ignore[no-untyped-call]

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd: Any = SocketHolder(*self._held)


class _Process:
    """Serves what the main process says, until it says so no more."""

    def __init__(self, settings: Settings, listener: socket.socket, control: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._control = control
        self._writer: asyncio.StreamWriter

    async def run(self, dataset: str, held_as: str) -> None:
        """Load ``dataset``, serve it, and end once the requests under way are answered."""
        reader, self._writer = await asyncio.open_connection(sock=self._control)
        try:
            engine = await asyncio.to_thread(Engine, self._settings, Path(dataset), Path(held_as))
        except UrbactGraphError as error:
            await self._tell(failed=str(error))
            return
        app = create_app(self._settings, engine)
        log = AccessLog(self._settings, app.sparql, sys.stdout)
        server = _Server(Gateway(app, self._settings, log), self._listener, self._settings)
        loop = asyncio.get_running_loop()
        for stop in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(stop, server.end)
        listening = asyncio.create_task(self._obey(reader, engine, server))
        await self._tell(ready=_state(engine))
        await server.serve()
        listening.cancel()
        await asyncio.to_thread(engine.close)
        log.close()

    async def _obey(self, reader: asyncio.StreamReader, engine: Engine, server: _Server) -> None:
        """Do what the main process says; without it, end."""
        while line := await reader.readline():
            order = json.loads(line)
            try:
                is_other = await asyncio.to_thread(
                    engine.reload, Path(order["dataset"]), Path(order["held_as"])
                )
            except UrbactGraphError as error:
                await self._tell(refused=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, an answer is waited for
                traceback.print_exc()
                await self._tell(refused=f"The dataset cannot be loaded ({error}).")
            else:
                await self._tell(reloaded=_state(engine), is_other=is_other)
        server.end()

    async def _tell(self, **message: Any) -> None:
        self._writer.write(json.dumps(message).encode() + b"\n")
        await self._writer.drain()


def _state(engine: Engine) -> dict[str, object]:
    return {"quads": engine.quads, "version": engine.version, "name": engine.pool.source.file.name}


def main(settings: str, listener: int, control: int, dataset: str, held_as: str) -> NoReturn:
    """Run the web process with the arguments that the main process gives."""
    # Without the main process nobody would ever stop this one.
    end_with_parent(signal.SIGTERM, os.getppid())
    # A reload is the main process's to begin.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # The times at which counters began would double the page of metrics.
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
    known = Settings(**json.loads(settings))
    process = _Process(
        known.model_copy(update={"connections": _connections(known.connections)}),
        socket.socket(fileno=listener),
        socket.socket(fileno=control),
    )
    uvloop.run(process.run(dataset, held_as))
    # Without waiting for the log's thread, which a reader may hold up.
    os._exit(0)


def _connections(wanted: int) -> int:
    """Return how many of ``wanted`` connections can be served by the files that may be open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted * _FILES_PER_CONNECTION + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        files = min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(1, (files - _OTHER_FILES) // _FILES_PER_CONNECTION)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
