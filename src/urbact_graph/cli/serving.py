"""``urbact-graph serve`` and ``reload``."""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from urbact_graph.cli.curating import ViolationsError
from urbact_graph.cli.options import setting_options
from urbact_graph.cli.preparing import prepared
from urbact_graph.errors import EngineError
from urbact_graph.settings import Settings


@click.command("serve")
@setting_options(
    "host",
    "port",
    "public_url",
    "dataset",
    "query_seconds",
    "client_seconds",
    "trusted_proxies",
    "access_log",
    "log_queries",
    "sources",
    "build_folder",
)
def serve_graph(**given: Any) -> None:
    """Serve the graph's SPARQL endpoint.

    The graph is built and validated first, unless that has been done since its sources changed;
    with violations it is not served. Standard output gets a line of JSON a request. SIGHUP
    reloads the data, as `urbact-graph reload` does; SIGTERM ends once what was begun is answered.

    \b
    Examples:
      urbact-graph serve
      urbact-graph serve --host 0.0.0.0 --port 80 --public-url https://data.example.org
      urbact-graph serve --dataset other.trig
    """
    # Imported here, as the server is the heaviest part and the other commands go without.
    from urbact_graph.web.serving import serve  # noqa: PLC0415

    settings = Settings.load(**given)
    try:
        dataset = prepared(settings)
    except ViolationsError as error:
        from urbact_graph.validation.table import print_table  # noqa: PLC0415

        print_table(error.report, Console(stderr=True), settings.base_iri)
        sys.exit(1)
    if settings.dataset is None:
        # The editions of what is served stand beside it.
        settings = settings.model_copy(update={"build_folder": dataset.parent.absolute()})
    serve(settings, dataset, lambda: _prepared_apart(settings))


@click.command("reload")
@setting_options("host", "port")
def reload_graph(**given: Any) -> None:
    """Have the running server serve the graph as it is now.

    It builds and validates the graph as `serve` does, loads it beside the old one, checks that it
    answers, and changes over without a pause. What it refuses, it says; the old one goes on.

    \b
    Example:
      urbact-graph reload
    """
    from urbact_graph.web.control import ask_to_reload  # noqa: PLC0415

    click.echo(ask_to_reload(Settings.load(**given)))


async def _prepared_apart(settings: Settings) -> Path:
    """Prepare the dataset in a process of its own, which gives back the memory that it takes.

    Raises:
        EngineError: it cannot be prepared.
    """
    if settings.dataset:
        return settings.dataset
    program = "from urbact_graph.cli.preparing import main; main()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, settings.model_dump_json()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    finally:
        # A server that ends meanwhile leaves nothing behind.
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    if process.returncode:
        raise EngineError(errors.decode().strip() or "The graph could not be prepared.")
    return Path(output.decode().strip())
