"""The index of the entities: their paths, labels, classes and dates of change."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process

from urbact_graph.rdf.graph import english_first
from urbact_graph.rdf.terms import Term
from urbact_graph.web.snapshot import Snapshot

# Every subject below the base and without a fragment has a document.
_ENTITIES = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?entity ?label ?modified ?class ?deprecated
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
  OPTIONAL { ?entity owl:deprecated ?deprecated FILTER(?deprecated = true) }
}
"""
# A requested path may be longer than that of any entity.
_LONGEST_GUESS = 200
_SUGGESTIONS = 5
_LEAST_LIKENESS = 60


@dataclass(frozen=True)
class Entity:
    """An entity that has a document: ``path`` is that of its IRI below the base.

    ``language`` is that of its label, empty if the label has none. What is deprecated has a
    document for those who kept its IRI, and is listed nowhere.
    """

    iri: NamedNode
    path: str
    label: str
    modified: datetime | None
    classes: frozenset[str]
    language: str = ""
    is_deprecated: bool = False

    @property
    def address(self) -> str:
        """Its path, encoded for an address."""
        return quote(self.path)


class Index:
    """All entities of one version of the graph, by path."""

    def __init__(self, entities: dict[str, Entity]) -> None:
        self._entities = entities
        self._by_iri = {entity.iri.value: entity for entity in entities.values()}
        present = {path: one for path, one in entities.items() if not one.is_deprecated}
        self._paths = {path: path.lower() for path in present}
        self._names = {path: entity.label.lower() for path, entity in present.items()}

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query the entities of ``snapshot``.

        Raises:
            ProblemError: as the engine raises it.
        """
        found: dict[str, list[tuple[Term | None, ...]]] = {}
        for entity, *stated in snapshot.rows(_ENTITIES, base=Literal(snapshot.base)):
            if isinstance(entity, NamedNode):
                found.setdefault(entity.value, []).append(tuple(stated))
        entities = {}
        for iri in sorted(found):
            path = unquote(iri.removeprefix(snapshot.base))
            entities[path] = _entity(iri, path, found[iri])
        return cls(entities)

    def all(self) -> list[Entity]:
        """Return all entities, sorted by path, those that are deprecated too."""
        return list(self._entities.values())

    def of_iri(self, iri: str) -> Entity | None:
        """Return the entity with this ``iri``, if it has a document."""
        return self._by_iri.get(iri)

    def get(self, path: str) -> Entity | None:
        """Return the entity at ``path``, if there is one."""
        return self._entities.get(path)

    def like(self, path: str) -> list[Entity]:
        """Return the entities whose paths or labels are most similar to ``path``, best first.

        Deprecated ones are not among them.
        """
        guess = path[:_LONGEST_GUESS].lower().strip("/")
        words = guess.rpartition("/")[2].replace("-", " ").replace("_", " ")
        likeness: dict[str, float] = {}
        for wanted, candidates in ((guess, self._paths), (words, self._names)):
            for _, score, path_ in process.extract(
                wanted,
                candidates,
                limit=_SUGGESTIONS,
                score_cutoff=_LEAST_LIKENESS,
                scorer=fuzz.ratio,
            ):
                likeness[path_] = max(score, likeness.get(path_, 0))
        nearest = sorted(likeness, key=lambda known: (-likeness[known], known))
        return [self._entities[known] for known in nearest[:_SUGGESTIONS]]


def _entity(iri: str, path: str, rows: Iterable[tuple[Term | None, ...]]) -> Entity:
    """Make an entity of the labels, dates of change, classes and deprecations in ``rows``."""
    labels, dates, classes, deprecated = map(set, zip(*rows, strict=True))
    names = english_first(label for label in labels if isinstance(label, Literal))
    modified = None
    # There may be no date, or one that is not in ISO 8601.
    with contextlib.suppress(ValueError):
        modified = datetime.fromisoformat(
            max(date.value for date in dates if isinstance(date, Literal))
        )
    kinds = frozenset(kind.value for kind in classes if isinstance(kind, NamedNode))
    label, language = (names[0].value, names[0].language or "") if names else (path, "")
    return Entity(NamedNode(iri), path, label, modified, kinds, language, any(deprecated))
