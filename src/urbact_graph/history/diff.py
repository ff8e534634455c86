"""Compare two graphs: which facts were added and removed, by entity."""

import hashlib
import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from urbact_graph.errors import DatasetError
from urbact_graph.rdf.blank_nodes import blank_nodes, with_names
from urbact_graph.rdf.formats import format_of_file
from urbact_graph.rdf.graph import LABELS, IndexedGraph
from urbact_graph.rdf.reading import is_compressed, mistake_in, opened, rdf_format, xml_mistake
from urbact_graph.rdf.resources import resource_of

# Returns all triples of a graph each time it is called; a triple may occur twice.
Facts = Callable[[], Iterable[Triple]]

_DIGEST_BYTES = 16


class Kind(StrEnum):
    """How an entity differs from one graph to the other."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """An entity with the facts that were added and removed, each in a fixed order.

    ``entity`` is an IRI, or the name of a blank node; ``label`` is empty where it has none.
    """

    entity: str
    label: str
    kind: Kind
    added: tuple[Triple, ...]
    removed: tuple[Triple, ...]


@dataclass(frozen=True)
class Comparison:
    """The changes from one graph to another, by entity; ``facts`` counts those of the latter."""

    changes: tuple[Change, ...]
    facts: int

    @property
    def added(self) -> int:
        """The number of facts that only the latter graph has."""
        return sum(len(change.added) for change in self.changes)

    @property
    def removed(self) -> int:
        """The number of facts that only the former graph has."""
        return sum(len(change.removed) for change in self.changes)

    def count(self, kind: Kind) -> int:
        """Return how many entities are new, gone or changed."""
        return sum(change.kind is kind for change in self.changes)


def compare(before: Facts, after: Facts, base: str) -> Comparison:
    """Compare two graphs, whose entities below ``base`` are IRIs without fragment.

    Blank nodes are the same if all statements about them, and about the blank nodes that they are
    linked with, are the same. Graphs without any may be large: only a hash of each fact is kept.

    Raises:
        DatasetError: a graph cannot be read.
    """
    if any(
        blank for facts in (before, after) for triple in facts() for blank in blank_nodes(triple)
    ):
        former, latter = with_names(before()), with_names(after())
        before, after = (lambda: former), (lambda: latter)
    old, new = {_digest(t) for t in before()}, {_digest(t) for t in after()}
    added = {triple for triple in after() if _digest(triple) not in old}
    removed = {triple for triple in before() if _digest(triple) not in new}
    gains, losses = _by_entity(added, base), _by_entity(removed, base)
    entities = gains.keys() | losses.keys()
    was, earlier = _described(before(), entities, base)
    now, later = _described(after(), entities, base)
    kinds = {(False, True): Kind.NEW, (True, False): Kind.GONE, (True, True): Kind.CHANGED}
    changes = [
        Change(
            entity,
            later.label(entity) or earlier.label(entity),
            kinds[entity in was, entity in now],
            tuple(gains.get(entity, ())),
            tuple(losses.get(entity, ())),
        )
        for entity in sorted(entities)
    ]
    return Comparison(tuple(changes), len(new))


def read_facts(path: Path) -> Facts:
    """Return the facts of an RDF file, which may be compressed (.gz); its graphs count as one.

    Raises:
        DatasetError: its name is not that of an RDF file; when the facts are read: the file
            cannot be read or parsed, or has none.
    """
    form = rdf_format(format_of_file(path).media_type)

    def facts() -> Iterator[Triple]:
        count = 0
        try:
            if form == RdfFormat.RDF_XML and xml_mistake(_whole(path)):
                raise _wrong(path, form, SyntaxError())
            with _opened(path) as file:
                for count, quad in enumerate(parse(file, format=form), start=1):  # noqa: B007
                    yield quad.triple
        except SyntaxError as error:
            raise _wrong(path, form, error) from None
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DatasetError(f"{path} cannot be read ({reason}); name another file.") from None
        if not count:
            raise DatasetError(f"{path} states nothing; name a file with facts.")

    return facts


def _wrong(path: Path, form: RdfFormat, error: SyntaxError) -> DatasetError:
    line, reason = mistake_in(_whole(path), form, error)
    if line is None:
        return DatasetError(f"{path}: {reason}.")
    return DatasetError(f"{path}, line {line}: {reason}. Correct the file there.")


def _opened(path: Path) -> IO[bytes]:
    return opened(path, compressed=is_compressed(path.name))


def _whole(path: Path) -> bytes:
    with _opened(path) as file:
        return file.read()


def _digest(triple: Triple) -> bytes:
    return hashlib.blake2b(str(triple).encode(), digest_size=_DIGEST_BYTES).digest()


def _entity(triple: Triple, base: str) -> str:
    subject = triple.subject
    return resource_of(subject.value, base) if isinstance(subject, NamedNode) else str(subject)


def _by_entity(triples: Iterable[Triple], base: str) -> dict[str, list[Triple]]:
    grouped: dict[str, list[Triple]] = {}
    for triple in sorted(triples, key=str):
        grouped.setdefault(_entity(triple, base), []).append(triple)
    return grouped


def _described(
    triples: Iterable[Triple], entities: Container[str], base: str
) -> tuple[set[str], IndexedGraph]:
    """Return which of ``entities`` a graph describes, and the labels of these."""
    described, labels = set(), []
    for triple in triples:
        entity = _entity(triple, base)
        if entity in entities:
            described.add(entity)
            if triple.predicate.value in LABELS:
                labels.append(triple)
    return described, IndexedGraph(labels)
