"""The engine on real processes: answers, every limit with a tiny value, every way to end."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from urbact_graph.dataset.building import Build
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import Engine
from urbact_graph.engine.messages import Request
from urbact_graph.errors import DatasetError, EngineError
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

Wait = Callable[[Callable[[], bool]], None]


def request(query: str, **members: object) -> Request:
    members = {"results_format": JSON, "graph_format": TURTLE, "max_result_bytes": 10**7, **members}
    return Request(query, **members)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def engine(built: Build) -> Iterator[Engine]:
    with Engine(Settings.load(query_timeout_seconds=20.0, max_running_queries=2), built.dataset) as engine:
        yield engine


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write a dataset with two named graphs and a default graph."""
    file = tmp_path / "small.trig"
    file.write_text(
        '<x:a> <x:p> "default" .\n<x:g1> { <x:a> <x:p> "one" . }\n<x:g2> { <x:b> <x:p> "two" . }\n'
    )
    return file


@pytest.fixture
def wait() -> Wait:
    """Wait until a condition holds."""

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "the condition never came to hold"
            time.sleep(0.01)

    return until


def problem(engine: Engine, query: str, seconds: float | None = None) -> ProblemError:
    with pytest.raises(ProblemError) as refused:
        engine.query(request(query), seconds)
    return refused.value


def is_healthy(engine: Engine) -> bool:
    return b'"boolean":true' in engine.query(request("ASK {}")).content


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state == "Z"


def test_answers_every_form_of_query(engine: Engine) -> None:
    select = engine.query(request("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"))
    assert select.media_type == JSON
    assert f'"value":"{engine.quads}"'.encode() in select.content
    assert b'"boolean":true' in engine.query(request("ASK { ?s ?p ?o }")).content
    construct = engine.query(request("CONSTRUCT { <x:a> <x:b> 1 } WHERE { ?s ?p ?o }"))
    assert construct.media_type == TURTLE
    assert construct.content.count(b"<x:a>") == 1, "a graph holds a triple once"
    assert engine.query(request("DESCRIBE <x:unknown>")).content.strip() == b""


def test_binds_parameters_as_terms(engine: Engine) -> None:
    text = "SELECT ?t (COUNT(?s) AS ?n) WHERE { ?s a ?t } GROUP BY ?t"
    term = "<https://w3id.org/urbact-graph/ontology#Network>"
    answer = engine.query(request(text, substitutions={"t": term}))
    assert b'"value":"235"' in answer.content


def test_names_only_the_prefixes_that_occur(engine: Engine) -> None:
    prefixes = {"x": "http://x.example/", "y": "http://y.example/"}
    text = "CONSTRUCT { <http://x.example/a> a <http://x.example/B> } WHERE {}"
    content = engine.query(request(text, prefixes=prefixes)).content
    assert b"@prefix x:" in content
    assert b"y.example" not in content
    assert b"rdf-syntax" not in content


@pytest.mark.parametrize(
    ("query", "line", "column", "words"),
    [
        ("SELECT * WHERE { ?s ?p ", 1, 23, "at the end of the query"),
        ("SELECT *\nWHERE { ?s foo:p ?o }", 2, 12, "near 'foo:p'. The prefix is not declared"),
        ("SELECT ?x WHERE { ?s ?p ?o } GROUP BY ?s", 1, 41, "neither grouped nor aggregated"),
        ("SELECT (?x + 1 AS ?x) { ?x ?p ?o }", 1, 35, "choose another name"),
        ("SELECT * WHERE { ?s ?p ?o } } ", 1, 29, "near '}'"),
        ("SELECT * WHERE { ?s ?p ?o } GRUOP BY ?s", 1, 29, "near 'GRUOP'"),
        ("SELCT * WHERE { ?s ?p ?o }", 1, 1, "near 'SELCT'"),
        ("SELECT * { ?s ?p ?o }; SELECT * { ?s ?p ?o }", 1, 22, "near ';'"),
        ("SELECT * { ?s ?p <theme/food> }", 1, 18, "The IRI is not absolute"),
        ("SELECT * { ?s ?p ?o FILTR(?o) }", 1, 21, "near 'FILTR'"),
        ("SELECT * {\n\n  # note\n  ?x a <x:y> .\n  OPTIONAL\n}", 6, 1, "near '}'"),
        ("SELECT * { ?s ?p 'abc }", 1, 18, "is not closed"),
        ("", 1, 1, "at the end of the query"),
    ],
)
def test_tells_where_the_syntax_is_wrong(
    engine: Engine, query: str, line: int, column: int, words: str
) -> None:
    error = problem(engine, query)
    assert error.problem.name == "syntax-error"
    assert error.extensions == {"line": line, "column": column}
    assert words in error.detail
    assert "expected" not in error.detail.lower(), "no list of all that would have been taken"


def test_refuses_forms_that_no_accepted_format_holds(engine: Engine) -> None:
    with pytest.raises(ProblemError) as refused:
        engine.query(request("ASK {}", results_format=None))
    assert refused.value.problem.name == "not-acceptable"
    with pytest.raises(ProblemError) as refused:
        engine.query(request("CONSTRUCT WHERE { ?s ?p ?o }", graph_format=None))
    assert refused.value.problem.name == "not-acceptable"


