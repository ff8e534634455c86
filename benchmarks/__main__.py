"""The command ``python -m benchmarks``."""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console

from benchmarks import growth_report
from benchmarks.charts import draw_comparison, draw_growth
from benchmarks.comparison import Plan, compare
from benchmarks.growth import KINDS, Extent, grow
from benchmarks.peers import PEERS, Peer
from benchmarks.processes import StartError, busy_share
from benchmarks.report import Report, claims_table
from benchmarks.tables import BUSY, circumstances, put
from urbact_graph.dataset.building import build
from urbact_graph.errors import UrbactGraphError
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, build_folder, find_sources

_NAMES = [kind.name for kind in PEERS]


@click.command(name="python -m benchmarks")
@click.argument("what", type=click.Choice(["all", "peers", "growth"]), default="all")
@click.option("--peers", "names", default=",".join(_NAMES), show_default=True, metavar="NAMES")
@click.option(
    "--seconds",
    default=0.9,
    show_default=True,
    help="Time for each query and server, cold; in the growth, for each point query.",
)
@click.option("--mix-seconds", default=15.0, show_default=True, help="Time for the mix, warm.")
@click.option(
    "--requests", default=8, show_default=True, help="Least number of requests, however slow."
)
@click.option("--scales", default="1,10,100", show_default=True, metavar="NUMBERS")
@click.option(
    "--shacl-seconds",
    default=300.0,
    show_default=True,
    help="Longest time for SHACL; 0: none.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of the order and of the growth.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the results into this document, with charts beside it.",
)
@click.option("--quick", is_flag=True, help="Only see that it runs: figures mean nothing.")
def main(
    what: str,
    *,
    names: str,
    seconds: float,
    mix_seconds: float,
    requests: int,
    scales: str,
    shacl_seconds: float,
    seed: int,
    output: Path | None,
    quick: bool,
) -> None:
    """Measure this server beside others, and as the data grow.

    peers: the same triples in every server that is installed, asked over HTTP by 8 clients.
    growth: this server and Oxigraph with 1, 10 and 100 times the data. all: both.

    \b
    Examples:
      python -m benchmarks
      python -m benchmarks peers --peers urbact-graph,oxigraph-memory
      python -m benchmarks growth --scales 1,10 --output docs/performance.md
    """
    plan = Plan(seconds, mix_seconds, requests=requests, seed=seed)
    extent = Extent(_scales(scales), seconds, shacl_seconds, seed)
    kinds = _kinds(names)
    if quick:
        plan = Plan(0.01, 0.1, rounds=1, requests=1, seed=seed)
        extent = Extent(extent.scales[:2], 0.01, 0, seed)
    try:
        run = _Run(output, seed)
        if what != "growth":
            run.peers(kinds, plan)
        if what != "peers":
            run.growth(extent)
    except (UrbactGraphError, StartError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _scales(text: str) -> tuple[int, ...]:
    try:
        scales = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        scales = ()
    if not scales or scales[0] < 1:
        raise click.BadParameter(
            "write whole numbers from 1, such as 1,10,100", param_hint="scales"
        )
    return scales


def _kinds(text: str) -> list[type[Peer]]:
    names = set(text.split(","))
    if unknown := names - set(_NAMES):
        raise click.BadParameter(
            f"there is no {', '.join(sorted(unknown))}; there are {', '.join(_NAMES)}",
            param_hint="peers",
        )
    return [kind for kind in PEERS if kind.name in names]


class _Run:
    """One run of the command: the graph it measures with, and where the results go."""

    def __init__(self, output: Path | None, seed: int) -> None:
        self.output = output
        self.seed = seed
        self.console = Console()
        self.errors = Console(stderr=True)
        settings = Settings.load()
        self.sources: GraphSources = find_sources(settings)
        busy = busy_share()
        if busy > BUSY:
            self.errors.print(
                f"Note: other programs keep the processors busy ({busy:.0%}), so that the figures "
                "will be rough."
            )
        self.dataset = build(self.sources, build_folder(settings, self.sources)).dataset

    def peers(self, kinds: list[type[Peer]], plan: Plan) -> None:
        """Compare the servers."""
        with tempfile.TemporaryDirectory() as folder, self.errors.status("") as status:
            found = compare(
                kinds, self.dataset, self.sources.queries, Path(folder), plan, status.update
            )
        report = Report(found)
        self.console.print(report.details()[0].rich(), report.summary().rich())
        if claims := report.claims():
            self.console.print(claims_table(claims).rich())
        self.console.print(*found.skipped, sep="\n")
        if self.output is None:
            return
        versions = [f"{server.title} {server.version}" for server in found.servers]
        note = (
            f"{found.triples:,} triples; the clients alone, against a server that does nothing, "
            f"make {found.clients.rate:,.0f} requests a second."
        )
        images = draw_comparison(found, self.output.parent)
        self._write("servers", f"{self._made(versions)} {note}", report.markdown(images))

    def growth(self, extent: Extent) -> None:
        """Measure the growth."""
        with tempfile.TemporaryDirectory() as folder, self.errors.status("") as status:
            found = grow(self.dataset, self.sources, Path(folder), extent, status.update)
        self.console.print(
            growth_report.steps_table(found).rich(),
            growth_report.points_table(found).rich(),
            growth_report.shacl_table(found).rich(),
        )
        if claims := growth_report.claims(found):
            self.console.print(claims_table(claims).rich())
        if self.output is None:
            return
        versions = [f"{kind.title} {kind.version()}" for kind in KINDS if not kind.missing()]
        images = draw_growth(found, self.output.parent)
        self._write("growth", self._made(versions), growth_report.markdown(found, images))

    def _made(self, versions: list[str]) -> str:
        command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
        return circumstances(command, self.seed, versions)

    def _write(self, part: str, made: str, content: str) -> None:
        if self.output is not None:
            put(self.output, part, f"{made}\n\n{content}")


if __name__ == "__main__":
    main()
