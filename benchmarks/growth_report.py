"""The report of the growth: time, memory and answers a triple at every size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.report import OURS, Claim, claims_table
from benchmarks.tables import Table, milliseconds, ratio

if TYPE_CHECKING:
    from benchmarks.growth import Growth, Step

_CLAIM_SCALE, _CLAIM_LOAD, _CLAIM_BYTES, _CLAIM_POINT = 100, 30.0, 1_000, 2.0


def steps_table(growth: Growth) -> Table:
    """Return every server at every size."""
    table = Table(
        "Growth",
        [
            "data",
            "server",
            "triples",
            "start and load",
            "memory a triple, fresh",
            "in use",
            "its largest process",
            "point queries to 1×",
            "the worst of them",
        ],
        left=2,
    )
    for step in growth.steps:
        start = [f"{step.scale}×", step.title, f"{step.triples:,}"]
        table.rows.append(start + ([step.fault] + [""] * 5 if step.fault else _figures(step)))
    return table


def _figures(step: Step) -> list[str]:
    return [
        f"{step.load_seconds:.1f} s",
        f"{step.fresh / step.triples:,.0f} B",
        f"{step.memory / step.triples:,.0f} B",
        f"{step.largest / step.triples:,.0f} B",
        ratio(step.point_ratio, 1),
        ratio(step.worst_point_ratio, 1),
    ]


def points_table(growth: Growth) -> Table:
    """Return the point queries of this server at the largest size and at 1×, in turns."""
    ours = [step for step in growth.steps if step.name == OURS and step.points]
    table = Table("Point queries of urbact-graph", ["query", "real data"])
    if not ours:
        return table
    table.head += [f"{step.scale}×" for step in ours]
    for name in ours[-1].points:
        small = ours[-1].points[name][1]
        cells = [ratio(here, real) for here, real in (step.points[name] for step in ours)]
        table.rows.append([name, milliseconds(small), *cells])
    return table


def shacl_table(growth: Growth) -> Table:
    """Return how long SHACL took at every size."""
    table = Table("SHACL", ["data", "triples", "time", "a million triples", "results"])
    for done in growth.shacl:
        start = [f"{done.scale}×", f"{done.triples:,}"]
        if done.seconds is None:
            table.rows.append([*start, done.note, "", ""])
        else:
            pace = done.seconds / done.triples * 1e6
            table.rows.append(
                [*start, f"{done.seconds:.1f} s", f"{pace:.0f} s", f"{done.results:,}"]
            )
    return table


def claims(growth: Growth) -> list[Claim]:
    """Return what was to be seen to hold at 100 times the real data, if that was measured."""
    measured = [
        step
        for step in growth.steps
        if step.name == OURS and step.scale == _CLAIM_SCALE and not step.fault
    ]
    if not measured:
        return []
    step = measured[0]
    size = step.memory / step.triples
    worst = step.worst_point_ratio
    return [
        Claim(
            f"At {_CLAIM_SCALE}×: loads in under {_CLAIM_LOAD:g} s",
            f"{step.load_seconds:.1f} s",
            step.load_seconds < _CLAIM_LOAD,
        ),
        Claim(
            f"At {_CLAIM_SCALE}×: less than 1 kB of memory a triple",
            f"{size:,.0f} B in use, {step.fresh / step.triples:,.0f} B fresh",
            size < _CLAIM_BYTES,
        ),
        Claim(
            f"At {_CLAIM_SCALE}×: each point query within {_CLAIM_POINT:g} × of 1×",
            f"{ratio(worst, 1)} at most, {ratio(step.point_ratio, 1)} in the median",
            worst <= _CLAIM_POINT,
        ),
    ]


def markdown(growth: Growth, images: dict[str, str]) -> str:
    """Return the report in Markdown; ``images`` are files by what they say."""
    parts = [
        steps_table(growth).markdown(),
        *(f"![{says}]({file})" for says, file in images.items()),
        "### What was to be seen to hold at 100×" if claims(growth) else "",
        claims_table(claims(growth)).markdown() if claims(growth) else "",
        "### Point queries of urbact-graph",
        points_table(growth).markdown(),
        "### SHACL",
        shacl_table(growth).markdown(),
    ]
    return "\n\n".join(part for part in parts if part)
