"""The dataset to serve: a file that was named, or the graph, built and validated."""

import contextlib
import io
import json
import os
import signal
import sys
from pathlib import Path

import click
from rich.console import Console

from urbact_graph.cli.curating import ViolationsError, valid_graph
from urbact_graph.cli.progress import progress_bar
from urbact_graph.release.release import make_release
from urbact_graph.engine.parent_death import end_with_parent
from urbact_graph.errors import DatasetError, UrbactGraphError
from urbact_graph.settings import Settings
from urbact_graph.validation.standing import REPORT_NAME
from urbact_graph.validation.table import print_table


def prepared(settings: Settings) -> Path:
    """Return the dataset that the settings name.

    Raises:
        UrbactGraphError: it is missing, cannot be built, or has violations.
    """
    if settings.dataset is not None:
        if not settings.dataset.is_file():
            raise DatasetError(f"{settings.dataset} is no file; name an RDF file.")
        return settings.dataset
    with valid_graph(settings) as (graph, sources, folder):
        with progress_bar("Writing the edition") as report:
            make_release(graph, sources, folder, folder / REPORT_NAME, report)
        return graph.dataset


def main() -> None:
    """Prepare the dataset of the settings given as JSON, and print where it is.

    It is a program of its own, as a server would keep the memory that it takes. With "watched"
    behind the settings somebody sees what it prints, as at the start of a server.
    """
    is_watched = sys.argv[2:] == ["watched"]
    # A reload is the main process's to begin, this one is a part of it.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_parent(signal.SIGTERM, os.getppid())
    known = Settings(**json.loads(sys.argv[1]))
    told = sys.stderr
    try:
        with contextlib.nullcontext() if is_watched else contextlib.redirect_stderr(io.StringIO()):
            dataset = prepared(known)
    except ViolationsError as error:
        if is_watched:
            print_table(error.report, Console(stderr=True), known.base_iri)
            sys.exit(1)
        click.echo(str(error), file=told)
        sys.exit(2)
    except UrbactGraphError as error:
        click.echo(f"Error: {error}" if is_watched else str(error), file=told)
        sys.exit(2)
    click.echo(dataset)
