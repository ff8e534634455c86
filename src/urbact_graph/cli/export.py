"""``urbact-graph export``."""

from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from urbact_graph.cli.curating import valid_graph
from urbact_graph.cli.options import setting_options
from urbact_graph.cli.progress import progress_bar
from urbact_graph.description.distributions import DumpFile
from urbact_graph.release.dumps import write_dumps
from urbact_graph.settings import Settings

_DIGEST_CHARACTERS = 12


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("dumps"))
@setting_options("sources", "build_folder")
def export_graph(folder: Path, **given: Any) -> None:
    """Write the dumps into FOLDER, ./dumps by default: the files that /dumps/ serves.

    They are the whole graph in Turtle, N-Triples, N-Quads, JSON-LD and RDF/XML, and its main
    classes as CSV tables with a description (CSV on the Web), each also compressed; SHA256SUMS has
    their checksums. The graph is built and validated first. Equal graphs give equal bytes; other
    files in FOLDER stay as they are.

    \b
    Examples:
      urbact-graph export
      urbact-graph export /srv/dumps
    """
    settings = Settings.load(**given)
    with valid_graph(settings) as (graph, _, _), progress_bar("Writing dumps") as report:
        files = write_dumps(graph.dataset, graph.edition, settings.base_iri, folder, report)
    console = Console()
    console.print(_table(files))
    total = sum(file.bytes for file in files)
    console.print(Text(f"{len(files)} files, {total:,} bytes, in {folder}"), soft_wrap=True)


def _table(files: tuple[DumpFile, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("SHA-256", no_wrap=True)
    for file in files:
        table.add_row(Text(file.name), f"{file.bytes:,}", f"{file.sha256[:_DIGEST_CHARACTERS]}…")
    return table
