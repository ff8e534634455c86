"""``urbact-graph export``."""

from pathlib import Path
from typing import Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.progress import progress_bar
from urbact_graph.settings import Settings


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
    from urbact_graph.cli.results import print_files  # noqa: PLC0415
    from urbact_graph.release.dumps import copy_dumps  # noqa: PLC0415
    from urbact_graph.release.prepare import prepare  # noqa: PLC0415

    release = prepare(Settings.load(**given), progress_bar)
    copy_dumps(release.dumps, release.files, folder)
    print_files(release.files, folder)
