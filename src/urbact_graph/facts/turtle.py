"""Write entities as Turtle whose every fact is a line, so that a changed fact is a changed line."""

import re
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.builder import Subject
from urbact_graph.rdf.namespaces import NAMESPACES, RDF, XSD, urb

_PREFIXES = {
    name: NAMESPACES[name] for name in ("dct", "foaf", "owl", "rdfs", "skos", "wgs", "xsd")
}

# What a reader looks for first; every other predicate follows by name.
_FIRST = ("a", "skos:prefLabel", "foaf:name", "dct:title", "urb:network", "urb:city")
_LOCAL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# Without the segments . and .., which a reader resolves (RFC 3986, section 5.2.4).
_RELATIVE = re.compile(r"(?!.*/\.{1,2}(?:[/?#]|$))[A-Za-z0-9][^:\s]*")
# The forms of numbers that need no quotes to be of their datatype. Of +1 rdflib would make 1.
_BARE = {
    XSD.integer: re.compile(r"-?[0-9]+"),
    XSD.decimal: re.compile(r"-?[0-9]*\.[0-9]+"),
}
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def serialize(entities: Iterable[Subject], base: str, header: str) -> str:
    """Serialize ``entities`` in the given order as a Turtle document.

    Statements are sorted, IRIs below ``base`` are relative, and the prefixes are always the same;
    so equal entities give equal bytes, and one more fact is one more line. Turtle 1.1,
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
        self.prefixes = {**_PREFIXES, "urb": str(urb(base))}

    def block(self, entity: Subject) -> str:
        pairs = [self._pair(triple) for triple in entity.triples]
        pairs.sort(key=lambda pair: (_rank(pair[0]), pair))
        facts = "".join(f"    {predicate} {value} ;\n" for predicate, value in pairs)
        return f"{self._iri(entity.iri)}\n{facts}.\n"

    def _pair(self, triple: Triple) -> tuple[str, str]:
        predicate = triple.predicate.value
        written = "a" if predicate == RDF.type else self._iri(predicate)
        value = triple.object
        if isinstance(value, NamedNode):
            return written, self._iri(value.value)
        if not isinstance(value, Literal):
            raise TypeError(f"{value} is neither an IRI nor a literal")
        return written, self._literal(value)

    def _literal(self, literal: Literal) -> str:
        datatype = literal.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(literal.value):
            return literal.value
        quoted = f'"{literal.value.translate(_ESCAPES)}"'
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype == XSD.string else f"{quoted}^^{self._iri(datatype)}"

    def _iri(self, iri: str) -> str:
        for name, namespace in self.prefixes.items():
            if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri[len(namespace) :]):
                return f"{name}:{iri[len(namespace) :]}"
        local = iri.removeprefix(self.base)
        return f"<{local}>" if local != iri and _RELATIVE.fullmatch(local) else f"<{iri}>"


def _rank(predicate: str) -> int:
    return _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)
