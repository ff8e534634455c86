"""The statistics of a graph that VoID publishes (section 4): what is distinct in its triples."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from urbact_graph.description.linksets import NO_LINKS, TARGETS
from urbact_graph.rdf.n_triples import iri, language, terms
from urbact_graph.rdf.namespaces import OWL, RDF, XSD
from urbact_graph.rdf.resources import resource_of
from urbact_graph.rdf.terms import typed

_TRUE = str(typed("true", XSD.boolean))


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
    """What is distinct in statements, kept so that two disjoint sets can be counted as one.

    ``of_property``, ``of_subject`` and ``of_class`` are by IRI; all else is kept as N-Triples.
    """

    def __init__(self, lines: Iterable[str], base: str) -> None:
        self.of_property: Counter[str] = Counter()
        self.of_subject: Counter[str] = Counter()
        self.of_class: Counter[str] = Counter()
        self.of_language: Counter[str] = Counter()
        self.of_link: Counter[tuple[str, str]] = Counter()
        self.subjects: dict[str, set[str]] = {}
        self.objects: dict[str, set[str]] = {}
        found: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for subject, predicate, value in terms(lines):
            subjects, values = found[predicate]
            subjects.append(subject)
            values.append(value)
        for predicate, (subjects, values) in found.items():
            self._count(iri(predicate), subjects, values, f"<{base}")
        self.of_subject = Counter({iri(name): n for name, n in self.of_subject.items()})
        ours = {subject for subject in self.of_subject if subject.startswith(base)}
        deprecated = (
            iri(subject)
            for subject, value in zip(*found[f"<{OWL.deprecated}>"], strict=True)
            if value == _TRUE
        )
        self.entities = ours.difference(deprecated)
        self.documents = {resource_of(subject, base) for subject in ours}
        self.all_objects = set[str]().union(*self.objects.values())

    def _count(self, name: str, subjects: list[str], values: list[str], own: str) -> None:
        """Count the statements with the property ``name``; IRIs of the graph begin with ``own``."""
        self.of_property[name] = len(subjects)
        self.of_subject.update(subjects)
        self.subjects[name], self.objects[name] = set(subjects), set(values)
        self.of_language.update(
            tag for value in values if value.startswith('"') and (tag := language(value))
        )
        if name == RDF.type:
            self.of_class.update(map(iri, values))
        elif name not in NO_LINKS:
            linked = [
                value
                for subject, value in zip(subjects, values, strict=True)
                if value.startswith("<") and subject.startswith(own)
            ]
            for target in TARGETS:
                beginning = f"<{target.namespace}"
                if links := sum(value.startswith(beginning) for value in linked):
                    self.of_link[target.key, name] = links

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
