"""The shapes that the graph is checked against, and the report of that check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from urbact_graph.namespaces import NAMESPACES, namespaces, shortened
from urbact_graph.refusals import NOT_FOUND, RefusedError
from urbact_graph.web.linked_data.documents import HTML, OTHER_FORMATS, Document, chosen_suffix
from urbact_graph.web.linked_data.resources import addresses, respond

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from urbact_graph.web.graph import ByVersion, ServedGraph
    from urbact_graph.web.linked_data.index import Index

_SH = NAMESPACES["sh"]
# The gravest first (SHACL, section 2.1.4).
_SEVERITIES = ("Violation", "Warning", "Info")

# Of each subject, the values of each property.
_Stated = dict[str, dict[str, list[str]]]


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


def reports_blueprint(graph: ServedGraph, index: ByVersion[Index]) -> Blueprint:
    """Make the routes of the shapes and the report; ``index`` knows what entities are called."""
    routes = Blueprint("reports", __name__)

    def shapes(suffix: str = "") -> Response:
        document = _document(graph, "shapes")

        def page() -> str:
            found = rules(document.triples)
            return render_template("shapes.html", rules=found, formats=OTHER_FORMATS)

        return respond(graph, "shapes", suffix, document, page)

    def validation(suffix: str = "") -> Response:
        document = _document(graph, "validation")

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

        return respond(graph, "validation", suffix, document, page)

    for path, view in (("shapes", shapes), ("validation", validation)):
        for rule in addresses(path):
            routes.add_url_rule(rule, view_func=view)

    @routes.get("/validation/<identifier>")
    def result(identifier: str) -> AnyResponse:
        iri = NamedNode(f"{graph.base}validation/{identifier}")
        if not any(triple.subject == iri for triple in _document(graph, "validation").triples):
            raise RefusedError(NOT_FOUND, "The report has no such result; /validation is all.")
        suffix = chosen_suffix(request.headers.get("Accept"))
        fragment = f"#{identifier}" if suffix == HTML else ""
        response = redirect(f"../validation.{suffix}{fragment}", 303)
        response.vary.add("Accept")
        return response

    return routes


def rules(shapes: Iterable[Triple]) -> list[Rule]:
    """Return the rules among ``shapes``, sorted by name."""
    found = []
    for iri, stated in _stated(shapes).items():
        if severity := _one(stated, f"{_SH}severity"):
            remedies = [texts[0] for name, texts in stated.items() if name.endswith("#remedy")]
            found.append(
                Rule(
                    iri.partition("#")[2],
                    iri,
                    _one(stated, f"{_SH}name"),
                    severity.removeprefix(_SH),
                    _one(stated, f"{_SH}message"),
                    " ".join(remedies),
                )
            )
    return sorted(found, key=lambda rule: rule.name)


def findings(
    report: Iterable[Triple], known: Iterable[Rule], index: Index, base: str
) -> list[Finding]:
    """Return what ``report`` says, by rule, the gravest first."""
    titles = {rule.iri: rule.title for rule in known}
    prefixes = namespaces(base)
    cases: dict[tuple[int, str, str], list[Case]] = {}
    for iri, stated in _stated(report).items():
        focus = _one(stated, f"{_SH}focusNode")
        if not focus:
            continue
        path = focus.removeprefix(base)
        entity = index.get(path)
        value = shortened(_one(stated, f"{_SH}value"), prefixes).removeprefix(base)
        severity = _one(stated, f"{_SH}resultSeverity").removeprefix(_SH)
        key = _SEVERITIES.index(severity), _one(stated, f"{_SH}sourceShape"), _message(stated)
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


def _document(graph: ServedGraph, name: str) -> Document:
    """Return the shapes or the report of the edition that is served.

    Raises:
        RefusedError: there is none, as what is served was not built and checked here.
    """
    edition = graph.edition
    if edition is None:
        raise RefusedError(
            NOT_FOUND,
            "This instance serves a dataset that it did not check itself; it has no shapes and no "
            "report of them.",
        )
    file = edition.shapes if name == "shapes" else edition.validation
    quads = parse(path=str(file), format=RdfFormat.N_TRIPLES)
    return Document([quad.triple for quad in quads], NamedNode(f"{graph.base}{name}"), graph.base)


def _stated(triples: Iterable[Triple]) -> _Stated:
    stated: _Stated = {}
    for triple in triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            values = stated.setdefault(subject.value, {})
            values.setdefault(triple.predicate.value, []).append(value.value)
    return stated


def _one(stated: dict[str, Sequence[str]] | dict[str, list[str]], name: str) -> str:
    values = stated.get(name)
    return values[0] if values else ""


def _message(stated: dict[str, list[str]]) -> str:
    return _one(stated, f"{_SH}resultMessage")
