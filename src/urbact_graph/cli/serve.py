"""``urbact-graph serve`` and ``reload``."""

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.release.prepare import prepared
from urbact_graph.errors import EngineError
from urbact_graph.settings import Settings

# Not by -m, as the command that this is a part of has imported the module.
_PREPARE = (sys.executable, "-c", "import urbact_graph.release.prepare as p; p.main()")


@click.command("serve")
@setting_options(
    "host",
    "port",
    "public_url",
    "dataset",
    "query_timeout_seconds",
    "client_quota_seconds",
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
    from urbact_graph.server.supervisor import serve  # noqa: PLC0415

    settings = Settings.load(**given)
    if settings.dataset is not None:
        serve(settings, prepared(settings), lambda: _prepared_apart(settings))
        return
    dataset = _prepared_first(settings)
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
    from urbact_graph.server.control import ask_to_reload  # noqa: PLC0415

    click.echo(ask_to_reload(Settings.load(**given)))


def _prepared_first(settings: Settings) -> Path:
    """Prepare the graph in a process of its own, for those who watch, and end if it cannot be."""
    process = subprocess.run(
        [*_PREPARE, settings.model_dump_json(), "watched"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    if process.returncode:
        # It has said why.
        sys.exit(max(process.returncode, 1))
    return Path(process.stdout.strip())


async def _prepared_apart(settings: Settings) -> Path:
    """Prepare the dataset in a process of its own, which gives back the memory that it takes.

    Raises:
        EngineError: it cannot be prepared.
    """
    if settings.dataset:
        return settings.dataset
    process = await asyncio.create_subprocess_exec(
        *_PREPARE,
        settings.model_dump_json(),
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
