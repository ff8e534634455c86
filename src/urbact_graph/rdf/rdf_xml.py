"""Graphs in RDF/XML: what it cannot hold, and what pyoxigraph would write that no reader takes."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from urbact_graph.rdf.blank_nodes import prefixed
from urbact_graph.rdf.namespaces import RDF
from urbact_graph.rdf.xml import inexpressible, is_name, names_element

_TYPE = RDF.type
# Terms that are syntax where a property or a class stands (RDF/XML, sections 5.1 and 7.2.2 to
# 7.2.5). rdf:li is a property that a reader replaces by another.
_SYNTAX = frozenset(
    RDF[name]
    for name in (
        *("RDF", "Description", "ID", "about", "parseType", "resource", "nodeID", "datatype", "li"),
        *("aboutEach", "aboutEachPrefix", "bagID"),
    )
)


def are_named(triples: Iterable[Triple]) -> bool:
    """Tell whether each property in ``triples`` can be the name of an element."""
    return all(map(_is_element, {part.predicate.value for part in _parts(triples)}))


def obstacle(triple: Triple) -> str | None:
    """Return why RDF/XML cannot hold ``triple``, without a full stop; None if it can."""
    for part in _parts([triple]):
        predicate, value = part.predicate, part.object
        if not _is_element(predicate.value):
            if predicate.value in _SYNTAX:
                return f"RDF/XML takes {predicate} for syntax and cannot express it as a property"
            return f"RDF/XML cannot express the property {predicate}, which ends in no XML name"
        # An IRI has no character that XML lacks (RFC 3987, section 2.2).
        if isinstance(value, Literal) and (found := inexpressible(value.value)):
            return f"A text of {part.subject} holds the character {found}, which XML cannot express"
    return None


def readable(triples: Sequence[Triple]) -> tuple[Sequence[Triple], str]:
    """Return ``triples`` so that readers take what pyoxigraph writes of them, and a namespace.

    What is written has to go through ``with_types`` with that namespace, unless it is empty.
    """
    nodes = {
        term.value
        for part in _parts(triples)
        for term in (part.subject, part.object)
        if isinstance(term, BlankNode)
    }
    # rdf:nodeID is an XML name, which does not begin with a digit (section 7.2.34).
    if not all(map(is_name, nodes)):
        triples = [prefixed(triple, "b") for triple in triples]
    if not any(map(_has_odd_type, triples)):
        return triples, ""
    # pyoxigraph makes an element of a class, also where it is no XML name; not of other values.
    used = {triple.predicate.value for triple in triples}
    space = next(space for n in count() if f"{(space := f'urn:x-{n}:')}type" not in used)
    stand_in = NamedNode(f"{space}type")
    return [
        Triple(triple.subject, stand_in, triple.object) if _has_odd_type(triple) else triple
        for triple in triples
    ], space


def with_types(content: bytes, space: str) -> bytes:
    """Return ``content``, RDF/XML of ``readable`` triples, with rdf:type for its stand-in."""
    if not space:
        return content
    # No text can look like it: there is no `<` in texts.
    return content.replace(f'<type xmlns="{space}" '.encode(), b"<rdf:type ")


def _parts(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield ``triples``, and those that are terms in them."""
    for triple in triples:
        yield triple
        if isinstance(triple.object, Triple):
            yield from _parts([triple.object])


# Graphs have few properties and classes, and many triples.
@lru_cache(maxsize=4_096)
def _is_element(iri: str) -> bool:
    return names_element(iri) and iri not in _SYNTAX


def _has_odd_type(triple: Triple) -> bool:
    value = triple.object
    return (
        triple.predicate.value == _TYPE
        and isinstance(value, NamedNode)
        and not _is_element(value.value)
    )
