"""The line from ``urbact-graph reload`` to a server of the same user on the same machine."""

import asyncio
import contextlib
import json
import os
import socket
import stat
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click
import platformdirs

from urbact_graph.errors import EngineError, UrbactGraphError
from urbact_graph.settings import Settings


def _place(settings: Settings) -> Path:
    """Return where the socket is, in a folder that is this user's alone.

    Raises:
        OSError: there can be no such folder.
    """
    with warnings.catch_warnings():
        # It falls back to another folder with a warning that says nothing to an operator.
        warnings.simplefilter("ignore")
        folder = platformdirs.user_runtime_path("urbact-graph")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not yours alone")
    return folder / f"{settings.host}-{settings.port}.socket"


class Control:
    """Lets this machine's user have the dataset reloaded, while the block lasts.

    ``reload`` returns what is served then in a sentence, or raises UrbactGraphError.
    """

    def __init__(self, settings: Settings, reload: Callable[[], Awaitable[str]]) -> None:
        self._settings = settings
        self._place: Path | None = None
        self._reload = reload
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Control":
        try:
            place = _place(self._settings)
            # Nobody else has our host and port, so that one which stands there is left from before.
            place.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._answer, place)
            self._place = place
        except OSError as error:
            click.echo(
                f"Note: `urbact-graph reload` will not find this server ({error}); to reload, "
                "send SIGHUP.",
                err=True,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server and self._place:
            self._server.close()
            with contextlib.suppress(OSError):
                self._place.unlink()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.readline()
            try:
                message = {"done": await self._reload()}
            except UrbactGraphError as error:
                message = {"refused": str(error)}
            writer.write(json.dumps(message).encode() + b"\n")
            await writer.drain()
        writer.close()


def ask_to_reload(settings: Settings) -> str:
    """Have the server on the port of the settings reload; return what it says it serves then.

    Raises:
        EngineError: there is none, or it refuses, and goes on with what it has.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(_place(settings)))
        except OSError:
            raise EngineError(
                f"No server of yours was found on port {settings.port}; name it with --port and "
                "--host."
            ) from None
        connection.sendall(b"reload\n")
        with connection.makefile("rb") as answer:
            line = answer.readline()
    if not line:
        raise EngineError("The server ended before it had reloaded.")
    message: dict[str, Any] = json.loads(line)
    if "refused" in message:
        raise EngineError(message["refused"])
    return str(message["done"])
