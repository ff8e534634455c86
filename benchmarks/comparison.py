"""The comparison: the same questions to every server, over HTTP, in turns that are close in time.

Cold, each question is asked by itself, over and over, with a comment that makes each request's
text a new one. Warm, all questions are asked in one shuffled order, again and again.
"""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.load import Run, ask, ceiling, run
from benchmarks.processes import StartError
from benchmarks.scaling import lines
from benchmarks.workload import Content, Question, content, questions, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.peers import Peer

CLIENTS = 8
# Told what is being done.
Say = Callable[[str], None]
_ANSWER_SECONDS = 20.0
# A server that still works on what nobody waits for any more is waited for this long.
_SETTLE_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """How much is measured: ``seconds`` a question and server, in ``rounds``, and of the mix."""

    seconds: float = 0.9
    mix_seconds: float = 15.0
    rounds: int = 3
    requests: int = 8
    seed: int = 1


@dataclass
class Cold:
    """One question at one server: what is wrong with its answers, if anything, and the runs."""

    fault: str = ""
    crowd: Run = field(default_factory=Run)
    alone: Run = field(default_factory=Run)

    @property
    def unanswered(self) -> bool:
        """Whether there is no answer that could be measured."""
        return self.fault in ("error", "timeout")


@dataclass
class Measured:
    """One server: what it is, how it loaded, and how it answered."""

    name: str
    title: str
    version: str
    load_seconds: float = 0.0
    memory: int = 0
    cold: dict[str, Cold] = field(default_factory=dict)
    warm: Run = field(default_factory=Run)


@dataclass
class Comparison:
    """All servers that were measured, this project's first, and those that were not, and why."""

    servers: list[Measured]
    skipped: list[str]
    questions: list[str]
    triples: int
    clients: Run


def compare(
    kinds: Sequence[type[Peer]], dataset: Path, queries: Path, folder: Path, plan: Plan, say: Say
) -> Comparison:
    """Measure every server of ``kinds`` that is installed.

    Raises:
        StartError: none is, or one of them does not start.
    """
    asked = questions(queries)
    skipped = [f"{kind.title}: {why}" for kind in kinds if (why := kind.missing())]
    found = [kind for kind in kinds if not kind.missing()]
    if not found:
        raise StartError(" ".join(skipped))
    say("measuring the clients themselves")
    clients = ceiling(CLIENTS, min(2.0, plan.mix_seconds))
    with ExitStack() as stack:
        running: list[_Running] = []
        for kind in found:
            say(f"starting {kind.title}")
            peer = stack.enter_context(kind(folder / kind.name, dataset))
            running.append(_Running(peer, asked, plan))
        say("comparing the answers")
        _check(running, asked)
        # Decided before there is any load, so that the mix is the same in every run.
        mix = [
            name
            for name in (question.name for question in asked)
            if not any(server.measured.cold[name].unanswered for server in running)
        ]
        _cold(running, asked, plan, say)
        _warm(running, mix, plan, say)
        for server in running:
            server.measured.memory = server.peer.processes.memory()
        return Comparison(
            [server.measured for server in running],
            skipped,
            [question.name for question in asked],
            lines(dataset),
            clients,
        )


