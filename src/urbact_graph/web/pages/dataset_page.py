"""The page of the dataset: its properties, and its statistics in tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import DCAT, DCT, VOID
from urbact_graph.web.pages.entity_page import EntityPage, Row, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

    from urbact_graph.web.documents.index import Entity

# The path of the dataset.
DATASET = "dataset"

# Properties that have tables of their own, or too many values for the page.
_SHOWN_ELSEWHERE = {
    VOID.classPartition,
    VOID.propertyPartition,
    VOID.subset,
    VOID.dataDump,
    DCAT.distribution,
    DCT.relation,
}


@dataclass(frozen=True)
class Count:
    """A number of entities or triples; ``is_here`` if ``address`` is a path on this instance."""

    name: str
    address: str
    number: int
    is_here: bool


@dataclass(frozen=True)
class LinkCount:
    """The number of links to another dataset by one property."""

    target: str
    property_name: str
    number: int


@dataclass(frozen=True)
class DatasetPage:
    """The contents of the page."""

    entity: Entity
    rows: tuple[Row, ...]
    classes: tuple[Count, ...]
    properties: tuple[Count, ...]
    links: tuple[LinkCount, ...]

    @classmethod
    def of(
        cls, entity: Entity, triples: Sequence[Triple], vocabulary: Vocabulary, base: str
    ) -> DatasetPage:
        """Arrange ``triples``, the description of the dataset ``entity``."""
        page = EntityPage.of(entity, triples, vocabulary, base)
        stated = IndexedGraph(triples)
        parts = sorted(stated.subjects(f"{entity.iri.value}#"))
        return cls(
            entity,
            tuple(row for row in page.rows if row.iri not in _SHOWN_ELSEWHERE),
            _counts(parts, stated, "class", "entities", vocabulary, base),
            _counts(parts, stated, "property", "triples", vocabulary, base),
            _links(parts, stated, vocabulary),
        )


def _counts(
    parts: Iterable[str],
    stated: IndexedGraph,
    kind: str,
    number: str,
    vocabulary: Vocabulary,
    base: str,
) -> tuple[Count, ...]:
    found = [
        Count(vocabulary.name(iri), iri.removeprefix(base), int(written), iri.startswith(base))
        for part in parts
        for iri in stated.iris(part, VOID[kind])
        # A number may be missing.
        if (written := stated.text(part, VOID[number])).isdecimal()
    ]
    return tuple(sorted(found, key=lambda count: (-count.number, count.name)))


def _links(
    parts: Iterable[str], stated: IndexedGraph, vocabulary: Vocabulary
) -> tuple[LinkCount, ...]:
    found = []
    for part in parts:
        for property_ in stated.iris(part, VOID.linkPredicate):
            target = next(iter(stated.iris(part, VOID.objectsTarget)), "")
            name = stated.text(target, DCT.title) or target
            number = stated.text(part, VOID.triples)
            if number.isdecimal():
                found.append(LinkCount(name, vocabulary.name(property_), int(number)))
    return tuple(sorted(found, key=lambda link: (link.target, -link.number)))
