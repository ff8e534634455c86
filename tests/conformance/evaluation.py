"""The evaluation of cases: what the endpoint answers, and whether that is what is expected."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from pyoxigraph import QueryResultsFormat, RdfFormat, Store

from tests.conformance.answers import (
    Graph,
    Table,
    graph_of,
    read_graph,
    read_table,
    results_of,
)
from tests.conformance.cases import PROLOGUE, Case, Expected
from tests.support.evaluating import InProcessEngine, answered
from urbact_graph.engine.protocol import Request
from urbact_graph.problems import ProblemError
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

_N_TRIPLES = "application/n-triples"
# What cases of the protocol are asked at.
_ADDRESS = "https://data.example"


@cache
def store_of(data: str) -> Store:
    """Load Turtle or TriG into a store, as the engine loads a file; it is to be read only."""
    store = Store()
    store.load((PROLOGUE + data).encode(), format=RdfFormat.TRIG)
    return store


@cache
def _settings() -> Settings:
    return Settings.load(public_url=_ADDRESS, dataset="conformance.trig")


def mistakes(case: Case) -> list[str]:
    """Say what is otherwise than ``case`` says; nothing if all is as it says."""
    given = case.actual or case.expected
    if Expected() in (case.expected, case.actual):
        return ["the case expects nothing, so that it cannot fail"]
    found = _differences(case, case.query, given)
    if case.actual and not _differences(case, case.query, case.expected):
        found.append("the answer is right: the case deviates no longer")
    if case.instead:
        found += [f"instead: {one}" for one in _differences(case, case.instead, case.expected)]
    if case.deviates and not (case.actual and case.says and case.way_round):
        found.append("a case that deviates has 'actual', 'says' and 'way_round'")
    return found


def _differences(case: Case, query: str, expected: Expected) -> list[str]:
    if case.request:
        return _of_response(case, _response(case), expected)
    return _of_query(case, query, expected)


def _of_query(case: Case, query: str, expected: Expected) -> list[str]:
    """Say in what the answer to ``query`` is not what is ``expected``."""
    tables = case.format or RESULTS_JSON
    request = Request(
        PROLOGUE + query,
        tables,
        case.format or _N_TRIPLES,
        1_000_000,
        default_graphs=case.default_graphs,
        named_graphs=case.named_graphs,
    )
    try:
        result = answered(store_of(case.data), request, _settings())
    except ProblemError as error:
        if error.problem.name == expected.problem:
            return []
        return [f"the problem {error.problem.name}: {error.detail}"]
    return _of_content(case, result.content, result.media_type, expected)


def _of_content(case: Case, content: bytes, media_type: str, expected: Expected) -> list[str]:
    if expected.problem:
        return [f"no problem, but {content[:300]!r}"]
    if expected.content is not None:
        text = content.decode().replace("\r\n", "\n").strip("\n")
        return [] if text == expected.content.strip("\n") else [f"the content {text!r}"]
    if expected.table is None and expected.boolean is None and expected.graph is None:
        return []
    form = QueryResultsFormat.from_media_type(media_type)
    graphs = RdfFormat.from_media_type(media_type)
    found: Table | Graph | bool | None = None
    if form is not None and expected.graph is None:
        found = results_of(content, form)
    elif graphs is not None:
        found = graph_of(content, graphs)
    if expected.boolean is not None:
        is_same = found is expected.boolean
    elif expected.table is not None:
        table = read_table(expected.table)
        is_same = table.is_same(found, ordered=case.ordered)
    else:
        is_same = read_graph(expected.graph or "").is_same(found)
    return [] if is_same else [f"the answer\n{found}"]


def _response(case: Case) -> TestResponse:
    """Send the request of ``case`` to the application."""
    asked: dict[str, Any] = dict(case.request)
    app = create_app(_settings(), InProcessEngine(store_of(case.data), _settings()))
    parameters = asked.get("parameters")
    body = asked.get("body")
    return app.test_client().open(
        asked["path"],
        method=asked.get("method", "GET"),
        query_string=[(name, value) for name, value in parameters] if parameters else None,
        data=_form(asked["form"]) if "form" in asked else body,
        headers=asked.get("headers"),
    )


def _form(pairs: list[list[str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _of_response(case: Case, response: TestResponse, expected: Expected) -> list[str]:
    """Say in what ``response`` is not what is ``expected``."""
    found = []
    if response.status_code != (expected.status or 200):
        found.append(f"the status {response.status_code}: {response.text[:300]}")
    if expected.media_type and response.mimetype != expected.media_type:
        found.append(f"the media type {response.mimetype}")
    if expected.contains and expected.contains not in response.text:
        found.append(f"the body {response.text[:300]!r}")
    if expected.problem:
        name = str(json.loads(response.data).get("type")).rpartition("/")[2]
        return found if name == expected.problem else [*found, f"the problem {name}"]
    if not found:
        found += _of_content(case, response.data, response.mimetype or "", expected)
    return found
