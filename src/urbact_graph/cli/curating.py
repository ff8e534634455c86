"""``urbact-graph import``, ``build`` and ``validate``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from urbact_graph.cli.options import setting_options
from urbact_graph.cli.progress import progress_bar, spinner
from urbact_graph.dataset.building import Build, build, unwritable
from urbact_graph.errors import FactsError, SourceError, UrbactGraphError
from urbact_graph.files import alone, write_whole
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, build_folder, find_sources

if TYPE_CHECKING:
    from urbact_graph.validation.report import Report


@click.command("import")
@click.argument("facts", type=click.Path(path_type=Path))
@setting_options("sources", "base_iri")
def import_tables(facts: Path, **given: Any) -> None:
    """Write data/ from the fact tables in the folder FACTS.

    Equal tables give equal bytes. With any mistake in the tables nothing is written.

    \b
    Example:
      urbact-graph import ../facts
    """
    from urbact_graph.facts.importing import import_facts  # noqa: PLC0415

    settings = Settings.load(**given)
    sources = find_sources(settings)
    if settings.sources is None and sources.root not in (Path.cwd(), *Path.cwd().parents):
        raise SourceError(
            f"{Path.cwd()} is no working copy, and the package's own data stays as it is; go to a "
            "working copy or name one with --sources."
        )
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
        f"{done.unchanged} as before, in {sources.data}."
    )


@click.command("build")
@setting_options("sources", "build_folder")
def build_graph(**given: Any) -> None:
    """Build the dataset from data/, ontology/ and its rules.

    Equal sources give equal bytes; with nothing changed nothing is done.

    \b
    Example:
      urbact-graph build
    """
    settings = Settings.load(**given)
    sources = find_sources(settings)
    folder = build_folder(settings, sources)
    with alone(folder):
        graph = built(sources, folder)
    state = "built" if graph.fresh else "nothing changed"
    click.echo(
        f"{graph.triples:,} triples ({graph.stated:,} stated, {graph.derived:,} derived) in "
        f"{graph.dataset}: {state}."
    )


@click.command("validate")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Also renew the table of warnings in this document.",
)
@setting_options("sources", "build_folder")
def validate_graph(markdown: Path | None, **given: Any) -> None:
    """Check the whole graph against the shapes, and tell how to mend what is wrong.

    The report is also written as RDF, validation.ttl, beside the dataset. Exit code 0: no
    violation (there may be warnings); 1: violations; 2: the check could not be run.

    \b
    Example:
      urbact-graph validate
    """
    from urbact_graph.validation.table import print_table, update_document  # noqa: PLC0415

    settings = Settings.load(**given)
    sources = find_sources(settings)
    folder = build_folder(settings, sources)
    with alone(folder):
        report = _validated(built(sources, folder), sources, folder, settings)
    print_table(report, Console(), settings.base_iri)
    if markdown is not None:
        try:
            document = markdown.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise SourceError(f"{markdown} is not UTF-8; name the document to renew.") from None
        updated = update_document(document, report, settings.base_iri)
        write_whole(markdown, updated.encode())
    sys.exit(0 if report.conforms else 1)


def built(sources: GraphSources, folder: Path) -> Build:
    """Build the graph with a progress bar."""
    with progress_bar("Building") as report:
        return build(sources, folder, report)


def ensure_valid(graph: Build, sources: GraphSources, folder: Path, settings: Settings) -> None:
    """Validate ``graph`` unless that has been done.

    Raises:
        ViolationsError: it has violations.
    """
    from urbact_graph.validation.standing import is_known_valid  # noqa: PLC0415

    if is_known_valid(graph, sources, folder):
        return
    report = _validated(graph, sources, folder, settings)
    if not report.conforms:
        raise ViolationsError(report, settings.base_iri)


@contextmanager
def valid_graph(settings: Settings) -> Iterator[tuple[Build, GraphSources, Path]]:
    """Build and validate the graph; give it, its sources and its folder, which are ours meanwhile.

    What one process makes is made of what it built, and of nothing that came in between.

    Raises:
        UrbactGraphError: it cannot be built, or has violations.
    """
    sources = find_sources(settings)
    folder = build_folder(settings, sources)
    with alone(folder):
        graph = built(sources, folder)
        ensure_valid(graph, sources, folder, settings)
        yield graph, sources, folder


class ViolationsError(UrbactGraphError):
    """A graph with violations; ``report`` has them."""

    def __init__(self, report: "Report", base: str) -> None:
        self.report = report
        first = report.results[0]
        super().__init__(
            f"The graph has violations: {first.rule_name} by {first.entity.removeprefix(base)} in "
            f"{first.file}, for one ({first.message}). `urbact-graph validate` lists them all."
        )


def _validated(graph: Build, sources: GraphSources, folder: Path, settings: Settings) -> "Report":
    # pySHACL takes longer to import than a graph that is known to be valid takes to serve.
    from urbact_graph.validation.standing import record  # noqa: PLC0415
    from urbact_graph.validation.validating import validate  # noqa: PLC0415

    with spinner("Validating"):
        report = validate(graph.dataset, sources)
    content = report.to_rdf(settings.base_iri)
    try:
        record(graph, sources, folder, content, conforms=report.conforms)
    except OSError as error:
        raise unwritable(folder, error) from None
    return report
