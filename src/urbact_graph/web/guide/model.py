"""The model as the guide shows it: its picture, and its classes with what they lead to."""

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Self

from pyoxigraph import Literal, NamedNode

from urbact_graph.rdf.namespaces import SKOS
from urbact_graph.rdf.terms import Term
from urbact_graph.web.snapshot import Snapshot

_CLASSES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?class ?label ?comment ?above
WHERE {
  ?class rdfs:isDefinedBy ?ontology ; a owl:Class ; rdfs:label ?label ; rdfs:comment ?comment .
  FILTER(LANG(?label) = "en" && LANG(?comment) = "en")
  OPTIONAL { ?class rdfs:subClassOf ?above . ?above rdfs:isDefinedBy ?ontology }
}
"""
_SIZES = """
SELECT ?class (COUNT(?thing) AS ?things)
WHERE { ?thing a ?class FILTER(STRSTARTS(STR(?class), ?terms)) }
GROUP BY ?class
"""
_MEMBERS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?class ?member ?label
WHERE {
  ?member rdfs:isDefinedBy ?ontology ; a ?class ; rdfs:label ?label .
  ?class rdfs:isDefinedBy ?ontology .
  FILTER(LANG(?label) = "en")
}
ORDER BY ?member
"""
_LINKS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?property ?of ?to
WHERE {
  ?property rdfs:isDefinedBy ?ontology ; rdfs:domain|schema:domainIncludes ?of ;
    rdfs:range|schema:rangeIncludes ?to .
  ?of rdfs:isDefinedBy ?ontology .
  FILTER(EXISTS { ?to rdfs:isDefinedBy ?ontology } || ?to = skos:Concept)
}
ORDER BY ?property ?to
"""
_CONCEPT = str(SKOS.Concept)
# The lists that have all things of a class.
_LISTS = {
    "Network": "networks",
    "City": "cities",
    "Plan": "plans",
    "Recommendation": "recommendations",
    "Person": "people",
}


@dataclass
class ModelClass:
    """A class, by the local name of its IRI; ``path`` is that of a list of all its things.

    ``links`` are properties with the classes that they lead to, empty for a concept; ``kinds`` are
    its subclasses. ``members`` are its individuals, with their labels, where the ontology names
    them all.
    """

    name: str
    label: str
    comment: str
    size: int = 0
    path: str = ""
    links: list[tuple[str, list[str]]] = field(default_factory=list)
    kinds: list["ModelClass"] = field(default_factory=list)
    members: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Model:
    """The classes of things, the largest first, and those whose members the ontology lists."""

    classes: tuple[ModelClass, ...]
    lists: tuple[ModelClass, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the model of ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the engine raises it.
        """
        ontology = NamedNode(f"{snapshot.base}ontology")
        above: dict[str, str] = {}
        found: dict[str, ModelClass] = {}
        for iri, label, comment, parent in snapshot.rows(_CLASSES, ontology=ontology):
            name = _local(iri)
            found[name] = ModelClass(name, _text(label), _text(comment), path=_LISTS.get(name, ""))
            if parent is not None:
                above[name] = _local(parent)
        for iri, things in snapshot.rows(_SIZES, terms=Literal(f"{ontology.value}#")):
            if (name := _local(iri)) in found:
                found[name].size = int(_text(things))
        for iri, member, label in snapshot.rows(_MEMBERS, ontology=ontology):
            found[_local(iri)].members.append((_local(member), _text(label)))
        for property_, of, to in snapshot.rows(_LINKS, ontology=ontology):
            _add_link(found[_local(of)], _local(property_), "" if _is_concept(to) else _local(to))
        for name, broader in above.items():
            found[broader].kinds.append(found[name])
        main = sorted((one for name, one in found.items() if name not in above), key=_rank)
        return cls(
            tuple(one for one in main if not one.members and one.size),
            tuple(one for one in main if one.members),
        )


def picture(root: str) -> str:
    """Return the picture of the model as SVG, with links below ``root``, the instance's path."""
    return _drawn().replace("{root}", root)


@cache
def _drawn() -> str:
    """Read the picture of the package; ``python docs/draw_model.py`` writes it."""
    return (files("urbact_graph.web.guide") / "model.svg").read_text(encoding="utf-8")


def _add_link(one: ModelClass, property_: str, target: str) -> None:
    if one.links and one.links[-1][0] == property_:
        one.links[-1][1].append(target)
    else:
        one.links.append((property_, [target]))


def _rank(one: ModelClass) -> tuple[int, str]:
    one.kinds.sort(key=lambda kind: (-kind.size, kind.name))
    # Those that have lists are what people come for.
    order = list(_LISTS)
    return (order.index(one.name) if one.name in order else len(order), one.name)


def _is_concept(term: Term | None) -> bool:
    return isinstance(term, NamedNode) and term.value == _CONCEPT


def _local(term: Term | None) -> str:
    return _text(term).rpartition("#")[2]


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, (NamedNode, Literal)) else ""
