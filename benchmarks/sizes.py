"""What every size costs: loading, memory, stored queries, pages, search, SHACL and a release.

Each size is a release of its own, made and served as the graph's own is: by the embedded engine,
and by Virtuoso with `serve --engine`, where both are there.
"""

from __future__ import annotations

import itertools
import math
import os
import re
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from typing_extensions import override

from benchmarks.first_loads import PAGES
from benchmarks.limited import Done, limited
from benchmarks.load import ask, run
from benchmarks.peers import Peer, UrbactGraph, Virtuoso
from benchmarks.processes import Processes, StartError
from benchmarks.releases import make, results, write_sorted
from benchmarks.workload import Target, questions, request
from urbact_graph.release.release import GRAPH_NAME
from urbact_graph.settings import ENVIRONMENT_PREFIX, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.comparison import Say
    from benchmarks.workload import Question
    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources

_QUERY_SECONDS = 60.0
_OK = 200


@dataclass(frozen=True)
class Extent:
    """How much is measured: sizes, seconds a query, seconds that one step may take, and the seed.

    ``validators`` are those that check each size.
    """

    scales: tuple[int, ...] = (1, 10, 100)
    seconds: float = 0.5
    patience: float = 1_800.0
    seed: int = 1
    validators: tuple[str, ...] = ("fast", "pyshacl")


@dataclass
class Work:
    """What is done once for a size, without a server, by step; and the release that came of it.

    ``dumps`` are the bytes of its files.
    """

    scale: int
    triples: int
    steps: dict[str, Done] = field(default_factory=dict)
    dumps: int = 0
    release: Path | None = None


@dataclass
class Service:
    """A server at one size; seconds by query, and by page at first and again.

    Faults are texts in the place of seconds. ``fresh`` is the memory at the start, ``used`` after
    all queries, in bytes.
    """

    name: str
    title: str
    scale: int
    triples: int
    load_seconds: float = 0.0
    fresh: int = 0
    used: int = 0
    queries: dict[str, float | str] = field(default_factory=dict)
    pages: dict[str, tuple[float, float] | str] = field(default_factory=dict)
    fault: str = ""


@dataclass
class Sizes:
    """All that was measured, and the servers that were not, with the reason."""

    work: list[Work]
    services: list[Service]
    skipped: list[str]


class Embedded(UrbactGraph):
    """The server of this project on a release, with time for the longest queries."""

    title = "embedded"
    engine: tuple[str, ...] = ()

    @override
    def start(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ENVIRONMENT_PREFIX)}
        kept[f"{ENVIRONMENT_PREFIX}QUERY_TIMEOUT_SECONDS"] = str(_QUERY_SECONDS)
        command = [sys.executable, "-m", "benchmarks.serving", str(self.dataset), *self.engine]
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        self.processes = Processes(command, self.folder, environment=kept)
        self.processes.wait(self._says_where, self.patience)
        self.load_seconds += self.processes.wait(self.answers, self.patience)


class OnVirtuoso(Embedded):
    """The same server with ``--engine``: Virtuoso, on this machine, evaluates the queries."""

    name = "virtuoso"
    title = "on Virtuoso"

    @classmethod
    @override
    def missing(cls) -> str | None:
        if "engine" not in Settings.model_fields:
            return "this version of urbact-graph has no --engine"
        return Virtuoso.missing()

    @override
    def start(self) -> None:
        graph = self.dataset / GRAPH_NAME
        self.store = Virtuoso(self.folder / "virtuoso", graph, patience=self.patience)
        self.store.start()
        target = self.store.target
        address = f"http://{target.host}:{target.port}{target.path}"
        self.engine = (f"{address}?default-graph-uri={(target.form or {})['default-graph-uri']}",)
        self.load_seconds = self.store.load_seconds
        super().start()

    @override
    def memory(self) -> int:
        return super().memory() + self.store.memory()

    @override
    def stop(self) -> None:
        super().stop()
        if hasattr(self, "store"):
            self.store.stop()