def test_kills_a_query_at_the_deadline(engine: Engine, wait: Wait) -> None:
    before = [worker.pid for worker in engine.pool._idle]
    start = time.monotonic()
    error = problem(engine, ENDLESS, seconds=0.3)
    assert error.problem.name == "query-timeout"
    assert error.extensions == {"limit": "timeout", "value": 0.3}
    assert time.monotonic() - start < 5, "the kill does not wait for the engine"
    wait(lambda: any(is_gone(pid) for pid in before))
    assert len(engine.pool._idle) == 2, "the killed worker is replaced at once"
    assert is_healthy(engine)


def test_a_client_cannot_ask_for_more_time_than_the_setting(built: Build) -> None:
    with Engine(Settings.load(query_timeout_seconds=0.2, max_running_queries=1), built.dataset) as engine:
        error = problem(engine, ENDLESS, seconds=3600)
        assert error.extensions == {"limit": "query_timeout_seconds", "value": 0.2}


def test_refuses_an_answer_over_the_size(engine: Engine) -> None:
    text = "SELECT * WHERE { ?s ?p ?o }"
    with pytest.raises(ProblemError) as refused:
        engine.query(request(text, max_result_bytes=1_000))
    assert refused.value.problem.name == "result-too-large"
    assert refused.value.extensions == {"limit": "max_result_bytes", "value": 1_000}
    with pytest.raises(ProblemError) as refused:
        engine.query(request("CONSTRUCT WHERE { ?s ?p ?o }", max_result_bytes=1_000))
    assert refused.value.problem.name == "result-too-large"
    assert is_healthy(engine)


@pytest.mark.parametrize(
    "query",
    [
        # Sorting holds every row at once.
        "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c",
        # One value that doubles until it is past the limit.
        "SELECT (STRLEN(?v30) AS ?n) WHERE { BIND('0123456789' AS ?v0) "
        + " ".join(f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(30))
        + " }",
    ],
)
def test_stops_a_query_that_takes_too_much_memory(built: Build, query: str) -> None:
    settings = Settings.load(query_timeout_seconds=60.0, max_running_queries=1, max_query_memory_bytes=80_000_000)
    with Engine(settings, built.dataset) as engine:
        error = problem(engine, query)
        assert error.problem.name == "out-of-memory"
        assert error.extensions["limit"] == "max_query_memory_bytes"
        assert is_healthy(engine)


def test_a_crash_of_the_parser_is_an_answer(engine: Engine) -> None:
    error = problem(engine, "ASK { FILTER(1" + "+1" * 30_000 + " = 1) }")
    assert error.problem.name == "query-too-complex"
    assert is_healthy(engine)


def test_a_worker_opens_no_file_and_no_socket(engine: Engine) -> None:
    pid = engine.pool._idle[0].pid
    limits = Path(f"/proc/{pid}/limits").read_text()
    row = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    assert row.split()[3:5] == ["0", "0"]
    targets = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    assert sum(target.startswith("socket:") for target in targets) == 1, "only the pool's"


