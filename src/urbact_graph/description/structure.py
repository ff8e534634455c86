"""What instances of each class state: with which properties, and of which classes and datatypes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import GEO, RDF, SF, SKOS, urb


@dataclass
class Structure:
    """Numbers of triples: by class of the subject and property, and by what their objects are.

    An instance of two classes counts for each. ``classes`` has the class of the object as the third
    part of its keys, ``datatypes`` the datatype.
    """

    properties: Counter[tuple[str, str]] = field(default_factory=Counter)
    classes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    datatypes: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def read_structure(triples: Iterable[Triple], base: str) -> Structure:
    """Count the structure of the graph that ``triples`` are; its own IRIs lie below ``base``.

    Counted are the classes of the graph's own vocabulary, and those of SKOS and GeoSPARQL. What
    the graph says of itself is of none of these.
    """
    described = tuple(map(str, (urb(base), SKOS, GEO, SF)))
    known = set(triples)
    classes: defaultdict[object, list[str]] = defaultdict(list)
    for triple in known:
        kind = triple.object
        if (
            triple.predicate.value == RDF.type
            and isinstance(kind, NamedNode)
            and kind.value.startswith(described)
        ):
            classes[triple.subject].append(kind.value)
    found = Structure()
    for triple in known:
        name, value = triple.predicate.value, triple.object
        for own in classes.get(triple.subject, ()):
            found.properties[own, name] += 1
            if isinstance(value, Literal):
                found.datatypes[own, name, value.datatype.value] += 1
            for other in classes.get(value, ()):
                found.classes[own, name, other] += 1
    return found
