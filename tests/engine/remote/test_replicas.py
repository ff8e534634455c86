"""Which replica is asked, and what an answer means: without an engine around it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Store

from tests.engine.remote import services as faults
from tests.engine.remote.services import Handle, Service, refusing, services
from tests.support.waiting import until
from urbact_graph.engine.remote.answers import accept_of, media_type_of
from urbact_graph.engine.remote.dialects import STANDARD, dialect_of
from urbact_graph.engine.remote.exchange import Exchange, Response, TooMuchError
from urbact_graph.engine.remote.faults import (
    BusyError,
    EngineTimeoutError,
    FailedError,
    GoneError,
    InterruptedExchangeError,
)
from urbact_graph.engine.remote.replica import Message, Replica, State, exchange_of
from urbact_graph.engine.remote.replicas import Replicas
from urbact_graph.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY = "SELECT ?x { VALUES ?x { <x:a> } }"
MESSAGE = Message((("query", QUERY),))
JSON = "application/sparql-results+json"


@pytest.fixture
def pair() -> Iterator[list[Service]]:
    with services(2, Store) as found:
        yield found


_MADE: list[Replica] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _MADE:
        _MADE.pop().close()


def replicas_of(found: list[Service]) -> Replicas:
    """Return replicas that have been seen to be up."""
    members = [Replica(service.url) for service in found]
    _MADE.extend(members)
    for member in members:
        member.state, member.version = State.UP, "1"
    replicas = Replicas(members)
    replicas.settle()
    return replicas


def ask(replicas: Replicas, exchange: Exchange | None = None, limit: int = 10_000) -> str:
    media_type, content = replicas.ask(MESSAGE, exchange or exchange_of(5), limit, "results")
    assert b"x:a" in content
    return media_type


@pytest.mark.parametrize(
    "fault",
    [
        *(faults.dead, faults.cut, faults.page, faults.redirect),
        *map(refusing, (401, 404, 429, 500, 502, 503)),
    ],
)
def test_another_replica_answers_in_place_of_one_that_fails(
    fault: Handle, pair: list[Service]
) -> None:
    replicas = replicas_of(pair)
    pair[0].fault = fault
    for _ in range(6):
        assert ask(replicas) == JSON


def test_a_replica_that_is_gone_is_not_asked_again(pair: list[Service]) -> None:
    replicas = replicas_of(pair)
    pair[0].stop()
    assert [ask(replicas) for _ in range(5)] == [JSON] * 5
    assert [one.state for one in replicas.members] == [State.DOUBTFUL, State.UP]
    assert replicas.members[0].changed.is_set(), "what watches it looks at once"
    pair[1].stop()
    with pytest.raises(GoneError):
        ask(replicas)


def test_a_replica_that_failed_one_query_answers_the_next(pair: list[Service]) -> None:
    replicas = replicas_of(pair[:1])
    pair[0].fault = faults.dead
    with pytest.raises(GoneError):
        ask(replicas)
    pair[0].fault = None
    assert ask(replicas) == JSON, "a query that it cannot answer does not shut out all others"


def test_connections_are_kept_and_one_that_was_closed_is_opened_again(pair: list[Service]) -> None:
    replicas = replicas_of(pair[:1])
    for _ in range(3):
        ask(replicas)
    assert len(pair[0]._sockets) == 1
    pair[0].stop()
    pair[0].start()
    assert ask(replicas) == JSON


def test_the_one_with_the_fewest_queries_is_asked(pair: list[Service]) -> None:
    replicas = replicas_of(pair)
    pair[0].fault = pair[1].fault = faults.slow
    exchanges = [exchange_of(30) for _ in range(6)]
    threads = [threading.Thread(target=_ended, args=(replicas, one)) for one in exchanges]
    for thread in threads:
        thread.start()
        until(lambda: sum(one.running for one in pair) == threads.index(thread) + 1, "a query")  # noqa: B023
    assert [one.running for one in pair] == [3, 3]
    for exchange in exchanges:
        exchange.kill()
    for thread in threads:
        thread.join()
    until(lambda: pair[0].was_left and pair[1].was_left, "closed connections")


def _ended(replicas: Replicas, exchange: Exchange) -> None:
    with pytest.raises(InterruptedExchangeError):
        ask(replicas, exchange)


@pytest.mark.parametrize("fault", [faults.slow, faults.drip])
def test_a_slow_answer_ends_at_the_deadline(fault: Handle, pair: list[Service]) -> None:
    replicas = replicas_of(pair)
    pair[0].fault = pair[1].fault = fault
    with pytest.raises(TimeoutError):
        ask(replicas, exchange_of(0.3))
    if fault is faults.slow:
        until(lambda: any(one.was_left for one in pair), "a closed connection")


def test_an_answer_is_read_up_to_its_limit(pair: list[Service]) -> None:
    replicas = replicas_of(pair)
    pair[0].fault = pair[1].fault = faults.huge
    with pytest.raises(TooMuchError):
        ask(replicas, limit=100_000)


def test_only_replicas_of_one_version_are_asked(pair: list[Service]) -> None:
    replicas = replicas_of(pair)
    seen: list[str] = []
    replicas.changed = seen.append
    first, second = replicas.members
    second.version = "2"
    replicas.settle()
    assert replicas.version == "1", "half have the next, so that the one before goes on"
    assert replicas.serving == [first]
    first.version = "2"
    replicas.settle()
    assert replicas.serving == [first, second]
    first.version = "3"
    second.state = State.DOWN
    replicas.settle()
    assert seen == ["2", "3"]


def test_one_that_is_late_is_asked_where_no_other_is_up(pair: list[Service]) -> None:
    replicas = replicas_of(pair)
    first, second = replicas.members
    first.state = State.DOUBTFUL
    assert replicas.serving == [second]
    second.state = State.DOWN
    assert replicas.serving == [first]
    assert ask(replicas) == JSON


@pytest.mark.parametrize(
    ("status", "headers", "text", "kind", "words"),
    [
        (200, {"Content-Type": "text/html"}, "<p>", GoneError, "text/html"),
        (200, {}, "", GoneError, "no media type"),
        (200, {"Content-Type": JSON, "X-SQL-State": "S1TAT"}, "", EngineTimeoutError, "limit"),
        (204, {}, "", GoneError, "204"),
        (301, {"Location": "https://x.example/"}, "", GoneError, "redirects to https://x.example/"),
        (400, {"Content-Type": "text/plain"}, "no such\nthing", FailedError, "no such"),
        (400, {"Content-Type": "text/html"}, "<p>long page", FailedError, "status 400"),
        (401, {}, "", GoneError, "401"),
        (404, {}, "", GoneError, "404"),
        (429, {"Retry-After": "7"}, "", BusyError, "429"),
        (503, {}, "", BusyError, "503"),
        (503, {"Content-Type": "text/plain"}, "Query timed out", EngineTimeoutError, "limit"),
        (500, {"Content-Type": "text/plain"}, "S1T00 timeout", EngineTimeoutError, "limit"),
        (500, {"Content-Type": "text/plain"}, "out of luck", FailedError, "out of luck"),
        (502, {}, "", GoneError, "502"),
    ],
)
def test_what_a_response_means(
    status: int, headers: dict[str, str], text: str, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        media_type_of(Response(status, headers, text.encode()), dialect_of("Virtuoso/7"), "results")


def test_an_engine_is_asked_for_the_format_in_which_it_writes_terms_as_they_are() -> None:
    for server, first in (("Oxigraph/0.5", "json"), ("Virtuoso/07.20", "xml")):
        dialect = dialect_of(server)
        accepted = [accept_of(dialect, "results", again=again) for again in (False, True)]
        assert accepted[0].split(",")[0].endswith(f"results+{first}")
        assert not accepted[1].split(",")[0].endswith(f"results+{first}")


def test_a_busy_engine_says_when_to_ask_again() -> None:
    for value, seconds in (("7", 7), ("", None), ("Fri, 31 Dec 1999 23:59:59 GMT", 0)):
        with pytest.raises(BusyError) as caught:
            media_type_of(Response(429, {"Retry-After": value}, b""), STANDARD, "results")
        assert caught.value.retry_seconds == seconds


@pytest.mark.parametrize(
    ("media_type", "read_as"),
    [
        (JSON, JSON),
        ("application/json", JSON),
        ("application/xml", "application/sparql-results+xml"),
        ("APPLICATION/SPARQL-RESULTS+XML; charset=UTF-8", "application/sparql-results+xml"),
    ],
)
def test_media_types_that_engines_use_are_understood(media_type: str, read_as: str) -> None:
    response = Response(200, {"Content-Type": media_type}, b"")
    assert media_type_of(response, STANDARD, "results") == read_as


@pytest.mark.parametrize(
    ("server", "name", "parameters"),
    [
        ("Virtuoso/07.20.3229 (Linux)", "Virtuoso", (("timeout", "2500"),)),
        ("Oxigraph/0.5.13", "Oxigraph", ()),
        ("Apache Jena Fuseki (5.1.0)", "Fuseki", (("timeout", "2.500"),)),
        ("GraphDB/10.8 RDF4J/4.3", "GraphDB", (("timeout", "3"),)),
        ("qlever", "QLever", (("timeout", "3s"),)),
        ("nginx", "SPARQL 1.1 service", ()),
    ],
)
def test_engines_of_known_kinds_get_the_limit_of_time(
    server: str, name: str, parameters: tuple[tuple[str, str], ...]
) -> None:
    dialect = dialect_of(server)
    assert (dialect.name, dialect.timeout(2.5)) == (name, parameters)


def test_parameters_of_the_address_are_sent_unless_the_query_chooses(pair: list[Service]) -> None:
    replica = Replica(f"{pair[0].url}?default-graph-uri=x:g&apikey=1", "Bearer x")
    _MADE.append(replica)
    for chooses in (False, True):
        message = Message(MESSAGE.parameters, MESSAGE.accept, chooses)
        replica.ask(message, exchange_of(5), 10_000)
    first, second = pair[0].forms
    assert first["default-graph-uri"] == ["x:g"]
    assert first["apikey"] == second["apikey"] == ["1"]
    assert "default-graph-uri" not in second
    assert replica.default_graphs == ("x:g",)


@pytest.mark.parametrize(
    "url", ["", "localhost:7878", "ftp://x.example/", "http://", "http://x.example:port/"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(EngineError, match="--engine"):
        Replica(url)


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(EngineError, match="URBACT_GRAPH_ENGINE_AUTHORIZATION") as caught:
        Replica("http://user:secret@127.0.0.1/query")
    assert "secret" not in str(caught.value)
