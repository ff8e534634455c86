"""The statistics of a graph that VoID publishes (section 4): what is distinct in its triples."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.description.linksets import NO_LINKS, TARGETS
from urbact_graph.rdf.namespaces import OWL, RDF, XSD
from urbact_graph.rdf.resources import resource_of
from urbact_graph.rdf.terms import typed

_TRUE = typed("true", XSD.boolean)


@dataclass(frozen=True)
class Usage:
    """How often a property is used, and with how many distinct subjects and objects."""

    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True)
class Counts:
    """The numbers of a set of triples; classes and properties by their IRIs.

    ``entities`` are the subjects below the base that are not deprecated, ``documents`` all of them
    without their fragments; ``links`` counts the triples from below the base into each known
    target, by predicate.
    """

    triples: int
    subjects: int
    objects: int
    entities: int
    documents: int
    classes: dict[str, int]
    properties: dict[str, Usage]
    links: dict[tuple[str, str], int]


class Statistics:
    """What is distinct in a set of triples, kept so that two disjoint sets can be counted as one.

    Resources are kept by their IRIs as strings, literals as terms.
    """

    def __init__(self, triples: Iterable[Triple], base: str) -> None:
        self.of_property: Counter[str] = Counter()
        self.of_subject: Counter[str] = Counter()
        self.of_class: Counter[str] = Counter()
        self.of_language: Counter[str] = Counter()
        self.of_link: Counter[tuple[str, str]] = Counter()
        self.subjects: defaultdict[str, set[str]] = defaultdict(set)
        self.objects: defaultdict[str, set[str | Literal]] = defaultdict(set)
        deprecated = set()
        for triple in triples:
            self._count(triple, base)
            if triple.predicate.value == OWL.deprecated and triple.object == _TRUE:
                deprecated.add(_name(triple.subject))
        ours = {subject for subject in self.of_subject if subject.startswith(base)}
        self.entities = ours - deprecated
        self.documents = {resource_of(subject, base) for subject in ours}
        self.all_objects = set[str | Literal]().union(*self.objects.values())

    def _count(self, triple: Triple, base: str) -> None:
        subject, predicate, value = _name(triple.subject), triple.predicate.value, triple.object
        self.of_property[predicate] += 1
        self.of_subject[subject] += 1
        self.subjects[predicate].add(subject)
        if isinstance(value, Literal):
            self.objects[predicate].add(value)
            if value.language:
                self.of_language[value.language] += 1
            return
        name = _name(value)
        self.objects[predicate].add(name)
        if predicate == RDF.type:
            self.of_class[name] += 1
        elif predicate not in NO_LINKS and subject.startswith(base):
            for target in TARGETS:
                if name.startswith(target.namespace):
                    self.of_link[target.key, predicate] += 1

    def with_added(self, other: "Statistics") -> Counts:
        """Count these triples together with those of ``other``, none of which is among them."""
        together = self.of_property + other.of_property
        return Counts(
            triples=together.total(),
            subjects=_distinct(self.of_subject.keys(), other.of_subject.keys()),
            objects=_distinct(self.all_objects, other.all_objects),
            entities=_distinct(self.entities, other.entities),
            documents=_distinct(self.documents, other.documents),
            classes=dict(self.of_class + other.of_class),
            properties={
                name: Usage(
                    triples,
                    _distinct(self.subjects.get(name, ()), other.subjects.get(name, ())),
                    _distinct(self.objects.get(name, ()), other.objects.get(name, ())),
                )
                for name, triples in together.items()
            },
            links=dict(self.of_link + other.of_link),
        )


def _distinct(large: Collection[object], small: Iterable[object]) -> int:
    """Return how many there are in either, without a copy of the larger set."""
    return len(large) + sum(thing not in large for thing in small)


def _name(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)
