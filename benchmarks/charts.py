"""Charts of the results as SVG: the same results give the same bytes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benchmarks.report import OURS, REFERENCE, Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.comparison import Comparison, Measured
    from benchmarks.growth import Growth, Step

# Narrow and with large letters, as the page may be read on a telephone.
_WIDTH = 4.2
_COLOURS = {
    OURS: "#b4531a",
    REFERENCE: "#1d5f8a",
    "oxigraph-disk": "#6fa8c9",
    "virtuoso": "#6a4c93",
    "rdflib-endpoint": "#5b8c3a",
}
_MARKS = {OURS: "o", REFERENCE: "|", "oxigraph-disk": "s", "virtuoso": "^", "rdflib-endpoint": "D"}
_INK, _GRID = "#1f2933", "#d5dbe1"
_STYLE = {
    "svg.hashsalt": "urbact-graph",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 10,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _INK,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_comparison(found: Comparison, folder: Path) -> dict[str, str]:
    """Draw the comparison into ``folder``; return the files by what they show."""
    report = Report(found)
    if len(found.servers) == 1:
        return {}
    title = report.reference.title
    return {
        f"The servers as multiples of {title}, cold and warm.": _draw(
            folder / "performance-servers.svg", lambda pyplot: _servers(pyplot, report)
        ),
        f"Each query's median, cold with 8 clients, as a multiple of {title}.": _draw(
            folder / "performance-queries.svg", lambda pyplot: _queries(pyplot, report)
        ),
    }


def draw_growth(growth: Growth, folder: Path) -> dict[str, str]:
    """Draw the growth into ``folder``; return the file by what it shows."""
    if len({step.scale for step in growth.steps}) == 1:
        return {}
    file = folder / "performance-growth.svg"
    shown = "Time to load, memory a triple, point queries and SHACL as the data grow."
    return {shown: _draw(file, lambda pyplot: _growth(pyplot, growth))}


def _draw(file: Path, draw: Callable[[Any], Any]) -> str:
    try:
        import matplotlib as mpl  # noqa: PLC0415 - only who draws needs it
        from matplotlib import pyplot  # noqa: PLC0415
    except ImportError:
        raise SystemExit(
            "matplotlib, which draws the charts, is not installed; pip install '.[benchmark]'."
        ) from None
    mpl.use("svg")
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type, unused-ignore]
        figure = draw(pyplot)
        figure.savefig(file, metadata={"Date": None, "Creator": None}, facecolor="white")
        pyplot.close(figure)
    return file.name


def _servers(pyplot: Any, report: Report) -> Any:
    """Draw three panels with a line a server, from 1 to its ratio."""
    servers = report.found.servers
    warm = report.reference.warm
    panels: dict[str, Callable[[Measured], float]] = {
        "Cold: sum of the medians (less is better)": lambda s: report.summed(
            s, lambda cold: cold.crowd.median
        ),
        "Cold: sum of the p99 (less is better)": lambda s: report.summed(
            s, lambda cold: cold.crowd.p99
        ),
        "Warm: requests a second (more is better)": lambda s: s.warm.rate / warm.rate,
    }
    figure, axes = pyplot.subplots(
        len(panels), 1, figsize=(_WIDTH, 0.9 + 1.75 * len(panels)), layout="constrained"
    )
    for axis, (title, figure_of) in zip(axes, panels.items(), strict=True):
        values = [figure_of(server) for server in servers]
        places = range(len(servers))
        colours = [_COLOURS.get(server.name, _INK) for server in servers]
        axis.hlines(places, 1, values, color=colours, linewidth=6)
        axis.scatter(values, places, color=colours, s=44, zorder=3)
        for place, value in zip(places, values, strict=True):
            shown = f"{value:.2f} ×" if value < 10 else f"{value:.0f} ×"  # noqa: PLR2004
            left = value < 1
            axis.annotate(
                shown,
                (value, place),
                xytext=(-8 if left else 8, 0),
                textcoords="offset points",
                ha="right" if left else "left",
                va="center",
            )
        # Right, where it may stand above the names too.
        axis.set_title(title, loc="right")
        axis.set_yticks(places, [server.title for server in servers])
        axis.set_ylim(len(servers) - 0.4, -0.6)
        _multiples(axis, values, room=5)
    return figure


def _queries(pyplot: Any, report: Report) -> Any:
    """Draw a row a query, with a mark for each server."""
    reference = report.reference
    others = [server for server in report.found.servers if server is not reference]
    names = [name for name in report.found.questions if not reference.cold[name].fault]

    def times(server: Measured, name: str) -> float:
        cold = server.cold[name]
        median = reference.cold[name].crowd.median
        return math.nan if cold.unanswered else cold.crowd.median / median

    names.sort(key=lambda name: times(others[0], name))
    figure, axis = pyplot.subplots(figsize=(_WIDTH, 1.5 + 0.21 * len(names)), layout="constrained")
    values: list[float] = []
    for server in reversed(others):
        row = [times(server, name) for name in names]
        values += row
        axis.scatter(
            row,
            range(len(names)),
            color=_COLOURS.get(server.name, _INK),
            marker=_MARKS.get(server.name, "o"),
            s=34 if server is others[0] else 20,
            zorder=4 if server is others[0] else 3,
            label=server.title,
        )
    axis.set_yticks(range(len(names)), names, fontsize=8.5)
    axis.set_ylim(-0.7, len(names) - 0.3)
    axis.grid(axis="y", color=_GRID, linewidth=0.5)
    axis.set_axisbelow(True)
    _multiples(axis, values, room=1.3)
    axis.tick_params(axis="x", labeltop=True)
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(
        handles[::-1], labels[::-1], loc="outside upper center", ncols=2, frameon=False, fontsize=9
    )
    return figure


def _multiples(axis: Any, values: list[float], room: float) -> None:
    """Make the axis one of multiples, with a line at 1."""
    known = [value for value in values if value > 0]
    axis.set_xscale("log")
    low, high = min([*known, 1]), max([*known, 1])
    # A figure beside its mark takes a part of the axis, however much that spans.
    room = max(room, (high / low) ** 0.35)
    axis.set_xlim(low / (room if low < 1 else 1.25), high * room)
    axis.axvline(1, color=_INK, linewidth=0.8)
    _plain_ticks(axis.xaxis, axis.get_xlim(), " ×")
    axis.grid(axis="x", color=_GRID, linewidth=0.5)
    axis.set_axisbelow(True)


def _plain_ticks(axis: Any, limits: tuple[float, float], unit: str) -> None:
    """Name some round numbers between ``limits``, as a log axis names powers only."""
    low, high = limits
    steps = (1, 2, 5) if high / low < 60 else (1,)  # noqa: PLR2004 - as many as have room
    ticks = [
        step * 10.0**power
        for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for step in steps
        if low <= step * 10.0**power <= high
    ]
    axis.set_ticks(ticks, [f"{tick:,g}{unit}" for tick in ticks])
    axis.set_minor_locator(axis.get_minor_locator().__class__(subs=[]))


def _growth(pyplot: Any, growth: Growth) -> Any:
    """Draw four panels over the size of the data, with a line a server."""
    steps = [step for step in growth.steps if not step.fault]
    panels: dict[str, Callable[[Step], float]] = {
        "Start and load, in seconds": lambda step: step.load_seconds,
        "Memory a triple in use, in bytes": lambda step: step.memory / step.triples,
        "Point queries, as multiples of 1×": lambda step: step.point_ratio,
    }
    figure, axes = pyplot.subplots(4, 1, figsize=(_WIDTH, 9.2), layout="constrained")
    for axis, (title, value) in zip(axes[:3], panels.items(), strict=True):
        for name in dict.fromkeys(step.name for step in steps):
            line = [step for step in steps if step.name == name]
            axis.plot(
                [step.scale for step in line],
                [value(step) for step in line],
                color=_COLOURS.get(name, _INK),
                marker="o",
                linewidth=2,
                label=line[0].title,
            )
        _sizes(axis, title, [value(step) for step in steps], growth)
    measured = [done for done in growth.shacl if done.seconds is not None]
    seconds = [done.seconds or 0.0 for done in measured]
    axes[3].plot(
        [done.scale for done in measured], seconds, color=_COLOURS[OURS], marker="o", linewidth=2
    )
    _sizes(axes[3], "SHACL, in seconds", seconds or [1.0], growth)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def _sizes(axis: Any, title: str, values: list[float], growth: Growth) -> None:
    scales = sorted({step.scale for step in growth.steps})
    axis.set_title(title)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(scales[0] / 1.3, scales[-1] * 1.3)
    axis.set_ylim(min(values) / 1.6, max(values) * 1.6)
    axis.set_xticks(scales, [f"{scale}×" for scale in scales])
    axis.set_xticks([], minor=True)
    _plain_ticks(axis.yaxis, axis.get_ylim(), "")
    axis.grid(axis="y", color=_GRID, linewidth=0.5)
    axis.set_axisbelow(True)
