"""Equal requests in flight: evaluated once, for those that are still connected."""

import asyncio
from functools import partial

import pytest

from tests.server.conftest import SIZE
from tests.server.gateways import Clients, asynchronous, clients
from tests.support.servers import ENDLESS, Reply, Server, new_agent
from tests.support.waiting import together
from urbact_graph.problems import (
    CLIENT_CLOSED_REQUEST,
    ENGINE_UNAVAILABLE,
    EVALUATION_FAILED,
    OUT_OF_MEMORY,
    OVERLOADED,
    QUERY_TIMEOUT,
    QUERY_TOO_COMPLEX,
    RATE_LIMITED,
    RESULT_TOO_LARGE,
    SYNTAX_ERROR,
    Problem,
    ProblemError,
)

QUERY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
STORED, MISS, COLLAPSED, HIT = "fwd=miss; stored", "fwd=miss", "fwd=miss; collapsed", "hit"


# ---- The gateway, without processes ------------------------------------------------------------


@asynchronous
async def test_equal_requests_in_flight_are_evaluated_once() -> None:
    async with clients() as running:
        running.engine.hold()
        sent = [running.query(QUERY) for _ in range(10)]
        await running.until_waiting(10)
        running.engine.release()
        for client in sent:
            await client.response()
        assert [client.cache for client in sent] == [STORED] + [COLLAPSED] * 9
        assert {(client.status, client.body) for client in sent} == {(200, sent[0].body)}
        assert len(running.engine.queries) == running.calls == 1
        assert not running.gateway._in_flight
        later = await running.query(QUERY).response()
        assert (later.cache, later.body) == (HIT, sent[0].body)
        assert [line["cache"] for line in running.logged()] == ["miss", *["coalesced"] * 9, "hit"]


@asynchronous
async def test_documents_and_pages_are_coalesced_too() -> None:
    async with clients() as running:
        running.hold_calls()
        sent = [running.send("/limits", method) for method in ("GET", "HEAD", "GET")]
        await running.until_waiting(3)
        running.release_calls()
        for client in sent:
            await client.response()
        assert [client.cache for client in sent] == [STORED, COLLAPSED, COLLAPSED]
        assert running.calls == 1
        assert sent[1].body == b""
        assert sent[1].headers["content-length"] == str(len(sent[0].body))
        assert sent[2].body == sent[0].body


@asynchronous
async def test_a_condition_is_answered_for_each_client_by_itself() -> None:
    async with clients() as running:
        tag = (await running.send("/limits", accept="text/html").response()).headers["etag"]
    async with clients() as running:
        running.hold_calls()
        sent = [
            running.send("/limits", accept="text/html", **headers)
            for headers in ({"if_none_match": tag}, {}, {"if_none_match": tag})
        ]
        await running.until_waiting(3)
        running.release_calls()
        statuses = [(await client.response()).status for client in sent]
        assert (statuses, running.calls) == ([304, 200, 304], 1)
        assert [bool(client.body) for client in sent] == [False, True, False]


@pytest.mark.parametrize(
    "headers",
    [{"accept": "text/csv"}, {"accept_encoding": "gzip"}, {"user_agent": "curl/8"}],
)
@asynchronous
async def test_requests_with_other_responses_are_evaluated_apart(headers: dict[str, str]) -> None:
    async with clients() as running:
        running.engine.hold()
        sent = [running.query(QUERY), running.query(QUERY, **headers)]
        await running.until(lambda: len(running.engine.queries) == 2)
        running.engine.release()
        assert [(await client.response()).status for client in sent] == [200, 200]
        assert sent[0].body != sent[1].body


