"""Users of front ends, simulated event by event (simpy): what they wait, and what is refused.

A front end is one `urbact-graph serve`: a web process that does one thing at a time, slots in which
queries run for a time slice before they make room for others, a response cache, and as many cores
as it has, which all of these share. Equal requests in flight wait for the same answer. What each
request costs is drawn from what was measured (`popularity.costs`). Users go to the front ends in
turn; each reads for a while, with an exponential distribution, before the next request.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.load import percentile

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from benchmarks.popularity import Cost, Mix, Wanted

    Steps = Generator[Any, Any, None]

# The defaults of the server: a time slice, seconds; queries that wait; bytes in the cache.
_SLICE, _WAITING, _CACHE = 0.25, 16, 128_000_000


@dataclass(frozen=True)
class House:
    """The front ends, with so many cores each; ``share`` of each core is theirs."""

    front_ends: int
    cores: int
    cache_bytes: int = _CACHE
    share: float = 1.0


@dataclass(frozen=True)
class Users:
    """So many users, who read so many seconds between requests, watched so long.

    What is asked in the first ``warming`` seconds is not counted. ``client_seconds`` is what a
    client takes of the same machine's cores for each request.
    """

    number: int
    reading_seconds: float
    seconds: float
    warming: float = 0.0
    client_seconds: float = 0.0


@dataclass
class Outcome:
    """What came of it: seconds of each answer, and numbers of requests by what became of them.

    ``processor_seconds`` are those of the servers, ``busy`` is the share of all cores' time that
    was used, by clients too.
    """

    seconds: float
    times: list[float] = field(default_factory=list)
    hits: int = 0
    coalesced: int = 0
    misses: int = 0
    refused: int = 0
    processor_seconds: float = 0.0
    busy: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    @property
    def hit_rate(self) -> float:
        """The share of requests that a response cache answered."""
        return self.hits / max(self.hits + self.coalesced + self.misses + self.refused, 1)

    def within(self, percent: float) -> float:
        """Return the seconds within which so many of 100 answers came."""
        return percentile(self.times, percent)


def simulate(
    house: House, users: Users, mix: Mix, costs: Mapping[str, Sequence[Cost]], seed: int
) -> Outcome:
    """Simulate ``users`` of ``house`` who ask for the requests of ``mix``, at these costs."""
    import simpy  # noqa: PLC0415 - of the extra `benchmark`

    world = simpy.Environment()
    outcome = Outcome(users.seconds - users.warming)
    ends = [
        _FrontEnd(world, simpy, house, costs, outcome, users, random.Random(f"{seed} {number}"))  # noqa: S311
        for number in range(house.front_ends)
    ]
    for number in range(users.number):
        choice = random.Random(f"{seed} user {number}")  # noqa: S311
        world.process(_use(world, ends[number % len(ends)], users, mix, number, choice))
    world.run(until=users.seconds)
    outcome.processor_seconds = sum(end.used for end in ends)
    total = outcome.processor_seconds + sum(end.used_by_clients for end in ends)
    outcome.busy = total / (outcome.seconds * house.cores * house.front_ends * house.share)
    return outcome


def _use(
    world: Any, end: _FrontEnd, users: Users, mix: Mix, number: int, choice: random.Random
) -> Steps:
    draws = mix.draws(stream=number)
    if users.reading_seconds:
        yield world.timeout(choice.uniform(0, users.reading_seconds))
    while True:
        place, wanted = next(draws)
        if users.client_seconds:
            yield from end.ask(users.client_seconds)
        yield from end.answer(place, wanted)
        if users.reading_seconds:
            yield world.timeout(choice.expovariate(1 / users.reading_seconds))


class _FrontEnd:
    def __init__(
        self,
        world: Any,
        simpy: Any,
        house: House,
        costs: Mapping[str, Sequence[Cost]],
        outcome: Outcome,
        users: Users,
        choice: random.Random,
    ) -> None:
        self._world = world
        self._cores = simpy.Resource(world, capacity=house.cores)
        self._web = simpy.Resource(world, capacity=1)
        self._slots = simpy.Resource(world, capacity=house.cores)
        self._cache: OrderedDict[int, int] = OrderedDict()
        self._left = house.cache_bytes
        self._share = house.share
        self._in_flight: dict[int, Any] = {}
        self._costs = costs
        self._drawn: dict[int, Cost] = {}
        self._outcome = outcome
        self._users = users
        self._choice = choice
        self.used = self.used_by_clients = 0.0

    def ask(self, seconds: float) -> Steps:
        """Take a core for the ``seconds`` that a client on the same machine does."""
        yield from self._take(seconds)
        self.used_by_clients += seconds if self._is_counted() else 0

    def _work(self, seconds: float) -> Steps:
        yield from self._take(seconds)
        self.used += seconds if self._is_counted() else 0

    def _take(self, seconds: float) -> Steps:
        with self._cores.request() as core:
            yield core
            yield self._world.timeout(seconds / self._share)

    def answer(self, place: int, wanted: Wanted) -> Steps:
        """Answer a request, and count it."""
        started = self._world.now
        cost = self._cost(place, wanted)
        became = "hits"
        if place in self._cache:
            self._cache.move_to_end(place)
            yield from self._in_web(cost.hit)
        elif place in self._in_flight:
            became = "coalesced"
            yield self._in_flight[place]
            yield from self._in_web(cost.hit)
        elif cost.engine and len(self._slots.queue) >= _WAITING:
            became = "refused"
            yield from self._in_web(cost.hit)
        else:
            became = "misses"
            yield from self._evaluate(place, cost)
        if self._is_counted():
            setattr(self._outcome, became, getattr(self._outcome, became) + 1)
            if became != "refused":
                self._outcome.times.append(self._world.now - started)

    def _evaluate(self, place: int, cost: Cost) -> Steps:
        done = self._in_flight[place] = self._world.event()
        left = cost.engine
        while left > 0:
            with self._slots.request() as slot:
                yield slot
                yield from self._work(min(left, _SLICE))
            left -= _SLICE
        yield from self._in_web(cost.web)
        del self._in_flight[place]
        done.succeed()
        self._keep(place, cost.size)

    def _in_web(self, seconds: float) -> Steps:
        with self._web.request() as web:
            yield web
            yield from self._work(seconds)

    def _keep(self, place: int, size: int) -> None:
        self._cache[place] = size
        self._left -= size
        while self._left < 0:
            _, freed = self._cache.popitem(last=False)
            self._left += freed

    def _cost(self, place: int, wanted: Wanted) -> Cost:
        """Return what a request costs, the same each time."""
        if place not in self._drawn:
            self._drawn[place] = self._choice.choice(self._costs[wanted.kind])
        return self._drawn[place]

    def _is_counted(self) -> bool:
        return bool(self._world.now >= self._users.warming)
