"""A small graph indexed for look-ups: values by subject and property, labels, English first."""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import DCT, FOAF, RDFS, SKOS
from urbact_graph.rdf.terms import Term

# The properties that name a resource, the best first.
LABELS = (RDFS.label, SKOS.prefLabel, FOAF.name, DCT.title)


def language_rank(language: str | None) -> tuple[int, str]:
    """Return the place of a language in the order of preference: English, none, others by tag."""
    return {"en": 0, None: 1, "": 1}.get(language, 2), language or ""


def english_first(literals: Iterable[Literal]) -> list[Literal]:
    """Return ``literals`` sorted: English ones, then those without language, then by tag and text.

    A tag such as ``en-GB`` counts as another language: the graph has plain tags only.
    """
    return sorted(literals, key=lambda text: (*language_rank(text.language), text.value))


class IndexedGraph:
    """``triples`` by subject and property; values stand in the order of their N-Triples.

    Resources are named by their IRIs as plain strings. Blank nodes and triple terms are left out.
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[str, dict[str, list[Term]]] = {}
        self._subjects: dict[tuple[str, str], list[str]] = {}
        for triple in sorted(set(triples), key=str):
            subject, property_, value = triple.subject, triple.predicate.value, triple.object
            if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
                continue
            about = self._values.setdefault(subject.value, {})
            about.setdefault(property_, []).append(value)
            if isinstance(value, NamedNode):
                self._subjects.setdefault((value.value, property_), []).append(subject.value)

    def subjects(self, start: str = "") -> Iterator[str]:
        """Yield the subjects whose IRIs begin with ``start``, sorted."""
        return (iri for iri in self._values if iri.startswith(start))

    def properties(self, subject: str) -> Iterator[tuple[str, list[Term]]]:
        """Yield each property of ``subject`` with its values."""
        yield from self._values.get(subject, {}).items()

    def values(self, subject: str, *properties: str) -> list[Term]:
        """Return the values of all of ``properties``, each value once."""
        about = self._values.get(subject, {})
        return list(dict.fromkeys(v for name in properties for v in about.get(name, ())))

    def iris(self, subject: str, *properties: str) -> list[str]:
        """Return the IRIs among the values of all of ``properties``."""
        found = self.values(subject, *properties)
        return [value.value for value in found if isinstance(value, NamedNode)]

    def linking(self, target: str, property_: str) -> list[str]:
        """Return the subjects that link to ``target`` by ``property_``."""
        return self._subjects.get((target, property_), [])

    def literals(self, subject: str, *properties: str) -> list[Literal]:
        """Return the literals of the first of ``properties`` that has any, English ones first."""
        for name in properties:
            found = [v for v in self.values(subject, name) if isinstance(v, Literal)]
            if found:
                return english_first(found)
        return []

    def texts(self, subject: str, *properties: str) -> list[str]:
        """Return the texts of ``literals``, without their languages and datatypes."""
        return [literal.value for literal in self.literals(subject, *properties)]

    def text(self, subject: str, *properties: str) -> str:
        """Return the first of ``texts``, or the empty text."""
        return next(iter(self.texts(subject, *properties)), "")

    def label(self, iri: str) -> str:
        """Return the label of the resource, or the empty text."""
        return self.text(iri, *LABELS)
