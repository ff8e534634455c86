"""What the main process supervises: the web process, and the dataset that it serves."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import IO

from urbact_graph.errors import DatasetError, EngineError
from urbact_graph.release.release import MANIFEST_NAME, read_release
from urbact_graph.server.messages import MESSAGES, Load, Message
from urbact_graph.settings import Settings

# How many connections may wait to be accepted while the web process is busy or being replaced.
BACKLOG = 1_024


class HeldDataset:
    """A dataset to be served: the graph of a release (a folder), or an RDF file of the user.

    It is None where only the engine of the settings has the data. Its file is held open, so that
    the content stays the same until a reload, even if the file is replaced and a new web process
    has to load it.

    Raises:
        DatasetError: it cannot be read.
    """

    def __init__(self, path: Path | None) -> None:
        is_release = path is not None and (path / MANIFEST_NAME).exists()
        self._release = read_release(path) if path is not None and is_release else None
        self.file = self._release.graph if self._release else path
        self._content: IO[bytes] | None = None
        if self.file is None:
            return
        try:
            self._content = self.file.open("rb")
        except OSError as error:
            raise DatasetError(f"{self.file} cannot be loaded: {error.strerror}.") from None

    def close(self) -> None:
        """Close its file."""
        if self._content:
            self._content.close()

    def keep_content(self, other: "HeldDataset") -> None:
        """Hold the file of ``other`` instead, which has the same content and is in use."""
        self.close()
        self._content = other._content

    def touch(self) -> None:
        """Note that its release is in use, so that it is not removed for a day."""
        if self._release:
            self._release.touch()

    @property
    def message(self) -> Load:
        """What a web process needs to load it."""
        if self._content is None:
            return Load("", "", "")
        content = f"/proc/{os.getpid()}/fd/{self._content.fileno()}"
        release = str(self._release.folder) if self._release else ""
        return Load(str(self.file), content, release)


class WebProcess:
    """A web process, and the socket by which messages are exchanged with it."""

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
    async def start(cls, settings: Settings, listener: socket.socket) -> "WebProcess":
        """Start a process that accepts connections on ``listener`` once it has loaded a dataset.

        Raises:
            OSError: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = listener.fileno(), theirs.fileno()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "urbact_graph.server.web_process"),
                *(settings.model_dump_json(), *map(str, descriptors)),
                pass_fds=descriptors,
                stdin=asyncio.subprocess.DEVNULL,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(process, reader, writer)

    @property
    def outcome(self) -> str:
        """How the process ended."""
        code = self._process.returncode or 0
        return f"status {code}" if code >= 0 else signal.Signals(-code).name

    async def load(self, dataset: HeldDataset) -> Message:
        """Have it serve ``dataset``; return its reply, ``Loaded`` or ``Failed``.

        Raises:
            EngineError: the process ended.
        """
        try:
            self._writer.write(MESSAGES.encode(dataset.message))
            await self._writer.drain()
            return await MESSAGES.read(self._reader)
        except (ConnectionError, EOFError):
            raise EngineError("The web process ended while it loaded the dataset.") from None

    async def wait(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()
        self._writer.close()

    def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self, seconds: float) -> None:
        """Let the process answer the requests that it has begun; kill it after ``seconds``."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self.wait(), seconds)
        except TimeoutError:
            self.kill()
            await self.wait()
