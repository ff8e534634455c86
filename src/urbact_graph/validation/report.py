"""What a validation found: results in a fixed order, also as RDF without blank nodes."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pyoxigraph import Literal as OxLiteral
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from rdflib import RDF, SH, XSD, Literal, URIRef
from rdflib.term import Node

from urbact_graph.rdf.namespaces import NAMESPACES

DERIVED = "derived"

# Numbers and truth values are written in Turtle as they are.
_BARE = {XSD.integer, XSD.decimal, XSD.boolean}

_PREFIXES = ("dct", "foaf", "geo", "owl", "rdf", "rdfs", "sh", "skos", "wgs", "xsd")


class Severity(StrEnum):
    """How grave a result is, the gravest first (SHACL, section 2.1.4)."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def iri(self) -> URIRef:
        """The severity in SHACL's vocabulary."""
        return SH[self.value]

    @property
    def rank(self) -> int:
        """The place in the order of gravity, 0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Result:
    """One rule that one entity breaks with one value (None where the value is what is missing).

    ``rule`` and ``title`` name the shape, ``component`` is the kind of constraint, ``file`` the
    source file that describes the entity, or "derived" where none does.
    """

    severity: Severity
    entity: URIRef
    rule: URIRef
    title: str
    message: str
    path: URIRef | None
    value: URIRef | Literal | None
    component: URIRef
    file: str
    remedy: str

    @property
    def rule_name(self) -> str:
        """The rule's name in its namespace, such as Network-lead-known."""
        return self.rule.rpartition("#")[2]

    @property
    def identifier(self) -> str:
        """A short hash that stays the same as long as entity, rule and value do."""
        parts = (self.entity, self.rule, "" if self.value is None else self.value.n3())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]

    @property
    def order(self) -> tuple[int, str, str, str, str]:
        """The place in a report: by severity, file, entity, rule and value."""
        value = "" if self.value is None else self.value.n3()
        return (self.severity.rank, self.file, self.entity, self.rule, value)


@dataclass(frozen=True)
class Report:
    """All results of a validation, and how many rules were checked on how many triples."""

    results: tuple[Result, ...]
    rules: int
    triples: int

    @classmethod
    def of(cls, results: Iterable[Result], rules: int, triples: int) -> "Report":
        """Make a report: in order, and each fault once though it breaks a rule in two ways."""
        kept: dict[str, Result] = {}
        for result in sorted(results, key=lambda found: (found.order, found.component)):
            kept.setdefault(result.identifier, result)
        return cls(tuple(kept.values()), rules, triples)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and infos do not count."""
        return not self.counts[Severity.VIOLATION]

    @property
    def counts(self) -> dict[Severity, int]:
        """The number of results of each severity."""
        counted = Counter(result.severity for result in self.results)
        return {severity: counted[severity] for severity in Severity}

    def by_rule(self) -> list[tuple[Result, ...]]:
        """Return the results of each rule together, the gravest rules first, then by name."""
        grouped: dict[tuple[int, str], list[Result]] = {}
        for result in self.results:
            grouped.setdefault((result.severity.rank, result.rule), []).append(result)
        return [tuple(grouped[key]) for key in sorted(grouped)]

    def to_triples(self, base: str) -> list[Triple]:
        """Return the report as a sh:ValidationReport at ``base`` + validation, in a fixed order.

        Every node has an IRI. As SHACL has it (section 3.6.1.1), sh:conforms is true only where
        there is no result at all, so that a warning makes it false.
        """
        report = URIRef(f"{base}validation")
        conforms = Literal("false" if self.results else "true", datatype=XSD.boolean)
        triples = [
            _triple(report, RDF.type, SH.ValidationReport),
            _triple(report, SH.conforms, conforms),
        ]
        for result in self.results:
            node = URIRef(f"{report}/{result.identifier}")
            triples.append(_triple(report, SH.result, node))
        for result in self.results:
            triples += _of_result(URIRef(f"{report}/{result.identifier}"), result)
        return triples

    def to_rdf(self, base: str, format: RdfFormat = RdfFormat.TURTLE) -> bytes:  # noqa: A002 - as pyoxigraph names it
        """Write the report in ``format``; equal reports give equal bytes."""
        return serialize(self.to_triples(base), format=format, prefixes=prefixes(base)) or b""


def prefixes(base: str) -> dict[str, str]:
    """Return the prefixes that a report is written with."""
    own = {"urb": f"{base}ontology#", "shape": f"{base}shapes#"}
    return dict(sorted({**{name: NAMESPACES[name] for name in _PREFIXES}, **own}.items()))


def shorten(term: URIRef | Literal | None, base: str) -> str:
    """Return ``term`` as readers know it: the path below ``base``, a prefixed name or a literal.

    A literal stands as in Turtle, so that text is told from a number or a date that looks alike.
    """
    if term is None:
        return "none"
    if isinstance(term, Literal):
        return _shorten_literal(term, base)
    for prefix, namespace in prefixes(base).items():
        if term.startswith(namespace):
            return f"{prefix}:{term.removeprefix(namespace)}"
    return term.removeprefix(base)


def _shorten_literal(term: Literal, base: str) -> str:
    if term.language:
        return f'"{term}"@{term.language}'
    if term.datatype is None:
        return f'"{term}"'
    if term.datatype in _BARE and not term.ill_typed:
        return str(term)
    return f'"{term}"^^{shorten(term.datatype, base)}'


def _of_result(node: URIRef, result: Result) -> list[Triple]:
    facts: list[tuple[URIRef, URIRef | Literal | None]] = [
        (RDF.type, SH.ValidationResult),
        (SH.focusNode, result.entity),
        (SH.resultPath, result.path),
        (SH.value, result.value),
        (SH.resultMessage, Literal(result.message, lang="en")),
        (SH.resultSeverity, result.severity.iri),
        (SH.sourceConstraintComponent, result.component),
        (SH.sourceShape, result.rule),
    ]
    return [_triple(node, predicate, value) for predicate, value in facts if value is not None]


def _triple(subject: URIRef, predicate: URIRef, value: Node) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), _term(value))


def _term(term: Node) -> NamedNode | OxLiteral:
    if not isinstance(term, Literal):
        return NamedNode(str(term))
    if term.language:
        return OxLiteral(str(term), language=term.language)
    return OxLiteral(str(term), datatype=NamedNode(str(term.datatype or XSD.string)))
