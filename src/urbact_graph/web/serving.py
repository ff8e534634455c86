"""The main process: holds the port and the dataset, and sees to it that a web process serves."""

import asyncio
import contextlib
import ipaddress
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import click

from urbact_graph.errors import EngineError, UrbactGraphError
from urbact_graph.settings import Settings
from urbact_graph.web.control import Control
from urbact_graph.web.sparql import public_address

# Connections that wait to be accepted, while the server is at work or is started anew.
BACKLOG = 1_024
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
        self._dataset: _Held
        self._web: _Web
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Lock()
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
        self._dataset = _Held(dataset)
        ready = await self._start()
        name, address = self._dataset.file.name, public_address(self._settings)
        _say(f"Serving {ready['quads']:,} statements of {name} at {address}/sparql")
        async with Control(self._settings, self.reload):
            await self._keep_serving()
        # Whoever comes now is refused at once.
        self._listener.close()
        await self._web.end(2 * self._settings.query_seconds + _GRACE)

    async def reload(self) -> str:
        """Have the dataset made anew and served; return a sentence that says what is served now.

        Raises:
            UrbactGraphError: it cannot be made or served; the old one goes on.
        """
        async with self._reloading:
            held = _Held(await self._prepare())
            try:
                reply = await self._web.ask(**held.order)
            except EOFError:
                raise EngineError("The web process ended meanwhile; try again.") from None
            if "refused" in reply:
                raise EngineError(f"{reply['refused']} What was served before is served on.")
            self._dataset = held
            state = reply["reloaded"]
            what = f"{state['quads']:,} statements of {held.file.name} (version {state['version']})"
            return f"Serving {what}." if reply["is_other"] else f"Nothing changed: {what}."

    async def _start(self) -> dict[str, Any]:
        """Start a web process and return its state once it serves.

        Raises:
            EngineError: the dataset cannot be served, or the process ended.
        """
        self._web = await _Web.start(self._settings, self._listener, self._dataset)
        try:
            reply = await self._web.reply()
        except EOFError:
            raise EngineError("The web process ended while it started.") from None
        if "failed" in reply:
            raise EngineError(reply["failed"])
        state: dict[str, Any] = reply["ready"]
        return state

    async def _keep_serving(self) -> None:
        pause = 0.0
        stopping = asyncio.create_task(self._stopping.wait())
        while True:
            began = time.monotonic()
            ended = asyncio.create_task(self._web.wait())
            await asyncio.wait((ended, stopping), return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                ended.cancel()
                return
            is_soon = time.monotonic() - began < _SOON
            pause = min(_LONGEST_PAUSE, max(0.1, 2 * pause)) if is_soon else 0.0
            _say(f"The web process ended ({self._web.outcome}); starting another.")
            await asyncio.wait((stopping,), timeout=pause)
            try:
                await self._start()
            except EngineError as error:
                _say(f"Error: {error}")

    def _stop(self) -> None:
        if self._stopping.is_set():
            # Told twice: no more patience.
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


class _Held:
    """A dataset that is held open, so that its content stays what it is.

    Raises:
        EngineError: it cannot be read.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._content = file.open("rb")
        except OSError as error:
            raise EngineError(f"{file} cannot be loaded: {error.strerror}.") from None

    @property
    def order(self) -> dict[str, str]:
        """What a web process needs to know to load it."""
        content = f"/proc/{os.getpid()}/fd/{self._content.fileno()}"
        return {"dataset": str(self.file), "held_as": content}


class _Web:
    """A web process and the line to it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, settings: Settings, listener: socket.socket, dataset: _Held) -> "_Web":
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = {
                "settings": settings.model_dump_json(),
                "listener": listener.fileno(),
                "control": theirs.fileno(),
                **dataset.order,
            }
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "urbact_graph.web.process", json.dumps(arguments)),
                pass_fds=(listener.fileno(), theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(process, reader, writer)

    @property
    def outcome(self) -> str:
        """How the process ended."""
        code = self._process.returncode or 0
        return f"status {code}" if code >= 0 else signal.Signals(-code).name

    async def ask(self, **order: str) -> dict[str, Any]:
        """Give an order and return the reply.

        Raises:
            EOFError: the process ended.
        """
        try:
            self._writer.write(json.dumps(order).encode() + b"\n")
            await self._writer.drain()
        except ConnectionError:
            raise EOFError from None
        return await self.reply()

    async def reply(self) -> dict[str, Any]:
        """Return the next message.

        Raises:
            EOFError: the process ended.
        """
        try:
            line = await self._reader.readline()
        except ConnectionError:
            line = b""
        if not line:
            raise EOFError
        message: dict[str, Any] = json.loads(line)
        return message

    async def wait(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()
        self._writer.close()

    def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self, seconds: float) -> None:
        """Have the process answer what it has begun, and end within ``seconds``."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self.wait(), seconds)
        except TimeoutError:
            self.kill()
            await self.wait()


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[tuple[socket.socket, int]]:
    """Listen on the host and port of the settings; give the socket and the true port."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, _, _, _, (address, *_) = found[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: one whose client takes nothing for so long is closed.
        pause = settings.answer_pause_seconds * 1_000
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
