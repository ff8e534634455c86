"""The remote engine gives the answers and the problems of the local one, whatever services do."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import Store

from tests.engine.remote import services as faults
from tests.engine.remote.conftest import facts, until_up
from tests.engine.remote.services import Handle, Service, refusing, services
from tests.support.engines import request
from tests.support.waiting import until
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.remote.engine import RemoteEngine
from urbact_graph.engine.remote.notes import notes_on
from urbact_graph.errors import EngineError
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from urbact_graph.engine.protocol import Dataset

pytestmark = pytest.mark.process

QUERY = "SELECT ?o { <x:t> <x:p> ?o }"
GRAPH = "CONSTRUCT { <x:of> <x:is> ?s } WHERE { ?s <x:p> ?o FILTER(?s = <x:t>) }"


def problem_of(engine: Dataset, query: str, seconds: float | None = 5, **members: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        engine.query(request(query, **members), seconds)
    return caught.value.problem.name


@pytest.mark.parametrize(
    ("query", "members", "media_type", "content"),
    [
        (QUERY, {}, "application/sparql-results+json", b'"value":"1"'),
        (QUERY, {"results_format": "text/csv"}, "text/csv", b"o\r\n1\r\n"),
        (QUERY, {"results_format": "application/sparql-results+xml"}, None, b"<binding name="),
        ("ASK { <x:t> <x:p> 1 }", {}, None, b'"boolean":true'),
        ("ASK { <x:t> <x:p> 2 }", {}, None, b'"boolean":false'),
        (GRAPH, {}, "text/turtle", b"<x:is> <x:t>"),
        (GRAPH, {"graph_format": "application/ld+json"}, "application/ld+json", b'"@id":"x:t"'),
        (GRAPH, {"graph_format": "application/n-quads"}, None, b"<x:is> <x:t> ."),
        ("SELECT ?o $s { $s <x:p> ?o }", {"substitutions": {"s": "<x:t>"}}, None, b'"value":"x:t"'),
        ("ASK { <t> <p> 1 }", {"base_iri": "x:/a"}, None, b"false"),
    ],
)
def test_answers_come_in_the_format_that_is_asked_for(
    query: str,
    members: dict[str, object],
    media_type: str | None,
    content: bytes,
    engine: RemoteEngine,
) -> None:
    answer = engine.query(request(query, **members))
    assert answer.version == engine.version != ""
    assert content in answer.content
    assert media_type in (None, answer.media_type)


@pytest.mark.parametrize(
    ("query", "members", "problem"),
    [
        ("SELECT ?x { <x:t> ?x", {}, "syntax-error"),
        ("INSERT DATA { <x:a> <x:b> 1 }", {}, "update-not-supported"),
        ("SELECT * { SERVICE <x:y> { ?s ?p ?o } }", {}, "service-not-allowed"),
        ("ASK " + "{" * 200 + "}" * 200, {}, "nesting-too-deep"),
        ("ASK { # " + "x" * 70_000 + "\n}", {}, "query-too-large"),
        ("SELECT * { ?s ?p 'x:' FILTER(REGEX('a', '(')) }", {}, "syntax-error"),
        ("define get:soft 'replace' SELECT * FROM <http://x.example/> { ?s ?p ?o }", {}, None),
        ("ASK { FILTER(<x:f>(1)) }", {}, "unknown-function"),
        ("ASK { GRAPH <x:g> { ?s ?p ?o } }", {}, "unknown-graph"),
        ("ASK { ?s ?p ?o }", {"default_graphs": ("x:g",)}, "unknown-graph"),
        (QUERY, {"results_format": None}, "not-acceptable"),
        (GRAPH, {"graph_format": None}, "not-acceptable"),
    ],
)
def test_what_the_local_engine_refuses_is_refused(
    query: str, members: dict[str, Any], problem: str | None, engine: RemoteEngine
) -> None:
    assert problem_of(engine, query, **members) == (problem or "syntax-error")


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (faults.slow, "query-timeout"),
        (faults.drip, "query-timeout"),
        (refusing(503, "Query timed out"), "query-timeout"),
        (faults.dead, "engine-unavailable"),
        (faults.cut, "engine-unavailable"),
        (faults.page, "engine-unavailable"),
        (faults.redirect, "engine-unavailable"),
        (refusing(502), "engine-unavailable"),
        (refusing(404), "engine-unavailable"),
        (refusing(401), "engine-unavailable"),
        (refusing(429, Retry_After=7), "overloaded"),
        (refusing(503), "overloaded"),
        (refusing(500, "out of luck"), "evaluation-failed"),
        (refusing(400, "no such thing here"), "evaluation-failed"),
        (faults.garbage, "evaluation-failed"),
        (faults.nested, "evaluation-failed"),
        (faults.other_form, "evaluation-failed"),
        (faults.huge, "result-too-large"),
    ],
)
def test_a_service_that_is_slow_or_wrong_is_a_problem(
    fault: Handle, problem: str, engine: RemoteEngine, pair: list[Service]
) -> None:
    until_up(engine, 2)
    for service in pair:
        service.fault = fault
    before = engine.status().counters.problems.get(problem, 0)
    found = problem_of(engine, QUERY, 1 if problem == "query-timeout" else 5)
    assert found == problem
    assert engine.status().counters.problems[problem] == before + 1
    for service in pair:
        service.fault = None
    until_up(engine, 2)
    assert b'"1"' in engine.query(request(QUERY)).content


def test_a_busy_service_says_when_to_come_back(engine: RemoteEngine, pair: list[Service]) -> None:
    pair[0].fault = pair[1].fault = refusing(429, Retry_After=7)
    with pytest.raises(ProblemError) as caught:
        engine.query(request(QUERY))
    assert caught.value.headers["Retry-After"] == "7"


def test_an_answer_in_another_format_is_asked_for_where_one_cannot_be_read(
    engine: RemoteEngine, pair: list[Service]
) -> None:
    def json_is_garbage(handler: faults.Handler, query: str) -> None:
        is_json = "json" in handler.headers["Accept"]
        (faults.garbage if is_json else faults.answer)(handler, query)

    pair[0].fault = pair[1].fault = json_is_garbage
    assert b'"1"' in engine.query(request(QUERY)).content


def test_all_gone_is_said_at_once_and_all_is_well_soon_after_they_return(
    engine: RemoteEngine, pair: list[Service]
) -> None:
    until_up(engine, 2)
    for service in pair:
        service.stop()
    assert problem_of(engine, QUERY) == "engine-unavailable"
    until(lambda: not engine.replicas.serving, "a look at both")
    with pytest.raises(ProblemError, match=r"takes no connection|connection failed"):
        engine.check()
    pair[1].start()
    until_up(engine, 1)
    engine.check()
    assert b'"1"' in engine.query(request(QUERY)).content


def test_one_of_two_gone_fails_no_query(engine: RemoteEngine, pair: list[Service]) -> None:
    until_up(engine, 2)
    failures: list[ProblemError] = []
    stopping = threading.Event()

    def ask() -> None:
        while not stopping.is_set():
            try:
                engine.query(request(QUERY))
            except ProblemError as error:
                failures.append(error)

    start = engine.status().counters.answers
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: engine.status().counters.answers > start + 20, "answers")
    pair[0].stop()
    before = engine.status().counters.answers
    until(lambda: engine.status().counters.answers > before + 20, "answers of the other")
    pair[0].start()
    until_up(engine, 2)
    stopping.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_client_that_leaves_ends_the_connection_to_the_service(
    engine: RemoteEngine, pair: list[Service]
) -> None:
    until_up(engine, 2)
    for service in pair:
        service.fault, service.was_left = faults.slow, False
    cancellation = Cancellation()
    found: list[str] = []

    def ask() -> None:
        try:
            engine.query(request(QUERY), cancellation=cancellation)
        except ProblemError as error:
            found.append(error.problem.name)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: sum(service.running for service in pair) == 1, "a query")
    cancellation.cancel()
    thread.join()
    assert found == ["client-closed-request"]
    until(lambda: any(service.was_left for service in pair), "a closed connection")


def test_no_more_queries_run_and_wait_than_may(engine: RemoteEngine, pair: list[Service]) -> None:
    until_up(engine, 2)
    pair[0].fault = pair[1].fault = faults.slow
    cancellation = Cancellation()

    def ask() -> None:
        with pytest.raises(ProblemError):
            engine.query(request(QUERY), cancellation=cancellation)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    until(lambda: (engine.status().running, engine.status().waiting) == (4, 4), "a full house")
    assert problem_of(engine, QUERY) == "overloaded"
    assert sum(service.running for service in pair) <= 4
    cancellation.cancel()
    for thread in threads:
        thread.join()


def test_other_data_are_another_version_which_is_said() -> None:
    with services(1, facts) as (service,):
        settings = Settings.load(engine=(service.url,), foreign=True, max_running_queries=1)
        said = threading.Event()
        with RemoteEngine(settings, said.set) as engine:
            before, modified = engine.version, engine.modified
            assert (engine.counts.quads, engine.counts.named_graphs) == (4, 0)
            assert not engine.reload()
            store = facts()
            store.update("INSERT DATA { <x:u> <x:p> 4 }")
            service.store = store
            assert engine.reload()
            assert said.is_set()
            assert engine.version != before
            assert engine.modified >= modified + 1
            assert engine.counts.quads == 5
            assert engine.open().version == engine.version
            service.stop()
            with pytest.raises(EngineError, match="Start it"):
                engine.reload()


def test_the_version_is_the_one_that_the_data_name() -> None:
    dataset = f"<{Settings().base_iri}dataset>"
    store = Store()
    store.update(
        f"INSERT DATA {{ {dataset} <http://www.w3.org/2002/07/owl#versionInfo> '2026-x' ; "
        "<http://rdfs.org/ns/void#triples> 2 }"
    )
    with services(1, lambda: store) as (service,):
        settings = Settings.load(engine=(service.url,), max_running_queries=1)
        with RemoteEngine(settings) as engine:
            assert engine.version == "2026-x"
            assert not any("Load the graph" in note for note in notes_on(engine, "2026-x"))
            assert "Load the graph" in notes_on(engine, "2026-y")[-1]
            other = Store()
            other.extend(store)
            other.update("INSERT DATA { <x:s> <x:p> 1 }")
            service.store = other
            engine.reload()
            assert engine.version == "2026-x-3", "there is more than the description says"


def test_what_a_service_cannot_do_is_known(engine: RemoteEngine) -> None:
    first = engine.status().replicas[0]
    there = {one.name: one for one in first.capabilities}
    assert there["VALUES"].is_there
    assert there["GeoSPARQL: distance"].is_there
    assert not there["format csv"].is_there
    notes = "\n".join(notes_on(engine, ""))
    assert "csv" in notes
    assert first.kind == "SPARQL 1.1 service"
    assert len(there) > 30


@pytest.mark.parametrize("fault", [faults.page, faults.redirect, refusing(404), faults.garbage])
def test_what_is_no_service_is_refused_at_the_start(fault: Handle) -> None:
    with services(1, facts) as (service,):
        service.fault, service.is_thorough = fault, True
        with pytest.raises(EngineError, match=f"127.0.0.1:{service.port}/query.*--engine"):
            RemoteEngine(Settings.load(engine=(service.url,), foreign=True))
        service.stop()
        with pytest.raises(EngineError, match="connection refused"):
            RemoteEngine(Settings.load(engine=(service.url,), foreign=True))


def test_a_closed_dataset_refuses_queries(engine: RemoteEngine) -> None:
    with engine.open() as dataset:
        assert json.loads(dataset.query(request("ASK {}")).content)["boolean"]
    assert problem_of(dataset, QUERY) == "engine-unavailable"
    assert time.time() >= engine.started
