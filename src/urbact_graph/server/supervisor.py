"""The main process: holds the port and the dataset, and sees to it that a web process serves."""

import asyncio
import contextlib
import ipaddress
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import click

from urbact_graph.errors import EngineError, UrbactGraphError
from urbact_graph.settings import Settings
from urbact_graph.server.control import Control
from urbact_graph.server.processes import BACKLOG, HeldDataset, WebProcess

# A web process that ends is started again: at once, or after a pause that doubles up to this many
# seconds if it ended soon after its start.
_LONGEST_PAUSE = 5.0
_SOON = 10.0
# What a web process may take to end beyond the time of a query that waits and runs.
_GRACE = 5.0

Prepare = Callable[[], Awaitable[Path]]


def serve(settings: Settings, dataset: Path, prepare: Prepare) -> None:
    """Serve ``dataset`` until the process is told to stop; ``prepare`` makes the next one.

    What is served stays what it was, even where the file is replaced and a process starts anew,
    until a reload is asked for (SIGHUP, or the control socket).

    Raises:
        UrbactGraphError: the address cannot be listened on, or the dataset not be served.
    """
    with _listening(settings) as (listener, port):
        settings = settings.model_copy(update={"port": port})
        asyncio.run(Supervisor(settings, listener, prepare).run(dataset))


class Supervisor:
    """Keeps one web process at work on ``listener``."""

    def __init__(self, settings: Settings, listener: socket.socket, prepare: Prepare) -> None:
        self._settings = settings
        self._listener = listener
        self._prepare = prepare
        self._dataset: HeldDataset
        self._web: WebProcess | None = None
        self._is_starting = False
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Lock()
        # Whoever holds it speaks with the web process; nobody else reads its replies meanwhile.
        self._speaking = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._had_terminal = _has_terminal()

    async def run(self, dataset: Path) -> None:
        """Serve ``dataset`` until told to stop.

        Raises:
            UrbactGraphError: it cannot be served.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        self._dataset = HeldDataset(dataset)
        try:
            ready = await self._start()
        except EngineError:
            if self._stopping.is_set():
                return
            raise
        name, address = self._dataset.file.name, self._settings.address
        _say(f"Serving {ready['quads']:,} statements of {name} at {address}/sparql")
        async with Control(self._settings, self.reload):
            await self._keep_serving()
        # Whoever comes now is refused at once.
        self._listener.close()
        if self._web:
            await self._web.end(2 * self._settings.query_timeout_seconds + _GRACE)

    async def reload(self) -> str:
        """Have the dataset made anew and served; return a sentence that says what is served now.

        Raises:
            UrbactGraphError: it cannot be made or served; the old one goes on.
        """
        async with self._reloading:
            held = HeldDataset(await self._prepare())
            async with self._speaking:
                try:
                    reply = await self._web.ask(**held.order) if self._web else {}
                except EOFError:
                    reply = {}
            if not reply.get("is_other"):
                held.close()
            if "refused" in reply:
                raise EngineError(f"{reply['refused']} What was served before is served on.")
            if "reloaded" not in reply:
                raise EngineError("The web process ended meanwhile; try again.")
            state = reply["reloaded"]
            what = f"{state['quads']:,} statements of {held.file.name} (version {state['version']})"
            if not reply["is_other"]:
                return f"Nothing changed: {what}."
            self._dataset.close()
            self._dataset = held
            return f"Serving {what}."

    async def _start(self) -> dict[str, Any]:
        """Start a web process and return its state once it serves.

        Raises:
            EngineError: the dataset cannot be served, or the process ended.
        """
        async with self._speaking:
            self._is_starting = True
            try:
                self._web = await WebProcess.start(self._settings, self._listener, self._dataset)
                reply = await self._web.reply()
            except EOFError:
                raise EngineError("The web process ended while it started.") from None
            except OSError as error:
                raise EngineError(f"No web process could be started ({error}).") from None
            finally:
                self._is_starting = False
        if "failed" in reply:
            raise EngineError(reply["failed"])
        state: dict[str, Any] = reply["ready"]
        return state

    async def _keep_serving(self) -> None:
        pause = 0.0
        stopping = asyncio.create_task(self._stopping.wait())
        while web := self._web:
            began = time.monotonic()
            ended = asyncio.create_task(web.wait())
            await asyncio.wait((ended, stopping), return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                ended.cancel()
                return
            is_soon = time.monotonic() - began < _SOON
            pause = min(_LONGEST_PAUSE, max(0.1, 2 * pause)) if is_soon else 0.0
            _say(f"The web process ended ({web.outcome}); starting another.")
            await asyncio.wait((stopping,), timeout=pause)
            if not self._stopping.is_set():
                try:
                    await self._start()
                except EngineError as error:
                    _say(f"Error: {error}")

    def _stop(self) -> None:
        # There is nothing to wait for before it serves, and no patience when told twice.
        if self._web and (self._is_starting or self._stopping.is_set()):
            self._web.kill()
        self._stopping.set()

    def _hang_up(self) -> None:
        if self._had_terminal and not _has_terminal():
            # The terminal was closed, and with it what was run there.
            self._stop()
            return
        task = asyncio.create_task(self._reload_and_say())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload_and_say(self) -> None:
        try:
            _say(await self.reload())
        except UrbactGraphError as error:
            _say(f"Error: {error}")


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[tuple[socket.socket, int]]:
    """Listen on the host and port of the settings; give the socket and the true port."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, _, _, _, (address, *_) = found[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: one whose client takes nothing for so long is closed.
        pause = settings.send_timeout_seconds * 1_000
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, pause)
        listener.bind((address, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        raise UrbactGraphError(
            f"{settings.host}, port {settings.port}, cannot be listened on "
            f"({error.strerror}); choose another with --host or --port."
        ) from None
    if ipaddress.ip_address(address).is_unspecified and settings.public_url is None:
        _say(
            f"Note: nobody reaches {settings.host} by that name; give the address that links "
            "should have with --public-url."
        )
    with listener:
        yield listener, listener.getsockname()[1]


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
