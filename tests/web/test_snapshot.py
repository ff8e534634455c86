"""What is made once for each version of the dataset: asked for everybody, and not in vain."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder

from urbact_graph.engine.local import Engine
from urbact_graph.problems import (
    RESULT_TOO_LARGE,
    OVERLOADED,
    CLIENT_CLOSED_REQUEST,
    OUT_OF_MEMORY,
    QUERY_TIMEOUT,
    RATE_LIMITED,
    Problem,
    ProblemError,
)
from urbact_graph.settings import Settings
from urbact_graph.web.app import Application, create_app
from urbact_graph.web.context import Caller
from urbact_graph.web.snapshot import ByVersion, ServedGraph

from tests.support.engines import ENDLESS, request, write_facts

ADDRESS = "192.0.2.1"
VALUES = "SELECT DISTINCT ?o { ?s ?p ?o }"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings.load(max_running_queries=1, client_quota_seconds=0.01)
    with Engine(settings, write_facts(tmp_path / "one.nt", "one")) as engine:
        yield engine


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Application:
    return create_app(Settings.load(max_running_queries=1, dataset=tmp_path / "one.nt"), engine)


class Making:
    """Fails as it is told to, and counts how often it was tried."""

    def __init__(self, problem: Problem | None = None) -> None:
        self.problem = problem
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        if self.problem:
            raise ProblemError(self.problem, "It took too much.")
        return self.calls


def refused(action: Callable[[], object]) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        action()
    return raised.value


def test_what_was_made_stands_as_long_as_its_version(engine: Engine, tmp_path: Path) -> None:
    making = Making()
    made = ByVersion(engine, making)
    assert [made.get(), made.get()] == [1, 1]
    assert engine.reload(write_facts(tmp_path / "two.nt", "two"))
    assert [made.get(), made.get()] == [2, 2]


@pytest.mark.parametrize("problem", [QUERY_TIMEOUT, OUT_OF_MEMORY, RESULT_TOO_LARGE])
def test_what_will_fail_again_is_not_tried_again_at_once(
    engine: Engine, tmp_path: Path, problem: Problem
) -> None:
    making = Making(problem)
    made = ByVersion(engine, making)
    for _ in range(3):
        error = refused(made.get)
        assert (error.problem, error.detail) == (problem, "It took too much.")
    assert making.calls == 1
    assert engine.reload(write_facts(tmp_path / "two.nt", "two"))
    # Of another dataset nothing is known.
    refused(made.get)
    refused(made.get)
    assert making.calls == 2


def test_after_a_while_it_is_tried_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbact_graph.web.snapshot._AGAIN_SECONDS", 0.0)
    making = Making(QUERY_TIMEOUT)
    made = ByVersion(engine, making)
    refused(made.get)
    making.problem = None
    assert made.get() == 2


@pytest.mark.parametrize("problem", [OVERLOADED, CLIENT_CLOSED_REQUEST, RATE_LIMITED])
def test_what_may_go_well_the_next_time_is_tried_again(engine: Engine, problem: Problem) -> None:
    making = Making(problem)
    made = ByVersion(engine, making)
    refused(made.get)
    making.problem = None
    assert made.get() == 2


def test_what_is_for_all_takes_nobodys_share(engine: Engine, app: Application) -> None:
    spent = refused(lambda: engine.query(request(ENDLESS), 0.05, client=ADDRESS))
    assert spent.problem == QUERY_TIMEOUT
    with app.test_request_context(environ_base={"REMOTE_ADDR": ADDRESS}):
        assert refused(lambda: app.graph.rows(VALUES)).problem == RATE_LIMITED
        assert values(app.graph.for_all()) == ["one"]


def test_all_together_have_no_share(app: Application) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": ADDRESS}):
        shared = app.graph.for_all()
        # What takes more than the share of one, each time.
        for _ in range(2):
            with pytest.raises(ProblemError) as raised:
                shared.engine.query(request(ENDLESS), 0.05)
            assert raised.value.problem == QUERY_TIMEOUT
        assert values(shared) == ["one"]
    # The home is made of questions that are asked for all.
    home = app.test_client().get("/", headers={"Accept": "text/html"})
    assert home.status_code == 200


def test_who_leaves_does_not_take_what_is_for_all_along(app: Application) -> None:
    caller = Caller(ADDRESS)
    caller.cancellation.cancel()
    environ = EnvironBuilder().get_environ()
    caller.enter(environ)
    with app.request_context(environ):
        assert refused(lambda: app.graph.rows(VALUES)).problem == CLIENT_CLOSED_REQUEST
        assert values(app.graph.for_all()) == ["one"]


def values(graph: ServedGraph) -> list[str]:
    return [term.value for row in graph.rows(VALUES) for term in row if term]
