"""Compare what a store has with what was sent: counts, and a sample triple by triple."""

import itertools
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pyoxigraph import Literal, NamedNode, QueryBoolean, RdfFormat, Store, Triple, parse

from urbact_graph.publishing.content import GraphContent
from urbact_graph.publishing.endpoints import QueryEndpoint
from urbact_graph.publishing.graph_store import GraphStore
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.rdf.n_triples import statement
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.reading import rdf_format

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
# Called with the number of things that have been compared.
Report = Callable[[int], None]


@dataclass
class Comparison:
    """How a graph in a store differs from what was sent.

    ``found`` is the number of its triples, ``sent`` that of those that were sent. Of the sample,
    ``missing`` and ``unexpected`` are statements, ``reformed`` pairs of one that was sent and the
    one by which the store has the same value in another form.
    """

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

    def difference(self, graph: str) -> str:
        """Say in a sentence what differs in ``graph``, named as it is to be shown."""
        parts = []
        if self.sent != self.found:
            parts.append(f"the store has {self.found:,} triples where {self.sent:,} were sent")
        for found, what in ((self.missing, "are missing"), (self.unexpected, "were not sent")):
            if found:
                parts.append(
                    f"{len(found):,} of the {self.compared:,} that were compared {what}, such as "
                    f"{found[0]}"
                )
        return f"In {graph} {'; '.join(parts)}"


class Reader(Protocol):
    """What reads a graph of a store back."""

    how: str

    def count(self, graph: str | None) -> int:
        """Count the triples of a graph."""

    def compare(
        self,
        graph: str | None,
        content: GraphContent,
        subjects: Iterable[str],
        report: Report,
    ) -> Comparison:
        """Compare a graph with ``content``: its count, and all statements of ``subjects``."""


class QueryReader:
    """Reads by queries: one for the count, and one for each thing of the sample."""

    def __init__(self, endpoint: QueryEndpoint) -> None:
        self.how = f"SPARQL at {endpoint.address}"
        self._endpoint = endpoint

    def count(self, graph: str | None) -> int:
        """Count the triples of a graph.

        Raises:
            StoreError: the endpoint refuses, or does not answer.
        """
        return self._endpoint.count(graph)

    def compare(
        self, graph: str | None, content: GraphContent, subjects: Iterable[str], report: Report
    ) -> Comparison:
        """Compare a graph with ``content``.

        Raises:
            StoreError: as ``count``.
        """
        comparison = Comparison(content.triples, self.count(graph))
        for number, subject in enumerate(subjects):
            report(number)
            found = {
                f"{subject} {predicate} {value} ."
                for predicate, value in self._endpoint.statements(graph, subject)
            }
            _compare(comparison, content.sample[subject], found)
        return comparison


class GraphReader:
    """Reads by getting whole graphs from the graph store, into a file in ``folder``."""

    how = "the graph, got back from the store"

    def __init__(self, store: GraphStore, folder: Path) -> None:
        self._store = store
        self._file = folder / "got-back"

    def count(self, graph: str | None) -> int:
        """Count the triples of a graph.

        Raises:
            StoreError: the store refuses, does not answer, or gives back what cannot be read.
        """
        return sum(1 for _ in self._triples(graph))

    def compare(
        self, graph: str | None, content: GraphContent, subjects: Iterable[str], report: Report
    ) -> Comparison:
        """Compare a graph with ``content``.

        Raises:
            StoreError: as ``count``.
        """
        found: dict[str, set[str]] = {subject: set() for subject in subjects}
        count = 0
        report(0)
        for triple in self._triples(graph):
            count += 1
            subject = str(triple.subject)
            if subject in found:
                found[subject].add(statement(triple))
        comparison = Comparison(content.triples, count)
        for subject, statements in found.items():
            _compare(comparison, content.sample[subject], statements)
        return comparison

    def _triples(self, graph: str | None) -> Iterable[Triple]:
        media_type = self._store.fetch(graph, self._file)
        if media_type is None:
            return
        address = self._store.address_of(graph)
        try:
            form = rdf_format(media_type)
            for quad in parse(path=str(self._file), format=form, base_iri=address):
                yield quad.triple
        except (SyntaxError, ValueError) as error:
            raise StoreError(
                f"{address} gives the graph back as {media_type}, which cannot be read ({error}); "
                "name the query endpoint of the store with --query-endpoint."
            ) from None
        finally:
            self._file.unlink(missing_ok=True)


def chosen(content: GraphContent, most: int) -> list[str]:
    """Return at most ``most`` subjects of the sample, at least one if there is any."""
    return list(itertools.islice(content.sample, max(1, most)))


def _compare(comparison: Comparison, sent: frozenset[str], found: set[str]) -> None:
    comparison.things += 1
    comparison.compared += len(sent)
    alike = {_folded(line): line for line in found}
    missing = {_folded(line): line for line in sent}
    for line in missing.keys() & alike.keys():
        del missing[line], alike[line]
    for line in sorted(missing.values()):
        other = next((other for other in sorted(alike.values()) if _is_reformed(line, other)), None)
        if other is None:
            comparison.missing.append(line)
        else:
            comparison.reformed.append((line, other))
            del alike[_folded(other)]
    comparison.unexpected += sorted(alike.values())


def _folded(line: str) -> str:
    """Return a statement with its language tag in lower case (RDF 1.1 Concepts, section 3.3)."""
    head, mark, language = line.removesuffix(" .").rpartition('"@')
    return f"{head}{mark}{language.lower()}" if mark and " " not in language else line


def _is_reformed(sent: str, found: str) -> bool:
    """Tell whether two statements differ only in the form of the same value.

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
        found = [quad.triple for quad in parse(line, format=RdfFormat.N_TRIPLES)]
    except SyntaxError:
        return None
    return found[0] if found and isinstance(found[0].subject, NamedNode) else None


def samples_of(contents: Mapping[str, GraphContent], most: int) -> dict[str, list[str]]:
    """Return the subjects to compare of each graph, at most ``most`` in all but one a graph."""
    share = most // max(1, len(contents))
    return {name: chosen(content, share) if most else [] for name, content in contents.items()}
