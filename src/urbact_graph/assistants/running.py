"""Runs the server of the Model Context Protocol over standard streams or over HTTP."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import anyio
import uvicorn
from mcp.server import MCPServer

from urbact_graph.errors import EngineError

PATH = "/mcp"


def run_over_streams(server: MCPServer[None]) -> None:
    """Serve the program that started this one, by standard input and output, until it ends."""
    anyio.run(server.run_stdio_async)


def run_over_http(
    server: MCPServer[None], host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve Streamable HTTP until the process is interrupted or terminated.

    ``announce`` gets the address once it is listened on; the port 0 takes a free one. A client has
    no session, so that its requests may reach any of several such servers.

    Raises:
        EngineError: the port cannot be listened on.
    """
    app = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, host=host
    )
    # Its lines are of no use to the assistant, and standard output may be nowhere.
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    with _listening(host, port) as place:
        name = f"[{host}]" if ":" in host else host
        announce(f"http://{name}:{place.getsockname()[1]}{PATH}")
        anyio.run(_serve, uvicorn.Server(config), place)


async def _serve(server: uvicorn.Server, place: socket.socket) -> None:
    await server.serve(sockets=[place])


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        place = socket.create_server((host, port), family=family)
    except OSError as error:
        # The socket module repeats the address behind the reason.
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        raise EngineError(
            f"{host}:{port} cannot be listened on ({reason}); choose another --port, or "
            "--port 0 for a free one."
        ) from None
    with place:
        yield place
