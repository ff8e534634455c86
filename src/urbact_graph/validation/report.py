"""The report of a validation: its results in a fixed order, also as RDF without blank nodes."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from urbact_graph.errors import DatasetError
from urbact_graph.rdf.namespaces import RDF, SH, XSD, namespaces, shortened, used_prefixes
from urbact_graph.rdf.terms import Term, typed
from urbact_graph.rdf.writing import write_graph

DERIVED = "derived"

# The literals that Turtle writes without quotation marks (RDF 1.1 Turtle, section 2.5).
_BARE = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.boolean: re.compile(r"true|false"),
}


class Severity(StrEnum):
    """How serious a result is, the most severe first (SHACL, section 2.1.4)."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def iri(self) -> str:
        """The severity's IRI in the SHACL vocabulary."""
        return SH[self.value]

    @property
    def rank(self) -> int:
        """The place in the order of severities, 0 for the most severe."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Result:
    """One rule that one entity breaks with one value; the value is None where one is missing.

    ``focus`` is the node that breaks the rule. ``rule`` is the shape's IRI, ``path`` that of the
    property (None if the rule is about the entity itself), ``component`` that of the kind of
    constraint. ``file`` is the source file that describes the entity, or ``DERIVED`` if none does.
    """

    severity: Severity
    focus: Term
    rule: str
    title: str
    message: str
    path: str | None
    value: Term | None
    component: str
    remedy: str
    file: str = DERIVED

    @property
    def entity(self) -> str:
        """The IRI of the focus node, or a literal's N-Triples where a link leads to a literal."""
        return self.focus.value if isinstance(self.focus, NamedNode) else str(self.focus)

    @property
    def rule_name(self) -> str:
        """The rule's name in its namespace, such as Network-lead-known."""
        return self.rule.rpartition("#")[2]

    @property
    def identifier(self) -> str:
        """A short hash that stays the same as long as entity, rule and value do."""
        parts = (self.entity, self.rule, self._value_text)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]

    @property
    def order(self) -> tuple[int, str, str, str, str]:
        """The place in a report: by severity, file, entity, rule and value."""
        return (self.severity.rank, self.file, self.entity, self.rule, self._value_text)

    @property
    def _value_text(self) -> str:
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True)
class Report:
    """All results of a validation, and how many rules were checked on how many triples."""

    results: tuple[Result, ...]
    rules: int
    triples: int

    @classmethod
    def of(cls, results: Iterable[Result], rules: int, triples: int) -> "Report":
        """Make a report of ``results``: sorted, and one for each entity, rule and value.

        A value that breaks two constraints of a rule is one fault.
        """
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
        """Return the results of each rule together, the most severe rules first, then by IRI."""
        grouped: dict[tuple[int, str], list[Result]] = {}
        for result in self.results:
            grouped.setdefault((result.severity.rank, result.rule), []).append(result)
        return [tuple(grouped[key]) for key in sorted(grouped)]

    def to_triples(self, base: str) -> list[Triple]:
        """Return the report as a sh:ValidationReport at ``base`` + validation, in a fixed order.

        Every node has an IRI. sh:conforms is true only if there is no result at all (SHACL,
        section 3.6.1.1), so that a warning makes it false.
        """
        report = NamedNode(f"{base}validation")
        conforms = typed("false" if self.results else "true", XSD.boolean)
        nodes = [NamedNode(f"{report.value}/{result.identifier}") for result in self.results]
        return [
            Triple(report, NamedNode(RDF.type), NamedNode(SH.ValidationReport)),
            Triple(report, NamedNode(SH.conforms), conforms),
            *(Triple(report, NamedNode(SH.result), node) for node in nodes),
            *(
                triple
                for node, result in zip(nodes, self.results, strict=True)
                for triple in _triples(node, result)
            ),
        ]

    def to_rdf(self, base: str, format: RdfFormat = RdfFormat.TURTLE) -> bytes:  # noqa: A002 - as pyoxigraph names it
        """Write the report in ``format``; equal reports give equal bytes.

        Raises:
            FormatError: the format cannot hold one of the values that it quotes.
        """
        triples = self.to_triples(base)
        prefixes = used_prefixes(triples, _prefixes(base))
        return write_graph(triples, format.media_type, prefixes)


def blank_focus_node(shape: str) -> DatasetError:
    """Return the error that a blank node breaks ``shape``, so that no report can name it."""
    return DatasetError(
        f"A blank node breaks the rule {shape}, but a dataset has IRIs only; build it again."
    )


def shorten(term: Term | None, base: str) -> str:
    """Return ``term`` as readers know it: the path below ``base``, a prefixed name or a literal.

    Literals are written as in Turtle, where a text differs from a number that looks alike.
    """
    if term is None:
        return "none"
    if isinstance(term, Literal):
        return _shorten_literal(term, base)
    return shorten_iri(term.value, base)


def shorten_iri(iri: str, base: str) -> str:
    """Return ``iri`` as a prefixed name, or without ``base`` in front."""
    return shortened(iri, _prefixes(base)).removeprefix(base)


def _shorten_literal(term: Literal, base: str) -> str:
    if term.language:
        return f'"{term.value}"@{term.language}'
    datatype = term.datatype.value
    if datatype == XSD.string:
        return f'"{term.value}"'
    if datatype in _BARE and _BARE[datatype].fullmatch(term.value):
        return term.value
    return f'"{term.value}"^^{shorten_iri(datatype, base)}'


def _prefixes(base: str) -> dict[str, str]:
    return {**namespaces(base), "shape": f"{base}shapes#"}


def _triples(node: NamedNode, result: Result) -> list[Triple]:
    facts: list[tuple[str, Term | None]] = [
        (RDF.type, NamedNode(SH.ValidationResult)),
        (SH.focusNode, result.focus),
        (SH.resultPath, NamedNode(result.path) if result.path else None),
        (SH.value, result.value),
        (SH.resultMessage, Literal(result.message, language="en")),
        (SH.resultSeverity, NamedNode(result.severity.iri)),
        (SH.sourceConstraintComponent, NamedNode(result.component)),
        (SH.sourceShape, NamedNode(result.rule)),
    ]
    return [Triple(node, NamedNode(name), value) for name, value in facts if value is not None]
