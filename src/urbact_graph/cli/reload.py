"""``urbact-graph reload``."""

import os

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.cli.requirements import require_workers
from urbact_graph.server.control_socket import request_reload

# The defaults of the two settings, and the start of the names of all variables.
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000
PREFIX = "URBACT_GRAPH_"


@click.command("reload")
@setting_options("host", "port")
def command(host: str | None, port: int | None) -> None:
    """Have the running server serve the graph as it is now.

    The server prepares the graph as `serve` does, loads it beside the old one, checks that it
    answers, and switches without a pause. If the new graph cannot be served, the reason is
    printed, and the old one is still served.

    \b
    Example:
      urbact-graph reload
    """
    require_workers("reload")
    click.echo(request_reload(*_address(host, port)))


def _address(host: str | None, port: int | None) -> tuple[str, int]:
    """Return the host and port of the settings.

    Their table takes longer to import than all the rest of this command, and is needed only for
    what the environment sets.
    """
    if not any(name.startswith(PREFIX) for name in os.environ):
        return host or DEFAULT_HOST, DEFAULT_PORT if port is None else port
    from urbact_graph.settings import Settings  # noqa: PLC0415

    settings = Settings.load(host=host, port=port)
    return settings.host, settings.port
