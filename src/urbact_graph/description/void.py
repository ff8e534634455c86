"""The dataset in the words of VoID: statistics, partitions, linksets, examples, access.

W3C note "Describing Linked Datasets with the VoID Vocabulary", 3 March 2011.
"""

import re

from pyoxigraph import NamedNode, Triple

from urbact_graph.description.coverage import Coverage
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.description.linksets import TARGETS, Target
from urbact_graph.description.statistics import Counts
from urbact_graph.description.structure import Structure
from urbact_graph.rdf.builder import Statements, Subject
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.rdf.namespaces import VOID, namespace_of, shortened
from urbact_graph.rdf.terms import integer

_NOT_IN_FRAGMENTS = re.compile(r"[^A-Za-z0-9._-]+")


class VoidWriter:
    """States the VoID part of a description in ``statements``, but for its numbers.

    ``numbers`` are by subject and local name of the property; each call of ``write`` replaces
    them. ``total`` is how many distinct objects there are in the whole graph, stated unless None.
    """

    def __init__(self, statements: Statements) -> None:
        self.base = statements.base
        self.numbers: dict[tuple[NamedNode, str], int] = {}
        self.total: int | None = None
        self._statements = statements
        self._dataset = statements.about(statements.node("dataset"))

    def write_access(self, coverage: Coverage) -> None:
        """State access metadata (section 3) and the structure that crawlers follow (6.1)."""
        dataset = self._dataset.type("void:Dataset")
        dataset.text("void:uriSpace", self.base)
        dataset.link("void:sparqlEndpoint", self._statements.node("sparql"))
        dataset.link("void:exampleResource", *coverage.examples)
        dataset.link("void:rootResource", *coverage.roots)
        standards = {form.media_type: form.standard for form in FORMATS}
        for form in DISTRIBUTIONS:
            if form.rdf_format:
                dump = self._statements.node(f"dumps/latest/{form.file_name()}")
                dataset.link("void:dataDump", dump)
                dataset.link("void:feature", standards[form.media_type])

    def write(self, counts: Counts) -> None:
        """State partitions and linksets, and keep the numbers of ``counts``."""
        self._statistics(counts)
        # Section 4.4.
        terms = (*counts.classes, *counts.properties)
        # An IRI such as urn:a has no namespace.
        self._dataset.link("void:vocabulary", *({namespace_of(term) for term in terms} - {""}))
        self._class_partitions(counts)
        self._property_partitions(counts)
        self._linksets(counts)

    def write_structure(self, structure: Structure) -> None:
        """State, inside the partition of each class, those of its properties and their objects.

        Sections 4.5 and 4.6.3, and for datatypes http://ldf.fi/void-ext. These partitions have no
        class and no label of their own, of which there would be two for every three numbers.
        """
        for (kind, name), triples in structure.properties.items():
            self._inner(f"class-{self._key(kind)}", "void:propertyPartition", name, triples)
        for (kind, name, other), triples in structure.classes.items():
            outer = f"class-{self._key(kind)}-property-{self._key(name)}"
            self._inner(outer, "void:classPartition", other, triples)
        for (kind, name, datatype), triples in structure.datatypes.items():
            outer = f"class-{self._key(kind)}-property-{self._key(name)}"
            self._inner(outer, "void-ext:datatypePartition", datatype, triples)

    def _inner(self, outer: str, relation: str, term: str, triples: int) -> None:
        """State a partition of the one with the fragment ``outer``: that of ``term``."""
        what = relation.partition(":")[2].removesuffix("Partition")
        part = self._statements.about(
            self._statements.node(f"dataset#{outer}-{what}-{self._key(term)}")
        )
        self._statements.about(self._statements.node(f"dataset#{outer}")).link(relation, part.node)
        part.link(relation.removesuffix("Partition"), term)
        self.numbers[part.node, "triples"] = triples

    def triples(self) -> set[Triple]:
        """Return the statements together with those of the numbers."""
        numbers = dict(self.numbers)
        if self.total is not None:
            numbers[self._dataset.node, "distinctObjects"] = self.total
        stated = (
            Triple(subject, NamedNode(VOID[name]), integer(number))
            for (subject, name), number in numbers.items()
        )
        return self._statements.triples.union(stated)

    def _statistics(self, counts: Counts) -> None:
        """Section 4.6.1."""
        numbers = {
            "triples": counts.triples,
            "entities": counts.entities,
            "classes": len(counts.classes),
            "properties": len(counts.properties),
            "distinctSubjects": counts.subjects,
            "documents": counts.documents,
        }
        for name, number in numbers.items():
            self.numbers[self._dataset.node, name] = number

    def _class_partitions(self, counts: Counts) -> None:
        """Section 4.6.3."""
        for term, instances in counts.classes.items():
            name = f"class-{self._key(term)}"
            part = self._part("classPartition", name, f"Instances of {self._name(term)}")
            part.link("void:class", term)
            self.numbers[part.node, "entities"] = instances

    def _property_partitions(self, counts: Counts) -> None:
        """Section 4.6.3."""
        for term, usage in counts.properties.items():
            name = f"property-{self._key(term)}"
            part = self._part("propertyPartition", name, f"Statements with {self._name(term)}")
            part.link("void:property", term)
            self.numbers[part.node, "triples"] = usage.triples
            self.numbers[part.node, "distinctSubjects"] = usage.subjects
            # How many such numbers differ would be one of them, and often has no true value.
            if term != VOID.distinctObjects:
                self.numbers[part.node, "distinctObjects"] = usage.objects

    def _linksets(self, counts: Counts) -> None:
        """Section 5: a linkset has one predicate and leads to one dataset of others."""
        for target in TARGETS:
            links = {p: n for (key, p), n in counts.links.items() if key == target.key}
            if not links:
                continue
            others = self._statements.about(self._statements.node(f"dataset#{target.key}"))
            others.type("void:Dataset").text("void:uriSpace", target.namespace)
            for name in ("dct:title", "rdfs:label"):
                others.text(name, target.title, language="en")
            self._dataset.link("dct:relation", others.node)
            for predicate, number in links.items():
                self._linkset(others.node, target, predicate, number)

    def _linkset(self, others: NamedNode, target: Target, predicate: str, number: int) -> None:
        label = f"Links to {target.title} by {self._name(predicate)}"
        part = self._part("subset", f"links-{target.key}-{self._key(predicate)}", label)
        part.type("void:Linkset").text("dct:title", label, language="en")
        part.link("void:linkPredicate", predicate)
        part.link("void:target", self._dataset.node, others)
        part.link("void:subjectsTarget", self._dataset.node).link("void:objectsTarget", others)
        self.numbers[part.node, "triples"] = number

    def _part(self, relation: str, fragment: str, label: str) -> Subject:
        part = self._statements.about(self._statements.node(f"dataset#{fragment}"))
        self._dataset.link(f"void:{relation}", part.node)
        return part.type("void:Dataset").text("rdfs:label", label, language="en")

    def _name(self, term: str) -> str:
        return shortened(term, self._statements.prefixes)

    def _key(self, term: str) -> str:
        """Return the name of ``term`` in a form that fits into a fragment: ``dct-title``."""
        name = self._name(term)
        return _NOT_IN_FRAGMENTS.sub("-", name.partition("://")[2] if name == term else name)
