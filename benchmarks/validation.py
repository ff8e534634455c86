"""What validation costs step by step: `python -m benchmarks.validation --output docs/scaling.md`.

Each size is checked twice by the fast validator, each time in a process of its own: one step after
the other, and as `urbact-graph validate` does it, several steps at once. Processor seconds are
those of all cores; they depend less than the time on what else the machine does.
"""

from __future__ import annotations

import shlex
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pyoxigraph import Literal, NamedNode, Triple
from rich.console import Console

from benchmarks.limited import Done, limited
from benchmarks.processes import busy_share
from benchmarks.releases import write_sorted
from benchmarks.scaling import lines
from benchmarks.tables import Table, circumstances, put
from urbact_graph.dataset.building import build
from urbact_graph.errors import UrbactGraphError
from urbact_graph.rdf.namespaces import SH
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources
from urbact_graph.validation import fast_validator as fast
from urbact_graph.validation.focus_nodes import idle
from urbact_graph.validation.report import Report
from urbact_graph.validation.shapes import load_shapes, rules
from urbact_graph.validation.source_files import files_of
from urbact_graph.validation.targets import with_selected
from urbact_graph.validation.validating import fast_results, load_dataset, validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from urbact_graph.sources import GraphSources

# A name, what does it, and seconds of it: of the clock and of all cores.
Step = tuple[str, str, float, float]
_OURS, _ENGINE, _VALIDATOR = "urbact-graph", "pyoxigraph", "shacl"


def steps(dataset: Path, sources: GraphSources) -> list[Step]:
    """Validate ``dataset`` one step after the other; return what each of them took."""
    found: list[Step] = []

    @contextmanager
    def step(name: str, whose: str) -> Iterator[None]:
        started, used = time.perf_counter(), time.process_time()
        yield
        taken = time.perf_counter() - started, time.process_time() - used
        found.append((name, whose, *taken))

    with step("read and check the shapes", _OURS):
        shapes = load_shapes(sources)
        known = rules(shapes, sources.base)
        assert not fast.reason_against(shapes, known)  # noqa: S101 - a test asserts it too
    with step("load the dataset", _ENGINE):
        store = load_dataset(dataset, lenient=True)
    with step("evaluate the targets that are queries", _ENGINE):
        selected = with_selected(shapes, store)
    nothing = [Triple(NamedNode("urn:s"), NamedNode(SH.minLength), Literal(1))]
    with step("read the dataset again", _VALIDATOR):
        fast.judge(nothing, dataset)
    with step("read it and judge the other targets", _VALIDATOR):
        judged = fast.judge(fast.without_queries(shapes), dataset)
    with step("judge what the queries selected", f"{_OURS}, {_VALIDATOR}"):
        judged += fast.judge_selected(selected, store, dataset)
    with step("find rules with nothing to check", f"{_OURS}, {_ENGINE}"):
        unused = list(idle(shapes, selected, store, f"{sources.base}ontology#"))
    with step("describe the results", _OURS):
        results = fast_results(dict.fromkeys(judged), shapes, store, known)
    with step("find the source files", _OURS):
        files_of({result.entity for result in results} | {shape for shape, _ in unused}, sources)
    with step("sort the report", _OURS):
        report = Report.of(results, len(known), len(store))
    with step("write it as Turtle", f"{_OURS}, {_ENGINE}"):
        report.to_rdf(sources.base)
    return found


def whole(dataset: Path, sources: GraphSources) -> int:
    """Validate ``dataset`` as the command does; return the number of results."""
    return len(validate(dataset, sources, "fast").results)


def table(measured: Sequence[tuple[int, int, Done, Done]]) -> Table:
    """Return the steps at each size, given as factor, triples, and what came of both ways."""
    head = [f"{scale}×, {triples:,} triples" for scale, triples, *_ in measured]
    found = Table("Validation", ["step", "done by", *head], left=2)
    known: dict[tuple[str, str], list[str]] = {}
    for *_, apart, _together in measured:
        for name, whose, clock, used in apart.value or ():
            known.setdefault((name, whose), []).append(_seconds(clock, used))
    found.rows += [[*names, *cells] for names, cells in known.items()]
    for name, place in (("all steps, one after the other", 2), ("as the command does it", 3)):
        cells = [_cell(each[place]) for each in measured]  # type: ignore[arg-type]
        found.rows.append([f"**{name}**", "", *cells])
    counts = [f"{each[3].value:,}" if each[3].value else "–" for each in measured]
    found.rows.append(["results", "", *counts])
    return found


def _cell(done: Done) -> str:
    if done.fault:
        return done.fault
    return f"**{_seconds(done.seconds, done.processor)}**, {done.memory / 1e9:.1f} GB"


def _seconds(clock: float, used: float) -> str:
    return f"{used:.1f} s ({clock:.1f} s)"


@click.command(name="python -m benchmarks.validation")
@click.option("--scales", default="1,10", show_default=True, metavar="NUMBERS")
@click.option("--seed", default=1, show_default=True, help="Seed of the larger graphs.")
@click.option("--patience", default=3_600.0, show_default=True, help="Longest time for a size.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the larger graphs here, and use those that are there.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the results into this document.",
)
def main(
    *, scales: str, seed: int, patience: float, folder: Path | None, output: Path | None
) -> None:
    """Measure what the fast validator's steps cost at each size."""
    if not fast.is_installed():
        raise click.ClickException("The fast validator is not installed: pip install '.[fast]'.")
    command = shlex.join(["python", "-m", "benchmarks.validation", *sys.argv[1:]])
    busy = busy_share()
    measured: list[tuple[int, int, Done, Done]] = []
    try:
        settings = Settings.load()
        sources = find_sources(settings)
        built = build(sources, build_folder(settings, sources))
        with tempfile.TemporaryDirectory() as place:
            for scale in map(int, scales.split(",")):
                dataset = (folder or Path(place)) / f"scaled-{scale}.nt"
                if not dataset.exists():
                    write_sorted(built.dataset, dataset, scale, seed)
                triples = lines(dataset)
                apart = limited(patience, steps, dataset, sources)
                together = limited(patience, whole, dataset, sources)
                measured.append((scale, triples, apart, together))
                Console(width=200).print(table(measured[-1:]).rich())
    except (UrbactGraphError, OSError) as error:
        raise click.ClickException(str(error)) from None
    if output is not None:
        made = circumstances(command, seed, [f"shacl {version('shacl')}"], busy)
        put(output, "validation", f"{made}\n\n{table(measured).markdown()}")


if __name__ == "__main__":
    main()
