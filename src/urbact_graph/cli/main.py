"""The command ``urbact-graph``, which imports the module of a subcommand only to run it."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from urbact_graph.cli.streams import ReaderGoneError, standard_streams
from urbact_graph.errors import UrbactGraphError

# Every subcommand with the first sentence of its help, in the order of their use.
COMMANDS = {
    "import": "Write data/ from the fact tables in the folder FACTS.",
    "build": "Build the dataset from data/, ontology/ and its rules.",
    "validate": "Check the whole graph against the shapes, and print a remedy for each result.",
    "serve": "Serve the graph: SPARQL endpoint, documents, dumps and changes.",
    "reload": "Have the running server serve the graph as it is now.",
    "query": "Query the graph without a server.",
    "mcp": "Give assistants tools to ask the graph, by the Model Context Protocol.",
    "export": "Write the dumps into FOLDER, ./dumps by default: the files that /dumps/ serves.",
    "publish": "Put the graph into a store, by the SPARQL 1.1 Graph Store Protocol.",
    "diff": "Print the facts that B has and A has not (+), and the reverse (-), by entity.",
}
# Exit codes of a command that a signal ends, as shells report them: 128 and the signal's number.
_INTERRUPTED, _READER_GONE = 130, 141
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

    def main(  # type: ignore[override]  # it returns only where it is not on its own
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        *,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command, and end the process with its exit code.

        It is 2 for an error, which standard error has in one sentence, 130 after Ctrl-C, and 141
        where the reader of standard output has gone.
        """

        def run() -> Any:
            return super(_Commands, self).main(
                args, prog_name, complete_var, standalone_mode=False, **extra
            )

        return sys.exit(_exit_code(run)) if standalone_mode else run()


def _exit_code(run: Callable[[], Any]) -> int:
    """Return the exit code of ``run``, once all that it wrote has been written."""
    try:
        with standard_streams():
            return _ended(run)
    except ReaderGoneError:
        return _READER_GONE
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except UrbactGraphError as error:
        failure = _Failure(str(error))
    except OSError as error:
        failure = _Failure(_sentence(error))
    failure.show()
    return failure.exit_code


def _ended(run: Callable[[], Any]) -> int:
    try:
        code = run()
    except SystemExit as ended:
        # Of a command that says by its exit code what it found.
        code = ended.code
    return code if isinstance(code, int) else 0


def _sentence(error: OSError) -> str:
    """Describe an error of the system that no command expects, such as a disk that is full."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}."


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
