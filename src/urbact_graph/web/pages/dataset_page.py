"""The page of the dataset: its properties, and its statistics in tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from pyoxigraph import Triple

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import DCAT, DCT, VOID
from urbact_graph.web.documents.index import Entity
from urbact_graph.web.pages.entity_page import EntityPage, Row, Vocabulary

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
    ) -> Self:
        """Arrange ``triples``, the description of the dataset ``entity``."""
        stated = IndexedGraph(triples)
        return cls(
            entity,
            _rows(entity, triples, vocabulary, base),
            _counts(stated, VOID["class"], VOID.entities, vocabulary, base),
            _counts(stated, VOID.property, VOID.triples, vocabulary, base),
            _links(stated, vocabulary, base),
        )

    def at_instance(self, triples: Sequence[Triple], vocabulary: Vocabulary, base: str) -> Self:
        """Return the page with the rows of ``triples``, which have the addresses of an instance."""
        return replace(self, rows=_rows(self.entity, triples, vocabulary, base))


def _rows(
    entity: Entity, triples: Sequence[Triple], vocabulary: Vocabulary, base: str
) -> tuple[Row, ...]:
    page = EntityPage.of(entity, triples, vocabulary, base)
    return tuple(row for row in page.rows if row.iri not in _SHOWN_ELSEWHERE)


def _counts(
    stated: IndexedGraph, kind: str, number: str, vocabulary: Vocabulary, base: str
) -> tuple[Count, ...]:
    found = [
        Count(vocabulary.name(iri), iri.removeprefix(base), int(written), iri.startswith(base))
        for part in stated.subjects(f"{base}{DATASET}#")
        for iri in stated.iris(part, kind)
        # A number may be missing.
        if (written := stated.text(part, number)).isdecimal()
    ]
    return tuple(sorted(found, key=lambda count: (-count.number, count.name)))


def _links(stated: IndexedGraph, vocabulary: Vocabulary, base: str) -> tuple[LinkCount, ...]:
    found: list[LinkCount] = []
    for part in sorted(stated.subjects(f"{base}{DATASET}#")):
        target = next(iter(stated.iris(part, VOID.objectsTarget)), "")
        name, number = stated.text(target, DCT.title) or target, stated.text(part, VOID.triples)
        properties = stated.iris(part, VOID.linkPredicate) if number.isdecimal() else ()
        found += [LinkCount(name, vocabulary.name(iri), int(number)) for iri in properties]
    return tuple(sorted(found, key=lambda link: (link.target, -link.number)))
