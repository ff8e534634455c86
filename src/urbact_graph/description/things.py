"""The things of a graph as sets: by class, by programme, and by the properties that they have."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Store

from urbact_graph.rdf.graph import english_first
from urbact_graph.rdf.namespaces import RDF, RDFS, urb
from urbact_graph.rdf.terms import Term

Nodes = frozenset[NamedNode]


class Things:
    """The things of the graph in ``store``, whose own IRIs lie below ``base``.

    Classes and properties are given by their IRIs, as strings.
    """

    def __init__(self, store: Store, base: str) -> None:
        self.urb = urb(base)
        self._store = store
        self._instances: dict[str, Nodes] = {}
        self._having: dict[str, Nodes] = {}

    def instances(self, kind: str) -> Nodes:
        """Return the instances of a class."""
        if kind not in self._instances:
            self._instances[kind] = frozenset(self._subjects(RDF.type, NamedNode(kind)))
        return self._instances[kind]

    def linking(self, property_: str, values: Iterable[NamedNode]) -> Nodes:
        """Return what has one of ``values`` as a value of a property."""
        return frozenset(node for value in values for node in self._subjects(property_, value))

    def having(self, property_: str) -> Nodes:
        """Return what has a property."""
        if property_ not in self._having:
            self._having[property_] = frozenset(self._subjects(property_, None))
        return self._having[property_]

    def values(self, node: NamedNode, property_: str) -> Iterator[Term]:
        """Yield the values of a property, in no order."""
        for quad in self._store.quads_for_pattern(node, NamedNode(property_), None):
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.object

    def iris(self, nodes: Iterable[NamedNode], property_: str) -> Nodes:
        """Return the IRIs among the values of a property of ``nodes``."""
        found = (value for node in nodes for value in self.values(node, property_))
        return frozenset(value for value in found if isinstance(value, NamedNode))

    def label(self, iri: str) -> str:
        """Return the label, the English one first, or the empty text."""
        values = self.values(NamedNode(iri), RDFS.label)
        labels = english_first(value for value in values if isinstance(value, Literal))
        return labels[0].value if labels else ""

    @cached_property
    def programmes(self) -> Mapping[NamedNode, NamedNode]:
        """The programme of each network, and of each thing that belongs to one network."""
        found = {
            network: min(programmes, key=str)
            for network in self.instances(self.urb.Network)
            if (programmes := self.iris([network], self.urb.programme))
        }
        quads = self._store.quads_for_pattern(None, NamedNode(self.urb.network), None)
        parts = {
            quad.subject: found[quad.object]
            for quad in quads
            if isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
            and quad.object in found
        }
        return found | parts

    def _subjects(self, property_: str, value: NamedNode | None) -> Iterator[NamedNode]:
        for quad in self._store.quads_for_pattern(None, NamedNode(property_), value):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject
