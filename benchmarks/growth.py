"""The growth: what 1, 10 and 100 times the real data cost, in memory, time to load and to answer.

At every size the point questions, those about single entities, are asked in turns of the server
with the larger graph and of the same server with the real one, so that both meet the same machine.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.load import Run, run
from benchmarks.peers import OxigraphInMemory, OxigraphOnDisk, Peer, UrbactGraph
from benchmarks.processes import StartError
from benchmarks.scaling import lines, write_scaled
from benchmarks.workload import Question, questions, request
from urbact_graph.validation.validating import validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from benchmarks.comparison import Say
    from urbact_graph.sources import GraphSources

_SCAN = "statements-by-property"
_SCAN_SECONDS = 60.0
_SAMPLE_SECONDS = 0.05


class PatientUrbactGraph(UrbactGraph):
    """The server of this project, with time enough to read the largest graph through."""

    seconds = _SCAN_SECONDS


KINDS: tuple[type[Peer], ...] = (PatientUrbactGraph, OxigraphInMemory, OxigraphOnDisk)
_ROUNDS = 5
_PATIENCE = 300.0


@dataclass(frozen=True)
class Extent:
    """How much is measured: the sizes, seconds a question, and seconds that SHACL may take."""

    scales: tuple[int, ...] = (1, 10, 100)
    seconds: float = 1.0
    shacl_seconds: float = 300.0
    seed: int = 1


@dataclass
class Step:
    """One server at one size; ``points`` are medians here and with the real graph, by question.

    ``memory`` is the most that all processes take while each reads the whole graph: those that
    share pages share fewer of them then. ``fresh`` is what they take at the start, and ``largest``
    what the largest of them does.
    """

    name: str
    title: str
    scale: int
    triples: int
    load_seconds: float = 0.0
    fresh: int = 0
    memory: int = 0
    largest: int = 0
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    fault: str = ""

    @property
    def point_ratio(self) -> float:
        """The median over the point questions of how much longer they take than at 1×."""
        return statistics.median(here / real for here, real in self.points.values())

    @property
    def worst_point_ratio(self) -> float:
        """The largest of these ratios."""
        return max(here / real for here, real in self.points.values())


@dataclass
class Shacl:
    """How long SHACL took at one size, or why it was not run."""

    scale: int
    triples: int
    seconds: float | None
    results: int = 0
    note: str = ""


@dataclass
class Growth:
    """What was measured at all sizes."""

    steps: list[Step]
    shacl: list[Shacl]


def grow(dataset: Path, sources: GraphSources, folder: Path, extent: Extent, say: Say) -> Growth:
    """Measure this project's server and Oxigraph's at every size."""
    known = questions(sources.queries)
    scan = next(question for question in known if question.name == _SCAN)
    asked = [question for question in known if question.is_point]
    kinds = [kind for kind in KINDS if not kind.missing()]
    growth = Growth([], [])
    for scale in extent.scales:
        say(f"{scale}×: writing the graph")
        scaled = folder / f"scaled-{scale}.nt"
        write_scaled(dataset, scaled, scale, extent.seed)
        triples = lines(scaled)
        for kind in kinds:
            say(f"{scale}×: {kind.title}")
            step = Step(kind.name, kind.title, scale, triples)
            try:
                _measure(kind, (dataset, scaled), folder, step, (asked, scan), extent)
            except (StartError, OSError) as error:
                step.fault = str(error)
            growth.steps.append(step)
        say(f"{scale}×: SHACL")
        growth.shacl.append(_shacl(scaled, sources, scale, triples, growth.shacl, extent))
        scaled.unlink()
    return growth


def _measure(
    kind: type[Peer],
    datasets: tuple[Path, Path],
    folder: Path,
    step: Step,
    workload: tuple[list[Question], Question],
    extent: Extent,
) -> None:
    (real, scaled), (asked, scan) = datasets, workload
    with (
        kind(folder / "scaled", scaled, patience=_PATIENCE) as large,
        kind(folder / "real", real) as small,
    ):
        step.load_seconds = large.load_seconds
        step.fresh = large.processes.memory()
        runs: dict[tuple[str, bool], Run] = {}
        for turn, question in itertools.product(range(_ROUNDS), asked):
            for peer in (large, small) if turn % 2 else (small, large):
                done = runs.setdefault((question.name, peer is large), Run())
                messages = _never_sent(question, peer, turn)
                done += run(
                    peer.target.address,
                    messages,
                    clients=1,
                    seconds=extent.seconds / 2 / _ROUNDS,
                    least=2,
                )
        step.points = {
            question.name: (runs[question.name, True].median, runs[question.name, False].median)
            for question in asked
        }
        step.memory = _read_through(large, scan)
        step.largest = large.processes.largest()


def _read_through(peer: Peer, scan: Question) -> int:
    """Make every worker read the whole graph; return the most memory that was taken meanwhile."""
    clients = 2 * len(os.sched_getaffinity(0))
    most = 0
    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(
            run,
            peer.target.address,
            _never_sent(scan, peer, _ROUNDS),
            clients=clients,
            seconds=0,
            least=clients,
            timeout=_SCAN_SECONDS,
        )
        while not reading.done():
            most = max(most, peer.processes.memory())
            time.sleep(_SAMPLE_SECONDS)
    return max(most, peer.processes.memory())


def _never_sent(question: Question, peer: Peer, turn: int) -> Iterator[bytes]:
    asked = request(question, peer.target)
    return (asked.encode(number) for number in itertools.count(turn * 1_000_000))


def _shacl(
    dataset: Path,
    sources: GraphSources,
    scale: int,
    triples: int,
    before: list[Shacl],
    extent: Extent,
) -> Shacl:
    """Validate ``dataset``, unless that would take longer than allowed; no time is not at all."""
    if not extent.shacl_seconds:
        return Shacl(scale, triples, None, note="not run")
    measured = [done for done in before if done.seconds is not None]
    if measured:
        last = measured[-1]
        expected = (last.seconds or 0) * triples / last.triples
        if expected > extent.shacl_seconds:
            note = (
                f"not run; at the pace of {last.scale}× it would take about "
                f"{expected / 60:.0f} minutes (extrapolated)"
            )
            return Shacl(scale, triples, None, note=note)
    found = _validated(dataset, sources, extent.shacl_seconds)
    if found is None:
        note = f"stopped after {extent.shacl_seconds / 60:.0f} minutes"
        return Shacl(scale, triples, None, note=note)
    return Shacl(scale, triples, *found)


def _validated(dataset: Path, sources: GraphSources, seconds: float) -> tuple[float, int] | None:
    """Validate in a process of its own; return the seconds it took and the number of results."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_validate, args=(theirs, dataset, sources))
    process.start()
    theirs.close()
    try:
        # The start of the process is not counted, but may take a while.
        if not ours.poll(seconds + 10):
            return None
        taken, results = ours.recv()
        return float(taken), int(results)
    finally:
        process.terminate()
        process.join()


def _validate(pipe: Connection, dataset: Path, sources: GraphSources) -> None:
    started = time.perf_counter()
    report = validate(dataset, sources)
    pipe.send((time.perf_counter() - started, len(report.results)))
