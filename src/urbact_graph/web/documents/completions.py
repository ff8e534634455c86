"""What an editor of queries proposes: the prefixes, and the terms of the graph."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from pyoxigraph import Literal, NamedNode

from urbact_graph.problems import EVALUATION_FAILED, ProblemError
from urbact_graph.rdf.namespaces import OWL, RDF, RDFS, namespaces, shortened
from urbact_graph.web.pages.entity_page import Vocabulary
from urbact_graph.web.snapshot import LASTING, Snapshot

CLASS, PROPERTY, INDIVIDUAL = "class", "property", "individual"
_KINDS = {
    OWL.Class: CLASS,
    RDFS.Class: CLASS,
    RDF.Property: PROPERTY,
    OWL.ObjectProperty: PROPERTY,
    OWL.DatatypeProperty: PROPERTY,
    OWL.AnnotationProperty: PROPERTY,
    OWL.NamedIndividual: INDIVIDUAL,
}
_DEFINED = f"""
PREFIX rdfs: <{RDFS}>
SELECT ?term ?kind ?label ?comment
WHERE {{
  VALUES ?kind {{ {" ".join(f"<{kind}>" for kind in _KINDS)} }}
  ?term a ?kind .
  OPTIONAL {{ ?term rdfs:label ?label FILTER(LANG(?label) IN ("en", "")) }}
  OPTIONAL {{ ?term rdfs:comment ?comment FILTER(LANG(?comment) IN ("en", "")) }}
}}
"""
_USED = {
    PROPERTY: "SELECT ?term (COUNT(*) AS ?uses) { ?s ?term ?o } GROUP BY ?term",
    CLASS: "SELECT ?term (COUNT(*) AS ?uses) { ?s a ?term } GROUP BY ?term",
}
# The classes that a property or an individual is of, and those above a class.
_OF = f"""
PREFIX owl: <{OWL}>
PREFIX rdfs: <{RDFS}>
PREFIX schema: <https://schema.org/>
SELECT DISTINCT ?term ?of
WHERE {{
  {{ ?term rdfs:domain|schema:domainIncludes|rdfs:subClassOf ?of }}
  UNION {{ ?term a owl:NamedIndividual , ?of FILTER(?of != owl:NamedIndividual) }}
}}
"""
# The classes that the values of a property are of.
_TAKES = f"""
PREFIX rdfs: <{RDFS}>
PREFIX schema: <https://schema.org/>
SELECT DISTINCT ?term ?takes WHERE {{ ?term rdfs:range|schema:rangeIncludes ?takes }}
"""


@dataclass
class _Term:
    kind: str
    label: str = ""
    comment: str = ""
    uses: int = 0
    of: set[str] = field(default_factory=set)
    takes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Completions:
    """The terms by IRI, and the prefixes, of one version of the graph."""

    prefixes: dict[str, str]
    terms: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query the terms that ``snapshot`` defines or uses.

        Where a graph is so large that its uses cannot be counted within the time of a query, only
        what it defines is known.

        Raises:
            ProblemError: as the engine raises it, if that may be otherwise the next time.
        """
        found: dict[str, _Term] = {}
        for term, kind, label, comment in _rows(snapshot, _DEFINED):
            if isinstance(term, NamedNode) and isinstance(kind, NamedNode):
                one = found.setdefault(term.value, _Term(_KINDS[kind.value]))
                one.label = one.label or _text(label)
                one.comment = one.comment or _text(comment)
        for kind_of_use, query in _USED.items():
            for term, uses in _rows(snapshot, query):
                if isinstance(term, NamedNode) and isinstance(uses, Literal):
                    found.setdefault(term.value, _Term(kind_of_use)).uses = int(uses.value)
        prefixes = namespaces(snapshot.base)
        _relate(snapshot, found, prefixes)
        vocabulary = snapshot.derive(Vocabulary.of)
        for iri, one in found.items():
            one.label = one.label or vocabulary.name(iri)
        return cls(prefixes, tuple(_described(found, prefixes)))

    def as_json(self) -> dict[str, Any]:
        """Return the prefixes, and the terms, sorted by name."""
        return {"prefixes": self.prefixes, "terms": list(self.terms)}


def _relate(snapshot: Snapshot, found: dict[str, _Term], prefixes: dict[str, str]) -> None:
    """Complete the terms with the classes that they, and the values of properties, are of."""
    for term, other in _pairs(snapshot, _OF):
        if term in found:
            found[term].of.add(shortened(other, prefixes))
    for term, other in _pairs(snapshot, _TAKES):
        if term in found:
            found[term].takes.add(shortened(other, prefixes))


def _rows(snapshot: Snapshot, query: str) -> Iterator[tuple[object, ...]]:
    try:
        yield from snapshot.rows(query)
    except ProblemError as error:
        # What is missing is not proposed; the editor works without it. What may be there the next
        # time is not left out for as long as this version of the graph is served.
        if error.problem not in (*LASTING, EVALUATION_FAILED):
            raise


def _pairs(snapshot: Snapshot, query: str) -> Iterator[tuple[str, str]]:
    """Yield the rows of ``query`` in which both terms are IRIs."""
    for term, other in _rows(snapshot, query):
        if isinstance(term, NamedNode) and isinstance(other, NamedNode):
            yield term.value, other.value


def _text(term: object) -> str:
    return term.value if isinstance(term, Literal) else ""


def _described(found: dict[str, _Term], prefixes: dict[str, str]) -> Iterator[dict[str, Any]]:
    for iri in sorted(found, key=lambda iri: shortened(iri, prefixes)):
        one, name = found[iri], shortened(iri, prefixes)
        yield {
            "iri": iri,
            # Without a prefix it is written as an IRI.
            "name": "" if name == iri else name,
            "kind": one.kind,
            "label": "" if one.label == iri else one.label,
            "comment": one.comment,
            "uses": one.uses,
            "of": sorted(one.of),
            "takes": sorted(one.takes),
        }
