"""The report of what every size costs, of the mix, and of the simulated users."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.sizes import total
from benchmarks.tables import Table, milliseconds, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.limited import Done
    from benchmarks.popularity import Cost, Crowd
    from benchmarks.simulation import House, Outcome, Users
    from benchmarks.sizes import Service, Sizes

_LIMIT = 10.0


@dataclass(frozen=True)
class Checked:
    """A run of the mix, and the simulation of the same."""

    measured: Crowd
    simulated: Outcome


@dataclass(frozen=True)
class Simulated:
    """One simulation, and what came of it."""

    house: House
    users: Users
    outcome: Outcome


def work_table(sizes: Sizes) -> Table:
    """Return what is done once for each size.

    Seconds, those of all cores in brackets, and the most memory of a process.
    """
    names = list(dict.fromkeys(name for work in sizes.work for name in work.steps))
    table = Table("Done once", ["data", "triples", *names, "files of the dumps"])
    for work in sizes.work:
        cells = [_done(work.steps[name]) if name in work.steps else "–" for name in names]
        size = f"{work.dumps / 1e6:,.0f} MB" if work.dumps else "–"
        table.rows.append([f"{work.scale}×", f"{work.triples:,}", *cells, size])
    return table


def _done(done: Done) -> str:
    if done.fault:
        return done.fault
    if not done.memory:
        return f"{done.seconds:.1f} s"
    return f"{done.seconds:.1f} s ({done.processor:.1f} s), {done.memory / 1e9:.1f} GB"


def services_table(sizes: Sizes) -> Table:
    """Return every server at every size."""
    table = Table(
        "Servers",
        [
            "data",
            "engine",
            "start and load",
            "memory a triple, fresh",
            "after all queries",
            "all stored queries",
            "the slowest of them",
            "over 10 s, or none",
            "a page at first (median)",
            "the slowest page",
            "again",
            "a search",
        ],
        left=2,
    )
    for service in sizes.services:
        start = [f"{service.scale}×", service.title]
        cells = [service.fault] + [""] * 9 if service.fault else _figures(service)
        table.rows.append(start + cells)
    return table


def _figures(service: Service) -> list[str]:
    times = {name: each for name, each in service.queries.items() if isinstance(each, float)}
    slowest = max(times, key=lambda name: times[name], default="")
    pages = {name: each for name, each in service.pages.items() if isinstance(each, tuple)}
    first = [each[0] for each in pages.values()]
    worst = max(pages, key=lambda name: pages[name][0], default="")
    late = sum(isinstance(each, str) or each > _LIMIT for each in service.queries.values())
    search = service.pages.get("search", "–")
    return [
        f"{service.load_seconds:.1f} s",
        f"{service.fresh / service.triples:,.0f} B",
        f"{service.used / service.triples:,.0f} B",
        milliseconds(total(service.queries)),
        f"{milliseconds(times[slowest])} ({slowest})" if times else "–",
        str(late),
        milliseconds(statistics.median(first)) if first else "–",
        f"{milliseconds(pages[worst][0])} ({worst})" if pages else "–",
        milliseconds(statistics.median(each[1] for each in pages.values())) if pages else "–",
        search if isinstance(search, str) else milliseconds(search[0]),
    ]


def queries_table(sizes: Sizes) -> Table:
    """Return each stored query at every size, on every engine."""
    served = [service for service in sizes.services if not service.fault]
    table = Table("Each query", ["query", *(f"{each.scale}×, {each.title}" for each in served)])
    for name in dict.fromkeys(name for each in served for name in each.queries):
        found = (each.queries.get(name, "–") for each in served)
        cells = [each if isinstance(each, str) else milliseconds(each) for each in found]
        table.rows.append([name, *cells])
    return table


def costs_table(costs: Mapping[str, Sequence[Cost]]) -> Table:
    """Return what a request of each kind costs, in processor time."""
    table = Table(
        "A request",
        ["kind", "measured", "web process", "engine", "a second a core", "cached", "size"],
    )
    for kind, found in costs.items():

        def mean(figure: Callable[[Cost], float], found: Sequence[Cost] = found) -> float:
            return statistics.fmean(map(figure, found))

        whole = mean(lambda cost: cost.web + cost.engine)
        table.rows.append(
            [
                kind,
                str(len(found)),
                milliseconds(mean(lambda cost: cost.web)),
                milliseconds(mean(lambda cost: cost.engine)),
                f"{1 / whole:,.0f}" if whole else "–",
                milliseconds(mean(lambda cost: cost.hit)),
                f"{mean(lambda cost: cost.size) / 1e3:,.1f} kB",
            ]
        )
    return table


def checks_table(checks: Sequence[Checked]) -> Table:
    """Return the measured runs beside their simulations, and the second by the first."""
    table = Table(
        "Measured and simulated",
        [
            "clients",
            "",
            "share of a core",
            "requests",
            "a second",
            "processor time each",
            "from the cache",
            "drawn before",
            "median",
            "p99",
            "refused or failed",
        ],
        left=2,
    )
    for check in checks:
        seen, same = check.measured, check.simulated
        measured, simulated = _measured(seen), _simulated(same)
        ratios = [ratio(b, a) for a, b in zip(measured, simulated, strict=True)]
        failed = seen.run.errors + seen.run.timeouts
        answered = [f"{len(seen.run.times):,}", f"{len(same.times):,}"]
        table.rows += [
            [
                *(str(seen.clients), "measured", f"{seen.share:.0%}", answered[0]),
                *_shown(measured)[:3],
                f"{seen.repeated:.0%}",
                *_shown(measured)[3:],
                str(failed),
            ],
            [
                *("", "simulated", "", answered[1]),
                *_shown(simulated)[:3],
                "",
                *_shown(simulated)[3:],
                str(same.refused),
            ],
            ["", "simulated by measured", "", "", *ratios[:3], "", *ratios[3:], ""],
        ]
    return table


def _measured(seen: Crowd) -> list[float]:
    """Return what is compared: rate, processor seconds, share of hits, median and p99."""
    each = seen.processor_seconds / max(len(seen.run.times), 1)
    return [seen.run.rate, each, seen.hit_rate, seen.run.median, seen.run.p99]


def _simulated(same: Outcome) -> list[float]:
    each = same.processor_seconds / max(len(same.times), 1)
    return [same.rate, each, same.hit_rate, same.within(50), same.within(99)]


def _shown(figures: Sequence[float]) -> list[str]:
    rate, each, hits, median, p99 = figures
    times = [milliseconds(seconds) for seconds in (each, median, p99)]
    return [f"{rate:,.0f}", times[0], f"{hits:.0%}", *times[1:]]


def users_table(found: Sequence[Simulated]) -> Table:
    """Return what so many users wait for, by the front ends."""
    table = Table(
        "Users",
        [
            "users",
            "front ends",
            "cores each",
            "answers a second",
            "from a cache",
            "median",
            "p95",
            "p99",
            "refused",
            "cores busy",
        ],
        left=0,
    )
    for each in found:
        outcome = each.outcome
        asked = len(outcome.times) + outcome.refused
        table.rows.append(
            [
                f"{each.users.number:,}",
                str(each.house.front_ends),
                str(each.house.cores),
                f"{outcome.rate:,.0f}",
                f"{outcome.hit_rate:.0%}",
                milliseconds(outcome.within(50)),
                milliseconds(outcome.within(95)),
                milliseconds(outcome.within(99)),
                f"{outcome.refused / max(asked, 1):.1%}",
                f"{outcome.busy:.0%}",
            ]
        )
    return table


def sizes_markdown(sizes: Sizes) -> str:
    """Return what every size costs, in Markdown."""
    parts = [
        "### Done once for each size",
        "Time, in brackets that of all cores together, and the most memory that a process took.",
        work_table(sizes).markdown(),
        "### Served",
        services_table(sizes).markdown(),
        *(f"Not measured: {sentence}." for sentence in sizes.skipped),
        "<details>\n<summary>Each stored query: the median of one client, never cached</summary>\n",
        queries_table(sizes).markdown(),
        "</details>",
    ]
    return "\n\n".join(parts)
