"""The messages of the engine: each survives its codec, and a failure becomes its error again."""

from dataclasses import replace

import pytest

from urbact_graph.engine.messages import (
    FROM_WORKER,
    FROM_ZYGOTE,
    TO_WORKER,
    TO_ZYGOTE,
    Collect,
    Collected,
    Failure,
    Fork,
    Forked,
    FromWorker,
    FromZygote,
    Load,
    LoadFailed,
    Result,
    ToZygote,
)
from urbact_graph.engine.protocol import Counts, Request
from urbact_graph.problems import PROBLEMS, SYNTAX_ERROR, ProblemError


@pytest.mark.parametrize(
    "message", [Load("/c", "/n", "text/turtle", {"x": "x:"}, 1, 2, 3), Fork(), Collect(5)]
)
def test_messages_to_a_zygote(message: ToZygote) -> None:
    assert TO_ZYGOTE.decode(TO_ZYGOTE.encode(message)) == message


@pytest.mark.parametrize(
    "message",
    [Counts(1, 2), LoadFailed("why"), Forked(1, 2), Collected(-9), Collected(None)],
)
def test_messages_from_a_zygote(message: FromZygote) -> None:
    assert FROM_ZYGOTE.decode(FROM_ZYGOTE.encode(message)) == message


@pytest.mark.parametrize(
    "request_",
    [
        Request("ASK {}", "text/csv", None, 1),
        Request("ASK {}", None, "text/turtle", 2**40, ("x:a", "x:b"), ("x:c",), {"v": '"é"'}),
    ],
)
def test_requests(request_: Request) -> None:
    assert TO_WORKER.decode(TO_WORKER.encode(request_)) == request_


@pytest.mark.parametrize(
    "message",
    [
        Result("text/csv", b"\x00\xff\r\n"),
        Result("text/csv", b"", retire=True),
        Failure("syntax-error", "Where.", {"line": 1}, {"Retry-After": "1"}, retire=True),
    ],
)
def test_replies(message: FromWorker) -> None:
    assert FROM_WORKER.decode(FROM_WORKER.encode(message)) == message


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_a_failure_carries_an_error(name: str) -> None:
    error = ProblemError(
        PROBLEMS[name],
        "What is wrong.",
        extensions={"limit": "l", "value": 1.5},
        headers={"H": "1"},
    )
    again = Failure.of(error).error()
    assert again.problem is error.problem
    assert (again.detail, again.extensions, again.headers) == (
        error.detail,
        error.extensions,
        error.headers,
    )


def test_a_failure_can_ask_for_another_worker() -> None:
    error = ProblemError(SYNTAX_ERROR, "Where.")
    assert replace(Failure.of(error), retire=True).retire
    assert not Failure.of(error).retire
