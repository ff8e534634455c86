"""A mix of requests of which few are asked for often, and what it costs a server.

The requests are the pages and documents of a site's own map, its lists, searches, and stored
queries with many values of their parameters, in a seeded order of popularity: the request at place
n is wanted in proportion to 1 / n^s, as Zipf's law has it. Of requests to web caches s was found
between 0.64 and 0.83 (Breslau et al., Web Caching and Zipf-like Distributions, INFOCOM 1999). A
share of queries is written anew each time, so that no cache has them.
"""

from __future__ import annotations

import itertools
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from benchmarks.first_loads import clock_of
from benchmarks.load import Run, ask, run
from benchmarks.processes import core_share
from benchmarks.workload import questions
from urbact_graph.rdf.formats import RESULTS_JSON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.peers import Peer

EXPONENT = 0.8
ANEW = 0.05
_HTML, _TURTLE, _JSON = "text/html", "text/turtle", RESULTS_JSON
_LISTS = ("networks", "cities", "plans", "recommendations")
_AFTER = 0.01
# A server at rest takes less processor time than this in the pause.
_REST_PAUSE, _REST_SECONDS = 1.0, 0.02
# More than one stream draws.
_FAR = 10**9
_WEB_PROCESS = b"urbact_graph.server.web_process"


class Wanted(NamedTuple):
    """A request by its kind, its path with a query string, and what it accepts."""

    kind: str
    path: str
    accept: str

    def message(self, host: str) -> bytes:
        """Return the bytes to send."""
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: {host}\r\nAccept: {self.accept}\r\n"
            "Accept-Encoding: gzip\r\n\r\n"
        ).encode()


class Mix:
    """Requests in the order of their popularity, and the draws from them.

    ``anew`` is the share of queries that are new each time, of the texts ``texts``.
    """

    def __init__(
        self,
        requests: Sequence[Wanted],
        texts: Sequence[str],
        seed: int,
        exponent: float = EXPONENT,
        anew: float = ANEW,
    ) -> None:
        self.requests = list(requests)
        random.Random(seed).shuffle(self.requests)  # noqa: S311 - an order, not a secret
        self.texts = list(texts)
        self.seed = seed
        self.exponent = exponent
        self.anew = anew
        weights = (1 / place**exponent for place in range(1, len(self.requests) + 1))
        self._cumulative = list(itertools.accumulate(weights))

    def draws(self, stream: int = 0) -> Iterator[tuple[int, Wanted]]:
        """Yield requests with their places, those of a query that is new with a place below 0."""
        choice = random.Random(f"{self.seed} {stream}")  # noqa: S311
        places = range(len(self.requests))
        for number in itertools.count(1):
            if choice.random() < self.anew:
                text = f"{choice.choice(self.texts)}# {stream} {number}"
                path = f"/sparql?query={quote(text)}"
                yield -number - (stream + 2) * _FAR, Wanted("query written anew", path, _JSON)
                continue
            (place,) = choice.choices(places, cum_weights=self._cumulative)
            yield place, self.requests[place]


def site_mix(peer: Peer, queries: Path, seed: int) -> Mix:
    """Return the mix of the site that ``peer`` serves, whose stored queries are in ``queries``."""
    target = peer.target
    head = f"GET /sitemap.xml HTTP/1.1\r\nHost: {target.host}\r\nConnection: close\r\n\r\n"
    listed = ask(target.address, head.encode(), timeout=60).body.decode()
    paths = [urlsplit(each).path or "/" for each in re.findall(r"<loc>([^<]*)</loc>", listed)]
    found = [Wanted("page", path, _HTML) for path in paths]
    documents = [path for path in paths if path.endswith(".html") and path.count("/") > 1]
    found += [
        Wanted("document", path.removesuffix(".html") + ".ttl", _TURTLE) for path in documents
    ]
    cities = [path.removesuffix(".html") for path in documents if path.startswith("/city/")]
    names = [path.rsplit("/", 1)[1] for path in cities]
    found += [Wanted("search", f"/search?q={name}", _HTML) for name in names]
    themes = [path[7:-5] for path in documents if path.startswith("/theme/")]
    found += [
        Wanted("list", f"/{kind}?theme={theme}", _HTML) for kind in _LISTS for theme in themes
    ]
    known = questions(queries)
    for question in known:
        found.append(Wanted("stored query", f"/queries/{question.name}?format=json", _JSON))
        if question.parameters == ("city",):
            found += [
                Wanted("stored query", f"/queries/{question.name}?format=json&city={name}", _JSON)
                for name in names[::3]
            ]
    return Mix(found, [question.text for question in known if question.accept == _JSON], seed)


