"""What is published: the graphs of a dataset as N-Triples, with their counts and a sample of each.

N-Triples without blank nodes can be cut at each end of a line: any part states the same wherever
and however often it arrives.
"""

import hashlib
import heapq
from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad

from urbact_graph.errors import DatasetError
from urbact_graph.progress import Progress
from urbact_graph.rdf.blank_nodes import blank_nodes
from urbact_graph.rdf.n_triples import statement
from urbact_graph.rdf.quads import graph_format, read_quads

# How many characters of statements are held in memory before they are written.
_BUFFER = 8_000_000
_DIGEST_BYTES = 8
# Of a subject with more statements nothing is compared, as a store may cut off an answer.
_MOST_STATEMENTS = 500
_REPORTED_EACH = 50_000
_COUNTED_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class GraphContent:
    """A graph: its IRI, empty for the default graph, and its statements in the file ``lines``.

    ``triples`` counts the different ones. ``sample`` has all statements of some subjects, each as
    N-Triples writes it.
    """

    name: str
    lines: Path
    size: int
    triples: int
    sample: Mapping[str, frozenset[str]]

    def triples_before(self, offset: int) -> int:
        """Count the different statements in the first ``offset`` bytes, which end with a line."""
        return _count(self.lines, offset)


@dataclass(frozen=True)
class Content:
    """The graphs of a dataset, the default graph first; ``sha256`` is the digest of them all."""

    graphs: tuple[GraphContent, ...]
    sha256: str

    @property
    def size(self) -> int:
        """The bytes of all statements."""
        return sum(graph.size for graph in self.graphs)


def read_content(
    dataset: Path, folder: Path, sample: int, progress: Progress = lambda *_: None
) -> Content:
    """Read ``dataset``, and write the statements of each of its graphs to a file in ``folder``.

    Of each graph ``sample`` subjects are chosen, by digests, so that equal datasets give equal
    samples; they are spread over the whole graph.

    Raises:
        DatasetError: the file cannot be read, is no RDF, or has blank nodes; or ``folder`` has no
            room for the statements.
    """
    try:
        files = _written(dataset, folder, progress)
        digest = hashlib.sha256()
        graphs = []
        for name, file in sorted(files.items()):
            with file.open("rb") as lines:
                found = hashlib.file_digest(lines, "sha256").hexdigest()
            digest.update(f"{name} {found}\n".encode())
            size = file.stat().st_size
            graphs.append(GraphContent(name, file, size, _count(file, size), _sample(file, sample)))
    except OSError as error:
        raise DatasetError(
            f"{folder} cannot be written ({error.strerror}); make room there, or name another "
            "folder with --build-folder."
        ) from None
    return Content(tuple(graphs), digest.hexdigest())


def next_piece(content: GraphContent, offset: int, most_bytes: int) -> bytes:
    """Return the statements behind ``offset``, as many whole lines as ``most_bytes`` hold.

    There is one at least, unless all are before.
    """
    with content.lines.open("rb") as file:
        file.seek(offset)
        piece = file.read(most_bytes)
        return piece[: piece.rfind(b"\n") + 1] or piece + file.readline()


def _written(dataset: Path, folder: Path, progress: Progress) -> dict[str, Path]:
    """Write the statements of each graph of ``dataset`` to a file; return them by name."""
    files: dict[str, Path] = {}
    held: defaultdict[str, list[str]] = defaultdict(list)
    size = 0

    def write() -> None:
        for name, lines in held.items():
            path = files.setdefault(name, folder / f"{len(files)}.nt")
            with path.open("ab") as file:
                file.write("".join(lines).encode())
        held.clear()

    for number, quad in enumerate(read_quads(dataset, graph_format(dataset))):
        if number % _REPORTED_EACH == 0:
            progress(f"{number:,} triples", number, 0)
        _refuse_blank_nodes(quad, dataset)
        line = f"{statement(quad.triple)}\n"
        held["" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value].append(
            line
        )
        size += len(line)
        if size > _BUFFER:
            write()
            size = 0
    write()
    return files


def _refuse_blank_nodes(quad: Quad, dataset: Path) -> None:
    if next(blank_nodes(quad.triple), None) or next(blank_nodes(quad.graph_name), None):
        raise DatasetError(
            f"{dataset} has blank nodes, as in a statement with {quad.predicate}, which cannot be "
            "sent in pieces, as each piece would have others; give them IRIs (RDF 1.1 Concepts, "
            "section 3.5)."
        )


def _sample(path: Path, size: int) -> dict[str, frozenset[str]]:
    """Return the statements of the ``size`` subjects with the least digests, in their order."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        subjects = {line.partition(" ")[0] for line in lines}
        found: dict[str, set[str]] = {s: set() for s in heapq.nsmallest(size, subjects, _digest)}
        lines.seek(0)
        for line in lines:
            if (subject := line.partition(" ")[0]) in found:
                found[subject].add(line.removesuffix("\n"))
    return {
        subject: frozenset(statements)
        for subject, statements in found.items()
        if len(statements) <= _MOST_STATEMENTS
    }


def _count(path: Path, size: int) -> int:
    """Count the different lines in the first ``size`` bytes of a file."""
    digests = array("Q")
    with path.open("rb") as file:
        while size > 0 and (line := file.readline()):
            size -= len(line)
            digests.frombytes(_digest(line))
    # A part of them at a time, as a set takes much memory.
    parts = 1 + len(digests) // _COUNTED_AT_ONCE
    return sum(
        len({digest for digest in digests if digest % parts == part}) for part in range(parts)
    )


def _digest(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()
