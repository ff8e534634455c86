"""The shapes that the graph is checked against, and the report of that check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from urbact_graph.rdf.namespaces import NAMESPACES, namespaces, shortened
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.documents.document import HTML, OTHER_FORMATS, Document, chosen_suffix
from urbact_graph.web.routes.negotiated import addresses, respond
from urbact_graph.web.documents.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from werkzeug.wrappers import Response as AnyResponse

    from urbact_graph.release.release import Release
    from urbact_graph.web.snapshot import ByVersion, ServedGraph
    from urbact_graph.web.documents.index import Index
    from urbact_graph.web.documents.jsonld_terms import Terms

_SH = NAMESPACES["sh"]
# The gravest first (SHACL, section 2.1.4).
_SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Rule:
    """A shape that has something to say: ``group`` is the class that it is about."""

    name: str
    iri: str
    title: str
    severity: str
    message: str
    remedy: str

    @property
    def group(self) -> str:
        """What the rule is about, by the first word of its name."""
        return self.name.partition("-")[0]


@dataclass(frozen=True)
class Case:
    """An entity at which a rule found something; ``value`` is what it found there."""

    identifier: str
    label: str
    address: str
    value: str


@dataclass(frozen=True)
class Finding:
    """What a rule found, at one entity or many."""

    severity: str
    rule: str
    title: str
    message: str
    cases: tuple[Case, ...]


def reports_blueprint(
    graph: ServedGraph, index: ByVersion[Index], terms: ByVersion[Terms]
) -> Blueprint:
    """Make the routes of the shapes and the report; ``index`` knows what entities are called."""
    routes = Blueprint("reports", __name__)

    def shapes(suffix: str = "") -> Response:
        document = replace(_document(graph, "shapes"), terms=terms.get())

        def page() -> str:
            found = rules(document.triples)
            return render_template("shapes.html", rules=found, formats=OTHER_FORMATS)

        return _dated(respond(graph, "shapes", suffix, document, page), graph, "shapes")

    def validation(suffix: str = "") -> Response:
        document = replace(_document(graph, "validation"), terms=terms.get())

        def page() -> str:
            known = rules(_document(graph, "shapes").triples)
            found = findings(document.triples, known, index.get(), graph.base)
            counts = dict.fromkeys(_SEVERITIES, 0)
            for one in found:
                counts[one.severity] += len(one.cases)
            return render_template(
                "validation.html",
                findings=found,
                counts=counts,
                rules=len(known),
                formats=OTHER_FORMATS,
            )

        return _dated(respond(graph, "validation", suffix, document, page), graph, "validation")

    for path, view in (("shapes", shapes), ("validation", validation)):
        for rule in addresses(path):
            routes.add_url_rule(rule, view_func=view)

    @routes.get("/validation/<identifier>")
    def result(identifier: str) -> AnyResponse:
        known = Statements(_document(graph, "validation").triples).subjects()
        if f"{graph.base}validation/{identifier}" not in known:
            raise ProblemError(NOT_FOUND, "The report has no such result; /validation is all.")
        suffix = chosen_suffix(request.headers.get("Accept"))
        fragment = f"#{identifier}" if suffix == HTML else ""
        response = redirect(f"../validation.{suffix}{fragment}", 303)
        response.vary.add("Accept")
        return response

    return routes


def rules(shapes: Sequence[Triple]) -> list[Rule]:
    """Return the rules among ``shapes``, sorted by name."""
    stated = Statements(shapes)
    remedies = {t.subject: t.object for t in shapes if t.predicate.value.endswith("#remedy")}
    found = []
    for iri in stated.subjects():
        if severity := stated.text(iri, f"{_SH}severity"):
            remedy = remedies.get(NamedNode(iri))
            found.append(
                Rule(
                    iri.partition("#")[2],
                    iri,
                    stated.text(iri, f"{_SH}name"),
                    severity.removeprefix(_SH),
                    stated.text(iri, f"{_SH}message"),
                    remedy.value if isinstance(remedy, Literal) else "",
                )
            )
    return sorted(found, key=lambda rule: rule.name)


def findings(
    report: Iterable[Triple], known: Iterable[Rule], index: Index, base: str
) -> list[Finding]:
    """Return what ``report`` says, by rule, the gravest first."""
    titles = {rule.iri: rule.title for rule in known}
    prefixes = namespaces(base)
    stated = Statements(report)
    cases: dict[tuple[int, str, str], list[Case]] = {}
    for iri in stated.subjects():
        said = partial(stated.text, iri)
        focus = said(f"{_SH}focusNode")
        if not focus:
            continue
        path, entity = focus.removeprefix(base), index.of_iri(focus)
        value = shortened(said(f"{_SH}value"), prefixes).removeprefix(base)
        rank = _SEVERITIES.index(said(f"{_SH}resultSeverity").removeprefix(_SH))
        key = rank, said(f"{_SH}sourceShape"), said(f"{_SH}resultMessage")
        label = entity.label if entity else path
        address = entity.address if entity else ""
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


def _file(edition: Release, name: str) -> Path:
    return edition.shapes if name == "shapes" else edition.validation


def _dated(response: Response, graph: ServedGraph, name: str) -> Response:
    """Say when the shapes or the report changed, which they may though the dataset stays."""
    if graph.edition:
        changed = _file(graph.edition, name).stat().st_ctime
        response.last_modified = max(g.modified, datetime.fromtimestamp(int(changed), UTC))
    return response


def _document(graph: ServedGraph, name: str) -> Document:
    """Return the shapes or the report of the edition that is served.

    Raises:
        ProblemError: there is none, as what is served was not built and checked here.
    """
    edition = graph.edition
    if edition is None:
        raise ProblemError(
            NOT_FOUND,
            "This instance serves a dataset that it did not check itself; it has no shapes and no "
            "report of them.",
        )
    try:
        quads = parse(path=str(_file(edition, name)), format=RdfFormat.N_TRIPLES)
        triples = [quad.triple for quad in quads]
    except OSError:
        raise ProblemError(
            NOT_FOUND,
            "The shapes and the report of what is served are no longer there; reload the server.",
        ) from None
    return Document(triples, NamedNode(f"{graph.base}{name}"), graph.base)
