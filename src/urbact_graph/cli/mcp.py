"""``urbact-graph mcp``."""

from typing import TYPE_CHECKING, Any

import click

from urbact_graph.cli.options import setting_options

if TYPE_CHECKING:
    from urbact_graph.client.graph import Graph

# Beside that of `serve`, which may run on the same machine.
_PORT = 8001


@click.command("mcp")
@click.option(
    "--url",
    metavar="URL",
    help="Answer from the instance at this address, within its limits; by default from the graph "
    "on this machine, which is built if it has to be.",
)
@click.option(
    "--http", is_flag=True, help="Serve over HTTP, at /mcp, instead of standard input and output."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=_PORT, show_default=True, help="Port to listen on; 0 takes a free one."
)
@setting_options("query_timeout_seconds", "sources", "build_folder")
def command(url: str | None, http: bool, host: str, port: int, **given: Any) -> None:  # noqa: FBT001 - click passes it by name
    """Give assistants tools to ask the graph, by the Model Context Protocol.

    An assistant starts this command by itself, once it is registered there (docs/assistants.md),
    and speaks with it by standard input and output; with --http it is started once and serves any
    number of them. It needs the extra mcp: pip install 'urbact-graph[mcp]'.

    \b
    Examples:
      urbact-graph mcp
      urbact-graph mcp --url https://data.example.org
      urbact-graph mcp --http --port 8001
    """
    # What serves assistants takes long to import, and the help must not.
    from urbact_graph.client.libraries import library  # noqa: PLC0415

    library("mcp", "mcp")
    from urbact_graph.assistants import running  # noqa: PLC0415
    from urbact_graph.assistants.server import make_server  # noqa: PLC0415

    with _graph(url, given) as graph:
        server = make_server(graph)
        if http:
            running.run_over_http(server, host, port, _announce)
        else:
            running.run_over_streams(server)


def _graph(url: str | None, given: dict[str, Any]) -> "Graph":
    if url is not None:
        from urbact_graph.client import connect  # noqa: PLC0415

        return connect(url)
    from urbact_graph.client.limited import LimitedGraph  # noqa: PLC0415
    from urbact_graph.settings import Settings  # noqa: PLC0415

    graph = LimitedGraph(Settings.load(**given))
    # It is loaded here, so that the first question need not wait for that.
    graph.sparql("ASK {}")
    return graph


def _announce(address: str) -> None:
    click.echo(f"Serving assistants at {address}", err=True)
