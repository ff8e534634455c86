"""Beyond one machine: `python -m benchmarks.beyond --output docs/scaling.md`.

``sizes``: the graph is copied (`scaling`), and for every size it is measured what loading, memory,
stored queries, pages, search, SHACL and a release cost (`sizes`).

``check``: clients send a mix of requests, few of which are asked for often (`popularity`), to the
server of the first size, and the same run is simulated with what its requests cost (`simulation`).

``users``: users by the thousand are simulated in the same way.

The whole of it takes hours and up to 20 GB of memory and 30 GB in the folder of temporary files
(TMPDIR), for the largest size. Nothing else should run on the machine.
"""

from __future__ import annotations

import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from benchmarks import beyond_report as report
from benchmarks.popularity import ANEW, EXPONENT, costs, crowd, site_mix
from benchmarks.processes import busy_share
from benchmarks.simulation import House, Users, simulate
from benchmarks.sizes import Embedded, Extent, measure, prepare
from benchmarks.tables import BUSY, circumstances, put
from urbact_graph.dataset.building import build
from urbact_graph.errors import UrbactGraphError
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources

if TYPE_CHECKING:
    from benchmarks.comparison import Say
    from benchmarks.popularity import Cost, Crowd, Mix
    from benchmarks.tables import Table

# Users of whom each asks twice a minute.
_READING = 30.0
_HOUSES = ((1, 2), (2, 2), (4, 2), (1, 8), (2, 8), (4, 8))


@click.command(name="python -m benchmarks.beyond")
@click.argument("what", type=click.Choice(["all", "sizes", "check", "users"]), default="all")
@click.option("--scales", default="1,10,100", show_default=True, metavar="NUMBERS")
@click.option("--seconds", default=0.5, show_default=True, help="Time for each stored query.")
@click.option("--patience", default=3_600.0, show_default=True, help="Longest time for a step.")
@click.option("--validators", default="fast,pyshacl", show_default=True, metavar="NAMES")
@click.option("--clients", default="1,4,16", show_default=True, metavar="NUMBERS")
@click.option("--crowd-seconds", default=60.0, show_default=True, help="Time for each run.")
@click.option("--each", default=60, show_default=True, help="Requests of each kind to measure.")
@click.option("--users", default="1000,10000,50000", show_default=True, metavar="NUMBERS")
@click.option("--simulated-seconds", default=300.0, show_default=True, help="Simulated time.")
@click.option("--seed", default=1, show_default=True, help="Seed of graph, mix and simulation.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the results into this document.",
)
def main(
    what: str,
    *,
    scales: str,
    seconds: float,
    patience: float,
    validators: str,
    clients: str,
    crowd_seconds: float,
    each: int,
    users: str,
    simulated_seconds: float,
    seed: int,
    output: Path | None,
) -> None:
    """Measure what sizes and users cost, and simulate more users than one machine can send.

    \b
    Examples:
      python -m benchmarks.beyond --output docs/scaling.md
      python -m benchmarks.beyond sizes --scales 1,10
      python -m benchmarks.beyond check --clients 1,8 --crowd-seconds 20
    """
    chosen = tuple(validators.split(",")) if what in ("all", "sizes") else ()
    extent = Extent(_numbers(scales), seconds, patience, seed, chosen)
    watched = Watched(
        _numbers(clients) if what in ("all", "check") else (),
        crowd_seconds,
        each,
        _numbers(users) if what in ("all", "users") else (),
        simulated_seconds,
        seed,
    )
    console, errors = Console(width=240), Console(stderr=True)
    if (busy := busy_share()) > BUSY:
        errors.print(f"Note: other programs keep the processors busy ({busy:.0%}).")
    command = shlex.join(["python", "-m", "benchmarks.beyond", *sys.argv[1:]])
    made = circumstances(command, seed, [f"urbact-graph {Embedded.version()}"], busy)

    def save(part: str, content: str) -> None:
        if output is not None:
            put(output, part, f"{made}\n\n{content}".strip())

    try:
        settings = Settings.load()
        sources = find_sources(settings)
        built = build(sources, build_folder(settings, sources))
        with tempfile.TemporaryDirectory() as place, errors.status("") as status:
            folder, say = Path(place), status.update
            if what in ("all", "sizes"):
                sizes = measure(built, sources, folder, extent, say)
                console.print(report.work_table(sizes).rich(), report.services_table(sizes).rich())
                save("sizes", report.sizes_markdown(sizes))
                first = sizes.work[0]
            else:
                first = prepare(built, sources, extent.scales[0], folder, extent, say)
            if what == "sizes":
                return
            if first.release is None:
                raise click.ClickException(f"No release: {first.steps['release'].fault}")
            tables = _users(first.release, sources.queries, folder / "mix", watched, say)
            console.print(*(table.rich() for _, table in tables.values()))
            for part, (said, table) in tables.items():
                save(part, f"{said}\n\n{table.markdown()}".strip())
    except (UrbactGraphError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


@dataclass(frozen=True)
class Watched:
    """How the mix is measured and simulated.

    Clients of each run and its seconds, requests of each kind, and numbers of users.
    """

    clients: tuple[int, ...]
    crowd_seconds: float
    each: int
    users: tuple[int, ...]
    simulated_seconds: float = 300.0
    seed: int = 1


def _users(
    release: Path, queries: Path, folder: Path, watched: Watched, say: Say
) -> dict[str, tuple[str, Table]]:
    """Measure the mix on a server of ``release``, and simulate its users; return what to write."""
    with Embedded(folder, release) as peer:
        mix = site_mix(peer, queries, watched.seed)
        say("the mix: what requests cost")
        known = costs(peer, mix, watched.each)
    runs = []
    for clients in watched.clients:
        say(f"the mix: {clients} clients")
        # Another server, whose cache is empty.
        with Embedded(folder, release) as peer:
            runs.append(crowd(peer, mix, clients, watched.crowd_seconds))
    say("the simulation")
    found = {"mix": (_said(mix), report.costs_table(known))}
    if runs:
        checks = [_checked(run, mix, known, watched.seed) for run in runs]
        found["check"] = ("", report.checks_table(checks))
    if watched.users:
        found["users"] = ("", report.users_table(_simulated(watched, mix, known)))
    return found


def _said(mix: Mix) -> str:
    return (
        f"{len(mix.requests):,} different requests with an exponent of {EXPONENT}, and {ANEW:.0%} "
        "queries written anew. Processor time; the web process renders pages and serves the cache."
    )


def _checked(run: Crowd, mix: Mix, known: dict[str, list[Cost]], seed: int) -> report.Checked:
    """Simulate a measured run: its clients, who do not read, on what it had of this machine."""
    asked = max(len(run.run.times), 1)
    users = Users(run.clients, 0.0, run.run.seconds, client_seconds=run.client_seconds / asked)
    house = House(1, Settings().max_running_queries, share=run.share)
    return report.Checked(run, simulate(house, users, mix, known, seed))


def _simulated(watched: Watched, mix: Mix, known: dict[str, list[Cost]]) -> list[report.Simulated]:
    found = []
    seconds = watched.simulated_seconds
    for number in watched.users:
        for front_ends, cores in _HOUSES:
            house = House(front_ends, cores)
            users = Users(number, _READING, seconds, warming=seconds / 3)
            outcome = simulate(house, users, mix, known, watched.seed)
            found.append(report.Simulated(house, users, outcome))
    return found


if __name__ == "__main__":
    main()