class _Running:
    """A server that runs, the requests for it, and what was measured."""

    def __init__(self, peer: Peer, asked: list[Question], plan: Plan) -> None:
        self.peer = peer
        self.plan = plan
        self.requests = {q.name: request(q, peer.target) for q in asked}
        self.measured = Measured(
            peer.name,
            peer.title,
            peer.version(),
            peer.load_seconds,
            cold={q.name: Cold() for q in asked},
        )
        self._number = itertools.count()

    def never_sent(self, name: str) -> Iterator[bytes]:
        """Yield the request for a question again and again, each time with another comment."""
        asked = self.requests[name]
        return (asked.encode(number) for number in self._number)

    def mix(self, names: list[str], seed: int) -> Iterator[bytes]:
        """Yield the requests of ``names`` again and again, always in another order."""
        choice = random.Random(seed)  # noqa: S311 - an order, not a secret
        messages = [self.requests[name].encode() for name in names]
        while True:
            choice.shuffle(messages)
            yield from messages

    def send(self, messages: Iterator[bytes], clients: int, seconds: float, least: int) -> Run:
        """Send ``messages``; after a timeout, wait until the server rests again."""
        done = run(
            self.peer.target.address,
            messages,
            clients=clients,
            seconds=seconds,
            least=least,
            timeout=_ANSWER_SECONDS,
        )
        if done.timeouts:
            self.settle()
        return done

    def settle(self) -> None:
        """Wait until the server uses no more processor time."""
        until = time.monotonic() + _SETTLE_SECONDS
        used = self.peer.processes.processor_seconds()
        while time.monotonic() < until:
            time.sleep(0.3)
            before, used = used, self.peer.processes.processor_seconds()
            if used - before < 0.05:  # noqa: PLR2004 - next to nothing
                return


def _check(running: list[_Running], asked: list[Question]) -> None:
    """Ask every server everything once; the answers are compared with those of the first."""
    for question in asked:
        right: Content | None = None
        for server in running:
            cold = server.measured.cold[question.name]
            message = next(server.never_sent(question.name))
            try:
                answer = ask(server.peer.target.address, message, timeout=_ANSWER_SECONDS)
                found = content(question, answer.body) if answer.status == 200 else None  # noqa: PLR2004
            except TimeoutError:
                cold.fault = "timeout"
                server.settle()
                continue
            except (OSError, ValueError, KeyError):
                found = None
            if found is None:
                cold.fault = "error"
            elif right is None:
                right = found
            elif found.rows != right.rows:
                cold.fault = "wrong rows"
            elif found != right:
                cold.fault = "wrong values"


def _cold(running: list[_Running], asked: list[Question], plan: Plan, say: Say) -> None:
    for number, question in enumerate(asked, start=1):
        say(f"cold {number} of {len(asked)}: {question.name}")
        for turn in range(plan.rounds):
            first = (number + turn) % len(running)
            for server in running[first:] + running[:first]:
                _cold_turn(server, question.name, plan)


def _cold_turn(server: _Running, name: str, plan: Plan) -> None:
    """Ask one question of one server, first from all clients, then from one."""
    cold = server.measured.cold[name]
    # Many clients wait for each other, so that as many answers take longer.
    cold.crowd += _turn(server, name, cold.crowd, plan, CLIENTS, plan.seconds * 2 / 3)
    cold.alone += _turn(server, name, cold.alone, plan, 1, plan.seconds / 3)


def _turn(
    server: _Running, name: str, before: Run, plan: Plan, clients: int, seconds: float
) -> Run:
    """Return what one turn gives; nothing, where a slow server has spent its time ``before``."""
    cold = server.measured.cold[name]
    if cold.unanswered or before.seconds >= seconds:
        return Run()
    least = plan.requests if clients > 1 else max(2, plan.requests // 4)
    done = server.send(
        server.never_sent(name),
        clients,
        seconds / plan.rounds,
        math.ceil(least / plan.rounds),
    )
    if done.timeouts or done.errors:
        cold.fault = "timeout" if done.timeouts else "error"
    return done


def _warm(running: list[_Running], names: list[str], plan: Plan, say: Say) -> None:
    """Ask the mix of ``names``, the questions that every server answers."""
    for turn in range(plan.rounds):
        first = turn % len(running)
        for server in running[first:] + running[:first]:
            done = server.measured.warm
            if done.seconds >= plan.mix_seconds or done.timeouts:
                continue
            say(f"warm, round {turn + 1} of {plan.rounds}: {server.peer.title}")
            if not turn:
                server.send(server.mix(names, plan.seed), CLIENTS, 0, len(names))
            done += server.send(
                server.mix(names, plan.seed + turn),
                CLIENTS,
                plan.mix_seconds / plan.rounds,
                len(names),
            )
