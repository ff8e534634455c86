"""``urbact-graph build``."""

from typing import Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.files import alone
from urbact_graph.progress import progress_bar
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources


@click.command("build")
@setting_options("sources", "build_folder")
def command(**given: Any) -> None:
    """Build the dataset from data/, ontology/ and its rules.

    Equal sources give equal bytes. If nothing has changed, nothing is written.

    \b
    Example:
      urbact-graph build
    """
    # Its import takes longer than the help may.
    from urbact_graph.dataset.building import build  # noqa: PLC0415
    from urbact_graph.dataset.inventory import remarks  # noqa: PLC0415

    settings = Settings.load(**given)
    sources = find_sources(settings)
    folder = build_folder(settings, sources)
    with alone(folder), progress_bar("Building") as progress:
        built = build(sources, folder, progress)
    for remark in remarks(sources, built.empty):
        click.echo(f"Note: {remark}", err=True)
    state = "built" if built.fresh else "nothing changed"
    click.echo(
        f"{built.triples:,} triples ({built.stated:,} stated, {built.derived:,} derived) in "
        f"{built.dataset}: {state}."
    )
