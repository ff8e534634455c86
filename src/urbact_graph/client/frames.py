"""Tables of typed columns in the libraries that analysts use, imported when asked for."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from urbact_graph.client.columns import LENGTHS, PRECISION, Column
from urbact_graph.client.given import check_options
from urbact_graph.client.libraries import library
from urbact_graph.errors import QueryError

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

# WGS 84, latitudes and longitudes in degrees.
CRS = "EPSG:4326"
# Pairs of columns that hold a point; the first is the latitude.
_POINTS = (("latitude", "longitude"), ("lat", "long"), ("lat", "lon"))
_PANDAS = {
    "integer": "Int64",
    "float": "Float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "datetime": "datetime64[us, UTC]",
    "string": "string",
    "list": "object",
}


def frame(columns: Sequence[Column], kind: str) -> Any:
    """Return the table of ``columns``: a DataFrame of "pandas" or "polars", or an "arrow" table.

    "records" gives a list with a dict for each row, which needs no library and can be written as
    JSON: dates and times are texts, as exact as they are known, and what is missing is None.

    Raises:
        QueryError: the library is none of these, or is not installed.
    """
    check_options(kind, as_geo=False)
    makers: dict[str, Callable[[Sequence[Column]], Any]] = {
        "pandas": _pandas,
        "polars": _polars,
        "arrow": _arrow,
        "records": _records,
    }
    return makers[kind](columns)


def geo_frame(columns: Sequence[Column]) -> "geopandas.GeoDataFrame":
    """Return a GeoDataFrame (EPSG:4326) of ``columns``.

    Its geometry is made of a column of WKT, or of a latitude and a longitude.

    Raises:
        QueryError: no column, or more than one, has geometries, or one is no WKT; or geopandas is
            not installed.
    """
    geopandas = library("geopandas", "client")
    table = _pandas(columns)
    wkt = [column.name for column in columns if column.is_geometry]
    if len(wkt) == 1:
        # The literals of GeoSPARQL may begin with the IRI of the reference system, which is that of
        # longitude before latitude where there is none (GeoSPARQL 1.1, 8.5.1).
        parts = table[wkt[0]].str.extract(r"^\s*(?:<([^>]*)>\s*)?(.*)$", flags=re.DOTALL)
        for system in parts[0].dropna().unique():
            if not system.endswith("CRS84"):
                raise QueryError(
                    f"The column {wkt[0]} has geometries in <{system}>, and a GeoDataFrame takes "
                    "those in CRS84; read the column as text."
                )
        texts = parts[1]
        try:
            points = geopandas.GeoSeries.from_wkt(texts, crs=CRS)
        except Exception as error:  # noqa: BLE001 - the errors of shapely have no common family
            reason = " ".join(str(error).split())
            raise QueryError(
                f"The column {wkt[0]} has a text that is no WKT ({reason}); leave its row out."
            ) from None
        return geopandas.GeoDataFrame(table.drop(columns=wkt), geometry=points)
    numbers = {column.name: column.values for column in columns if _may_be_degrees(column)}
    pairs = [pair for pair in _POINTS if set(pair) <= numbers.keys()]
    if wkt or not pairs:
        found = " and ".join(wkt) or "none"
        raise QueryError(
            f"A GeoDataFrame needs one column of WKT, and the answer has {found}, or the columns "
            "of numbers latitude and longitude; select one of them."
        )
    pd = library("pandas", "client")
    latitude, longitude = pairs[0]
    x, y = (pd.Series(numbers[name], dtype="float64") for name in (longitude, latitude))
    points = geopandas.GeoSeries.from_xy(x, y, crs=CRS)
    # A city without coordinates has no point, rather than an empty one.
    points = points.where((x.notna() & y.notna()).to_numpy(), None)
    return geopandas.GeoDataFrame(table, geometry=points)


def _may_be_degrees(column: Column) -> bool:
    # A column without any value has no type.
    is_empty = all(value is None for value in column.values)
    return column.kind in ("integer", "float") or is_empty


def _pandas(columns: Sequence[Column]) -> "pd.DataFrame":
    pd = library("pandas", "client")
    return pd.DataFrame(
        {column.name: pd.Series(column.values, dtype=_PANDAS[column.kind]) for column in columns}
    )


def _polars(columns: Sequence[Column]) -> Any:
    pl = library("polars", "polars")
    types = {
        "integer": pl.Int64,
        "float": pl.Float64,
        "boolean": pl.Boolean,
        "date": pl.Date,
        "datetime": pl.Datetime("us", "UTC"),
        "string": pl.String,
        "list": pl.List(pl.String),
    }
    return pl.DataFrame(
        [pl.Series(column.name, column.values, dtype=types[column.kind]) for column in columns]
    )


def _arrow(columns: Sequence[Column]) -> Any:
    pa = library("pyarrow", "parquet")
    types = {
        "integer": pa.int64(),
        "float": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us", "UTC"),
        "string": pa.string(),
        "list": pa.list_(pa.string()),
    }
    return pa.table(
        [pa.array(column.values, types[column.kind]) for column in columns],
        names=[column.name for column in columns],
    )


def _records(columns: Sequence[Column]) -> list[dict[str, Any]]:
    exactness = {
        column.name.removesuffix(PRECISION): column.values
        for column in columns
        if column.is_precision
    }
    written: dict[str, Sequence[Any]] = {}
    for column in columns:
        if column.kind == "date":
            days = ["day"] * len(column.values)
            known = zip(column.values, exactness.get(column.name, days), strict=True)
            written[column.name] = [value and _date(value, exact) for value, exact in known]
        elif column.kind == "datetime":
            written[column.name] = [value and _moment(value) for value in column.values]
        elif not column.is_precision:
            written[column.name] = column.values
    rows = zip(*written.values(), strict=True)
    return [dict(zip(written, row, strict=True)) for row in rows]


def _date(value: dt.date, exact: str) -> str:
    return value.isoformat()[: LENGTHS[exact]]


def _moment(value: dt.datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
