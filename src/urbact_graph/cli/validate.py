"""``urbact-graph validate``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.errors import SourceError
from urbact_graph.files import alone, write_whole
from urbact_graph.progress import progress_bar
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, build_folder, find_sources

if TYPE_CHECKING:
    from urbact_graph.validation.report import Report

_IMPORTED = (
    "The files in data/ that `urbact-graph import` wrote are overwritten by the next import: apply "
    "the remedies in the fact tables, and import again."
)


@click.command("validate")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Also renew the tables of warnings and of coverage in this document.",
)
@setting_options("sources", "build_folder", "validator")
def command(markdown: Path | None, **given: Any) -> None:
    """Check the whole graph against the shapes, and print a remedy for each result.

    The report is also written as RDF, validation.ttl, beside the dataset. Exit code 0: no
    violation (there may be warnings); 1: violations; 2: the check could not be run.

    \b
    Examples:
      urbact-graph validate
      urbact-graph validate --validator pyshacl
    """
    # Their import takes longer than the help may.
    from urbact_graph.cli.results import terminal  # noqa: PLC0415
    from urbact_graph.dataset.building import build  # noqa: PLC0415
    from urbact_graph.dataset.inventory import remarks  # noqa: PLC0415
    from urbact_graph.facts.importing import is_imported  # noqa: PLC0415
    from urbact_graph.release.prepare import validate_build  # noqa: PLC0415
    from urbact_graph.validation.coverage_table import update_coverage  # noqa: PLC0415
    from urbact_graph.validation.table import print_table, update_document  # noqa: PLC0415

    settings = Settings.load(**given)
    sources = find_sources(settings)
    folder = build_folder(settings, sources)
    with alone(folder):
        with progress_bar("Building") as progress:
            built = build(sources, folder, progress)
        with progress_bar("Validating"):
            report = validate_build(built, sources, folder, settings.validator)
    for remark in remarks(sources, built.empty):
        click.echo(f"Note: {remark}", err=True)
    print_table(report, terminal(), settings.base_iri)
    if any(is_imported(path) for path in _files(report, sources)):
        click.echo(_IMPORTED, err=True)
    if markdown is not None:
        updated = update_document(_text(markdown), report, settings.base_iri)
        updated = update_coverage(updated, built.dataset, settings.base_iri)
        write_whole(markdown, updated.encode())
    sys.exit(0 if report.conforms else 1)


def _files(report: "Report", sources: GraphSources) -> list[Path]:
    """Return the data files that describe or name the entities with results."""
    named = {result.file for result in report.results}
    return [path for path in sources.data_files() if sources.name(path) in named]


def _text(document: Path) -> str:
    try:
        return document.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SourceError(f"{document} is not UTF-8; name the document to renew.") from None
