"""``urbact-graph import``."""

import sys
from pathlib import Path
from typing import Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.errors import FactsError, SourceError
from urbact_graph.facts.importing import import_facts
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, current_folder, find_sources


@click.command("import")
@click.argument("facts", type=click.Path(path_type=Path))
@setting_options("sources", "base_iri")
def command(facts: Path, **given: Any) -> None:
    """Write data/ from the fact tables in the folder FACTS.

    Equal tables give equal bytes. If there is a mistake in the tables, nothing is written.

    \b
    Example:
      urbact-graph import ../facts
    """
    settings = Settings.load(**given)
    sources = _working_copy(settings)
    try:
        done = import_facts(facts, sources.data, settings.base_iri)
    except FactsError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        count = len(error.problems)
        click.echo(f"{count} mistake{'' if count == 1 else 's'}; nothing was written.", err=True)
        sys.exit(2)
    for remark in done.remarks:
        click.echo(f"Note: {remark}", err=True)
    for name in done.kept:
        click.echo(f"Note: {name} was written by hand and is kept as it is.", err=True)
    click.echo(
        f"{len(done.added)} files added, {len(done.changed)} changed, {len(done.removed)} removed, "
        f"{done.unchanged} unchanged, in {sources.data}."
    )


def _working_copy(settings: Settings) -> GraphSources:
    """Return the sources to write to, unless they are those of the installed package."""
    sources = find_sources(settings)
    here = current_folder()
    if settings.sources is None and (here is None or sources.root not in (here, *here.parents)):
        raise SourceError(
            f"{here or 'This folder'} is no working copy, and the data of the installed package is "
            "not changed; go to a working copy or name one with --sources."
        )
    return sources
