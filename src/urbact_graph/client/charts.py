"""Answers drawn: numbers as bars or lines, places as a map."""

import contextlib
from typing import TYPE_CHECKING, Any

from urbact_graph.client.europe import boundaries
from urbact_graph.client.libraries import library
from urbact_graph.errors import QueryError, UrbactGraphError

if TYPE_CHECKING:
    import geopandas

# The share of places at each edge that the part of the map that is shown does not depend on, and
# what is shown beyond the outermost place, in degrees.
_FAR, _LEAST_MARGIN = 0.02, 1.0
# Bars whose labels can still be read.
_MOST_BARS = 60


def chart_of(answer: Any) -> Any:
    """Return the axes of a chart of ``answer``, a DataFrame: its numbers by its first column.

    Years and dates make lines, other columns bars, the first row at the top.

    Raises:
        QueryError: it is no table, has no numbers beside its first column, or too many rows.
    """
    pd = library("pandas", "notebook")
    library("matplotlib", "notebook")
    if not isinstance(answer, pd.DataFrame) or answer.empty:
        raise QueryError("A chart needs an answer with rows; this has none.")
    table = answer.set_index(answer.columns[0])
    numbers = table.select_dtypes("number").astype("float64")
    if numbers.columns.empty:
        raise QueryError("A chart needs a column of numbers behind the first one; select one.")
    types = pd.api.types
    if types.is_datetime64_any_dtype(table.index) or types.is_numeric_dtype(table.index):
        return numbers.sort_index().plot.line()
    if len(numbers) > _MOST_BARS:
        raise QueryError(
            f"A chart of bars has room for {_MOST_BARS} rows, and the answer has {len(numbers)}; "
            "write ORDER BY and LIMIT."
        )
    axes = numbers.plot.barh(figsize=(8, 1 + 0.3 * len(numbers)))
    axes.invert_yaxis()
    axes.set_ylabel(str(table.index.name))
    return axes


def map_of(places: "geopandas.GeoDataFrame") -> Any:
    """Return the axes of a map of ``places``, whose points grow with their first number.

    The boundaries of the countries are drawn below them, where the front end was built.

    Raises:
        QueryError: none of them has a geometry.
    """
    library("matplotlib", "notebook")
    known = places[places.geometry.notna()]
    if known.empty:
        raise QueryError("No row of the answer has a place to be drawn on a map.")
    numbers = known.select_dtypes("number").drop(
        columns=["lat", "long", "lon", "latitude", "longitude"], errors="ignore"
    )
    size: Any = 20.0
    if not numbers.columns.empty:
        values = numbers.iloc[:, 0].astype("float64").fillna(0).clip(lower=0)
        size = 8 + 120 * values / (values.max() or 1)
    axes = known.plot(markersize=size, alpha=0.6, figsize=(8, 8))
    axes.set_axis_off()
    with contextlib.suppress(UrbactGraphError):
        land = boundaries().to_crs(known.crs)
        # The aspect stays that of the places.
        land.plot(ax=axes, zorder=0, color="#f0f0ec", edgecolor="#b8b8b0", lw=0.6, aspect=None)
    _leave_out_far_places(axes, known.geometry.representative_point())
    return axes


def _leave_out_far_places(axes: Any, points: Any) -> None:
    """Show where most of ``points`` are, so that one on another continent leaves room for them.

    The title says how many are outside.
    """
    is_inside = points.notna()
    for coordinates, limit in ((points.x, axes.set_xlim), (points.y, axes.set_ylim)):
        least, most = coordinates.quantile([_FAR, 1 - _FAR])
        margin = max((most - least) / 2, _LEAST_MARGIN)
        low, high = max(coordinates.min(), least - margin), min(coordinates.max(), most + margin)
        limit(low - _LEAST_MARGIN, high + _LEAST_MARGIN)
        is_inside &= coordinates.between(low, high)
    if outside := int((~is_inside).sum()):
        axes.set_title(f"{outside} {'place is' if outside == 1 else 'places are'} not on this map")
