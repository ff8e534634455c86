"""Make triples whose predicates and classes are given by prefixed names."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import XSD, expanded, namespaces
from urbact_graph.rdf.terms import Term, integer, partial_date, typed


class Statements:
    """A set of triples to add to; the graph's own names lie below ``base``."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.prefixes = namespaces(base)
        self.triples = set[Triple]()

    def node(self, path: str) -> NamedNode:
        """Return the node at ``path`` below the base, such as ``dataset#sparql``."""
        return NamedNode(self.base + path)

    def about(self, subject: NamedNode | str) -> "Subject":
        """Return ``subject``, a node or its IRI, to state something about."""
        return Subject(subject, self.prefixes, self.triples)


class Subject:
    """A subject that statements are made about; each call adds to ``triples``.

    Values that are None state nothing, so that a cell which may be empty needs no condition.
    """

    def __init__(
        self, subject: NamedNode | str, prefixes: Mapping[str, str], triples: set[Triple]
    ) -> None:
        self.node = NamedNode(subject) if isinstance(subject, str) else subject
        self.triples = triples
        self._prefixes = prefixes

    @property
    def iri(self) -> str:
        """The IRI of the subject."""
        return self.node.value

    def type(self, *classes: str) -> Self:
        """State that the subject is of ``classes``, given by their prefixed names."""
        return self.term("a", *classes)

    def term(self, predicate: str, *names: str | None) -> Self:
        """Link to terms of a vocabulary, given by their prefixed names."""
        iris = (expanded(name, self._prefixes) for name in names if name is not None)
        return self.link(predicate, *iris)

    def link(self, predicate: str, *targets: NamedNode | str | None) -> Self:
        """Link to ``targets``, which are nodes or their full IRIs."""
        nodes = (NamedNode(t) if isinstance(t, str) else t for t in targets if t is not None)
        return self.value(predicate, *nodes)

    def text(self, predicate: str, *texts: str | None, language: str | None = None) -> Self:
        """State each of ``texts``, tagged with ``language`` where it is known."""
        known = (text for text in texts if text is not None)
        return self.value(predicate, *(Literal(text, language=language) for text in known))

    def translations(self, predicate: str, texts: Mapping[str, str]) -> Self:
        """State a text in each of the languages that are the keys of ``texts``."""
        return self.value(predicate, *(Literal(text, language=tag) for tag, text in texts.items()))

    def number(self, predicate: str, number: float | None) -> Self:
        """State a count as xsd:integer, a measure as xsd:decimal.

        Both in the canonical form (XML Schema 1.1, sections 3.3.3.2 and 3.4.13), 5 for 5.0: the
        engine gives back no other.
        """
        if number is None:
            return self
        if isinstance(number, int):
            return self.value(predicate, integer(number))
        # Zero has no sign, and a decimal no exponent.
        canonical = f"{Decimal(repr(number)).normalize():f}" if number else "0"
        return self.value(predicate, typed(canonical, XSD.decimal))

    def date(self, predicate: str, date: str | None) -> Self:
        """State a date as precisely as it is known: xsd:date, xsd:gYearMonth or xsd:gYear."""
        return self if date is None else self.value(predicate, partial_date(date))

    def value(self, predicate: str, *values: Term) -> Self:
        """State any ``values``."""
        known = NamedNode(expanded(predicate, self._prefixes))
        self.triples.update(Triple(self.node, known, value) for value in values)
        return self
