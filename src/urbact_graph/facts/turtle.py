"""Write entities as Turtle whose every fact is a line, so that a changed fact is a changed line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import RDF, XSD, Literal, URIRef

from urbact_graph.rdf.namespaces import NAMESPACES

PREFIXES = {name: NAMESPACES[name] for name in ("dct", "foaf", "owl", "skos", "wgs", "xsd")}

# What a reader looks for first; every other predicate follows by name.
_FIRST = ("a", "skos:prefLabel", "foaf:name", "dct:title", "urb:network", "urb:city")
_LOCAL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_RELATIVE = re.compile(r"[A-Za-z0-9][^:\s]*")


@dataclass(frozen=True)
class Entity:
    """A subject with its statements, as (predicate, object) pairs."""

    iri: URIRef
    statements: frozenset[tuple[URIRef, URIRef | Literal]]


def serialize(entities: Iterable[Entity], base: str, header: str) -> str:
    """Serialize ``entities`` in the given order as a Turtle document.

    Statements are sorted, IRIs below ``base`` are relative, and the prefixes are always the same;
    so equal entities give equal bytes, and a fact more is a line more. Turtle 1.1,
    sections 2.2 to 2.4.
    """
    writer = _Writer(base)
    blocks = [writer.block(entity) for entity in entities]
    lines = [f"# {header}", f"@base <{base}> ."]
    lines += [f"@prefix {name}: <{iri}> ." for name, iri in sorted(writer.prefixes.items())]
    return "\n".join(lines) + "\n\n" + "\n".join(blocks)


class _Writer:
    def __init__(self, base: str) -> None:
        self.base = base
        self.prefixes = {**PREFIXES, "urb": f"{base}ontology#"}

    def block(self, entity: Entity) -> str:
        pairs = [(self._predicate(p), self._term(o)) for p, o in entity.statements]
        pairs.sort(key=lambda pair: (_rank(pair[0]), pair))
        facts = "".join(f"    {predicate} {value} ;\n" for predicate, value in pairs)
        return f"{self._term(entity.iri)}\n{facts}.\n"

    def _predicate(self, iri: URIRef) -> str:
        return "a" if iri == RDF.type else self._term(iri)

    def _term(self, term: URIRef | Literal) -> str:
        if isinstance(term, URIRef):
            return self._iri(str(term))
        if term.datatype in (XSD.integer, XSD.decimal):
            return str(term)
        if term.datatype is not None:
            return f'"{_escape(str(term))}"^^{self._iri(str(term.datatype))}'
        tag = f"@{term.language}" if term.language else ""
        return f'"{_escape(str(term))}"{tag}'

    def _iri(self, iri: str) -> str:
        for name, namespace in self.prefixes.items():
            if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri[len(namespace) :]):
                return f"{name}:{iri[len(namespace) :]}"
        local = iri.removeprefix(self.base)
        return f"<{local}>" if local != iri and _RELATIVE.fullmatch(local) else f"<{iri}>"


def _rank(predicate: str) -> int:
    return _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)


def _escape(text: str) -> str:
    for character, escape in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
    ):
        text = text.replace(character, escape)
    return text
