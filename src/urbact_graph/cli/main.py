"""The command ``urbact-graph``, which imports the module of a subcommand only to run it."""

from importlib import import_module
from typing import Any

import click

from urbact_graph.errors import UrbactGraphError

# Every subcommand with the first sentence of its help, in the order of their use.
COMMANDS = {
    "import": "Write data/ from the fact tables in the folder FACTS.",
    "build": "Build the dataset from data/, ontology/ and its rules.",
    "validate": "Check the whole graph against the shapes, and print a remedy for each result.",
    "serve": "Serve the graph: SPARQL endpoint, documents, dumps and changes.",
    "reload": "Have the running server serve the graph as it is now.",
    "query": "Query the graph without a server.",
    "export": "Write the dumps into FOLDER, ./dumps by default: the files that /dumps/ serves.",
    "diff": "Print the facts that B has and A has not (+), and the reverse (-), by entity.",
}
# A module cannot be called "import".
_MODULES = {"import": "import_"}


class _Failure(click.ClickException):
    """An error in one sentence; exit code 2 distinguishes it from a graph with violations (1)."""

    exit_code = 2


class _Commands(click.Group):
    """A group whose subcommands are listed without being imported."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"urbact_graph.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UrbactGraphError as error:
            raise _Failure(str(error)) from None


@click.group(
    "urbact-graph", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="urbact-graph", prog_name="urbact-graph")
def main() -> None:
    """Work with the URBACT graph: import facts, build, validate, query and serve.

    \b
    Examples:
      urbact-graph serve
      urbact-graph query partners-of-network --param network=network/greenplace
      urbact-graph validate
    """