def test_refuses_when_too_many_wait(built: Build, wait: Wait) -> None:
    settings = Settings.load(query_timeout_seconds=30.0, max_running_queries=1, max_waiting_queries=1)
    with Engine(settings, built.dataset) as engine:
        threads = [threading.Thread(target=problem, args=(engine, ENDLESS, 2.0)) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait(lambda: engine.scheduler.waiting == 1)
        error = problem(engine, "ASK {}")
        assert error.problem.name == "overloaded"
        assert int(error.headers["Retry-After"]) > 0
        engine.check()
        for thread in threads:
            thread.join()
        assert is_healthy(engine)


def test_a_turn_that_never_comes_is_told(built: Build, wait: Wait) -> None:
    settings = Settings.load(query_timeout_seconds=0.4, max_running_queries=1)
    with Engine(settings, built.dataset) as engine:
        with engine.scheduler.turn(1, Cancellation()):
            error = problem(engine, "ASK {}")
            assert error.problem.name == "overloaded"
        assert is_healthy(engine)
        wait(lambda: engine.scheduler.waiting == 0)


def test_the_time_a_client_gives_bounds_the_wait_too(built: Build) -> None:
    settings = Settings.load(query_timeout_seconds=60.0, max_running_queries=1)
    with (
        Engine(settings, built.dataset) as engine,
        engine.scheduler.turn(1, Cancellation()),
    ):
        assert problem(engine, "ASK {}", seconds=0.2).problem.name == "overloaded"


def test_an_unforeseen_failure_in_a_worker_is_an_answer(engine: Engine) -> None:
    with pytest.raises(ProblemError) as refused:
        engine.query(request("ASK {}", results_format="no/format"))
    assert refused.value.problem.name == "evaluation-failed"
    assert is_healthy(engine)


def test_what_is_held_open_outlives_a_change_of_the_file(tmp_path: Path, wait: Wait) -> None:
    file = tmp_path / "data.nt"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with file.open("rb") as content:
        held_as = Path(f"/proc/{os.getpid()}/fd/{content.fileno()}")
        with Engine(Settings.load(max_running_queries=1), file, held_as) as engine:
            file.unlink()
            file.write_text("<x:other> <x:b> <x:c> .\n")
            parent = engine.pool._parent.pid
            worker = engine.pool._idle[0].pid
            os.kill(parent, signal.SIGKILL)
            os.kill(worker, signal.SIGKILL)
            wait(lambda: is_gone(parent) and is_gone(worker))
            answer = engine.query(request("ASK { <x:a> ?p ?o }"))
            assert b"true" in answer.content


def test_relative_iris_stay_what_they_are_when_the_file_is_replaced(
    tmp_path: Path, wait: Wait
) -> None:
    file = tmp_path / "data.ttl"
    file.write_text("<#me> <x:b> <x:c> .\n")
    with file.open("rb") as content:
        held_as = Path(f"/proc/{os.getpid()}/fd/{content.fileno()}")
        with Engine(Settings.load(max_running_queries=1), file, held_as) as engine:
            before = engine.query(request("SELECT ?s { ?s ?p ?o }")).content
            assert f"{file.as_uri()}#me".encode() in before
            file.rename(tmp_path / "old.ttl")
            parent = engine.pool._parent.pid
            os.kill(parent, signal.SIGKILL)
            wait(lambda: is_gone(parent))
            assert engine.query(request("SELECT ?s { ?s ?p ?o }")).content == before


def test_a_worker_killed_while_idle_is_passed_over(engine: Engine, wait: Wait) -> None:
    victims = [worker.pid for worker in engine.pool._idle]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    wait(lambda: all(is_gone(pid) for pid in victims))
    assert is_healthy(engine)
    assert is_healthy(engine)


def test_a_killed_parent_is_started_anew(built: Build, wait: Wait) -> None:
    with Engine(Settings.load(max_running_queries=1), built.dataset) as engine:
        parent, worker = engine.pool._parent.pid, engine.pool._idle[0].pid
        os.kill(parent, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        wait(lambda: is_gone(parent) and is_gone(worker))
        assert is_healthy(engine)
        assert engine.pool._parent.pid != parent
        engine.check()


def test_closing_ends_every_process(built: Build, wait: Wait) -> None:
    engine = Engine(Settings.load(max_running_queries=2), built.dataset)
    pids = [engine.pool._parent.pid, *(worker.pid for worker in engine.pool._idle)]
    engine.close()
    wait(lambda: all(is_gone(pid) for pid in pids))
    assert problem(engine, "ASK {}").problem.name == "engine-unavailable"


def test_queries_run_at_once_and_answer_rightly(engine: Engine) -> None:
    answers: dict[int, bytes] = {}

    def ask(number: int) -> None:
        text = f"SELECT ({number} AS ?n) (COUNT(*) AS ?all) WHERE {{ ?s ?p ?o }}"
        answers[number] = engine.query(request(text)).content

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    for number, content in answers.items():
        assert f'"value":"{number}"'.encode() in content
        assert f'"value":"{engine.quads}"'.encode() in content


def test_named_graphs_are_kept_and_can_be_chosen(small: Path) -> None:
    with Engine(Settings.load(max_running_queries=1), small) as engine:
        assert (engine.quads, engine.named_graphs) == (3, 2)
        values = "SELECT ?o WHERE { ?s <x:p> ?o } ORDER BY ?o"
        graphs = "SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"

        def ask(text: str, **members: object) -> bytes:
            members = {"results_format": "text/csv", **members}
            return b" ".join(engine.query(request(text, **members)).content.split()[1:])

        assert ask(values) == b"default"
        assert ask(graphs) == b"x:g1 x:g2"
        assert ask(values, default_graphs=("x:g1",)) == b"one"
        assert ask(values, default_graphs=("x:g1", "x:g2")) == b"one two"
        assert ask(values, default_graphs=("x:unknown",)) == b""
        assert ask(values, named_graphs=("x:g1",)) == b"", "no default graph was named"
        assert ask(graphs, named_graphs=("x:g2",)) == b"x:g2"
        assert ask("SELECT ?o FROM <x:g2> WHERE { ?s ?p ?o }") == b"two"
        overridden = "SELECT ?o FROM <x:g2> WHERE { ?s ?p ?o }"
        assert ask(overridden, default_graphs=("x:g1",)) == b"one"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.ttl", "<x:a> <x:b> ", "cannot be loaded"),
        ("absent.ttl", None, "cannot be loaded"),
    ],
)
def test_a_dataset_that_cannot_be_loaded_is_told(
    tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content)
    with pytest.raises(EngineError, match=words) as raised:
        Engine(Settings.load(), file)
    assert name in str(raised.value)


def test_a_dataset_of_unknown_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"should end in \.ttl"):
        Engine(Settings.load(), tmp_path / "data.docx")
