"""The page of an entity: its description as rows of properties and values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from urbact_graph.rdf.graph import english_first
from urbact_graph.rdf.namespaces import DCT, OWL, RDF, RDFS, SKOS, namespaces, shortened
from urbact_graph.web.documents.index import Entity
from urbact_graph.web.pages.similar_things import NONE_SIMILAR, SimilarThings
from urbact_graph.web.snapshot import Snapshot

# How a page names properties of other vocabularies, if not by their local names; those of the
# graph's own vocabulary have labels.
_WORDS = {
    "dct:license": "licence",
    "dct:modified": "last changed",
    "dct:spatial": "area",
    "dct:temporal": "period",
    "geo:asWKT": "coordinates (WKT)",
    "geo:hasGeometry": "geometry",
    "owl:versionInfo": "version",
    "rdfs:isDefinedBy": "defined by",
    "rdfs:subClassOf": "subclass of",
    "rdfs:subPropertyOf": "subproperty of",
    "schema:domainIncludes": "used on",
    "schema:rangeIncludes": "values",
    "skos:altLabel": "other name",
    "skos:broadMatch": "broader match",
    "skos:narrowMatch": "narrower match",
    "skos:prefLabel": "name",
    "vann:preferredNamespacePrefix": "preferred prefix",
    "vann:preferredNamespaceUri": "namespace",
    "wgs:lat": "latitude",
    "wgs:long": "longitude",
}
_NAME = re.compile(r"\w+:([a-z]\w*)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# The properties that come first and last; the others are sorted between them.
_FIRST = ("skos:prefLabel", "foaf:name", "dct:title", "urb:statement", "dct:abstract")
_LAST = ("skos:editorialNote", "dct:source", "dct:modified")
# Nothing of others has a page here.
NO_PAGES: Mapping[str, str] = MappingProxyType({})
# The longest value that fits a column, in characters.
_SHORT = 60
# How N-Triples begin the name of a blank node.
_BLANK = "_:"
# Properties that are shown in the head of the page.
_IN_HEAD = (RDFS.label, RDF.type)
# Those that the notice on the page of a deprecated IRI shows; who reads of the entity that replaced
# it need not know of the old IRI.
_IN_NOTICE = (OWL.deprecated, DCT.isReplacedBy, SKOS.editorialNote)
_NOT_INCOMING = (DCT.isReplacedBy,)


@dataclass(frozen=True)
class Value:
    """A value of a property; ``address`` is what it links to, if it is a resource.

    ``language`` is that of the text, if it is known.
    """

    text: str
    address: str = ""
    language: str = ""
    is_here: bool = False


@dataclass(frozen=True)
class Row:
    """A property and its values."""

    name: str
    iri: str
    values: tuple[Value, ...]

    @property
    def is_short(self) -> bool:
        """Whether its values can be shown in columns."""
        return len(self.values) > 1 and all(len(value.text) <= _SHORT for value in self.values)


@dataclass(frozen=True)
class Part:
    """A part of the entity, such as a city's geometry, or a blank node of its description."""

    name: str
    iri: str
    rows: tuple[Row, ...]

    @property
    def anchor(self) -> str:
        """The fragment of its IRI, or the name of the blank node."""
        return self.iri.partition("#")[2] or self.iri.removeprefix(_BLANK)


@dataclass(frozen=True)
class Deprecation:
    """What the page of a deprecated IRI says: what replaces it, and why."""

    replacements: tuple[Value, ...]
    reasons: tuple[Value, ...]


class Vocabulary:
    """The English names of properties and classes."""

    def __init__(self, labels: dict[str, str], base: str) -> None:
        self._labels = labels
        self.prefixes = namespaces(base)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query the labels of the terms of the graph's own vocabulary.

        Raises:
            ProblemError: as the engine raises it.
        """
        rows = snapshot.rows(_TERMS, ontology=NamedNode(f"{snapshot.base}ontology"))
        return cls(
            {term.value: label.value for term, label in rows if term and label}, snapshot.base
        )

    def name(self, iri: str) -> str:
        """Return the name of a term: its label, that of the table, or its local name in words."""
        short = shortened(iri, self.prefixes)
        known = self._labels.get(iri) or _WORDS.get(short)
        if known:
            return known
        local = _NAME.fullmatch(short)
        return _HUMP.sub(" ", local[1]).lower() if local else short

    def rank(self, iri: str) -> tuple[int, int, str]:
        """Return the sort key of a property."""
        short = shortened(iri, self.prefixes)
        if short in _FIRST:
            return 0, _FIRST.index(short), ""
        if short in _LAST:
            return 2, _LAST.index(short), ""
        return 1, 0, self.name(iri)


_TERMS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?term ?label
WHERE {
  ?term rdfs:isDefinedBy ?ontology ; rdfs:label ?label .
  FILTER(LANG(?label) = "en")
}
"""


