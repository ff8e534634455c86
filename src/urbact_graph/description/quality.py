"""How complete the graph is, measured at each build and stated in the graph itself.

In the words of the Data Quality Vocabulary (W3C note "Data on the Web Best Practices: Data Quality
Vocabulary", 15 December 2016): each number is a dqv:QualityMeasurement by one of three metrics.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Store, Triple

from urbact_graph.description.expected import expected_properties
from urbact_graph.description.things import Nodes, Things
from urbact_graph.rdf.builder import Statements, Subject
from urbact_graph.rdf.namespaces import DCT, SCHEMA, namespace_of

_DQV = "https://www.w3.org/TR/vocab-dqv/"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DIGITS = 4
# Each metric with its dimension, name and definition.
_METRICS = {
    "official-totals": (
        "completeness",
        "Share of an official total",
        "How many networks, partners, countries or plans of a call or programme the graph holds, "
        "of the total that a source prints. It is above 1 where the graph holds more than the "
        "source counts, for example partners that joined later.",
    ),
    "completeness": (
        "completeness",
        "Completeness of a property",
        "How many things of a class, in the whole graph or under one programme, have a property "
        "that each of them ought to have. The shapes say which these are.",
    ),
    "reviewed": (
        "accuracy",
        "Share reviewed",
        "How many things of a class a second reader has compared with their sources.",
    ),
}
_DIMENSIONS = {
    "completeness": ("Completeness", "How much of what there is to know the graph holds."),
    "accuracy": ("Accuracy", "How much of what the graph states was compared with its sources."),
}
# The path of plans without evidence, and of things under any programme or none.
_NOT_GRADED, _ALL = "not-graded", "all"


def measure_quality(store: Store, base: str, shapes: Iterable[Triple]) -> set[Triple]:
    """State how complete the graph in ``store`` is, whose own IRIs lie below ``base``.

    ``shapes`` say which properties are expected. Counted are the official totals of calls and
    programmes against what the graph holds, the things that have each expected property, and those
    that were reviewed.
    """
    writer = _Writer(Things(store, base), Statements(base))
    writer.official_totals()
    writer.completeness(expected_properties(shapes, base))
    writer.reviewed()
    if writer.metrics:
        writer.describe_metrics()
    return writer.statements.triples


class _Writer:
    """Measures ``things`` in ``statements``; ``metrics`` are the names of those used."""

    def __init__(self, things: Things, statements: Statements) -> None:
        self.statements = statements
        self.metrics = set[str]()
        self._things = things
        self._urb = things.urb

    def official_totals(self) -> None:
        """Measure what the graph holds of each official total; plans also by their evidence."""
        for total in self._things.instances(self._urb.OfficialTotal):
            path = total.value.removeprefix(self.statements.base)
            scopes = self._things.iris([total], self._urb.totalOf)
            measures = self._things.iris([total], self._urb.measure)
            numbers = list(self._things.values(total, self._urb.total))
            # The shapes ask for one of each; what breaks them is not measured.
            if len(scopes) != 1 or len(measures) != 1 or len(numbers) != 1:
                continue
            (scope,), (measure,) = scopes, measures
            expected = _number(numbers[0])
            for end, evidence, held in self._parts(measure, self._networks_of(scope)):
                name = self._things.label(measure.value) or measure.value
                of = self._things.label(scope.value) or scope.value
                manner = f", {self._manner(end)}" if end else ""
                node = self._measurement(
                    "official-totals", f"{path}{end}", f"{name}{manner}, {of}", held, expected
                )
                node.link("urb:measuredOn", scope).link("urb:measure", measure)
                node.link("urb:evidence", evidence)
                node.link("dct:source", *self._things.iris([total], DCT.source))

    def completeness(self, expected: Mapping[str, tuple[str, ...]]) -> None:
        """Measure the properties in ``expected`` by class, in the graph and under a programme."""
        for kind, properties in expected.items():
            for programme, members in self._by_programme(self._things.instances(kind)):
                under = programme.value.rpartition("/")[2] if programme else _ALL
                for property_ in properties:
                    path = f"completeness/{_slug(kind)}/{under}/{_slug(property_)}"
                    where = self._things.label(programme.value) if programme else ""
                    label = f"{self._name(kind)} with “{self._name(property_)}”"
                    node = self._measurement(
                        "completeness",
                        path,
                        f"{label}, {where}" if where else label,
                        len(members & self._things.having(property_)),
                        len(members),
                    )
                    node.link("urb:measuredOn", programme).link("urb:measuredClass", kind)
                    node.link("urb:measuredProperty", property_)
                    self._counted_here(node)

    def reviewed(self) -> None:
        """Measure how many things were reviewed, of each class that can be."""
        reviewed = self._things.having(self._urb.reviewed)
        for kind in self._things.iris([NamedNode(self._urb.reviewed)], SCHEMA.domainIncludes):
            members = self._things.instances(kind.value)
            if members:
                node = self._measurement(
                    "reviewed",
                    f"reviewed/{_slug(kind.value)}",
                    f"Reviewed: {self._name(kind.value)}",
                    len(members & reviewed),
                    len(members),
                )
                node.link("urb:measuredClass", kind)
                self._counted_here(node)

    def describe_metrics(self) -> None:
        """Describe the metrics used, and their dimensions."""
        for name in self.metrics:
            dimension, label, definition = _METRICS[name]
            node = self._concept("metric", name, label, definition).type("dqv:Metric")
            node.link("dqv:inDimension", self._node("dimension", dimension))
            node.term("dqv:expectedDataType", "xsd:decimal")
            self._concept("dimension", dimension, *_DIMENSIONS[dimension]).type("dqv:Dimension")

    def _parts(
        self, measure: NamedNode, networks: Nodes
    ) -> Iterator[tuple[str, NamedNode | None, int]]:
        """Yield what is held of ``networks``: the end of its path, its evidence, the number."""
        things, terms = self._things, self._urb
        of_networks = things.linking(terms.network, networks)
        partnerships = of_networks & things.instances(terms.Partnership)
        plans = of_networks & things.instances(terms.Plan)
        numbers = {
            terms.NetworksMeasure: len(networks),
            terms.PartnersMeasure: len(partnerships),
            terms.CountriesMeasure: len(things.iris(partnerships, terms.country)),
            terms.PlansMeasure: len(plans),
        }
        if measure.value in numbers:
            yield "", None, numbers[measure.value]
        if measure.value == terms.PlansMeasure:
            for evidence in things.instances(terms.Evidence):
                of_kind = plans & things.linking(terms.evidence, [evidence])
                yield f"/{_slug(evidence.value).removeprefix('plan-')}", evidence, len(of_kind)
            yield f"/{_NOT_GRADED}", None, len(plans - things.having(terms.evidence))

    def _networks_of(self, scope: NamedNode) -> Nodes:
        """Return the networks of a call or programme."""
        linking = [
            self._things.linking(name, [scope]) for name in (self._urb.call, self._urb.programme)
        ]
        return frozenset().union(*linking) & self._things.instances(self._urb.Network)

    def _by_programme(self, members: Nodes) -> Iterator[tuple[NamedNode | None, Nodes]]:
        """Yield ``members``, if any, and those under each programme."""
        if members:
            yield None, members
        programmes = self._things.programmes
        found: dict[NamedNode, set[NamedNode]] = {}
        for member in members & programmes.keys():
            found.setdefault(programmes[member], set()).add(member)
        yield from ((programme, frozenset(found[programme])) for programme in found)

    def _measurement(self, metric: str, path: str, label: str, held: int, expected: int) -> Subject:
        self.metrics.add(metric)
        node = self.statements.about(self._node(path)).type("dqv:QualityMeasurement")
        node.link("dqv:isMeasurementOf", self._node("metric", metric))
        node.link("dqv:computedOn", self.statements.node("dataset"))
        node.text("rdfs:label", f"{label}: {held} of {expected}", language="en")
        node.number("urb:heldCount", held).number("urb:expectedCount", expected)
        return node.number("dqv:value", round(held / expected, _DIGITS) if expected else 0.0)

    def _counted_here(self, node: Subject) -> None:
        """Name the dataset itself as the source of a number that no page prints."""
        node.link("dct:source", self.statements.node("dataset"))

    def _concept(self, path: str, name: str, label: str, definition: str) -> Subject:
        node = self.statements.about(self._node(path, name))
        for property_ in ("skos:prefLabel", "rdfs:label"):
            node.text(property_, label, language="en")
        node.text("skos:definition", definition, language="en")
        return node.link("dct:source", _DQV)

    def _node(self, *path: str) -> NamedNode:
        return self.statements.node("/".join(("quality", *path)))

    def _name(self, iri: str) -> str:
        """Return the label of a term, or its local name in words."""
        return self._things.label(iri) or _slug(iri).replace("-", " ")

    def _manner(self, end: str) -> str:
        return end.strip("/").replace("-", " ")


def _slug(iri: str) -> str:
    """Return the local name of a term in lower case: ``declared-partner-count``."""
    return _HUMP.sub("-", iri.removeprefix(namespace_of(iri))).lower()


def _number(value: object) -> int:
    return int(value.value) if isinstance(value, Literal) and value.value.isdecimal() else 0
