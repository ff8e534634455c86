"""Triples by subject and property, as a page looks them up."""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

Value = NamedNode | Literal


class Statements:
    """What triples say, by the IRIs of subject and property; values are in their order."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._stated: dict[str, dict[str, list[Value]]] = {}
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
                properties = self._stated.setdefault(subject.value, {})
                properties.setdefault(triple.predicate.value, []).append(value)

    def subjects(self, start: str = "") -> Iterator[str]:
        """Give the subjects whose IRIs begin with ``start``."""
        return (iri for iri in self._stated if iri.startswith(start))

    def values(self, subject: str, property_: str) -> list[Value]:
        """Return the values of a property."""
        return self._stated.get(subject, {}).get(property_, [])

    def texts(self, subject: str, property_: str) -> list[str]:
        """Return the values of a property as texts: IRIs, or literals without their types."""
        return [value.value for value in self.values(subject, property_)]

    def text(self, subject: str, property_: str) -> str:
        """Return the first value of a property as a text, or nothing."""
        texts = self.texts(subject, property_)
        return texts[0] if texts else ""
