"""The page of the dataset: what is known of it, and what it consists of, in tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from urbact_graph.rdf.namespaces import NAMESPACES
from urbact_graph.web.pages.entity_page import EntityPage, Row, Vocabulary
from urbact_graph.web.documents.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

    from urbact_graph.web.documents.index import Entity

# The path of the dataset that all of this is.
DATASET = "dataset"

_VOID = NAMESPACES["void"]
_DCAT = NAMESPACES["dcat"]
_TITLE = NAMESPACES["dct"] + "title"
# Told in tables of their own, or too long to be read among the others.
_TOLD = {
    *(f"{_VOID}{name}" for name in ("classPartition", "propertyPartition", "subset", "dataDump")),
    f"{_DCAT}distribution",
    NAMESPACES["dct"] + "relation",
}


@dataclass(frozen=True)
class Count:
    """How much there is of something; ``is_here`` if its ``address`` is below this instance's."""

    name: str
    address: str
    number: int
    is_here: bool


@dataclass(frozen=True)
class LinkCount:
    """How many links lead to another dataset, by which property."""

    target: str
    property_name: str
    number: int


@dataclass(frozen=True)
class DatasetPage:
    """What the page shows."""

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
        stated = Statements(triples)
        parts = sorted(stated.subjects(f"{entity.iri.value}#"))
        return cls(
            entity,
            tuple(row for row in page.rows if row.iri not in _TOLD),
            _counts(parts, stated, "class", "entities", vocabulary, base),
            _counts(parts, stated, "property", "triples", vocabulary, base),
            _links(parts, stated, vocabulary),
        )


def _counts(
    parts: Iterable[str],
    stated: Statements,
    kind: str,
    number: str,
    vocabulary: Vocabulary,
    base: str,
) -> tuple[Count, ...]:
    found = [
        Count(vocabulary.name(iri), iri.removeprefix(base), int(told), iri.startswith(base))
        for part in parts
        for iri in stated.texts(part, f"{_VOID}{kind}")
        # A description need not have every number.
        if (told := stated.text(part, f"{_VOID}{number}")).isdecimal()
    ]
    return tuple(sorted(found, key=lambda count: (-count.number, count.name)))


def _links(
    parts: Iterable[str], stated: Statements, vocabulary: Vocabulary
) -> tuple[LinkCount, ...]:
    found = []
    for part in parts:
        for property_ in stated.texts(part, f"{_VOID}linkPredicate"):
            target = stated.text(part, f"{_VOID}objectsTarget")
            name = stated.text(target, _TITLE) or target
            number = stated.text(part, f"{_VOID}triples")
            if number.isdecimal():
                found.append(LinkCount(name, vocabulary.name(property_), int(number)))
    return tuple(sorted(found, key=lambda link: (link.target, -link.number)))
