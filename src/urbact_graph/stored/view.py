"""How the answer to a stored query is best shown, as its header says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# What each kind of view needs, in words.
_WRITTEN = {
    "table": "table",
    "bars": "bars LABELCOLUMN VALUECOLUMN",
    "lines": "lines XCOLUMN YCOLUMN [SERIESCOLUMN]",
    "map": "map",
    "graph": "graph",
}
_COUNTS = {"table": (0,), "bars": (2,), "lines": (2, 3), "map": (0,), "graph": (0,)}
# The columns that a map is drawn from: either both of the first, or the second.
COORDINATES = ("latitude", "longitude")
GEOMETRY = "wkt"


@dataclass(frozen=True)
class View:
    """A way to show an answer: a table, bars, lines, a map, or a graph for one that is RDF.

    Bars have the column ``x`` with their labels and ``y`` with their lengths; lines have ``x`` and
    ``y``, and a line for each value of ``series`` where that is named. A map has a place for each
    row, from the columns "latitude" and "longitude", or "wkt" in Well-Known Text.
    """

    kind: Literal["table", "bars", "lines", "map", "graph"]
    x: str = ""
    y: str = ""
    series: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the kind and the columns that there are."""
        members = {"kind": self.kind, "x": self.x, "y": self.y, "series": self.series}
        return {key: value for key, value in members.items() if value}


TABLE = View("table")


def read_view(written: str, form: str, columns: Sequence[str]) -> View:
    """Return the view ``written`` in a header, for a query of ``form`` with ``columns``.

    Raises:
        ValueError: it is none, or does not fit the query; a clause says so and how to correct it.
    """
    kind, *named = written.split()
    if kind not in _WRITTEN:
        raise ValueError(f"there is no view {kind}; use one of {', '.join(_WRITTEN)}")
    if len(named) not in _COUNTS[kind]:
        raise ValueError(f"the view {kind} is written {_WRITTEN[kind]}; correct the line")
    for name in named:
        if name not in columns:
            raise ValueError(
                f"the view names the column {name}, which the query lacks; write one of "
                f"{', '.join(columns) or 'none, as the query has none'}"
            )
    is_graph = form in ("CONSTRUCT", "DESCRIBE")
    if kind == "graph" and not is_graph:
        raise ValueError("the view graph is for CONSTRUCT and DESCRIBE; choose another")
    if kind not in {"graph", "table"} and is_graph:
        raise ValueError(f"the view {kind} is for SELECT; write graph or table")
    if kind == "map" and not ({GEOMETRY} & {*columns} or {*COORDINATES} <= {*columns}):
        raise ValueError(
            f"a map needs the columns {' and '.join(COORDINATES)}, or {GEOMETRY}; add them to the "
            "query, or choose another view"
        )
    return View(kind, *named)  # type: ignore[arg-type]  # a kind of _WRITTEN
