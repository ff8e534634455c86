"""What is published: the graphs of a dataset as N-Triples, with their counts and a sample of each.

N-Triples without blank nodes can be cut at each end of a line: any part states the same wherever
and however often it arrives.
"""

import hashlib
import heapq
from array import array
from collections.abc import Iterator, Mapping
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
    """A graph: its IRI, None for the default graph, and its statements in the file ``lines``.

    ``triples`` counts the different ones. ``sample`` has all statements of some subjects, each as
    N-Triples writes it.
    """

    graph: str | None
    lines: Path
    size: int
    triples: int
    is_sorted: bool
    sample: Mapping[str, frozenset[str]]

    def triples_before(self, offset: int) -> int:
        """Count the different statements in the first ``offset`` bytes, which end with a line."""
        return _count(self.lines, offset, is_sorted=self.is_sorted)


@dataclass(frozen=True)
class Content:
    """The graphs of a dataset, the default graph first; ``sha256`` is the digest of them all."""

    graphs: tuple[GraphContent, ...]
    sha256: str

    @property
    def size(self) -> int:
        """The bytes of all statements."""
        return sum(graph.size for graph in self.graphs)

    @property
    def triples(self) -> int:
        """The number of different statements, counted in each graph."""
        return sum(graph.triples for graph in self.graphs)


def read_content(
    dataset: Path, folder: Path, sample: int, progress: Progress = lambda *_: None
) -> Content:
    """Read ``dataset``, and write the statements of each of its graphs to a file in ``folder``.

    Of each graph ``sample`` subjects are chosen, by digests, so that equal datasets give equal
    samples; they are spread over the whole graph.

    Raises:
        DatasetError: the file cannot be read, is no RDF, or has blank nodes.
        OSError: ``folder`` cannot be written.
    """
    spools: dict[str, _Spool] = {}
    held = 0
    form = graph_format(dataset)
    for number, quad in enumerate(read_quads(dataset, form)):
        if number % _REPORTED_EACH == 0:
            progress(f"{number:,} triples", number, 0)
        _refuse_blank_nodes(quad, dataset)
        name = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        spool = spools.get(name)
        if spool is None:
            spool = spools[name] = _Spool(folder / f"{len(spools)}.nt", sample)
        held += spool.add(quad)
        if held > _BUFFER:
            _write(spools)
            held = 0
    _write(spools)
    graphs = tuple(spools[name].content(name or None) for name in sorted(spools))
    digest = hashlib.sha256()
    for name in sorted(spools):
        digest.update(f"{name} {spools[name].digest.hexdigest()}\n".encode())
    return Content(graphs, digest.hexdigest())


def pieces(content: GraphContent, offset: int, most_bytes: int) -> Iterator[bytes]:
    """Yield the statements behind ``offset`` in pieces of whole lines.

    None is larger than ``most_bytes``, unless it is a single statement.
    """
    with content.lines.open("rb") as file:
        file.seek(offset)
        while piece := file.read(most_bytes):
            end = piece.rfind(b"\n") + 1
            if end:
                file.seek(end - len(piece), 1)
                yield piece[:end]
            else:
                yield piece + file.readline()


def _refuse_blank_nodes(quad: Quad, dataset: Path) -> None:
    if next(blank_nodes(quad.triple), None) or next(blank_nodes(quad.graph_name), None):
        raise DatasetError(
            f"{dataset} has blank nodes, as in a statement with {quad.predicate}, which cannot be "
            "sent in pieces, as each piece would have others; give them IRIs (RDF 1.1 Concepts, "
            "section 3.5)."
        )


def _write(spools: Mapping[str, "_Spool"]) -> None:
    for spool in spools.values():
        spool.write()


class _Sample:
    """The statements of the subjects with the least digests, among all those that are added.

    A subject that has been left out never comes back, as the largest digest only becomes less.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._order: list[tuple[int, str]] = []
        self._found: dict[str, set[str] | None] = {}
        self._last = ""
        self._is_taken = False

    def add(self, subject: str, line: str) -> None:
        if subject != self._last:
            self._last = subject
            self._is_taken = subject in self._found or self._take(subject)
        if not self._is_taken:
            return
        found = self._found[subject]
        if found is not None:
            found.add(line)
            if len(found) > _MOST_STATEMENTS:
                self._found[subject] = None

    def _take(self, subject: str) -> bool:
        digest = -int.from_bytes(_digest(subject))
        if len(self._order) < self._size:
            heapq.heappush(self._order, (digest, subject))
        elif not self._order or digest <= self._order[0][0]:
            return False
        else:
            del self._found[heapq.heapreplace(self._order, (digest, subject))[1]]
        self._found[subject] = set()
        return True

    def statements(self) -> dict[str, frozenset[str]]:
        """Return the statements by subject, in the order of the digests."""
        subjects = (subject for _, subject in sorted(self._order, reverse=True))
        return {s: frozenset(found) for s in subjects if (found := self._found[s])}


class _Spool:
    """The statements of a graph, on their way into a file."""

    def __init__(self, path: Path, sample: int) -> None:
        self.digest = hashlib.sha256()
        self._path = path
        self._lines: list[str] = []
        self._size = self._count = 0
        self._last = ""
        self._is_sorted = True
        self._sample = _Sample(sample)

    def add(self, quad: Quad) -> int:
        """Take a statement; return its length in characters."""
        line = statement(quad.triple)
        self._lines.append(line)
        self._is_sorted = self._is_sorted and line > self._last
        self._last = line
        self._sample.add(str(quad.subject), line)
        return len(line)

    def write(self) -> None:
        """Write what has been added to the file."""
        data = "".join(f"{line}\n" for line in self._lines).encode()
        self._count += len(self._lines)
        self._lines.clear()
        self._size += len(data)
        self.digest.update(data)
        with self._path.open("ab") as file:
            file.write(data)

    def content(self, graph: str | None) -> GraphContent:
        """Return the graph, all of which is in the file."""
        count = self._count if self._is_sorted else _count(self._path, self._size, is_sorted=False)
        return GraphContent(
            graph, self._path, self._size, count, self._is_sorted, self._sample.statements()
        )


def _count(path: Path, size: int, *, is_sorted: bool) -> int:
    """Count the different lines in the first ``size`` bytes of a file."""
    digests = array("Q")
    count = 0
    with path.open("rb") as file:
        while size > 0 and (line := file.readline()):
            size -= len(line)
            count += 1
            if not is_sorted:
                digests.frombytes(hashlib.blake2b(line, digest_size=_DIGEST_BYTES).digest())
    return count if is_sorted else _different(digests)


def _different(digests: "array[int]") -> int:
    """Count the different numbers, a part of them at a time, as a set takes much memory."""
    parts = 1 + len(digests) // _COUNTED_AT_ONCE
    return sum(
        len({digest for digest in digests if digest % parts == part}) for part in range(parts)
    )


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
