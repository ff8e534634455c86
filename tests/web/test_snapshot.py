"""Snapshots: what one version answers, what is derived from it once, and when it is closed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode
from werkzeug.test import EnvironBuilder

from tests.support.stubs import QUERY, STARTED, StubEngine
from tests.support.waiting import together, until
from tests.web.serving import dispatch
from urbact_graph.engine.protocol import Answer
from urbact_graph.problems import (
    CLIENT_CLOSED_REQUEST,
    OUT_OF_MEMORY,
    OVERLOADED,
    QUERY_TIMEOUT,
    RATE_LIMITED,
    RESULT_TOO_LARGE,
    Problem,
    ProblemError,
)
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.context import RequestContext, current_snapshot
from urbact_graph.web.snapshot import Served, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from urbact_graph.web.application import Application

CLIENT = "192.0.2.1"


@pytest.fixture
def engine() -> StubEngine:
    return StubEngine()


@pytest.fixture
def served(engine: StubEngine) -> Served:
    return Served(Settings.load(), engine, None)


@pytest.fixture
def app(engine: StubEngine) -> Application:
    return create_app(Settings.load(), engine)


def values(snapshot: Snapshot) -> list[str]:
    return [term.value for row in snapshot.rows(QUERY) for term in row if isinstance(term, Literal)]


# ---- Queries ---------------------------------------------------------------------------------


def test_rows_have_a_term_for_each_variable(engine: StubEngine, served: Served) -> None:
    content = (
        b'{"head":{"vars":["a","b"]},"results":{"bindings":'
        b'[{"a":{"type":"uri","value":"x:1"}},{"b":{"type":"literal","value":"2"}}]}}'
    )
    engine.evaluate = lambda *_: Answer(RESULTS_JSON, content)
    assert served.enter().rows("SELECT ?a ?b {}") == [
        (NamedNode("x:1"), None),
        (None, Literal("2")),
    ]


def test_triples_come_as_they_are_stated(engine: StubEngine, served: Served) -> None:
    engine.evaluate = lambda *_: Answer("application/n-triples", '<x:a> <x:b> "é" .\n'.encode())
    (triple,) = served.enter().triples("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    assert (triple.subject, triple.object) == (NamedNode("x:a"), Literal("é"))


def test_rows_of_a_query_that_is_no_select_are_an_error(engine: StubEngine, served: Served) -> None:
    engine.evaluate = lambda *_: Answer(RESULTS_JSON, b'{"head":{},"boolean":true}')
    with pytest.raises(TypeError, match="SELECT"):
        served.enter().rows("ASK {}")


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (NamedNode("https://x.example/a"), "<https://x.example/a>"),
        (Literal('"} DROP ALL #'), r'"\"} DROP ALL #"'),
        (Literal("?other"), '"?other"'),
        (Literal("été", language="fr"), '"été"@fr'),
    ],
)
def test_terms_are_written_in_place_of_variables(
    engine: StubEngine, served: Served, term: NamedNode | Literal, written: str
) -> None:
    served.enter().rows("SELECT ?x { ?entity ?x ?entity_2 }", entity=term)
    (evaluation,) = engine.evaluations
    assert evaluation.request.query == f"SELECT ?x {{ {written} ?x ?entity_2 }}"
    assert evaluation.request.max_result_bytes == Settings.load().max_result_bytes


def test_a_snapshot_knows_its_version_its_size_and_its_dates(engine: StubEngine) -> None:
    engine.modified = STARTED + 60.5
    snapshot = Served(Settings.load(), engine, None).enter()
    assert (snapshot.version, snapshot.counts, snapshot.generation) == ("1", engine.counts, 1)
    assert snapshot.base == Settings.load().base_iri
    assert snapshot.modified == datetime.fromtimestamp(STARTED + 60, UTC)
    assert snapshot.page_modified == snapshot.modified


def test_a_page_is_never_older_than_the_process(engine: StubEngine) -> None:
    engine.modified = STARTED - 3_600
    snapshot = Served(Settings.load(), engine, None).enter()
    assert snapshot.page_modified - snapshot.modified == timedelta(hours=1)


# ---- Clients ---------------------------------------------------------------------------------


def test_a_query_is_evaluated_for_the_client_of_the_request(
    app: Application, engine: StubEngine
) -> None:
    context = RequestContext(CLIENT)
    environ = EnvironBuilder("/limits").get_environ()
    context.enter(environ)
    with app.request_context(environ):
        app.preprocess_request()
        current_snapshot().rows(QUERY)
    (evaluation,) = engine.evaluations
    assert evaluation.client == CLIENT
    assert evaluation.cancellation is context.cancellation


def test_a_derived_result_counts_for_no_client_and_is_not_cancelled_with_one(
    app: Application, engine: StubEngine
) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": CLIENT}):
        app.preprocess_request()
        snapshot = current_snapshot()
        assert snapshot.derive(values) == ["1"]
        # Only its queries are for all.
        snapshot.rows(QUERY)
    first, second = engine.evaluations
    assert (first.client, first.cancellation, first.request.is_own) == ("", None, True)
    assert (second.client, second.request.is_own) == (CLIENT, False)


# ---- Derived results -------------------------------------------------------------------------


class Making:
    """Raises its problem, if it has one; counts its calls."""

    def __init__(self, problem: Problem | None = None) -> None:
        self.problem = problem
        self.calls = 0

    def __call__(self, _: Snapshot) -> int:
        self.calls += 1
        if self.problem:
            raise ProblemError(self.problem, "It took too much.")
        return self.calls


def problem_of(action: Callable[[], object]) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        action()
    return raised.value


def test_a_result_is_made_once_for_each_snapshot(engine: StubEngine, served: Served) -> None:
    making = Making()
    snapshot = served.enter()
    assert [snapshot.derive(making), snapshot.derive(making)] == [1, 1]
    engine.reload()
    served.replace(None)
    assert served.enter().derive(making) == 2
    assert snapshot.derive(making) == 1


def test_a_result_may_be_made_of_another(served: Served) -> None:
    snapshot = served.enter()
    making = Making()
    assert snapshot.derive(lambda inner: inner.derive(making) + 1) == 2
    assert snapshot.derive(making) == 1


def test_requests_that_come_together_share_one_result(served: Served) -> None:
    snapshot, gate, made = served.enter(), threading.Event(), list[int]()
    calls = 0

    def make(_: Snapshot) -> int:
        nonlocal calls
        calls += 1
        gate.wait()
        return calls

    with together(*[lambda: made.append(snapshot.derive(make))] * 4):
        until(lambda: calls == 1)
        gate.set()
    assert made == [1, 1, 1, 1]


@pytest.mark.parametrize("problem", [QUERY_TIMEOUT, OUT_OF_MEMORY, RESULT_TOO_LARGE])
def test_a_problem_that_would_come_again_is_not_met_again_at_once(
    engine: StubEngine, served: Served, problem: Problem
) -> None:
    making = Making(problem)
    snapshot = served.enter()
    for _ in range(3):
        error = problem_of(lambda: snapshot.derive(making))
        assert (error.problem, error.detail) == (problem, "It took too much.")
    assert making.calls == 1
    engine.reload()
    served.replace(None)
    # Nothing is known of another version.
    problem_of(lambda: served.enter().derive(making))
    assert making.calls == 2


def test_after_a_minute_it_is_tried_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbact_graph.web.snapshot._RETRY_SECONDS", 0.0)
    making = Making(QUERY_TIMEOUT)
    snapshot = served.enter()
    problem_of(lambda: snapshot.derive(making))
    making.problem = None
    assert snapshot.derive(making) == 2


@pytest.mark.parametrize("problem", [OVERLOADED, CLIENT_CLOSED_REQUEST, RATE_LIMITED])
def test_a_problem_of_the_moment_is_not_kept(served: Served, problem: Problem) -> None:
    making = Making(problem)
    snapshot = served.enter()
    problem_of(lambda: snapshot.derive(making))
    making.problem = None
    assert snapshot.derive(making) == 2


# ---- The snapshot that is served -------------------------------------------------------------


def test_requests_keep_their_snapshot_while_it_is_replaced(
    engine: StubEngine, served: Served
) -> None:
    before = served.enter()
    engine.reload()
    served.replace(None)
    after = served.enter()
    assert (before.generation, after.generation, served.generation) == (1, 2, 2)
    assert (before.version, after.version) == ("1", "2")
    assert (values(before), values(after)) == (["1"], ["2"])


def test_a_replaced_dataset_is_closed_when_its_last_request_has_ended(
    engine: StubEngine, served: Served
) -> None:
    first, second = served.enter(), served.enter()
    engine.reload()
    served.replace(None)
    (old, new) = engine.opened
    assert (old.closed, new.closed) == (0, 0)
    served.leave(first)
    assert old.closed == 0
    served.leave(second)
    assert (old.closed, new.closed) == (1, 0)


def test_a_dataset_that_no_request_uses_is_closed_when_it_is_replaced(
    engine: StubEngine, served: Served
) -> None:
    served.leave(served.enter())
    assert engine.opened[0].closed == 0
    engine.reload()
    served.replace(None)
    engine.reload()
    served.replace(None)
    assert [dataset.closed for dataset in engine.opened] == [1, 1, 0]


def test_each_request_leaves_its_snapshot_even_if_it_fails(
    app: Application, engine: StubEngine
) -> None:
    def fail(*_: object) -> Answer:
        raise RuntimeError("planted")

    client = app.test_client()
    client.get("/limits")
    client.get("/nowhere")
    client.get("//")
    engine.evaluate = fail
    assert client.get("/sparql?query=ASK{}").status_code == 500
    engine.reload()
    app.served.replace(None)
    assert engine.opened[0].closed == 1


def test_outside_of_a_request_there_is_no_snapshot(app: Application) -> None:
    with app.test_request_context(), pytest.raises(RuntimeError, match="no snapshot"):
        current_snapshot()


# ---- One snapshot a request ------------------------------------------------------------------


class Page:
    """A page that queries twice; the dataset is replaced before the second query."""

    def __init__(self, app: Application, engine: StubEngine) -> None:
        self.app, self.engine = app, engine
        app.add_url_rule("/test/twice", view_func=self.show)

    def show(self) -> str:
        snapshot = current_snapshot()
        before = values(snapshot)
        self.engine.reload()
        self.app.served.replace(None)
        assert self.engine.opened[-2].closed == 0
        return f"{before} {values(current_snapshot())} {snapshot.version}"


def test_a_page_is_of_one_version_though_a_reload_comes_in_between(
    app: Application, engine: StubEngine
) -> None:
    page = Page(app, engine)
    client = app.test_client()
    first = client.get("/test/twice")
    assert first.text == "['1'] ['1'] 1"
    assert client.get("/test/twice").text == "['2'] ['2'] 2"
    assert [dataset.closed for dataset in page.engine.opened] == [1, 1, 0]
    # Its date is that of what it shows.
    assert first.last_modified == datetime.fromtimestamp(STARTED, UTC)


def test_what_a_page_derives_is_of_its_own_version(app: Application, engine: StubEngine) -> None:
    def show() -> str:
        engine.reload()
        app.served.replace(None)
        return str(current_snapshot().derive(values))

    app.add_url_rule("/test/derived", view_func=show)
    client = app.test_client()
    assert [client.get("/test/derived").text for _ in range(2)] == ["['1']", "['2']"]


def test_the_generation_is_noted_for_the_server(app: Application, engine: StubEngine) -> None:
    engine.reload()
    app.served.replace(None)
    _, context = dispatch(app, EnvironBuilder("/limits"))
    assert (context.generation, context.route) == (2, "/limits")