@pytest.mark.parametrize("leaving", [0, 1, 2])
@asynchronous
async def test_one_client_that_disconnects_stops_nothing_for_the_others(leaving: int) -> None:
    async with clients() as running:
        running.engine.hold()
        sent = [running.query(QUERY) for _ in range(3)]
        await running.until_waiting(3)
        sent[leaving].disconnect()
        await running.until_waiting(2)
        running.engine.release()
        for client in sent:
            await client.response()
        assert [client.status for client in sent].count(200) == 2
        assert sent[leaving].status == 0, "no response was sent"
        assert not running.engine.cancelled
        assert len(running.engine.queries) == 1
        statuses = [line["status"] for line in running.logged()]
        assert sorted(statuses) == [200, 200, 499]


@asynchronous
async def test_a_query_is_cancelled_once_all_clients_have_disconnected() -> None:
    async with clients() as running:
        running.engine.hold()
        sent = [running.query(QUERY) for _ in range(3)]
        await running.until_waiting(3)
        for number, client in enumerate(sent, 1):
            assert not running.engine.cancelled
            client.disconnect()
            await running.until_waiting(3 - number)
        await running.until(lambda: running.engine.cancelled == [QUERY])
        assert not running.gateway._in_flight
        assert [line["status"] for line in running.logged()] == [499] * 3


@asynchronous
async def test_a_request_that_the_server_ends_is_logged_too() -> None:
    async with clients() as running:
        running.engine.hold()
        ended = running.query(QUERY)
        await running.until_waiting(1)
        assert ended.task
        ended.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ended.task
        assert [line["status"] for line in running.logged()] == [499]


@asynchronous
async def test_a_later_request_does_not_wait_for_a_cancelled_one() -> None:
    async with clients() as running:
        running.engine.hold()
        running.engine.is_slow_to_stop = True
        gone = running.query(QUERY)
        await running.until_waiting(1)
        gone.disconnect()
        await gone.response()
        later = running.query(QUERY)
        await running.until(lambda: len(running.engine.queries) == 2)
        running.engine.release()
        await later.response()
        assert (later.status, later.cache) == (200, STORED)
        await running.until(lambda: running.engine.cancelled == [QUERY])
        # The end of the first must not have removed the second from those in flight, or its entry.
        assert (await running.query(QUERY).response()).cache == HIT


async def outcomes(running: Clients, problem: Problem) -> list[tuple[int, str]]:
    """Return the statuses and what the cache did for three equal requests with ``problem``."""
    running.engine.hold()
    running.engine.problem = ProblemError(problem, "It has this problem.")
    sent = [running.query(QUERY) for _ in range(3)]
    await running.until_waiting(3)
    running.engine.release()
    return [((await client.response()).status, client.cache) for client in sent]


@pytest.mark.parametrize(
    "problem",
    [EVALUATION_FAILED, OUT_OF_MEMORY, QUERY_TOO_COMPLEX, RESULT_TOO_LARGE],
    ids=lambda problem: problem.name,
)
@asynchronous
async def test_a_problem_that_would_come_again_is_shared(problem: Problem) -> None:
    async with clients() as running:
        found = await outcomes(running, problem)
        assert found == [(problem.status, MISS), *[(problem.status, COLLAPSED)] * 2]
        assert len(running.engine.queries) == 1
        lines = running.logged()
        assert [line["problem"] for line in lines] == [problem.name] * 3
        assert sorted(line["cache"] for line in lines) == ["coalesced", "coalesced", "miss"]


@asynchronous
async def test_a_client_that_came_later_has_its_own_time() -> None:
    async with clients() as running:
        running.engine.hold()
        running.engine.first_problem = ProblemError(QUERY_TIMEOUT, "It has run for 10 s.")
        first, *later = [running.query(QUERY) for _ in range(4)]
        await running.until_waiting(4)
        running.engine.release()
        assert ((await first.response()).status, first.cache) == (503, MISS)
        # One of the others is evaluated anew, and the rest waits for it.
        assert [(await client.response()).status for client in later] == [200] * 3
        assert sorted(client.cache for client in later) == [COLLAPSED, COLLAPSED, STORED]
        assert len(running.engine.queries) == 2