SERVERS: tuple[type[Peer], ...] = (Embedded, OnVirtuoso)


def measure(built: Build, sources: GraphSources, folder: Path, extent: Extent, say: Say) -> Sizes:
    """Measure every size of ``extent`` of the graph that was ``built``, in ``folder``."""
    found = Sizes([], [], [f"{kind.title}: {why}" for kind in SERVERS if (why := kind.missing())])
    known = questions(sources.queries)
    for scale in extent.scales:
        work = prepare(built, sources, scale, folder, extent, say)
        found.work.append(work)
        if not work.release:
            continue
        for kind in SERVERS:
            if not kind.missing():
                say(f"{scale}×: {kind.title}")
                service = Service(kind.name, kind.title, scale, work.triples)
                found.services.append(service)
                _serve(kind, work.release, folder / kind.name, service, known, extent)
        if scale != extent.scales[0]:
            # Its dumps fill the disk.
            shutil.rmtree(work.release.parents[1])
    return found


def prepare(
    built: Build, sources: GraphSources, scale: int, folder: Path, extent: Extent, say: Say
) -> Work:
    """Validate the graph of ``scale`` times what was ``built``, and make a release of it."""
    say(f"{scale}×: writing the graph")
    scaled = folder / f"scaled-{scale}.nt"
    work = Work(scale, write_sorted(built.dataset, scaled, scale, extent.seed))
    for name in extent.validators:
        say(f"{scale}×: SHACL, {name}")
        work.steps[f"SHACL, {name}"] = limited(extent.patience, results, scaled, sources, name)
    say(f"{scale}×: making a release")
    place = folder / f"release-{scale}"
    made = limited(extent.patience, make, scaled, work.triples, built.version, sources, place)
    work.steps["release"] = made
    scaled.unlink()
    if not made.fault:
        work.dumps, work.release = made.value["dumps"], made.value["folder"]
        work.steps |= {name: Done(taken) for name, taken in made.value["seconds"].items()}
    return work


def _serve(
    kind: type[Peer],
    release: Path,
    folder: Path,
    service: Service,
    known: list[Question],
    extent: Extent,
) -> None:
    """Measure one server on ``release`` into ``service``."""
    try:
        with kind(folder, release, patience=extent.patience) as peer:
            service.load_seconds = peer.load_seconds
            service.fresh = peer.memory()
            for question in known:
                service.queries[question.name] = _asked(question, peer.target, extent.seconds)
            for name, path in PAGES:
                service.pages[name] = _loaded(path, peer.target)
            service.used = peer.memory()
    except (StartError, OSError) as error:
        service.fault = re.sub(r"\s+", " ", str(error))


def _asked(question: Question, target: Target, seconds: float) -> float | str:
    """Return the median seconds of ``question``, never sent before, by one client."""
    asked = request(question, target)
    messages = (asked.encode(number) for number in itertools.count())
    done = run(
        target.address, messages, clients=1, seconds=seconds, least=3, timeout=_QUERY_SECONDS + 5
    )
    if done.timeouts or not done.times:
        return "timeout" if done.timeouts else "error"
    return statistics.median(done.times)


def _loaded(path: str, target: Target) -> tuple[float, float] | str:
    """Return the seconds of a page at first and again."""
    message = (
        f"GET {path} HTTP/1.1\r\nHost: {target.host}\r\nAccept: text/html\r\n"
        "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    ).encode()
    taken = []
    for _ in range(2):
        started = time.perf_counter()
        try:
            status = ask(target.address, message, timeout=_QUERY_SECONDS + 5).status
        except OSError:
            return "timeout"
        # One of the pages is of nothing.
        if status != _OK and path != "/nowhere":
            return str(status)
        taken.append(time.perf_counter() - started)
    return taken[0], taken[1]


def total(values: dict[str, float | str]) -> float:
    """Return the sum of the seconds among ``values``, without the faults."""
    return math.fsum(value for value in values.values() if isinstance(value, float))