@dataclass(frozen=True)
class EntityPage:
    """The contents of the page; ``deprecation`` is that of an entity that is no longer there."""

    entity: Entity
    kinds: tuple[str, ...]
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    incoming: tuple[Row, ...]
    similar: SimilarThings = NONE_SIMILAR
    deprecation: Deprecation | None = None

    @classmethod
    def of(
        cls,
        entity: Entity,
        triples: Sequence[Triple],
        vocabulary: Vocabulary,
        base: str,
        similar: SimilarThings = NONE_SIMILAR,
        own_pages: Mapping[str, str] = NO_PAGES,
    ) -> Self:
        """Arrange ``triples``, the description of ``entity``, to which others are ``similar``.

        ``own_pages`` are the paths of pages here about resources of others, by their IRIs.
        """
        start = f"{entity.iri.value}#"
        arranging = _Arranging(triples, vocabulary, base, start, own_pages)
        stated: dict[str, list[tuple[str, object]]] = {entity.iri.value: []}
        incoming = []
        shown = (*_IN_HEAD, *_IN_NOTICE) if entity.is_deprecated else _IN_HEAD
        for triple in triples:
            subject, property_ = _iri(triple.subject), triple.predicate.value
            about = stated.setdefault(subject, [])
            if property_ not in (*shown, similar.stated):
                about.append((property_, triple.object))
            is_link = triple.object == entity.iri and not subject.startswith(start)
            if is_link and property_ not in (*similar.linking, *_NOT_INCOMING):
                incoming.append((property_, triple.subject))
        types = [t for t in triples if t.subject == entity.iri and t.predicate.value == RDF.type]
        kinds = {_iri(triple.object) for triple in types}
        return cls(
            entity,
            tuple(sorted(vocabulary.name(kind) for kind in kinds if kind.startswith(base))),
            arranging.rows(stated[entity.iri.value]),
            tuple(
                Part(arranging.label(iri), iri, arranging.rows(stated[iri]))
                for iri in sorted(stated, key=lambda iri: (iri.startswith(_BLANK), iri))
                if iri.startswith((start, _BLANK))
            ),
            arranging.rows(incoming),
            similar,
            _deprecation(triples, arranging, entity) if entity.is_deprecated else None,
        )


def _deprecation(triples: Sequence[Triple], arranging: "_Arranging", entity: Entity) -> Deprecation:
    def values(property_: str) -> tuple[Value, ...]:
        found = (
            (property_, triple.object)
            for triple in triples
            if triple.subject == entity.iri and triple.predicate.value == property_
        )
        return tuple(value for row in arranging.rows(found) for value in row.values)

    return Deprecation(values(DCT.isReplacedBy), values(SKOS.editorialNote))


class _Arranging:
    """Makes rows of properties and values, with the labels that are among the triples."""

    def __init__(
        self,
        triples: Sequence[Triple],
        vocabulary: Vocabulary,
        base: str,
        start: str,
        own_pages: Mapping[str, str],
    ) -> None:
        self._vocabulary = vocabulary
        self._base = base
        self._start = start
        self._own_pages = own_pages
        labels: dict[str, list[Literal]] = {}
        for triple in triples:
            if triple.predicate.value == RDFS.label and isinstance(triple.object, Literal):
                labels.setdefault(_iri(triple.subject), []).append(triple.object)
        self._labels = {iri: english_first(texts)[0] for iri, texts in labels.items()}
        blank = sorted({_iri(t.subject) for t in triples if isinstance(t.subject, BlankNode)})
        self._numbers = {iri: number for number, iri in enumerate(blank, start=1)}

    def label(self, iri: str) -> str:
        """Return the name of a resource: its label, or a short form of its IRI."""
        if known := self._labels.get(iri):
            return known.value
        if iri in self._numbers:
            return f"unnamed {self._numbers[iri]}"
        if iri.startswith(self._start):
            return iri.removeprefix(self._start)
        return shortened(iri, self._vocabulary.prefixes)

    def rows(self, pairs: Iterable[tuple[str, object]]) -> tuple[Row, ...]:
        """Return the rows of ``pairs`` of the IRI of a property and a value."""
        found: dict[str, set[Value]] = {}
        for property_, term in pairs:
            found.setdefault(property_, set()).add(self._value(term))
        return tuple(
            Row(
                self._vocabulary.name(property_),
                property_,
                tuple(sorted(found[property_], key=_order)),
            )
            for property_ in sorted(found, key=self._vocabulary.rank)
        )

    def _value(self, term: object) -> Value:
        if isinstance(term, Literal):
            return Value(term.value, language=term.language or "")
        iri = _iri(term)
        label = self._labels.get(iri)
        language = (label.language if label else None) or ""
        if iri.startswith(self._start):
            return Value(self.label(iri), f"#{iri.removeprefix(self._start)}")
        if iri in self._numbers:
            return Value(self.label(iri), f"#{iri.removeprefix(_BLANK)}")
        if iri.startswith(self._base):
            return Value(self.label(iri), iri.removeprefix(self._base), language, is_here=True)
        if iri in self._own_pages:
            return Value(self.label(iri), self._own_pages[iri], language, is_here=True)
        address = iri if iri.startswith(("http://", "https://")) else ""
        return Value(self.label(iri), address, language if address else "")


def _order(value: Value) -> tuple[str, ...]:
    # One order for all that differ: names are alike in many languages, and every process that
    # serves the same graph makes the same page.
    return value.text.casefold(), value.text, value.address, value.language


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