@asynchronous
async def test_a_query_is_not_evaluated_for_ever_for_clients_that_had_their_time() -> None:
    async with clients() as running:
        found = await outcomes(running, QUERY_TIMEOUT)
        assert found == [(503, MISS), (503, MISS), (503, COLLAPSED)]
        assert len(running.engine.queries) == 2
        assert [line["problem"] for line in running.logged()] == ["query-timeout"] * 3


@pytest.mark.parametrize(
    "problem",
    [CLIENT_CLOSED_REQUEST, ENGINE_UNAVAILABLE, OVERLOADED, RATE_LIMITED, SYNTAX_ERROR],
    ids=lambda problem: problem.name,
)
@asynchronous
async def test_another_problem_is_that_of_one_client(problem: Problem) -> None:
    async with clients() as running:
        found = await outcomes(running, problem)
        assert [status for status, _ in found] == [problem.status] * 3
        assert COLLAPSED not in [cache for _, cache in found]
        assert len(running.engine.queries) == 3


@pytest.mark.parametrize("call", ["RAND()", "NOW()", "UUID()", "STRUUID()", "BNODE()"])
@asynchronous
async def test_a_volatile_query_is_evaluated_for_each_client(call: str) -> None:
    async with clients() as running:
        running.engine.hold()
        sent = [running.query(f"SELECT ({call} AS ?x) {{}}") for _ in range(3)]
        await running.until_waiting(3)
        running.engine.release()
        bodies = {(await client.response()).body for client in sent}
        assert len(bodies) == len(running.engine.queries) == 3


@asynchronous
async def test_a_request_of_another_version_is_evaluated_apart() -> None:
    async with clients() as running:
        running.engine.hold()
        before = running.query(QUERY)
        await running.until(lambda: len(running.engine.queries) == 1)
        running.reload("two")
        after = running.query(QUERY)
        await running.until(lambda: len(running.engine.queries) == 2)
        running.engine.release()
        assert (await before.response()).body.startswith(b"one")
        assert (await after.response()).body.startswith(b"two")


# ---- The real server ---------------------------------------------------------------------------


def long(name: str) -> str:
    return f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} # {name}"


def test_equal_queries_at_once_count_as_one_answer(server: Server) -> None:
    answers, replies = server.metric("answers_total"), list[Reply]()

    def ask() -> None:
        replies.append(server.query(long("at once")))

    with together(*[partial(ask)] * 8):
        pass
    assert {reply.status for reply in replies} == {200}
    assert {f'"{SIZE**3}"'.encode() in reply.body for reply in replies} == {True}
    caches = [reply.cache for reply in replies]
    # One that arrived late was answered from the cache.
    assert caches.count(STORED) == 1
    assert set(caches) <= {STORED, COLLAPSED, HIT}
    assert server.metric("answers_total") == answers + 1


@pytest.mark.parametrize("how", ["FIN", "RST"])
def test_the_first_client_may_disconnect(server: Server, how: str) -> None:
    answers = server.metric("answers_total")
    agent = new_agent()
    server.until_workers(2)
    with server.stopped_workers():
        first, second = server.send_query(long(how), agent=agent), server.send_query(long(how))
        server.until_at_work(running=1)
        first.disconnect(how)
        assert [line["status"] for line in server.logged(agent)] == [499]
    reply = second.reply()
    assert reply.status == 200
    assert f'"{SIZE**3}"'.encode() in reply.body
    assert server.metric("answers_total") == answers + 1


def test_a_query_is_killed_once_all_its_clients_have_disconnected(server: Server) -> None:
    answers = server.metric("answers_total")
    pending = [server.send_query(f"{ENDLESS} # all") for _ in range(3)]
    server.until_at_work(running=1)
    for one in pending:
        one.disconnect()
    server.until_at_work(running=0)
    server.until_workers(2)
    assert server.metric("answers_total") == answers
