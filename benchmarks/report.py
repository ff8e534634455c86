"""The report of a comparison: ratios to Oxigraph in memory, and what was to be seen to hold."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.tables import Table, milliseconds, ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.comparison import Cold, Comparison, Measured
    from benchmarks.load import Run

OURS, REFERENCE = "urbact-graph", "oxigraph-memory"
_CLAIM_FACTOR, _CLAIM_SECONDS, _CLAIM_RATE = 1.2, 0.002, 3.0


@dataclass(frozen=True)
class Claim:
    """A sentence that was to be seen to hold, and what was seen."""

    sentence: str
    seen: str
    holds: bool


def claims_table(claims: list[Claim]) -> Table:
    """Return ``claims`` as a table."""
    rows = [[claim.sentence, claim.seen, "yes" if claim.holds else "no"] for claim in claims]
    return Table("Seen to hold", ["what is wanted", "measured", "holds"], rows, left=3)


class Report:
    """Reads a comparison; every ratio is to Oxigraph in memory, or else to this server."""

    def __init__(self, found: Comparison) -> None:
        self.found = found
        by_name = {server.name: server for server in found.servers}
        self.reference = by_name.get(REFERENCE, found.servers[0])
        self.ours = by_name.get(OURS)

    def common(self, server: Measured) -> list[str]:
        """Return the questions that ``server`` and the reference both answered rightly."""
        return [
            name
            for name in self.found.questions
            if not server.cold[name].fault and not self.reference.cold[name].fault
        ]

    def summed(self, server: Measured, figure: Callable[[Cold], float]) -> float:
        """Return the sum of a figure as a multiple of the reference's, over common questions."""
        names = self.common(server)
        mine = sum(figure(server.cold[name]) for name in names)
        return mine / (sum(figure(self.reference.cold[name]) for name in names) or math.nan)

    def mean_rate(self, server: Measured, runs: Callable[[Cold], Run]) -> float:
        """Return the geometric mean of the ratios of requests a second."""
        rates = [
            runs(server.cold[name]).rate / runs(self.reference.cold[name]).rate
            for name in self.common(server)
        ]
        return statistics.geometric_mean(rates) if rates else math.nan

    def summary(self) -> Table:
        """Return the figures of every server over all questions."""
        reference = self.reference
        table = Table(
            f"As multiples of {reference.title}; for times less is better, for requests more",
            ["", *(server.title for server in self.found.servers)],
        )

        def add(name: str, value: Callable[[Measured], float], absolute: str) -> None:
            cells = [ratio(value(server), 1) for server in self.found.servers]
            cells[self.found.servers.index(reference)] += f" ({absolute})"
            table.rows.append([name, *cells])

        def total(figure: Callable[[Cold], float]) -> str:
            return milliseconds(sum(figure(cold) for cold in reference.cold.values()))

        for name, figure in _SUMS.items():
            add(name, partial(self.summed, figure=figure), total(figure))
        add(
            "cold: requests a second",
            lambda s: self.mean_rate(s, lambda c: c.crowd),
            "geometric mean",
        )
        warm = reference.warm
        add(
            "warm: requests a second",
            lambda s: s.warm.rate / warm.rate,
            f"{warm.rate:,.0f} a second",
        )
        add("warm: median", lambda s: s.warm.median / warm.median, milliseconds(warm.median))
        add("warm: p99", lambda s: s.warm.p99 / warm.p99, milliseconds(warm.p99))
        self._add_plain(table)
        return table

    def _add_plain(self, table: Table) -> None:
        servers = self.found.servers
        known = len(self.found.questions)
        right = [sum(not cold.fault for cold in server.cold.values()) for server in servers]
        table.rows.append(["right answers", *(f"{count} of {known}" for count in right)])
        table.rows.append(["start and load", *(f"{s.load_seconds:.1f} s" for s in servers)])
        table.rows.append(["memory in use", *(f"{s.memory / 1e6:,.0f} MB" for s in servers)])

    def by_question(self, title: str, figure: Callable[[Cold], float], unit: str) -> Table:
        """Return a figure of every question: the reference's own, and the ratios of the others."""
        others = [server for server in self.found.servers if server is not self.reference]
        head = ["query", self.reference.title, *(server.title for server in others)]
        table = Table(title, head)
        for name in self.found.questions:
            own = self.reference.cold[name]
            value = figure(own)
            shown = milliseconds(value) if unit == "ms" else f"{value:,.0f} a second"
            cells = [own.fault or shown]
            for server in others:
                cold = server.cold[name]
                times = "" if cold.unanswered else ratio(figure(cold), value)
                cells.append(" ".join(part for part in (times, cold.fault) if part))
            table.rows.append([name, *cells])
        return table

    def details(self) -> list[Table]:
        """Return the tables of all questions, one a figure."""
        return [
            self.by_question(title, figure, "a second" if "second" in title else "ms")
            for title, figure in _FIGURES.items()
        ]

    def claims(self) -> list[Claim]:
        """Return what was to be seen to hold, as far as the servers it is about were measured."""
        if self.ours is None or self.reference is self.ours:
            return []
        claims = [
            self._each("8 clients", lambda cold: cold.crowd.median),
            self._each("one client", lambda cold: cold.alone.median),
        ]
        claims += [
            self._under(server)
            for server in self.found.servers
            if server not in (self.ours, self.reference)
        ]
        rate = self.ours.warm.rate / self.reference.warm.rate
        claims.append(
            Claim(
                f"Warm, the mix at {_CLAIM_RATE:g} × {self.reference.title} or more in requests a "
                "second",
                ratio(rate, 1),
                rate >= _CLAIM_RATE,
            )
        )
        return claims

    def _each(self, clients: str, figure: Callable[[Cold], float]) -> Claim:
        names = self.common(self.ours) if self.ours else []
        met = [name for name in names if self._within(name, figure)]
        return Claim(
            f"Cold, {clients}: each query at most {_CLAIM_FACTOR} × {self.reference.title} + "
            f"{_CLAIM_SECONDS * 1000:g} ms",
            f"{len(met)} of {len(self.found.questions)} queries",
            len(met) == len(self.found.questions),
        )

    def _within(self, name: str, figure: Callable[[Cold], float]) -> bool:
        if self.ours is None:
            return False
        allowed = _CLAIM_FACTOR * figure(self.reference.cold[name]) + _CLAIM_SECONDS
        return figure(self.ours.cold[name]) <= allowed

    def _under(self, server: Measured) -> Claim:
        names = [name for name in self.found.questions if not server.cold[name].unanswered]
        ours = self.ours.cold if self.ours else {}
        mine = sum(ours[name].crowd.median for name in names)
        theirs = sum(server.cold[name].crowd.median for name in names)
        return Claim(
            f"Cold, 8 clients: the sum of the medians under {server.title}",
            f"{ratio(mine, theirs)} of it",
            mine < theirs,
        )

    def markdown(self, images: dict[str, str]) -> str:
        """Return the report in Markdown; ``images`` are files by what they say."""
        parts = [
            self.summary().markdown(),
            *(f"![{says}]({file})" for says, file in images.items()),
            "### What was to be seen to hold",
            claims_table(self.claims()).markdown() if self.claims() else "",
            *(f"Not measured: {sentence}" for sentence in self.found.skipped),
        ]
        for table in self.details():
            parts += [
                f"<details>\n<summary>{table.title}</summary>\n",
                table.markdown(),
                "</details>",
            ]
        return "\n\n".join(part for part in parts if part)


_SUMS: dict[str, Callable[[Cold], float]] = {
    "cold: sum of the medians": lambda cold: cold.crowd.median,
    "cold: sum of the p99": lambda cold: cold.crowd.p99,
    "cold, one client: sum of the medians": lambda cold: cold.alone.median,
}
_FIGURES: dict[str, Callable[[Cold], float]] = {
    "Each query cold, 8 clients: median": lambda cold: cold.crowd.median,
    "Each query cold, 8 clients: p99": lambda cold: cold.crowd.p99,
    "Each query cold, 8 clients: requests a second": lambda cold: cold.crowd.rate,
    "Each query cold, one client: median": lambda cold: cold.alone.median,
    "Each query cold, one client: p99": lambda cold: cold.alone.p99,
}
