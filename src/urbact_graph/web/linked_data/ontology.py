"""The page of the ontology: its terms by kind, in the order of their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.web.linked_data.pages import EntityPage, Part, Row, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from urbact_graph.web.linked_data.index import Entity

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
        texts = _texts(triples)
        kinds = _kinds(triples)
        groups: dict[str, list[TermEntry]] = {"Classes": [], "Properties": [], "Individuals": []}
        for part in sorted(page.parts, key=lambda part: part.name.casefold()):
            groups[_group(kinds.get(part.iri, set()))].append(_entry(part, texts))
        return cls(page, tuple((name, tuple(entries)) for name, entries in groups.items()))


def _group(kinds: set[str]) -> str:
    if _CLASS in kinds:
        return "Classes"
    return "Properties" if any(kind.endswith("Property") for kind in kinds) else "Individuals"


def _entry(part: Part, texts: dict[tuple[str, str], list[Literal]]) -> TermEntry:
    comments = [text.value for text in texts.get((part.iri, _COMMENT), []) if text.language == "en"]
    labels = sorted(
        (text.language or "", text.value)
        for text in texts.get((part.iri, _LABEL), [])
        if text.language != "en"
    )
    rows = tuple(row for row in part.rows if row.iri not in _TOLD)
    return TermEntry(part, " ".join(comments), tuple(labels), rows)


def _texts(triples: Iterable[Triple]) -> dict[tuple[str, str], list[Literal]]:
    found: dict[tuple[str, str], list[Literal]] = {}
    for triple in triples:
        if isinstance(triple.object, Literal) and isinstance(triple.subject, NamedNode):
            key = triple.subject.value, triple.predicate.value
            found.setdefault(key, []).append(triple.object)
    return found


def _kinds(triples: Iterable[Triple]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for triple in triples:
        subject, kind = triple.subject, triple.object
        if triple.predicate.value == _RDF_TYPE and isinstance(kind, NamedNode):
            found.setdefault(str(getattr(subject, "value", "")), set()).add(kind.value)
    return found
