"""Documents as JSON-LD 1.1 that reads like plain JSON.

The subject comes first. Resources that it links to are nested in it, each once; resources that link
to it stand under reverse names; the others under ``included``. The values of a name always have the
same shape. Values that do not fit it, such as a second value of a property that can have only one,
stand under the prefixed name or the IRI of the property, as a list of value objects.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from urbact_graph.rdf.namespaces import RDF, XSD, shortened
from urbact_graph.rdf.writing import write_graph
from urbact_graph.web.documents.jsonld_terms import KEYWORDS, Property, Terms, other_terms

# Integers that every JSON parser reads exactly (RFC 8259, section 6), in their canonical form.
_PLAIN_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,14}")
# The deepest nesting: deeper documents are hard to read, and chains have any length.
_DEEPEST = 4
# The names that come first and last; the others are sorted between them.
_FIRST = ("label", "prefLabel", "name", "title", "statement", "abstract", "description")
_LAST = ("editorialNote", "source", "modified")

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"
_Resource = NamedNode | BlankNode


def to_jsonld(
    triples: Sequence[Triple], subject: NamedNode, base: str, terms: Terms | None = None
) -> bytes:
    """Write ``triples`` about ``subject`` as JSON-LD; equal triples give equal bytes.

    ``terms`` are the short names of the graph; without them only those of other vocabularies are
    used. The document contains its context, with the terms that it uses, so that it can be read
    without a download.

    Raises:
        FormatError: JSON-LD cannot hold one of the triples.
    """
    written = None
    if all(_is_plain(triple) for triple in triples):
        written = _Writing(triples, subject, terms or other_terms(base)).document()
    if written is None:
        # The short form cannot express these triples; expanded JSON-LD can.
        return write_graph(triples, RdfFormat.JSON_LD.media_type)
    return (json.dumps(written, indent=2, ensure_ascii=False) + "\n").encode()


def _is_plain(triple: Triple) -> bool:
    """Tell whether ``triple`` is RDF 1.1, and a resource if it is a type."""
    value = triple.object
    if isinstance(value, Literal):
        return value.direction is None and triple.predicate.value != RDF.type
    return isinstance(value, _Resource) and isinstance(triple.subject, _Resource)


class _Writing:
    def __init__(self, triples: Iterable[Triple], subject: NamedNode, terms: Terms) -> None:
        self._terms = terms
        self._root = subject
        self._stated: dict[_Resource, dict[str, list[_Resource | Literal]]] = {}
        for triple in sorted(set(triples), key=str):
            about = self._stated.setdefault(triple.subject, {})  # type: ignore[arg-type]
            about.setdefault(triple.predicate.value, []).append(triple.object)  # type: ignore[arg-type]
        self._used: set[str] = set()
        # The resource in which each resource is nested; None if it is in none.
        self._parents: dict[_Resource, _Resource | None] = {}
        self._reversed: dict[Property, list[_Resource]] = {}
        self._begun: set[_Resource] = set()

    def document(self) -> dict[str, Json] | None:
        """Return the document; None if an IRI has a scheme that is a name of the context."""
        others = self._arrange()
        body = self._node(self._root)
        for term in sorted(self._reversed, key=lambda term: term.reverse):
            self._used.add(term.reverse)
            body[term.reverse] = [self._resource(one, None) for one in self._reversed[term]]
        if others:
            self._used.add("included")
            body["included"] = [self._node(other) for other in others]
        context = self._context()
        return None if self._schemes() & context.keys() else {"@context": context, **body}

    def _arrange(self) -> list[_Resource]:
        """Find the place of each resource; return those that are neither nested nor reverse."""
        self._parents[self._root] = None
        incoming = self._incoming()
        self._place([self._root])
        self._place(incoming)
        others = []
        for other in self._stated:
            if other not in self._parents:
                self._parents[other] = None
                self._place([other])
                others.append(other)
        return others

    def _incoming(self) -> list[_Resource]:
        """Take out the links to the subject that have a reverse name; return their subjects."""
        found: dict[_Resource, None] = {}
        direct = {value for values in self._stated.get(self._root, {}).values() for value in values}
        for other, stated in self._stated.items():
            if other == self._root or other in direct:
                continue
            for iri in list(stated):
                term = self._terms.properties.get(iri)
                if term and term.reverse and self._root in stated[iri]:
                    stated[iri].remove(self._root)
                    self._reversed.setdefault(term, []).append(other)
                    self._parents[other] = None
                    found[other] = None
        return list(found)

    def _place(self, resources: Iterable[_Resource]) -> None:
        """Nest what ``resources`` link to in them, the nearest first."""
        queue = deque((resource, 1) for resource in resources)
        while queue:
            resource, depth = queue.popleft()
            if depth == _DEEPEST:
                continue
            for value in self._linked(resource):
                if value in self._stated and value not in self._parents:
                    self._parents[value] = resource
                    queue.append((value, depth + 1))

    def _linked(self, resource: _Resource) -> Iterable[_Resource]:
        """Yield what ``resource`` links to by names whose values can be nested."""
        for iri, values in self._stated.get(resource, {}).items():
            term = self._terms.properties.get(iri)
            if iri != RDF.type and (term is None or term.shape == "link"):
                yield from (value for value in values if isinstance(value, _Resource))

    def _node(self, resource: _Resource) -> dict[str, Json]:
        """Return the node object of ``resource``."""
        self._begun.add(resource)
        node: dict[str, Json] = {"id": _id(resource)}
        named: dict[str, Json] = {}
        for iri, values in self._stated.get(resource, {}).items():
            if iri == RDF.type:
                node["type"] = self._types(values)
            elif values:
                name, written = self._property(resource, iri, values)
                named[name] = written
        return {**node, **{name: named[name] for name in sorted(named, key=_rank)}}

    def _types(self, values: Iterable[_Resource | Literal]) -> list[Json]:
        """Return the names of the classes, those of the graph's own vocabulary first."""
        iris = [_id(value) for value in values if isinstance(value, _Resource)]
        own = f"{self._terms.base}ontology#"
        iris.sort(key=lambda iri: (not iri.startswith(own), iri))
        self._used.update(self._terms.classes[iri] for iri in iris if iri in self._terms.classes)
        return [self._terms.classes.get(iri) or self._short(iri) for iri in iris]

    def _property(
        self, resource: _Resource, iri: str, values: list[_Resource | Literal]
    ) -> tuple[str, Json]:
        term = self._terms.properties.get(iri)
        written = self._fitting(resource, term, values) if term else None
        if term and written is not None:
            self._used.add(term.name)
            return term.name, written
        return self._short(iri), [
            self._literal(value, "")
            if isinstance(value, Literal)
            else self._resource(value, resource)
            for value in values
        ]

    def _fitting(
        self, resource: _Resource, term: Property, values: list[_Resource | Literal]
    ) -> "Json | None":
        """Return ``values`` in the shape of ``term``, None if they do not fit it."""
        if term.shape == "text":
            return self._texts(term, values)
        if len(values) > 1 and not term.many:
            return None
        if term.shape == "data":
            literals = [value for value in values if isinstance(value, Literal)]
            written = [self._literal(value, term.datatype) for value in literals]
        else:
            resources = [value for value in values if isinstance(value, _Resource)]
            if term.shape == "link" and len(resources) == len(values):
                written = [self._resource(value, resource) for value in resources]
            else:
                written = [_id(value) for value in resources]
        if len(written) < len(values):
            return None
        return written if term.many else written[0]

    def _texts(self, term: Property, values: Iterable[_Resource | Literal]) -> "Json | None":
        found: dict[str, list[Json]] = {}
        for value in values:
            if not isinstance(value, Literal) or value.language in KEYWORDS:
                return None
            if not value.language and value.datatype.value != XSD.string:
                return None
            found.setdefault(value.language or "none", []).append(value.value)
        if not term.many and any(len(texts) > 1 for texts in found.values()):
            return None
        if "none" in found:
            self._used.add("none")
        # English first, as on the pages.
        languages = sorted(found, key=lambda language: (language != "en", language))
        return {tag: found[tag] if term.many else found[tag][0] for tag in languages}

    def _literal(self, literal: Literal, coerced: str) -> Json:
        """Return a literal; ``coerced`` is the datatype that its property gives it."""
        text, datatype = literal.value, literal.datatype.value
        if literal.language:
            self._used.update(("value", "lang"))
            return {"lang": literal.language, "value": text}
        plain = _plain(text, datatype)
        if plain is not None and not coerced:
            return plain
        if datatype == coerced:
            return _native(text) if datatype == XSD.nonNegativeInteger else text
        self._used.add("value")
        if datatype == XSD.string:
            return {"value": text}
        return {"type": self._short(datatype), "value": text}

    def _resource(self, resource: _Resource, parent: _Resource | None) -> dict[str, Json]:
        """Return the node object of a resource in ``parent``: whole if it is nested there."""
        is_nested = resource in self._parents and self._parents[resource] == parent
        if is_nested and resource not in self._begun and resource != self._root:
            return self._node(resource)
        return {"id": _id(resource)}

    def _short(self, iri: str) -> str:
        name = shortened(iri, self._terms.prefixes)
        if name != iri:
            self._used.add(name.partition(":")[0])
        return name

    def _context(self) -> dict[str, Json]:
        """Return the part of the whole context that the document uses."""
        whole = self._terms.context
        used = self._used | {"@version", "id", "type"}
        for definition in [whole[name] for name in used if name in whole]:
            parts = definition.values() if isinstance(definition, dict) else [definition]
            used |= {str(part).partition(":")[0] for part in parts} & self._terms.prefixes.keys()
        return {name: definition for name, definition in whole.items() if name in used}

    def _schemes(self) -> set[str]:
        """Return the schemes of all IRIs."""
        iris = set(map(_id, self._stated))
        for stated in self._stated.values():
            iris.update(stated)
            for values in stated.values():
                iris.update(_id(v.datatype if isinstance(v, Literal) else v) for v in values)
        return {iri.partition(":")[0] for iri in iris}


def _plain(text: str, datatype: str) -> str | int | bool | None:
    """Return a literal as a JSON value; None if that would lose its form or datatype."""
    if datatype == XSD.string:
        return text
    if datatype == XSD.boolean and text in ("true", "false"):
        return text == "true"
    number = _native(text) if datatype == XSD.integer else text
    return number if isinstance(number, int) else None


def _native(text: str) -> str | int:
    return int(text) if _PLAIN_NUMBER.fullmatch(text) else text


def _id(resource: _Resource) -> str:
    return resource.value if isinstance(resource, NamedNode) else str(resource)


def _rank(name: str) -> tuple[int, int, str, str]:
    if name in _FIRST:
        return 0, _FIRST.index(name), "", ""
    if name in _LAST:
        return 2, _LAST.index(name), "", ""
    return 1, 0, name.casefold(), name
