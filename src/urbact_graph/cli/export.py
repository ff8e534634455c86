"""``urbact-graph export``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.progress import progress_bar
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from urbact_graph.description.distributions import DumpFile

_DIGEST_CHARACTERS = 12


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("dumps"))
@setting_options("sources", "build_folder")
def command(folder: Path, **given: Any) -> None:
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
    # Their import takes longer than the help may.
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from urbact_graph.release.dumps import copy_dumps  # noqa: PLC0415
    from urbact_graph.release.prepare import prepare  # noqa: PLC0415

    release = prepare(Settings.load(**given), progress_bar)
    copy_dumps(release.dumps, release.files, folder)
    console = Console()
    console.print(_table(release.files))
    total = sum(file.bytes for file in release.files)
    summary = f"{len(release.files)} files, {total:,} bytes, in {folder}"
    console.print(Text(summary), soft_wrap=True)


def _table(files: "Iterable[DumpFile]") -> "Table":
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("SHA-256", no_wrap=True)
    for file in files:
        table.add_row(Text(file.name), f"{file.bytes:,}", f"{file.sha256[:_DIGEST_CHARACTERS]}…")
    return table
