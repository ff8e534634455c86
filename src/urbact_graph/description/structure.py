"""What instances of each class state: with which properties, and of which classes and datatypes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from urbact_graph.rdf.n_triples import datatype, iri, terms
from urbact_graph.rdf.namespaces import GEO, RDF, SF, SKOS, urb

_TYPE = f"<{RDF.type}>"


@dataclass
class Structure:
    """Numbers of triples: by class of the subject and property, and by what their objects are.

    An instance of two classes counts for each. ``classes`` has the class of the object as the third
    part of its keys, ``datatypes`` the datatype.
    """

    properties: Counter[tuple[str, str]] = field(default_factory=Counter)
    classes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    datatypes: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def read_structure(lines: Iterable[str], base: str) -> Structure:
    """Count the structure of the graph of the statements ``lines``; its IRIs lie below ``base``.

    Counted are the classes of the graph's own vocabulary, and those of SKOS and GeoSPARQL. What
    the graph says of itself is of none of these.
    """
    described = tuple(f"<{namespace}" for namespace in (urb(base), SKOS, GEO, SF))
    known = list(terms(set(lines)))
    classes: defaultdict[str, list[str]] = defaultdict(list)
    for subject, predicate, value in known:
        if predicate == _TYPE and value.startswith(described):
            classes[subject].append(iri(value))
    # First by what is equal in many statements, as each of these is of several classes.
    groups: Counter[tuple[tuple[str, ...], str, tuple[str, ...], str]] = Counter()
    kinds = {subject: tuple(sorted(each)) for subject, each in classes.items()}
    for subject, predicate, value in known:
        if own := kinds.get(subject):
            form = datatype(value) if value.startswith('"') else ""
            groups[own, predicate, kinds.get(value, ()), form] += 1
    found = Structure()
    for (owners, predicate, others, form), number in groups.items():
        name = iri(predicate)
        for kind in owners:
            found.properties[kind, name] += number
            if form:
                found.datatypes[kind, name, form] += number
            for other in others:
                found.classes[kind, name, other] += number
    return found
