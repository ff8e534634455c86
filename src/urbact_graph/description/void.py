"""The dataset in the words of VoID: statistics, partitions, linksets, examples, access.

W3C note "Describing Linked Datasets with the VoID Vocabulary", 3 March 2011.
"""

from pyoxigraph import Literal, NamedNode

from urbact_graph.description.statistics import Counts
from urbact_graph.description.coverage import Coverage
from urbact_graph.description.linksets import TARGETS
from urbact_graph.rdf.builder import Statements
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.rdf.namespaces import NAMESPACES

_INTEGER = NamedNode(NAMESPACES["xsd"] + "integer")
_DISTINCT_OBJECTS = NAMESPACES["void"] + "distinctObjects"

# A statement, as its subject and predicate.
Statement = tuple[str, str]


class VoidWriter:
    """States the VoID part of a description; the statements ``left_out`` are not made."""

    def __init__(self, statements: Statements, left_out: frozenset[Statement]) -> None:
        self._statements = statements
        self._left_out = left_out
        self._dataset = statements.node("dataset")

    def write(self, counts: Counts, coverage: Coverage) -> None:
        """State all that VoID can say of a graph with these counts and this coverage."""
        self._access(coverage)
        self._statistics(counts)
        self._vocabularies(counts)
        self._class_partitions(counts)
        self._property_partitions(counts)
        self._linksets(counts)

    def _access(self, coverage: Coverage) -> None:
        """Section 3, access metadata, and 6.1, the structure that crawlers follow."""
        add, dataset = self._statements.add, self._dataset
        self._statements.type(dataset, "void:Dataset")
        add(dataset, "void:uriSpace", Literal(self._statements.base))
        add(dataset, "void:sparqlEndpoint", self._statements.node("sparql"))
        add(dataset, "void:exampleResource", *coverage.examples)
        add(dataset, "void:rootResource", *coverage.roots)
        standards = {form.media_type: form.standard for form in FORMATS}
        for form in DISTRIBUTIONS:
            if form.rdf_format:
                dump = self._statements.node(f"dumps/latest/{form.file_name()}")
                add(dataset, "void:dataDump", dump)
                add(dataset, "void:feature", NamedNode(standards[form.media_type]))

    def _statistics(self, counts: Counts) -> None:
        """Section 4.6.1."""
        numbers = {
            "triples": counts.triples,
            "entities": counts.entities,
            "classes": len(counts.classes),
            "properties": len(counts.properties),
            "distinctSubjects": counts.subjects,
            "distinctObjects": counts.objects,
            "documents": counts.documents,
        }
        for name, number in numbers.items():
            self._count(self._dataset, name, number)

    def _vocabularies(self, counts: Counts) -> None:
        """Section 4.4."""
        terms = (*counts.classes, *counts.properties)
        namespaces = {self._statements.vocabulary.namespace(term) for term in terms}
        for namespace in namespaces:
            self._statements.add(self._dataset, "void:vocabulary", NamedNode(namespace))

    def _class_partitions(self, counts: Counts) -> None:
        """Section 4.6.3."""
        for term, instances in counts.classes.items():
            name = self._statements.vocabulary.name(term)
            part = self._part("classPartition", f"class-{self._key(term)}", f"Instances of {name}")
            self._statements.add(part, "void:class", NamedNode(term))
            self._count(part, "entities", instances)

    def _property_partitions(self, counts: Counts) -> None:
        """Section 4.6.3."""
        for term, usage in counts.properties.items():
            name = self._statements.vocabulary.name(term)
            label = f"Statements with {name}"
            part = self._part("propertyPartition", f"property-{self._key(term)}", label)
            self._statements.add(part, "void:property", NamedNode(term))
            self._count(part, "triples", usage.triples)
            self._count(part, "distinctSubjects", usage.subjects)
            # How many such numbers differ would be one of them, and often has no true value.
            if term != _DISTINCT_OBJECTS:
                self._count(part, "distinctObjects", usage.objects)

    def _linksets(self, counts: Counts) -> None:
        """Section 5: a linkset has one predicate and leads to one dataset of others."""
        statements = self._statements
        for target in TARGETS:
            links = {p: n for (key, p), n in counts.links.items() if key == target.key}
            if not links:
                continue
            others = statements.node(f"dataset#{target.key}")
            statements.type(others, "void:Dataset")
            for name in ("dct:title", "rdfs:label"):
                statements.text(others, name, {"en": target.title})
            statements.add(others, "void:uriSpace", Literal(target.namespace))
            statements.add(self._dataset, "dct:relation", others)
            for predicate, number in links.items():
                self._linkset(others, target.key, target.title, predicate, number)

    def _linkset(
        self, others: NamedNode, key: str, title: str, predicate: str, number: int
    ) -> None:
        name = self._statements.vocabulary.name(predicate)
        label = f"Links to {title} by {name}"
        part = self._part("subset", f"links-{key}-{self._key(predicate)}", label)
        self._statements.text(part, "dct:title", {"en": label})
        self._statements.type(part, "void:Linkset")
        self._statements.add(part, "void:linkPredicate", NamedNode(predicate))
        self._statements.add(part, "void:target", self._dataset, others)
        self._statements.add(part, "void:subjectsTarget", self._dataset)
        self._statements.add(part, "void:objectsTarget", others)
        self._count(part, "triples", number)

    def _part(self, relation: str, fragment: str, label: str) -> NamedNode:
        part = self._statements.node(f"dataset#{fragment}")
        self._statements.add(self._dataset, f"void:{relation}", part)
        self._statements.type(part, "void:Dataset")
        self._statements.text(part, "rdfs:label", {"en": label})
        return part

    def _key(self, term: str) -> str:
        return self._statements.vocabulary.key(term)

    def _count(self, subject: NamedNode, name: str, number: int) -> None:
        predicate = NAMESPACES["void"] + name
        if (subject.value, predicate) not in self._left_out:
            value = Literal(str(number), datatype=_INTEGER)
            self._statements.add(subject, f"void:{name}", value)
