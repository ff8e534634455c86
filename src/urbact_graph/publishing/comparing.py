"""Compare what a store has with what was sent: counts, and a sample triple by triple."""

import itertools
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pyoxigraph import Literal, QueryBoolean, RdfFormat, Store, Triple, parse

from urbact_graph.progress import Progress
from urbact_graph.publishing.content import Content
from urbact_graph.publishing.target import shown
from urbact_graph.rdf.namespaces import XSD

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


class Reader(Protocol):
    """What reads a graph of a store back; ``how`` is a clause."""

    @property
    def how(self) -> str:
        """How it is read."""

    def count(self, graph: str | None) -> int:
        """Count the triples of a graph."""

    def read(self, graph: str | None, subjects: Iterable[str]) -> tuple[int, dict[str, set[str]]]:
        """Return the number of triples of a graph, and all statements of ``subjects``."""


@dataclass
class Comparison:
    """How a ``graph`` of a store differs from what was sent.

    ``found`` is the number of its triples, ``sent`` that of those that were sent. Of the sample,
    ``missing`` and ``unexpected`` are statements, ``reformed`` pairs of one that was sent and the
    one by which the store has the same value in another form.
    """

    graph: str | None
    sent: int
    found: int
    compared: int = 0
    things: int = 0
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    reformed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether nothing differs but the form of values."""
        return self.sent == self.found and not self.missing and not self.unexpected

    @property
    def difference(self) -> str:
        """What differs, in a sentence without full stop."""
        parts = []
        if self.sent != self.found:
            parts.append(f"the store has {self.found:,} triples where {self.sent:,} were sent")
        for found, what in ((self.missing, "are missing"), (self.unexpected, "were not sent")):
            if found:
                parts.append(
                    f"{len(found):,} of the {self.compared:,} that were compared {what}, such as "
                    f"{found[0].removesuffix(' .')}"
                )
        return f"In {shown(self.graph)} {'; '.join(parts)}"

    def add(self, sent: frozenset[str], found: set[str]) -> None:
        """Compare all statements of a thing."""
        self.things += 1
        self.compared += len(sent)
        alike = {_folded(line): line for line in found}
        missing = {_folded(line): line for line in sent}
        for line in missing.keys() & alike.keys():
            del missing[line], alike[line]
        for line in sorted(missing.values()):
            other = next((one for one in sorted(alike.values()) if _is_reformed(line, one)), None)
            if other is None:
                self.missing.append(line)
            else:
                self.reformed.append((line, other))
                del alike[_folded(other)]
        self.unexpected += sorted(alike.values())


@dataclass(frozen=True)
class Check:
    """How the graphs of a store differ from what was sent, and ``how`` that was found."""

    how: str
    graphs: tuple[Comparison, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs but the form of values."""
        return all(one.is_same for one in self.graphs)

    @property
    def difference(self) -> str:
        """What differs, in a sentence without full stop."""
        return "; ".join(one.difference for one in self.graphs if not one.is_same)

    @property
    def triples(self) -> int:
        """The number of triples in all graphs."""
        return sum(one.found for one in self.graphs)

    @property
    def compared(self) -> int:
        """The number of triples that were compared one by one."""
        return sum(one.compared for one in self.graphs)

    @property
    def things(self) -> int:
        """The number of things whose triples were compared."""
        return sum(one.things for one in self.graphs)

    @property
    def reformed(self) -> list[tuple[str, str]]:
        """The statements whose values have another form in the store, with what was sent first."""
        return [pair for one in self.graphs for pair in one.reformed]


def compare(
    reader: Reader,
    content: Content,
    places: Mapping[str, str | None],
    most: int,
    progress: Progress,
) -> Check:
    """Compare the graphs at ``places``, by their names in ``content``, with what was sent.

    All statements of at most ``most`` things are compared, at least of one a graph unless of none.

    Raises:
        StoreError: the store refuses, or does not answer.
    """
    share = max(1, most // len(content.graphs)) if most else 0
    chosen = [[*itertools.islice(graph.sample, share)] for graph in content.graphs]
    number, total = itertools.count(), sum(map(len, chosen))

    def reported(subjects: list[str]) -> Iterator[str]:
        for subject in subjects:
            progress("things", next(number), total)
            yield subject

    found = []
    for graph, subjects in zip(content.graphs, chosen, strict=True):
        place = places[graph.name]
        count, statements = reader.read(place, reported(subjects))
        comparison = Comparison(place, graph.triples, count)
        for subject in subjects:
            comparison.add(graph.sample[subject], statements[subject])
        found.append(comparison)
    return Check(reader.how, tuple(found))


def _folded(line: str) -> str:
    """Return a statement with its language tag in lower case (RDF 1.1 Concepts, section 3.3)."""
    head, mark, language = line.removesuffix(" .").rpartition('"@')
    return f"{head}{mark}{language.lower()}" if mark and " " not in language else line


def _is_reformed(sent: str, found: str) -> bool:
    """Tell whether two statements of a thing differ only in the form of the same value.

    The values are equal by SPARQL, or their texts are but for white space and for what a number
    of 32 bits cannot hold: stores keep numbers, dates and geometries in forms, and with datatypes,
    of their own.
    """
    one, other = _triple(sent), _triple(found)
    if one is None or other is None or one.predicate != other.predicate:
        return False
    mine, theirs = one.object, other.object
    if not (isinstance(mine, Literal) and isinstance(theirs, Literal)):
        return False
    if mine.language or theirs.language:
        return False
    if _coarse(mine) == _coarse(theirs):
        return True
    equal = Store().query(f"ASK {{ FILTER({mine} = {theirs}) }}")
    return isinstance(equal, QueryBoolean) and bool(equal)


def _coarse(value: Literal) -> str:
    """Return a text without white space, and unless it is plain with numbers of 32 bits."""
    text = _SPACE.sub(" ", value.value)
    if value.datatype.value != XSD.string:
        text = _NUMBER.sub(lambda found: _as_single(found[0]), text)
    return text.replace(" ", "")


def _as_single(number: str) -> str:
    try:
        return str(struct.unpack("f", struct.pack("f", float(number)))[0])
    except OverflowError:
        return number


def _triple(line: str) -> Triple | None:
    try:
        return next((quad.triple for quad in parse(line, format=RdfFormat.N_TRIPLES)), None)
    except SyntaxError:
        return None
