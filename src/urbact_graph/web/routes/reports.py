"""The shapes that the graph is validated against, and the report of the validation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import NamedNode, Triple
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH, namespaces, shortened
from urbact_graph.rdf.parsing import parse_n_triples
from urbact_graph.release.release import Release
from urbact_graph.validation.shapes import rules as checked_rules
from urbact_graph.web.context import current_snapshot
from urbact_graph.web.documents.document import HTML, OTHER_FORMATS, Document, chosen_suffix
from urbact_graph.web.documents.index import Index
from urbact_graph.web.documents.jsonld_terms import Terms
from urbact_graph.web.pages.coverage import Coverage
from urbact_graph.web.problems import release_removed
from urbact_graph.web.routes.negotiated import add_document, respond
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.spellings import location

# The most severe first (SHACL, section 2.1.4).
_SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Rule:
    """A rule as the pages show it; ``name`` is the fragment of its IRI."""

    name: str
    iri: str
    title: str
    severity: str
    message: str
    remedy: str

    @property
    def group(self) -> str:
        """The class that the rule is about: the first part of its name."""
        return self.name.partition("-")[0]


@dataclass(frozen=True)
class Case:
    """A result: the entity that it is about, and the value that the rule found there.

    ``address`` is that of the entity, empty if it has no document here.
    """

    identifier: str
    label: str
    address: str
    value: str


@dataclass(frozen=True)
class Finding:
    """The results of a rule with one message, at one entity or many."""

    severity: str
    rule: str
    title: str
    message: str
    cases: tuple[Case, ...]


_FILES: dict[str, Callable[[Release], Path]] = {
    "shapes": lambda release: release.shapes,
    "shapes/core": lambda release: release.core_shapes,
    "validation": lambda release: release.report,
}

_NO_RELEASE = (
    "This instance serves a dataset that it did not validate; it has no shapes and no report."
)

routes = Blueprint("reports", __name__)


def shapes(suffix: str = "") -> Response:
    """Give the shapes."""
    return _shapes("shapes", suffix, is_core=False)


def core(suffix: str = "") -> Response:
    """Give the shapes for validators without SPARQL-based targets."""
    return _shapes("shapes/core", suffix, is_core=True)


def _shapes(name: str, suffix: str, *, is_core: bool) -> Response:
    document = _document(name)

    def page() -> str:
        snapshot = current_snapshot()
        known = rules(document.triples, snapshot.base) if is_core else snapshot.derive(rules_of)
        return render_template("shapes.html", rules=known, formats=OTHER_FORMATS, is_core=is_core)

    return respond(name, suffix, document, page)


def validation(suffix: str = "") -> Response:
    """Give the report."""
    document = _document("validation")

    def page() -> str:
        snapshot = current_snapshot()
        known = snapshot.derive(rules_of)
        found = findings(document.triples, known, snapshot.derive(Index.of), snapshot.base)
        counts = dict.fromkeys(_SEVERITIES, 0)
        for one in found:
            counts[one.severity] += len(one.cases)
        coverage = snapshot.derive(Coverage.of)
        shown = {"findings": found, "counts": counts, "rules": len(known), "coverage": coverage}
        return render_template("validation.html", formats=OTHER_FORMATS, **shown)

    return respond("validation", suffix, document, page)


add_document(routes, "shapes", shapes)
add_document(routes, "shapes/core", core)
add_document(routes, "validation", validation)


@routes.get("/validation/<identifier>")
def result(identifier: str) -> AnyResponse:
    """Redirect from the IRI of a result to the report."""
    known = IndexedGraph(_document("validation").triples).subjects()
    if f"{current_snapshot().base}validation/{identifier}" not in known:
        raise ProblemError(
            NOT_FOUND, "The report has no such result; /validation lists all results."
        )
    suffix = chosen_suffix(request.headers.get("Accept"), is_for_programs=True)
    fragment = f"#{identifier}" if suffix == HTML else ""
    response = redirect(location(f"validation.{suffix}{fragment}"), 303)
    response.vary.add("Accept")
    return response


def rules_of(snapshot: Snapshot) -> list[Rule]:
    """Return the rules that ``snapshot`` was checked by, sorted by name; for ``derive``.

    Raises:
        ProblemError: the dataset was not built here, or its release was removed meanwhile.
    """
    return rules(_read("shapes", snapshot), snapshot.base)


def rules(shapes: Sequence[Triple], base: str) -> list[Rule]:
    """Return the rules among ``shapes``, sorted by name."""
    found = [
        Rule(
            rule.iri.partition("#")[2],
            rule.iri,
            rule.title,
            rule.severity.value,
            rule.message,
            rule.remedy,
        )
        for rule in checked_rules(shapes, base).values()
    ]
    return sorted(found, key=lambda rule: rule.name)


def findings(
    report: Iterable[Triple], known: Iterable[Rule], index: Index, base: str
) -> list[Finding]:
    """Return the results in ``report`` by rule and message, the most severe first."""
    titles = {rule.iri: rule.title for rule in known}
    prefixes = namespaces(base)
    stated = IndexedGraph(report)
    cases: dict[tuple[int, str, str], list[Case]] = {}
    for iri in stated.subjects():
        value_of = partial(_value, stated, iri)
        focus = value_of(SH.focusNode)
        if not focus:
            continue
        entity = index.of_iri(focus)
        label = entity.label if entity else focus.removeprefix(base)
        value = shortened(value_of(SH.value), prefixes).removeprefix(base)
        rank = _SEVERITIES.index(value_of(SH.resultSeverity).removeprefix(str(SH)))
        key = rank, value_of(SH.sourceShape), value_of(SH.resultMessage)
        # A rule that had nothing to check is itself what the result is about.
        is_rule = focus == value_of(SH.sourceShape)
        address = entity.address if entity else focus.removeprefix(base) if is_rule else ""
        cases.setdefault(key, []).append(Case(iri.rpartition("/")[2], label, address, value))
    return [
        Finding(
            _SEVERITIES[rank],
            shape.partition("#")[2],
            titles.get(shape, ""),
            message,
            tuple(sorted(cases[rank, shape, message], key=lambda case: case.label.casefold())),
        )
        for rank, shape, message in sorted(cases)
    ]


def _value(stated: IndexedGraph, subject: str, property_: str) -> str:
    """Return the first value of a property as text, empty if there is none."""
    return next((value.value for value in stated.values(subject, property_)), "")


def _document(name: str) -> Document:
    """Return the shapes or the report of the release that is served."""
    snapshot = current_snapshot()
    subject = NamedNode(f"{snapshot.base}{name}")
    return Document(_read(name, snapshot), subject, snapshot.base, snapshot.derive(Terms.of))


def _read(name: str, snapshot: Snapshot) -> list[Triple]:
    if snapshot.release is None:
        raise ProblemError(NOT_FOUND, _NO_RELEASE)
    try:
        return list(parse_n_triples(_FILES[name](snapshot.release)))
    except OSError:
        raise release_removed() from None
