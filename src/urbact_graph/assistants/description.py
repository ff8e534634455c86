"""What is stated of a thing, arranged for an assistant: by property, with labels beside IRIs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import rdflib
from rdflib.namespace import DCTERMS, RDF, RDFS, SKOS

from urbact_graph.rdf.namespaces import shortened

# Of a property with many values, or of many things that link here, so many are given.
MOST_VALUES = 25
_LABELS = (SKOS.prefLabel, RDFS.label)
# What blank nodes lead to is given as deep as this.
_DEPTH = 2


class Described:
    """The description of one thing, from the graph of its document."""

    def __init__(self, graph: rdflib.Graph, iri: str, prefixes: Mapping[str, str]) -> None:
        self._graph = graph
        self._prefixes = prefixes
        named = rdflib.URIRef(iri)
        # Another spelling of an IRI has the document of the thing that is meant.
        self._thing = named if (named, None, None) in graph else _main_subject(graph)

    def as_json(self) -> dict[str, Any]:
        """Return label, types, statements, what links here, and all sources."""
        graph, thing = self._graph, self._thing
        sources = sorted(str(source) for source in graph.objects(thing, DCTERMS.source))
        return {
            "iri": str(thing),
            "label": self._label(thing),
            "types": [self._value(one) for one in sorted(graph.objects(thing, RDF.type), key=str)],
            "statements": self._statements(thing, _DEPTH),
            "linked_from": self._links(),
            "sources": {str(thing): sources} if sources else {},
        }

    def _statements(self, subject: rdflib.term.Node, depth: int) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for property_, value in sorted(self._graph.predicate_objects(subject), key=_order):
            if property_ not in (RDF.type, DCTERMS.source):
                found.setdefault(self._name(property_), []).append(self._value(value, depth))
        return {name: _some(values) for name, values in found.items()}

    def _links(self) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for subject, property_ in sorted(self._graph.subject_predicates(self._thing), key=_order):
            if isinstance(subject, rdflib.URIRef):
                found.setdefault(self._name(property_), []).append(self._value(subject))
        return {name: _some(values) for name, values in found.items()}

    def _value(self, value: rdflib.term.Node, depth: int = 0) -> Any:
        if isinstance(value, rdflib.Literal):
            if value.language:
                return {"text": str(value), "language": value.language}
            plain = value.toPython()
            if isinstance(plain, Decimal):
                return float(plain)
            return plain if isinstance(plain, bool | int | float) else str(value)
        if isinstance(value, rdflib.BNode):
            return self._statements(value, depth - 1) if depth else {}
        label = self._label(value)
        return {"iri": str(value), "label": label} if label else {"iri": str(value)}

    def _label(self, thing: rdflib.term.Node) -> str:
        labels = [
            label
            for property_ in _LABELS
            for label in self._graph.objects(thing, property_)
            if isinstance(label, rdflib.Literal)
        ]
        # In English, else in no language, else in any.
        labels.sort(key=lambda one: (one.language != "en", bool(one.language), str(one)))
        return str(labels[0]) if labels else ""

    def _name(self, property_: rdflib.term.Node) -> str:
        return shortened(str(property_), self._prefixes)


def _main_subject(graph: rdflib.Graph) -> rdflib.term.Node:
    """Return the subject of most statements."""
    counts = Counter(subject for subject in graph.subjects() if isinstance(subject, rdflib.URIRef))
    return min(counts, key=lambda subject: (-counts[subject], subject))


def _order(pair: Iterable[rdflib.term.Node]) -> tuple[str, ...]:
    return tuple(map(str, pair))


def _some(values: list[Any]) -> list[Any]:
    left = len(values) - MOST_VALUES
    more = [f"… and {left:,} more, which `sparql` can list."] if left > 0 else []
    return [*values[:MOST_VALUES], *more]
