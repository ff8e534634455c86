"""The page of the ontology: its terms by kind, in the order of their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, Triple

from urbact_graph.web.pages.entity_page import EntityPage, Part, Row, Vocabulary
from urbact_graph.web.documents.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from urbact_graph.web.documents.index import Entity

_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_LABEL, _COMMENT = f"{_RDFS}label", f"{_RDFS}comment"
_CLASS = "http://www.w3.org/2002/07/owl#Class"
# Told above the rows of a term; that all terms are defined here goes without saying.
_TOLD = (_LABEL, _COMMENT, f"{_RDFS}isDefinedBy")


@dataclass(frozen=True)
class TermEntry:
    """A term: ``labels`` are those in other languages than English, with the language."""

    part: Part
    comment: str
    labels: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class OntologyPage:
    """What the page of the ontology shows: ``groups`` are the kinds of terms, with their names."""

    page: EntityPage
    groups: tuple[tuple[str, tuple[TermEntry, ...]], ...]

    @classmethod
    def of(
        cls, entity: Entity, triples: Sequence[Triple], vocabulary: Vocabulary, base: str
    ) -> OntologyPage:
        """Arrange ``triples``, the description of the ontology ``entity``."""
        page = EntityPage.of(entity, triples, vocabulary, base)
        stated = Statements(triples)
        groups: dict[str, list[TermEntry]] = {"Classes": [], "Properties": [], "Individuals": []}
        for part in sorted(page.parts, key=lambda part: part.name.casefold()):
            groups[_group(stated.texts(part.iri, _RDF_TYPE))].append(_entry(part, stated))
        return cls(page, tuple((name, tuple(entries)) for name, entries in groups.items()))


def _group(kinds: list[str]) -> str:
    if _CLASS in kinds:
        return "Classes"
    return "Properties" if any(kind.endswith("Property") for kind in kinds) else "Individuals"


def _entry(part: Part, stated: Statements) -> TermEntry:
    comments, labels = (
        [text for text in stated.values(part.iri, told) if isinstance(text, Literal)]
        for told in (_COMMENT, _LABEL)
    )
    return TermEntry(
        part,
        " ".join(text.value for text in comments if text.language == "en"),
        tuple(
            sorted((text.language or "", text.value) for text in labels if text.language != "en")
        ),
        tuple(row for row in part.rows if row.iri not in _TOLD),
    )
