"""``urbact-graph diff``."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from urbact_graph.cli.differences import as_document, print_text, signed_lines
from urbact_graph.cli.options import setting_options
from urbact_graph.dataset.building import DATASET_NAME, build
from urbact_graph.errors import DatasetError
from urbact_graph.history.commits import CommitsError, Repository
from urbact_graph.history.dates import extract
from urbact_graph.history.diff import Facts, compare, read_facts
from urbact_graph.progress import progress_bar
from urbact_graph.settings import Settings
from urbact_graph.sources import ONTOLOGY, GraphSources, absolute, find_sources


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--format",
    "-f",
    "wanted",
    type=click.Choice(("text", "nt", "json")),
    default="text",
    show_default=True,
    help="nt: N-Triples, each after + or -; json: the same by entity.",
)
@setting_options("sources", "base_iri")
def command(before: str, after: str, wanted: str, **given: Any) -> None:
    """Print the facts that B has and A has not (+), and the reverse (-), by entity.

    A and B are each an RDF file or dump (also .gz), the folder of a build, a working copy, or a
    revision of the working copy you are in. The named graphs of a file count as one graph; blank
    nodes are the same where their statements are. Exit code 0: no difference; 1: some; 2: the
    two could not be compared.

    \b
    Examples:
      urbact-graph diff HEAD~1 .
      urbact-graph diff urbact-graph-2026-11-01-0123456789ab.nt.gz build
      urbact-graph diff v1.0 main --format json
    """
    settings = Settings.load(**given)
    with tempfile.TemporaryDirectory() as temporary:
        former = _facts(before, settings, Path(temporary) / "a")
        latter = _facts(after, settings, Path(temporary) / "b")
        with progress_bar("Comparing"):
            found = compare(former, latter, settings.base_iri)
    if wanted == "nt":
        # What programs read is UTF-8, whatever the terminal takes.
        click.echo("".join(signed_lines(found)).encode(), nl=False)
    elif wanted == "json":
        document = json.dumps(as_document(found), indent=2, ensure_ascii=False)
        click.echo(document.encode() + b"\n", nl=False)
    else:
        print_text(found, settings.base_iri)
    sys.exit(1 if found.changes else 0)


def _facts(name: str, settings: Settings, folder: Path) -> Facts:
    """Return the facts of what ``name`` names; what has to be built for that goes to ``folder``."""
    path = Path(name)
    if not _exists(path):
        return _built(_revision(name, settings, folder / "sources"), folder)
    if not path.is_dir():
        return read_facts(path)
    if (path / ONTOLOGY).is_file():
        return _built(GraphSources(absolute(path), settings.base_iri), folder)
    if (path / DATASET_NAME).is_file():
        return read_facts(path / DATASET_NAME)
    raise DatasetError(
        f"{name} holds neither {DATASET_NAME} nor {ONTOLOGY}; name a file, the folder of a build "
        "or a working copy."
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # The name is too long, or its folder must not be read.
        return False


def _revision(name: str, settings: Settings, folder: Path) -> GraphSources:
    root = find_sources(settings).root
    repository = Repository.find(root)
    if repository is None:
        raise DatasetError(
            f"{name} is no file or folder, and {root} has no whole history in git to look for it; "
            "name a file or folder."
        )
    try:
        commit = repository.commit(name)
    except CommitsError:
        raise DatasetError(
            f"{name} is no file or folder, and no commit, branch or tag in the history of {root}; "
            "name one of these."
        ) from None
    return extract(repository, commit, settings.base_iri, folder)


def _built(sources: GraphSources, folder: Path) -> Facts:
    with progress_bar("Building") as progress:
        return read_facts(build(sources, folder / "build", progress).dataset)
