"""The main process: holds the port and the dataset, and keeps a web process running."""

import asyncio
import contextlib
import ipaddress
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import click

from urbact_graph.errors import EngineError, UrbactGraphError
from urbact_graph.server.control import Control
from urbact_graph.server.messages import Failed, Loaded
from urbact_graph.server.supervised import BACKLOG, HeldDataset, WebProcess
from urbact_graph.settings import Settings

# A web process that ends is replaced at once, or after a pause that doubles up to this many seconds
# if it ended soon after its start.
_MAX_PAUSE_SECONDS = 5.0
_SOON_SECONDS = 10.0
# How many seconds more than a query may wait and run a web process may take to end.
_GRACE_SECONDS = 5.0
# How often the release that is served is marked as in use, which keeps it for a day.
_TOUCH_SECONDS = 3_600

# Returns what a reload serves: the folder of a release, the dataset file of the settings, or None
# for what an engine has.
Prepare = Callable[[], Awaitable[Path | None]]


def serve(settings: Settings, dataset: Path | None, prepare: Prepare) -> None:
    """Serve ``dataset`` until a signal ends the process.

    It is the folder of a release, an RDF file, or None where only the engine has the data.

    At a reload (SIGHUP, or a request on the control socket) ``prepare`` returns what is served
    next. Until then the content that is served stays the same.

    Raises:
        UrbactGraphError: the address cannot be used, or the dataset cannot be served.
    """
    with _listening(settings) as (listener, port):
        settings = settings.model_copy(update={"port": port})
        asyncio.run(Supervisor(settings, listener, prepare).run(dataset))


class Supervisor:
    """Keeps one web process accepting connections on ``listener``."""

    def __init__(self, settings: Settings, listener: socket.socket, prepare: Prepare) -> None:
        self._settings = settings
        self._listener = listener
        self._prepare = prepare
        self._dataset: HeldDataset
        self._web: WebProcess | None = None
        self._is_starting = False
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Lock()
        # Held while a message to the web process awaits its reply.
        self._talking = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._had_terminal = _has_terminal()

    async def run(self, dataset: Path | None) -> None:
        """Serve ``dataset`` until a signal ends the process.

        Raises:
            UrbactGraphError: it cannot be served.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        self._dataset = HeldDataset(dataset)
        try:
            loaded = await self._start()
        except EngineError:
            if self._stopping.is_set():
                return
            raise
        touching = asyncio.create_task(self._keep_in_use())
        async with Control(self._settings, self.reload):
            # Printed here, as from now on it can be reloaded, too.
            address = self._settings.address
            for note in loaded.notes:
                _print(note)
            _print(f"Serving {loaded.quads:,} statements of {loaded.name} at {address}/")
            await self._keep_serving()
        touching.cancel()
        # From now on new connections are refused.
        self._listener.close()
        if self._web:
            await self._web.end(2 * self._settings.query_timeout_seconds + _GRACE_SECONDS)

    async def reload(self) -> str:
        """Prepare the dataset anew and serve it; return a sentence on what is served then.

        Raises:
            UrbactGraphError: it cannot be prepared or served; the previous one is still served.
        """
        async with self._reloading:
            held = HeldDataset(await self._prepare())
            try:
                async with self._talking:
                    reply = await self._load(held)
            except EngineError as error:
                held.close()
                raise EngineError(f"{error} The previous dataset is still served.") from None
            what = f"{reply.quads:,} statements of {reply.name} (version {reply.version})"
            if not reply.is_new:
                held.close()
                return f"Nothing changed: {what}."
            if reply.has_new_content:
                self._dataset.close()
            else:
                held.keep_content(self._dataset)
            self._dataset = held
            held.touch()
            return f"Serving {what}."

    async def _start(self) -> Loaded:
        """Start a web process and return once it serves.

        Raises:
            EngineError: the dataset cannot be served, or the process ended.
        """
        async with self._talking:
            self._is_starting = True
            try:
                self._web = await WebProcess.start(self._settings, self._listener)
                return await self._load(self._dataset)
            except OSError as error:
                raise EngineError(f"No web process could be started ({error}).") from None
            finally:
                self._is_starting = False

    async def _load(self, dataset: HeldDataset) -> Loaded:
        """Have the web process load ``dataset``.

        Raises:
            EngineError: it cannot, or it ended.
        """
        if self._web is None:
            raise EngineError("No web process is running; try again in a moment.")
        reply = await self._web.load(dataset)
        if isinstance(reply, Loaded):
            return reply
        reason = reply.reason if isinstance(reply, Failed) else f"Unexpected reply: {reply}."
        raise EngineError(reason)

    async def _keep_serving(self) -> None:
        """Replace the web process whenever it ends, until the main process is to stop."""
        pause = 0.0
        stopping = asyncio.create_task(self._stopping.wait())
        while web := self._web:
            began = time.monotonic()
            ended = asyncio.create_task(web.wait())
            await asyncio.wait((ended, stopping), return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                ended.cancel()
                return
            is_soon = time.monotonic() - began < _SOON_SECONDS
            pause = min(_MAX_PAUSE_SECONDS, max(0.1, 2 * pause)) if is_soon else 0.0
            _print(f"The web process ended ({web.outcome}); starting another.")
            await asyncio.wait((stopping,), timeout=pause)
            if not self._stopping.is_set():
                try:
                    await self._start()
                except EngineError as error:
                    _print(f"Error: {error}")

    async def _keep_in_use(self) -> None:
        while True:
            self._dataset.touch()
            await asyncio.sleep(_TOUCH_SECONDS)

    def _stop(self) -> None:
        # A process that does not serve yet has nothing to finish; a second signal ends at once.
        if self._web and (self._is_starting or self._stopping.is_set()):
            self._web.kill()
        self._stopping.set()

    def _hang_up(self) -> None:
        if self._had_terminal and not _has_terminal():
            # The terminal was closed, which ends the programs that were started in it.
            self._stop()
            return
        task = asyncio.create_task(self._reload_and_print())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload_and_print(self) -> None:
        try:
            _print(await self.reload())
        except UrbactGraphError as error:
            _print(f"Error: {error}")


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[tuple[socket.socket, int]]:
    """Listen on the host and port of the settings; give the socket and the actual port."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, _, _, _, (address, *_) = found[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: one whose client receives nothing for so long is closed.
        timeout = settings.send_timeout_seconds * 1_000
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout)
        listener.bind((address, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        raise UrbactGraphError(
            f"The server cannot listen on {settings.host}, port {settings.port} "
            f"({error.strerror}); choose another address with --host or --port."
        ) from None
    if ipaddress.ip_address(address).is_unspecified and settings.public_url is None:
        _print(
            f"Note: clients cannot use the address {settings.host}; state the address that links "
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


def _print(sentence: str) -> None:
    click.echo(sentence, err=True)
