"""``urbact-graph serve``."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.cli.requirements import require_workers
from urbact_graph.cli.streams import is_output_closed
from urbact_graph.errors import DatasetError, EngineError
from urbact_graph.settings import Settings


@click.command("serve")
@setting_options(
    "host",
    "port",
    "public_url",
    "dataset",
    "engine",
    "foreign",
    "query_timeout_seconds",
    "client_quota_seconds",
    "trusted_proxies",
    "access_log",
    "log_queries",
    "sources",
    "build_folder",
)
def command(**given: Any) -> None:
    """Serve the graph: SPARQL endpoint, documents, dumps and changes.

    The graph is built and validated first, unless that has been done since its sources changed;
    with violations it is not served. Standard output gets a line of JSON for each request. SIGHUP
    reloads the data, as `urbact-graph reload` does; SIGTERM ends the server once the requests that
    it has begun are answered. It needs Linux.

    \b
    Examples:
      urbact-graph serve
      urbact-graph serve --host 0.0.0.0 --port 80 --public-url https://data.example.org
      urbact-graph serve --dataset other.trig
      urbact-graph serve --engine http://127.0.0.1:7878/query
      urbact-graph serve --engine http://a.example/sparql --engine http://b.example/sparql --foreign
    """
    require_workers("serve")
    settings = Settings.load(**given)
    if settings.access_log and is_output_closed():
        click.echo("Note: standard output is closed, so no access log is written.", err=True)
    _check_engine(settings)
    dataset: Path | None
    if settings.foreign:
        dataset = None
    elif settings.dataset is not None:
        dataset = settings.dataset
        if not dataset.is_file():
            raise DatasetError(f"{dataset} is no file; name an RDF file with --dataset.")
    else:
        folder = _prepared(settings)
        from urbact_graph.release.release import read_release  # noqa: PLC0415

        release = read_release(folder)
        # A reload makes the next release beside this one.
        settings = settings.model_copy(update={"build_folder": release.folder.parents[1]})
        dataset = release.folder
    # The server is the heaviest part, which the help does not need.
    from urbact_graph.server.supervisor import serve  # noqa: PLC0415

    serve(settings, dataset, lambda: _prepared_again(settings))


def _check_engine(settings: Settings) -> None:
    """Refuse options that contradict each other."""
    if settings.engine and settings.dataset is not None:
        raise DatasetError(
            "With --engine the engine has the data; leave --dataset out, and add --foreign if "
            "they are not this graph."
        )
    if settings.foreign and not settings.engine:
        raise DatasetError("--foreign is said of an engine; name one with --engine.")


def _prepared(settings: Settings) -> Path:
    """Prepare the release in a process of its own, which shows its progress; return its folder."""
    from urbact_graph.release.process import prepare_command  # noqa: PLC0415

    with subprocess.Popen(
        prepare_command(settings, watched=True),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            # The server is imported in the meantime.
            import urbact_graph.server.supervisor  # noqa: F401, PLC0415

            output, _ = process.communicate()
        except KeyboardInterrupt:
            # It removes what it has half written.
            process.send_signal(signal.SIGINT)
            process.wait()
            raise
    if process.returncode:
        # The process has printed the reason.
        sys.exit(max(process.returncode, 1))
    return _folder(output)


async def _prepared_again(settings: Settings) -> Path | None:
    """Prepare the release for a reload; return its folder."""
    from urbact_graph.release.process import prepare_command  # noqa: PLC0415

    if settings.is_foreign:
        return settings.dataset
    process = await asyncio.create_subprocess_exec(
        *prepare_command(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    finally:
        # A server that ends in the meantime leaves no process behind.
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    if process.returncode:
        raise EngineError(
            errors.decode(errors="replace").strip() or "The graph could not be prepared."
        )
    return _folder(output)


def _folder(output: bytes) -> Path:
    """Return the folder whose path the process has printed."""
    return Path(os.fsdecode(output.removesuffix(b"\n")))
