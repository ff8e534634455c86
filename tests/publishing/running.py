"""Publish in a store of the tests, as the command does."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.support.graph_store import StoreServer
from urbact_graph.publishing.content import read_content
from urbact_graph.publishing.credentials import Credentials
from urbact_graph.publishing.publisher import Published, Publisher
from urbact_graph.publishing.target import Target
from urbact_graph.publishing.transport import Transport
from urbact_graph.settings import Settings

PIECE = 1_600
THINGS, TRIPLES = 40, 160
OLD = '<x:old> <x:p> "old" .\n'


def write_dataset(file: Path, count: int = THINGS) -> Path:
    """Write ``count`` things of four statements each, 180 bytes each."""
    lines = [
        f'<http://x.org/{i:03}> <http://x.org/p{j}> "value {j} of {i}, ä" .\n'
        for i in range(count)
        for j in range(4)
    ]
    file.write_text("".join(lines), "utf-8")
    return file


def statements(file: Path) -> set[str]:
    """Return the statements of a file of N-Triples, without full stops."""
    return {str(quad.triple) for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES)}


def load_old(server: StoreServer, graph: str | None) -> None:
    """Put one statement into a graph of the store."""
    named = OLD if graph is None else f"GRAPH <{graph}> {{ {OLD} }}"
    server.data.update(f"INSERT DATA {{ {named} }}")


class Run:
    """Attempts to publish a dataset; ``remarks`` are what a person is shown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remarks: list[str] = []

    def publish(
        self,
        dataset: Path,
        target: Target,
        settings: Mapping[str, str] | None = None,
        *,
        seconds: float = 20,
    ) -> Published:
        """Publish, with the notes that earlier attempts have left."""
        target = target.checked()
        place = self.folder / "graphs"
        for left in place.glob("*"):
            left.unlink()
        place.mkdir(exist_ok=True)
        publisher = Publisher(
            read_content(dataset, place, target.sample),
            target,
            Transport(Credentials(Settings.load(**(settings or {})), target.address), seconds),
            self.folder,
            self.remarks.append,
        )
        return publisher.publish()


def target(server: StoreServer, **options: object) -> Target:
    """Return the store as a target, in small pieces."""
    given = {"address": server.store, "piece_bytes": PIECE, "sample": 8, **options}
    return Target(**given)  # type: ignore[arg-type]


@contextmanager
def noted_pauses() -> Iterator[list[float]]:
    """Give the pauses that are made during the block, which take no time."""
    found: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", found.append)
        yield found
