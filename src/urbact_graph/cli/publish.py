"""``urbact-graph publish``."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.errors import DatasetError
from urbact_graph.files import alone
from urbact_graph.progress import progress_bar
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources

if TYPE_CHECKING:
    from urbact_graph.publishing.publisher import Published, Publisher
    from urbact_graph.publishing.target import Target

_FOLDER, _TEMPORARY = "publishing", ".graphs-"


class _Difference(click.ClickException):
    """The command has done its work, and found a difference, as `diff` may."""

    exit_code = 1


@click.command("publish")
@click.argument("url")
@click.option("--graph", metavar="IRI", help="Graph of the store; its default graph by default.")
@click.option(
    "--direct", is_flag=True, help="URL is the address, and the name, of the graph itself."
)
@click.option("--query-endpoint", "query", metavar="URL", help="SPARQL endpoint for the checks.")
@click.option("--update-endpoint", "update", metavar="URL", help="SPARQL Update, for the switch.")
@click.option(
    "--in-place", is_flag=True, help="Replace the graph piece by piece, without a switch."
)
@click.option("--restart", is_flag=True, help="Send everything, also what has arrived before.")
@click.option(
    "--piece-bytes",
    type=click.IntRange(min=1000),
    default=4_000_000,
    show_default=True,
    help="Largest piece that is sent in one request.",
)
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Things whose triples are compared at the end.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest time that the store may send nothing.",
)
@setting_options("dataset", "sources", "build_folder")
def command(
    url: str,
    piece_bytes: int,
    sample: int,
    timeout: float,
    restart: bool,  # noqa: FBT001 - click passes it by name
    **given: Any,
) -> None:
    """Put the graph into a store, by the SPARQL 1.1 Graph Store Protocol.

    URL is the address of the store's graph store. What its default graph holds, or the one of
    --graph, is replaced. The graph is built and validated first; with --dataset another RDF file is
    published, whose named graphs keep their names. It is sent in pieces and goes on where it was
    interrupted. At the end counts and a sample are compared. Where the store takes updates,
    readers see the old graph until the new one is whole.

    Credentials come from the environment alone: URBACT_GRAPH_PUBLISH_USER and _PASSWORD (Basic or
    Digest, as the store asks), or URBACT_GRAPH_PUBLISH_TOKEN (Bearer). Exit code 0: published and
    checked; 1: the store has something else in the end; 2: not published.

    \b
    Examples:
      urbact-graph publish http://127.0.0.1:7878/store
      urbact-graph publish http://127.0.0.1:8890/sparql-graph-crud-auth --graph https://w3id.org/urbact-graph/
      urbact-graph publish https://example.org/rdf/urbact --direct
      urbact-graph publish http://127.0.0.1:3030/ds/data --dataset other.trig
    """
    # They take longer to import than the help may.
    from urbact_graph.publishing.content import read_content  # noqa: PLC0415
    from urbact_graph.publishing.credentials import Credentials  # noqa: PLC0415
    from urbact_graph.publishing.publisher import Publisher  # noqa: PLC0415
    from urbact_graph.publishing.target import Target  # noqa: PLC0415
    from urbact_graph.publishing.transport import Transport  # noqa: PLC0415

    options = {name: given.pop(name) for name in ("graph", "direct", "query", "update", "in_place")}
    target = Target(url, **options, piece_bytes=piece_bytes, sample=sample).checked()
    settings = Settings.load(**given)
    credentials = Credentials(settings, target.address)
    if credentials.are_exposed(target.addresses):
        _remark(
            "The credentials go to another machine without encryption, unless it asks for a "
            "digest; use https."
        )
    dataset, name = _dataset(settings)
    folder = build_folder(settings, find_sources(settings)) / _FOLDER / target.key
    with alone(folder, _say_waiting), _temporary(folder) as place:
        with progress_bar("Reading") as progress:
            content = read_content(dataset, Path(place), sample, progress)
        transport = Transport(credentials, timeout)
        publisher = Publisher(content, target, transport, folder, _remark, progress_bar)
        if restart:
            publisher.forget()
        published = _published(publisher, content.size)
    _print(published, target, name, content.size)


def _dataset(settings: Settings) -> tuple[Path, str]:
    """Return the file that is published, and what it is called."""
    if settings.dataset is not None:
        if not settings.dataset.is_file():
            raise DatasetError(f"{settings.dataset} is no file; name an RDF file with --dataset.")
        return settings.dataset, settings.dataset.name
    from urbact_graph.release.prepare import prepare  # noqa: PLC0415

    release = prepare(settings, progress_bar)
    return release.graph, f"version {release.version}"


def _published(publisher: "Publisher", size: int) -> "Published":
    """Publish; say what has arrived where that fails."""
    from rich.filesize import decimal  # noqa: PLC0415

    from urbact_graph.publishing.publisher import DifferenceError  # noqa: PLC0415

    try:
        return publisher.publish()
    except DifferenceError as error:
        raise _Difference(str(error)) from None
    finally:
        if kept := publisher.bytes_kept:
            _remark(
                f"{decimal(kept)} of {decimal(size)} are in the store; the same command goes on "
                "there."
            )


def _temporary(folder: Path) -> "tempfile.TemporaryDirectory[str]":
    """Return a temporary folder in ``folder``, or where that cannot be written the system's.

    What processes that were killed have left in ``folder`` is removed.
    """
    for left in folder.glob(f"{_TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        return tempfile.TemporaryDirectory(
            prefix=_TEMPORARY, dir=folder, ignore_cleanup_errors=True
        )
    except OSError:
        return tempfile.TemporaryDirectory(ignore_cleanup_errors=True)


def _print(published: "Published", target: "Target", name: str, size: int) -> None:
    from rich.filesize import decimal  # noqa: PLC0415

    from urbact_graph.publishing.target import shown  # noqa: PLC0415

    check = published.check
    graphs = len(published.places)
    where = shown(published.places[0]) if graphs == 1 else f"{graphs} graphs"
    of_store = "" if target.direct else f" of {target.address}"
    pieces = _counted(published.pieces, "piece") if published.pieces else "no further piece"
    click.echo(
        f"Published {_counted(check.triples, 'triple')} ({name}; {decimal(size)}) in {where}"
        f"{of_store}, in {pieces}."
    )
    sample = (
        f"; compared one by one: {_counted(check.compared, 'triple')} of "
        f"{_counted(check.things, 'thing')}"
    )
    click.echo(f"Checked by {check.how}: the count is right{sample if check.things else ''}.")
    if published.is_whole:
        click.echo("Readers have the new graph as a whole, and had the old one until then.")
    if reformed := check.reformed:
        sent, found = (line.split(" ", 2)[2][:-2] for line in reformed[0])
        _remark(
            f"{_counted(len(reformed), 'value')} came back in a form of the store's own, such as "
            f"{found} for {sent}."
        )


def _counted(number: int, what: str) -> str:
    return f"one {what}" if number == 1 else f"{number:,} {what}s"


def _say_waiting() -> None:
    _remark("Another command publishes there; waiting until it has ended.")


def _remark(sentence: str) -> None:
    click.echo(f"Note: {sentence}", err=True)
