"""The facts of data/ as plain sets, and the register of answers computed from them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse
from rdflib import RDF, RDFS, SKOS, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF
from rdflib.term import Node

from urbact_graph.validation.rdflib_terms import converted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from urbact_graph.sources import GraphSources

URB = Namespace("https://w3id.org/urbact-graph/ontology#")
WGS = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")

Triple = tuple[Node, Node, Node]
Cell = Node | str | int | bool | None
Row = tuple[Cell, ...]
Answer = list[Row] | bool | set[Triple]
Arguments = dict[str, URIRef | Literal]

ANSWERS: dict[str, Callable[[Facts, Arguments], Answer]] = {}


def answers(
    function: Callable[[Facts, Arguments], Answer],
) -> Callable[[Facts, Arguments], Answer]:
    """Register ``function`` as the answer to the query of its name."""
    ANSWERS[function.__name__.replace("_", "-")] = function
    return function


def text(term: Node | None) -> str:
    """Return what a term sorts by; nothing sorts first."""
    return "" if term is None else str(term)


@dataclass(frozen=True)
class Membership:
    """A partnership with the country of its city, or its own."""

    partnership: Node
    network: Node
    city: Node | None
    country: Node | None
    leads: bool


class Facts:
    """What data/ and the vocabulary state; ``built`` holds the derived statements as well."""

    def __init__(self, sources: GraphSources, dataset: Path) -> None:
        self._dataset = dataset
        self._objects: dict[tuple[Node, Node], set[Node]] = defaultdict(set)
        self._subjects: dict[tuple[Node, Node], set[Node]] = defaultdict(set)
        files = (*sources.ontology_files(), *sources.data_files())
        stated = (quad.triple for path in files for quad in parse(path=str(path)))
        for subject, predicate, value in converted(stated):
            self._objects[subject, predicate].add(value)
            self._subjects[predicate, value].add(subject)

    @cached_property
    def built(self) -> set[Triple]:
        quads = parse(path=str(self._dataset), format=RdfFormat.N_TRIPLES)
        return set(converted(quad.triple for quad in quads))

    def objects(self, subject: Node | None, predicate: Node) -> list[Node]:
        if subject is None:
            return []
        return sorted(self._objects.get((subject, predicate), ()), key=str)

    def one(self, subject: Node | None, predicate: Node) -> Node | None:
        found = self.objects(subject, predicate)
        assert len(found) < 2, (subject, predicate)
        return found[0] if found else None

    def subjects(self, predicate: Node, value: Node) -> list[Node]:
        return sorted(self._subjects.get((predicate, value), ()), key=str)

    def number(self, subject: Node, predicate: Node) -> int | None:
        found = self.one(subject, predicate)
        return None if found is None else int(str(found))

    def year(self, subject: Node, predicate: Node) -> int | None:
        found = self.one(subject, predicate)
        return None if found is None else int(str(found)[:4])

    def english(self, subject: Node | None, predicate: Node = SKOS.prefLabel) -> Node | None:
        for label in self.objects(subject, predicate):
            if isinstance(label, Literal) and label.language == "en":
                return label
        return None

    def kinds(self, above: Node) -> list[Node]:
        return self.subjects(RDFS.subClassOf, above)

    def kind(self, entity: Node) -> Node:
        (found,) = self.objects(entity, RDF.type)
        return found

    def kind_label(self, entity: Node) -> Node | None:
        return self.english(self.kind(entity), RDFS.label)

    def instances(self, above: Node) -> list[Node]:
        classes = [above, *self.kinds(above)]
        return sorted({e for c in classes for e in self.subjects(RDF.type, c)}, key=str)

    @cached_property
    def networks(self) -> list[Node]:
        return self.instances(URB.Network)

    @cached_property
    def cities(self) -> list[Node]:
        return self.instances(URB.City)

    @cached_property
    def plans(self) -> list[Node]:
        return self.instances(URB.Plan)

    @cached_property
    def announced_plans(self) -> list[Node]:
        return self.instances(URB.AnnouncedPlan)

    @cached_property
    def recommendations(self) -> list[Node]:
        return self.instances(URB.Recommendation)

    @cached_property
    def calls(self) -> list[Node]:
        return self.instances(URB.Call)

    @cached_property
    def programmes(self) -> list[Node]:
        return self.instances(URB.Programme)

    @cached_property
    def members(self) -> list[Membership]:
        found = []
        for partnership in self.instances(URB.Partnership):
            network = self.one(partnership, URB.network)
            assert network is not None
            city = self.one(partnership, URB.city)
            leads = self.one(partnership, URB.role) == URB.LeadPartner
            found.append(Membership(partnership, network, city, self.country(partnership), leads))
        return found

    @cached_property
    def networks_from(self) -> dict[Node, set[Node]]:
        """Return the networks of each call, as stated or assigned."""
        found: dict[Node, set[Node]] = {call: set() for call in self.calls}
        for network in self.networks:
            for basis in (URB.call, URB.statedCall):
                for call in self.objects(network, basis):
                    found[call].add(network)
        return found

    def country(self, entity: Node) -> Node | None:
        """Return the country of a partnership or plan: its city's, else its own."""
        return self.one(self.one(entity, URB.city), URB.country) or self.one(entity, URB.country)

    @cached_property
    def cities_of(self) -> dict[Node, set[Node]]:
        found: dict[Node, set[Node]] = {network: set() for network in self.networks}
        for member in self.members:
            if member.city is not None:
                found[member.network].add(member.city)
        return found

    @cached_property
    def networks_of(self) -> dict[Node, set[Node]]:
        found: dict[Node, set[Node]] = {city: set() for city in self.cities}
        for network, cities in self.cities_of.items():
            for city in cities:
                found[city].add(network)
        return found

    @cached_property
    def led_by(self) -> dict[Node, set[Node]]:
        found: dict[Node, set[Node]] = {city: set() for city in self.cities}
        for member in self.members:
            if member.leads and member.city is not None:
                found[member.city].add(member.network)
        return found

    @cached_property
    def members_of(self) -> dict[Node, list[Membership]]:
        found: dict[Node, list[Membership]] = {network: [] for network in self.networks}
        for member in self.members:
            found[member.network].append(member)
        return found

    def themes(self, entity: Node) -> set[Node]:
        return {*self.objects(entity, URB.theme), *self.objects(entity, URB.declaredTheme)}

    def below(self, theme: Node) -> set[Node]:
        found = {theme}
        for narrower in self.subjects(SKOS.broader, theme):
            found |= self.below(narrower)
        return found

    def on_theme(self, entities: Iterable[Node], theme: Node) -> list[Node]:
        wanted = self.below(theme)
        return [entity for entity in entities if self.themes(entity) & wanted]

    def in_period(self, network: Node, arguments: Mapping[str, Node]) -> bool:
        first, last = arguments.get("firstYear"), arguments.get("lastYear")
        start, end = self.year(network, URB.start), self.year(network, URB.end)
        late_enough = first is None or (end is not None and end >= int(str(first)))
        early_enough = last is None or (start is not None and start <= int(str(last)))
        return late_enough and early_enough

    def label(self, entity: Node) -> Literal:
        """Return the label that an entity should carry."""
        kind = self.kind(entity)
        network = self.english(self.one(entity, URB.network))
        if kind == URB.Partnership:
            return Literal(f"{self.one(entity, URB.partnerName)} in {network}", "en")
        if kind in self.kinds(URB.Plan):
            city = self.english(self.one(entity, URB.city))
            author = f" of {city}" if city else ""
            frame = f" in {network}" if network else ""
            return Literal(f"{self.english(kind, RDFS.label)}{author}{frame}", "en")
        found = self.one(entity, SKOS.prefLabel)
        if kind == URB.Call:
            found = self.one(entity, DCTERMS.title)
        elif kind == URB.Person:
            found = self.one(entity, FOAF.name)
        assert isinstance(found, Literal)
        return found


def wanted(value: Node | None, argument: Node | None) -> bool:
    """Tell whether ``value`` passes a parameter that is left out or equal to it."""
    return argument is None or value == argument


def rounded(numerator: int, denominator: int) -> int:
    """Return the whole number next to a quotient, the greater one of two."""
    return floor(Fraction(numerator, denominator) + Fraction(1, 2))


def percent(part: int, whole: int) -> Literal:
    """Return what ``part`` is of ``whole``, in percent with one digit."""
    return Literal(Decimal(rounded(1000 * part, whole)) / 10)
