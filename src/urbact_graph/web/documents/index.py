"""The index of the entities: their paths, labels, classes and dates of change."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process

from urbact_graph.rdf.graph import english_first

if TYPE_CHECKING:
    from urbact_graph.rdf.terms import Term
    from urbact_graph.web.snapshot import Snapshot

# Every subject below the base and without a fragment has a document.
_ENTITIES = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?entity ?label ?modified ?class
WHERE {
  {
    SELECT DISTINCT ?entity
    WHERE {
      ?entity ?property ?value
      FILTER(STRSTARTS(STR(?entity), ?base) && !CONTAINS(STR(?entity), "#"))
    }
  }
  OPTIONAL { ?entity rdfs:label ?label }
  OPTIONAL { ?entity dct:modified ?modified }
  OPTIONAL { ?entity a ?class FILTER(STRSTARTS(STR(?class), ?base)) }
}
"""
# A requested path may be longer than that of any entity.
_LONGEST_GUESS = 200
_SUGGESTIONS = 5
_LEAST_LIKENESS = 60


@dataclass(frozen=True)
class Entity:
    """An entity that has a document: ``path`` is that of its IRI below the base."""

    iri: NamedNode
    path: str
    label: str
    modified: datetime | None
    classes: frozenset[str]

    @property
    def address(self) -> str:
        """Its path, encoded for an address."""
        return quote(self.path)


class Index:
    """All entities of one version of the graph, by path."""

    def __init__(self, entities: dict[str, Entity]) -> None:
        self._entities = entities
        self._by_iri = {entity.iri.value: entity for entity in entities.values()}
        self._paths = {path: path.lower() for path in entities}
        self._names = {path: entity.label.lower() for path, entity in entities.items()}

    @classmethod
    def of(cls, snapshot: Snapshot) -> Index:
        """Query the entities of ``snapshot``.

        Raises:
            ProblemError: as the engine raises it.
        """
        found: dict[str, _Entry] = {}
        for entity, label, modified, class_ in snapshot.rows(
            _ENTITIES, base=Literal(snapshot.base)
        ):
            if isinstance(entity, NamedNode):
                found.setdefault(entity.value, _Entry()).add(label, modified, class_)
        entities = {}
        for iri in sorted(found):
            path = unquote(iri.removeprefix(snapshot.base))
            entities[path] = found[iri].entity(iri, path)
        return cls(entities)

    def all(self) -> list[Entity]:
        """Return all entities, sorted by path."""
        return list(self._entities.values())

    def of_iri(self, iri: str) -> Entity | None:
        """Return the entity with this ``iri``, if it has a document."""
        return self._by_iri.get(iri)

    def get(self, path: str) -> Entity | None:
        """Return the entity at ``path``, if there is one."""
        return self._entities.get(path)

    def like(self, path: str) -> list[Entity]:
        """Return the entities whose paths or labels are most similar to ``path``, best first."""
        guess = path[:_LONGEST_GUESS].lower().strip("/")
        words = guess.rpartition("/")[2].replace("-", " ").replace("_", " ")
        likeness: dict[str, float] = {}
        for wanted, candidates in ((guess, self._paths), (words, self._names)):
            for _, score, path_ in process.extract(
                wanted,
                candidates,
                scorer=fuzz.ratio,
                score_cutoff=_LEAST_LIKENESS,
                limit=_SUGGESTIONS,
            ):
                likeness[path_] = max(score, likeness.get(path_, 0))
        nearest = sorted(likeness, key=lambda known: (-likeness[known], known))
        return [self._entities[known] for known in nearest[:_SUGGESTIONS]]


class _Entry:
    def __init__(self) -> None:
        self._labels: set[Literal] = set()
        self._modified = ""
        self._classes: set[str] = set()

    def add(self, label: Term | None, modified: Term | None, class_: Term | None) -> None:
        if isinstance(label, Literal):
            self._labels.add(label)
        if isinstance(modified, Literal):
            self._modified = max(self._modified, modified.value)
        if isinstance(class_, NamedNode):
            self._classes.add(class_.value)

    def entity(self, iri: str, path: str) -> Entity:
        label = english_first(self._labels)[0].value if self._labels else path
        modified = None
        with contextlib.suppress(ValueError):
            modified = datetime.fromisoformat(self._modified)
        return Entity(NamedNode(iri), path, label, modified, frozenset(self._classes))
