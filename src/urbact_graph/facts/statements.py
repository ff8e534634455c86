"""The building of an entity's statements from the cells of a row."""

import re
from collections.abc import Iterable

from rdflib import RDF, XSD, Literal, URIRef

from urbact_graph.facts.minting import Minter
from urbact_graph.facts.turtle import PREFIXES, Entity

_TEMPORAL = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}


class Vocabulary:
    """Resolves prefixed names (``urb:city``, ``skos:prefLabel``) and individuals' names."""

    def __init__(self, base: str) -> None:
        self._prefixes = {**PREFIXES, "urb": f"{base}ontology#"}

    def __call__(self, name: str) -> URIRef:
        """Return the IRI of the prefixed ``name``."""
        if name == "a":
            return URIRef(RDF.type)
        prefix, local = name.split(":", 1)
        return URIRef(self._prefixes[prefix] + local)

    def term(self, word: str, suffix: str = "") -> URIRef:
        """Return the term for a table's ``word``: ``city`` with ``Kind`` is urb:CityKind."""
        words = re.split(r"[^A-Za-z0-9]+", word)
        return self("urb:" + "".join(part[:1].upper() + part[1:] for part in words) + suffix)


class Description:
    """An entity in the making; an absent cell (``None``) adds nothing."""

    def __init__(self, iri: URIRef, vocabulary: Vocabulary) -> None:
        self.iri = iri
        self._vocabulary = vocabulary
        self._statements: set[tuple[URIRef, URIRef | Literal]] = set()

    def link(self, predicate: str, *objects: URIRef | None) -> "Description":
        """State ``predicate`` of each of the IRIs ``objects``."""
        self._add(predicate, objects)
        return self

    def text(
        self, predicate: str, *texts: str | None, language: str | None = None
    ) -> "Description":
        """State ``predicate`` of each text, tagged with ``language`` where it is known."""
        self._add(predicate, (Literal(t, lang=language) for t in texts if t is not None))
        return self

    def number(self, predicate: str, value: float | None) -> "Description":
        """State a count as xsd:integer, a measure as xsd:decimal."""
        if value is not None:
            datatype = XSD.integer if isinstance(value, int) else XSD.decimal
            self._add(predicate, [Literal(repr(value), datatype=datatype)])
        return self

    def date(self, predicate: str, value: str | None) -> "Description":
        """State a date as precisely as it is known: xsd:date, xsd:gYearMonth or xsd:gYear."""
        if value is not None:
            self._add(predicate, [Literal(value, datatype=_TEMPORAL[len(value)], normalize=False)])
        return self

    def sources(self, addresses: Iterable[str]) -> "Description":
        """State the pages that the facts were read from."""
        return self.link("dct:source", *(URIRef(address) for address in addresses))

    def entity(self) -> Entity:
        """Return the finished entity."""
        return Entity(self.iri, frozenset(self._statements))

    def _add(self, predicate: str, objects: Iterable[URIRef | Literal | None]) -> None:
        iri = self._vocabulary(predicate)
        self._statements.update((iri, value) for value in objects if value is not None)


class Describer:
    """What every part of the graph's description is made with."""

    def __init__(self, minter: Minter) -> None:
        self.mint = minter
        self.vocabulary = Vocabulary(minter.base)

    def describe(self, iri: URIRef) -> Description:
        """Begin the description of the entity ``iri``."""
        return Description(iri, self.vocabulary)
