"""What the main process supervises: the web process, and the dataset that it serves."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from urbact_graph.errors import EngineError
from urbact_graph.settings import Settings

# Connections that wait to be accepted, while the server is at work or is started anew.
BACKLOG = 1_024


class HeldDataset:
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

    def close(self) -> None:
        """Hold it no longer."""
        self._content.close()

    @property
    def order(self) -> dict[str, str]:
        """What a web process needs to know to load it."""
        content = f"/proc/{os.getpid()}/fd/{self._content.fileno()}"
        return {"dataset": str(self.file), "held_as": content}


class WebProcess:
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
    async def start(
        cls, settings: Settings, listener: socket.socket, dataset: HeldDataset
    ) -> "WebProcess":
        """Start a process that serves ``dataset`` on ``listener``."""
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = {
                "settings": settings.model_dump_json(),
                "listener": listener.fileno(),
                "control": theirs.fileno(),
                **dataset.order,
            }
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "urbact_graph.server.web_process", json.dumps(arguments)),
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