@dataclass(frozen=True)
class Crowd:
    """A run of the mix: the clients, what they got, and the seconds of processors it took.

    ``hits`` and ``misses`` are those that the server's response cache counted; ``repeated`` is the
    share of requests that were drawn before. ``processor_seconds`` are the server's,
    ``client_seconds`` those of all clients. ``share`` is that of a core which other programs left.
    """

    clients: int
    run: Run
    hits: float
    misses: float
    processor_seconds: float
    client_seconds: float
    repeated: float
    share: float

    @property
    def hit_rate(self) -> float:
        """The share of requests that the response cache answered."""
        return self.hits / ((self.hits + self.misses) or 1)


def rest(peer: Peer) -> None:
    """Wait until the server prepares nothing any more."""
    before = peer.processes.processor_seconds()
    while True:
        time.sleep(_REST_PAUSE)
        now = peer.processes.processor_seconds()
        if now - before < _REST_SECONDS:
            return
        before = now


def crowd(peer: Peer, mix: Mix, clients: int, seconds: float) -> Crowd:
    """Send the mix from ``clients`` that each ask again as soon as they are answered."""
    rest(peer)
    drawn: list[int] = []

    def messages() -> Iterator[bytes]:
        for place, wanted in mix.draws():
            drawn.append(place)
            yield wanted.message(peer.target.host)

    hits, misses = cache_counters(peer)
    before = core_share()
    used, ours = peer.processes.processor_seconds(), time.process_time()
    done = run(peer.target.address, messages(), clients=clients, seconds=seconds, timeout=60)
    ours = time.process_time() - ours
    used = peer.processes.processor_seconds() - used
    share = (before + core_share()) / 2
    later = cache_counters(peer)
    repeated = 1 - len(set(drawn)) / max(len(drawn), 1)
    return Crowd(clients, done, later[0] - hits, later[1] - misses, used, ours, repeated, share)


def cache_counters(peer: Peer) -> tuple[float, float]:
    """Return how many requests the response cache of ``peer`` has answered, and how many not."""
    head = f"GET /metrics HTTP/1.1\r\nHost: {peer.target.host}\r\nConnection: close\r\n\r\n"
    text = ask(peer.target.address, head.encode(), timeout=60).body.decode()
    hits, misses = (
        float(re.findall(rf"^urbact_graph_cache_{name}_total (\S+)", text, re.MULTILINE)[0])
        for name in ("hits", "misses")
    )
    return hits, misses


@dataclass(frozen=True)
class Cost:
    """What one request costs: processor seconds of the web process and of all others, and bytes.

    ``hit`` are those of the web process when the response cache has it.
    """

    web: float
    engine: float
    hit: float
    size: int


def costs(peer: Peer, mix: Mix, each: int) -> dict[str, list[Cost]]:
    """Measure ``each`` requests of every kind, one after the other, by one client."""
    rest(peer)
    sampled: dict[str, list[Wanted]] = defaultdict(list)
    for _, wanted in itertools.islice(mix.draws(stream=-1), 50 * each * 6):
        if len(sampled[wanted.kind]) < each and wanted not in sampled[wanted.kind]:
            sampled[wanted.kind].append(wanted)
    return {
        kind: [_cost(peer, wanted) for wanted in requests] for kind, requests in sampled.items()
    }


def _cost(peer: Peer, wanted: Wanted) -> Cost:
    message = wanted.message(peer.target.host)
    before = _clocks(peer)
    body = ask(peer.target.address, message, timeout=60).body
    time.sleep(_AFTER)
    first = _clocks(peer)
    again = 5
    for _ in range(again):
        ask(peer.target.address, message, timeout=60)
    time.sleep(_AFTER)
    last = _clocks(peer)
    return Cost(first[0] - before[0], first[1] - before[1], (last[0] - first[0]) / again, len(body))


def _clocks(peer: Peer) -> tuple[float, float]:
    """Return the processor seconds of the web process, and of all others that run."""
    web = others = 0.0
    for pid in peer.processes.ids():
        try:
            seconds = time.clock_gettime(clock_of(pid))
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if _WEB_PROCESS in command:
            web += seconds
        else:
            others += seconds
    return web, others
