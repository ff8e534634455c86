"""The control socket: how ``urbact-graph reload`` reaches a server of the same user."""

import os
import socket
import stat
import warnings
from pathlib import Path

import platformdirs

from urbact_graph.errors import EngineError
from urbact_graph.server.messages import MESSAGES, Failed, Reload, Reloaded


def socket_path(host: str, port: int) -> Path:
    """Return the path of the socket of the server on ``host`` and ``port``, in a private folder.

    Raises:
        OSError: there is no folder that only this user may use.
    """
    with warnings.catch_warnings():
        # Where there is no such folder it uses another one, with a warning that helps no operator.
        warnings.simplefilter("ignore")
        folder = platformdirs.user_runtime_path("urbact-graph")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not private to you")
    return folder / f"{host}-{port}.socket"


def request_reload(host: str, port: int) -> str:
    """Have the server on ``host`` and ``port`` reload; return its sentence on what it serves.

    Raises:
        EngineError: there is no such server, or it could not reload.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(socket_path(host, port)))
        except OSError:
            raise EngineError(
                f"No server of yours was found on port {port}; name it with --port and --host."
            ) from None
        try:
            MESSAGES.send(connection, Reload())
            reply = MESSAGES.receive(connection)
        except (OSError, EOFError):
            raise EngineError("The server ended before it had reloaded.") from None
    if isinstance(reply, Reloaded):
        return reply.sentence
    raise EngineError(reply.reason if isinstance(reply, Failed) else f"Unexpected reply: {reply}.")
