"""The networks or recommendations that are most similar to an entity, as its page shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.graph import english_first
from urbact_graph.rdf.namespaces import urb
from urbact_graph.web.documents.index import Entity
from urbact_graph.web.snapshot import Snapshot

_SIMILAR = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?other ?label ?score ?rank
WHERE {
  ?similarity ?of ?entity ; ?to ?other ; ?scores ?score ; ?ranks ?rank .
  ?other rdfs:label ?label
}
"""
# The kinds of entity that are compared, by the local names of their classes.
_NAMES = {"Network": "networks", "Recommendation": "recommendations"}
_PER_CENT = 100


@dataclass(frozen=True)
class SimilarThing:
    """A similar thing; ``address`` is that of its IRI, ``score`` as stated, between 0 and 1."""

    label: str
    language: str
    address: str
    score: str

    @property
    def width(self) -> str:
        """The length of a bar that shows the score, in per cent."""
        return f"{float(self.score) * _PER_CENT:g}"


@dataclass(frozen=True)
class SimilarThings:
    """What is similar to an entity, the most similar first, and what such things are called.

    ``stated`` is the property of the entity that needs no row, ``linking`` are those of the nodes
    with the scores.
    """

    name: str = ""
    things: tuple[SimilarThing, ...] = ()
    stated: str = ""
    linking: frozenset[str] = frozenset()

    @classmethod
    def of(cls, snapshot: Snapshot, entity: Entity, description: Iterable[Triple]) -> Self:
        """Query what ``entity`` is similar to, if its ``description`` says that it is.

        Raises:
            ProblemError: as the engine raises it.
        """
        terms = urb(snapshot.base)
        similar = NamedNode(terms.similarTo)
        if not any(t.predicate == similar and t.subject == entity.iri for t in description):
            return cls()
        properties = {
            "of": terms.similarityOf,
            "to": terms.similarityTo,
            "scores": terms.score,
            "ranks": terms.rank,
        }
        nodes = {name: NamedNode(iri) for name, iri in properties.items()}
        labels: dict[tuple[int, str, str], list[Literal]] = {}
        for other, label, score, rank in snapshot.rows(_SIMILAR, entity=entity.iri, **nodes):
            if isinstance(other, NamedNode) and isinstance(label, Literal) and score and rank:
                key = int(rank.value), other.value, score.value
                labels.setdefault(key, []).append(label)
        things = tuple(_thing(key, labels, snapshot.base) for key in sorted(labels))
        names = (name for local, name in _NAMES.items() if terms[local] in entity.classes)
        linking = frozenset((terms.similarityOf, terms.similarityTo))
        return cls(next(names, "things"), things, similar.value, linking)


NONE_SIMILAR = SimilarThings()


def _thing(
    key: tuple[int, str, str], labels: Mapping[tuple[int, str, str], list[Literal]], base: str
) -> SimilarThing:
    label = english_first(labels[key])[0]
    return SimilarThing(label.value, label.language or "", key[1].removeprefix(base), key[2])
