"""``urbact-graph reload``."""

from typing import Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.server.control_socket import request_reload
from urbact_graph.settings import Settings


@click.command("reload")
@setting_options("host", "port")
def command(**given: Any) -> None:
    """Have the running server serve the graph as it is now.

    The server prepares the graph as `serve` does, loads it beside the old one, checks that it
    answers, and switches without a pause. If the new graph cannot be served, the reason is
    printed, and the old one is still served.

    \b
    Example:
      urbact-graph reload
    """
    settings = Settings.load(**given)
    click.echo(request_reload(settings.host, settings.port))
