"""The command ``urbact-graph`` and what its subcommands share."""

from typing import Any

import click

from urbact_graph import __version__
from urbact_graph.cli.query import query
from urbact_graph.cli.diff import compare_graphs
from urbact_graph.cli.curating import build_graph, import_tables, validate_graph
from urbact_graph.cli.export import export_graph
from urbact_graph.cli.serve import reload_graph, serve_graph
from urbact_graph.errors import UrbactGraphError


class _Failure(click.ClickException):
    """An error told in a sentence; exit code 2 tells it from a graph with violations (1)."""

    exit_code = 2


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UrbactGraphError as error:
            raise _Failure(str(error)) from None


@click.group(
    "urbact-graph", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="urbact-graph")
def main() -> None:
    """Work with the URBACT graph: import facts, build, validate, ask and serve.

    \b
    Examples:
      urbact-graph serve
      urbact-graph query partners-of-network --param network=network/greenplace
      urbact-graph validate
    """


for command in (
    import_tables,
    build_graph,
    validate_graph,
    export_graph,
    serve_graph,
    reload_graph,
    query,
    compare_graphs,
):
    main.add_command(command)
