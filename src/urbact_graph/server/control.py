"""The control socket in the main process: it answers requests of ``urbact-graph reload``."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import click

from urbact_graph.errors import UrbactGraphError
from urbact_graph.server.control_socket import socket_path
from urbact_graph.server.messages import MESSAGES, Failed, Message, Reload, Reloaded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from urbact_graph.settings import Settings


class Control:
    """Answers requests to reload during the block.

    ``reload`` returns a sentence on what is served afterwards, or raises ``UrbactGraphError``.
    """

    def __init__(self, settings: Settings, reload: Callable[[], Awaitable[str]]) -> None:
        self._settings = settings
        self._path: Path | None = None
        self._reload = reload
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Control:
        try:
            path = socket_path(self._settings.host, self._settings.port)
            # This process has the port, so a socket that exists belonged to a server that ended.
            path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._answer, path)
            self._path = path
        except OSError as error:
            click.echo(
                f"Note: `urbact-graph reload` cannot reach this server ({error}); to reload, send "
                "SIGHUP.",
                err=True,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server and self._path:
            self._server.close()
            with contextlib.suppress(OSError):
                self._path.unlink()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, EOFError):
            if isinstance(await MESSAGES.read(reader), Reload):
                writer.write(MESSAGES.encode(await self._message()))
                await writer.drain()
        writer.close()

    async def _message(self) -> Message:
        try:
            return Reloaded(await self._reload())
        except UrbactGraphError as error:
            return Failed(str(error))
