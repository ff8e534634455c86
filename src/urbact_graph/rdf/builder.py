"""The vocabularies that the graph and its description use, by their usual prefixes."""

import re
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import namespaces, shortened

Term = NamedNode | Literal

_NO_FRAGMENT = re.compile(r"[^A-Za-z0-9._-]+")


class Vocabulary:
    """Knows the namespaces; that of the graph's own terms lies below ``base``."""

    def __init__(self, base: str) -> None:
        self._namespaces = namespaces(base)

    def iri(self, name: str) -> str:
        """Return the IRI of the prefixed ``name``; ``a`` is rdf:type, as in Turtle."""
        prefix, _, local = ("rdf:type" if name == "a" else name).partition(":")
        return self._namespaces[prefix] + local

    def name(self, iri: str) -> str:
        """Return the prefixed name of ``iri``, or ``iri`` itself where its namespace has none."""
        return shortened(iri, self._namespaces)

    def key(self, iri: str) -> str:
        """Return the name of ``iri`` in a form that fits into a fragment: ``dct-title``."""
        name = self.name(iri)
        return _NO_FRAGMENT.sub("-", name.partition("://")[2] if name == iri else name)

    def namespace(self, iri: str) -> str:
        """Return the namespace of the term ``iri``: one known, or all before its last name."""
        for namespace in self._namespaces.values():
            if iri.startswith(namespace):
                return namespace
        return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


class Statements:
    """Triples in the making, with predicates and classes told by their prefixed names."""

    def __init__(self, base: str, triples: Iterable[Triple] = ()) -> None:
        self.base = base
        self.vocabulary = Vocabulary(base)
        self.triples = set(triples)

    def node(self, path: str) -> NamedNode:
        """Return the node at ``path`` below the base, such as ``dataset#sparql``."""
        return NamedNode(self.base + path)

    def add(self, subject: NamedNode, predicate: str, *objects: Term) -> None:
        """State ``predicate`` of each of ``objects``."""
        known = NamedNode(self.vocabulary.iri(predicate))
        self.triples.update(Triple(subject, known, value) for value in objects)

    def type(self, subject: NamedNode, *classes: str) -> None:
        """State that ``subject`` is of ``classes``."""
        self.add(subject, "a", *(NamedNode(self.vocabulary.iri(name)) for name in classes))

    def text(self, subject: NamedNode, predicate: str, texts: dict[str, str]) -> None:
        """State ``predicate`` in each language of ``texts``."""
        self.add(subject, predicate, *(Literal(text, language=tag) for tag, text in texts.items()))

    def in_order(self) -> list[Triple]:
        """Return the triples in the order of their N-Triples."""
        return sorted(self.triples, key=str)
