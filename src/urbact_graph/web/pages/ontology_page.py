"""The page of the ontology: its terms by kind, sorted by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pyoxigraph import Triple

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import OWL, RDF, RDFS
from urbact_graph.web.documents.index import Entity
from urbact_graph.web.pages.entity_page import EntityPage, Part, Row, Vocabulary

# Properties that are shown above the rows of a term, or are the same for all terms.
_SHOWN = (RDFS.label, RDFS.comment, RDFS.isDefinedBy)


@dataclass(frozen=True)
class TermEntry:
    """A term; ``labels`` are pairs of language and label in languages other than English."""

    part: Part
    comment: str
    labels: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class OntologyPage:
    """The contents of the page; ``groups`` are pairs of the name of a kind and its terms."""

    page: EntityPage
    groups: tuple[tuple[str, tuple[TermEntry, ...]], ...]

    @classmethod
    def of(
        cls, entity: Entity, triples: Sequence[Triple], vocabulary: Vocabulary, base: str
    ) -> Self:
        """Arrange ``triples``, the description of the ontology ``entity``."""
        page = EntityPage.of(entity, triples, vocabulary, base)
        stated = IndexedGraph(triples)
        groups: dict[str, list[TermEntry]] = {"Classes": [], "Properties": [], "Individuals": []}
        for part in sorted(page.parts, key=lambda part: part.name.casefold()):
            groups[_group(stated.iris(part.iri, RDF.type))].append(_entry(part, stated))
        return cls(page, tuple((name, tuple(entries)) for name, entries in groups.items()))


def _group(kinds: list[str]) -> str:
    if OWL.Class in kinds:
        return "Classes"
    return "Properties" if any(kind.endswith("Property") for kind in kinds) else "Individuals"


def _entry(part: Part, stated: IndexedGraph) -> TermEntry:
    comments = stated.literals(part.iri, RDFS.comment)
    labels = stated.literals(part.iri, RDFS.label)
    return TermEntry(
        part,
        " ".join(text.value for text in comments if text.language == "en"),
        tuple(
            sorted((text.language or "", text.value) for text in labels if text.language != "en")
        ),
        tuple(row for row in part.rows if row.iri not in _SHOWN),
    )
