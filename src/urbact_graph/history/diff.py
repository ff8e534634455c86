"""Compare two graphs: which facts were added and removed, by entity."""

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from urbact_graph.rdf.blank_nodes import blank_nodes, with_names
from urbact_graph.rdf.graph import LABELS, IndexedGraph
from urbact_graph.rdf.namespaces import OWL, RDF, RDFS, urb
from urbact_graph.rdf.quads import graph_format, read_quads
from urbact_graph.rdf.resources import COMPUTED, resource_of

# Returns all triples of a graph each time it is called; a triple may occur twice.
Facts = Callable[[], Iterable[Triple]]

# The entities that describe the graph itself; they change with everything else.
DESCRIPTION = ("catalog", "dataset")

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
    ``former`` and ``latter`` are its main classes in the two graphs: those of the graph's own
    vocabulary, if it has such, without the subclasses of others. What is deprecated and has no
    class has the IRI of owl:deprecated instead.
    """

    entity: str
    label: str
    kind: Kind
    added: tuple[Triple, ...]
    removed: tuple[Triple, ...]
    former: frozenset[str] = frozenset()
    latter: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ClassChanges:
    """How many things a class gained and lost, and how many it has in both graphs that changed.

    ``name`` is the IRI of the class, empty for what has none.
    """

    name: str
    added: int
    changed: int
    removed: int


@dataclass(frozen=True)
class Comparison:
    """The changes from one graph to another, by entity; ``facts`` counts those of the latter.

    Entities of the graph come first, then other resources, then the ontology, what was computed,
    and last what describes the dataset; each sorted by IRI.
    """

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

    def classes(self) -> list[ClassChanges]:
        """Count the changes by class, sorted by its IRI.

        An entity that has another class now counts as added to the one and removed from the other.
        """
        nothing = frozenset(("",))
        counts: Counter[tuple[str, Kind]] = Counter()
        for change in self.changes:
            former = change.former or nothing if change.kind is not Kind.NEW else frozenset()
            latter = change.latter or nothing if change.kind is not Kind.GONE else frozenset()
            counts.update((name, Kind.NEW) for name in latter - former)
            counts.update((name, Kind.GONE) for name in former - latter)
            counts.update((name, Kind.CHANGED) for name in former & latter)
        return [
            ClassChanges(
                name,
                counts[name, Kind.NEW],
                counts[name, Kind.CHANGED],
                counts[name, Kind.GONE],
            )
            for name in sorted({name for name, _ in counts})
        ]


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
    earlier, later = (_Described(facts(), entities, base) for facts in (before, after))
    kinds = {(False, True): Kind.NEW, (True, False): Kind.GONE, (True, True): Kind.CHANGED}
    changes = [
        Change(
            entity,
            later.labels.label(entity) or earlier.labels.label(entity),
            kinds[entity in earlier.entities, entity in later.entities],
            tuple(gains.get(entity, ())),
            tuple(losses.get(entity, ())),
            earlier.classes(entity),
            later.classes(entity),
        )
        for entity in sorted(entities, key=lambda entity: (_place(entity, base), entity))
    ]
    return Comparison(tuple(changes), len(new))


def read_facts(path: Path) -> Facts:
    """Return the facts of an RDF file, which may be compressed (.gz); its graphs count as one.

    Raises:
        DatasetError: its name is not that of an RDF file; when the facts are read: the file
            cannot be read or parsed, or has none.
    """
    form = graph_format(path)
    return lambda: (quad.triple for quad in read_quads(path, form))


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


def _place(entity: str, base: str) -> int:
    """Return where an entity stands among the others: what people look for comes first."""
    if not entity.startswith(base):
        return 1
    path = entity.removeprefix(base)
    if path in DESCRIPTION:
        return 4
    if path.startswith(COMPUTED):
        return 3
    return 2 if path == "ontology" else 0


class _Described:
    """What a graph states of ``entities``: which it has, their labels and their classes."""

    def __init__(self, triples: Iterable[Triple], entities: Container[str], base: str) -> None:
        self.entities: set[str] = set()
        self._vocabulary = str(urb(base))
        self._types: dict[str, set[str]] = {}
        self._deprecated: set[str] = set()
        self._superclasses: dict[str, set[str]] = {}
        labels = []
        for triple in triples:
            property_, entity = triple.predicate.value, _entity(triple, base)
            if property_ == RDFS.subClassOf:
                self._superclasses.setdefault(_name(triple.subject), set()).add(
                    _name(triple.object)
                )
            if entity not in entities:
                continue
            self.entities.add(entity)
            if property_ in LABELS:
                labels.append(triple)
            elif _name(triple.subject) != entity:
                continue
            elif property_ == RDF.type:
                self._types.setdefault(entity, set()).add(_name(triple.object))
            elif property_ == OWL.deprecated:
                self._deprecated.add(entity)
        self.labels = IndexedGraph(labels)

    def classes(self, entity: str) -> frozenset[str]:
        """Return the main classes of ``entity``."""
        types = self._types.get(entity, set())
        if not types and entity in self._deprecated:
            return frozenset((str(OWL.deprecated),))
        own = {name for name in types if name.startswith(self._vocabulary)} or types
        return frozenset(name for name in own if not self._above(name) & own)

    def _above(self, name: str) -> set[str]:
        """Return the superclasses of a class, without itself."""
        above: set[str] = set()
        wanted = [name]
        while wanted:
            found = self._superclasses.get(wanted.pop(), set()) - above
            above |= found
            wanted += found
        return above - {name}


def _name(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
