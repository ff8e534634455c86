"""Tables in the libraries of analysts, and what is said where one is not installed."""

import datetime as dt
import json
import sys
from typing import Any

import pytest

from urbact_graph import client
from urbact_graph.client.columns import Column, dates
from urbact_graph.client.frames import frame, geo_frame
from urbact_graph.errors import QueryError

KINDS: dict[str, list[Any]] = {
    "integer": [7, None],
    "float": [0.5, None],
    "boolean": [True, None],
    "date": [dt.date(1700, 1, 2), None],
    "datetime": [dt.datetime(2023, 6, 1, 10, tzinfo=dt.UTC), None],
    "string": ["Łódź", None],
    "list": [["a", "b"], []],
}
COLUMNS = [Column(kind, kind, values) for kind, values in KINDS.items()]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("library", "extra", "call"),
    [
        ("pandas", "client", lambda: frame(COLUMNS, "pandas")),
        ("polars", "polars", lambda: frame(COLUMNS, "polars")),
        ("pyarrow", "parquet", lambda: frame(COLUMNS, "arrow")),
        ("geopandas", "client", lambda: geo_frame(COLUMNS)),
        ("SPARQLWrapper", "client", lambda: client.connect("http://127.0.0.1:9").sparql("ASK {}")),
    ],
)
def test_a_library_that_is_not_installed_is_named(
    library: str, extra: str, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(QueryError, match=rf"needs {library}, .* install 'urbact-graph\[{extra}\]'"):
        call()


def test_pandas_has_nullable_columns() -> None:
    pandas = pytest.importorskip("pandas")
    table = frame(COLUMNS, "pandas")
    assert dict(table.dtypes.astype(str)) == {
        "integer": "Int64",
        "float": "Float64",
        "boolean": "boolean",
        "date": "datetime64[s]",
        "datetime": "datetime64[us, UTC]",
        "string": "string",
        "list": "object",
    }
    assert table.drop(columns="list").iloc[1].isna().all()
    # Beyond what 64 bits of nanoseconds can hold.
    assert table.date[0] == pandas.Timestamp("1700-01-02")


def test_polars_and_arrow_have_the_same_values() -> None:
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    expected = {name: list(values) for name, values in KINDS.items()}
    assert frame(COLUMNS, "polars").to_dict(as_series=False) == expected
    assert frame(COLUMNS, "arrow").to_pydict() == expected


def test_no_row_keeps_the_types() -> None:
    pytest.importorskip("pandas")
    empty = [Column(column.name, column.kind, []) for column in COLUMNS]
    assert frame(empty, "pandas").dtypes.equals(frame(COLUMNS, "pandas").dtypes)


@pytest.mark.parametrize(
    "columns",
    [
        [Column("x", "string", ["POINT (1 2)"])],
        [Column(name, "string", ["POINT (1 2)"], is_geometry=True) for name in "xy"],
        [Column("lat", "float", [1.0])],
    ],
)
def test_without_one_place_there_is_no_geo_frame(columns: list[Column]) -> None:
    pytest.importorskip("geopandas")
    with pytest.raises(QueryError, match="needs one column of WKT"):
        geo_frame(columns)


def test_wkt_may_name_its_reference_system() -> None:
    pytest.importorskip("geopandas")
    text = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT (1 2)"
    found = geo_frame([Column("at", "string", [text, None], is_geometry=True)])
    assert found.geometry[0].coords[0] == (1, 2)
    assert found.geometry[1] is None
    assert found.crs == "EPSG:4326"


@pytest.mark.parametrize("system", ["EPSG/0/4326", "EPSG/0/3857"])
def test_wkt_in_another_reference_system_is_refused(system: str) -> None:
    pytest.importorskip("geopandas")
    text = f"<http://www.opengis.net/def/crs/{system}> POINT (51 17)"
    with pytest.raises(QueryError, match="takes those in CRS84"):
        geo_frame([Column("at", "string", [None, text], is_geometry=True)])


def test_records_are_as_exact_as_what_is_known() -> None:
    known = dates("since", ["2015", "2016-03", "2017-01-02", None], is_exact=False)
    rows = frame(known or (), "records")
    assert rows == [{"since": text} for text in ("2015", "2016-03", "2017-01-02", None)]
    first, second = frame(COLUMNS, "records")
    assert first == {
        "integer": 7,
        "float": 0.5,
        "boolean": True,
        "date": "1700-01-02",
        "datetime": "2023-06-01T10:00:00Z",
        "string": "Łódź",
        "list": ["a", "b"],
    }
    assert [one for one in second.values() if one] == []
    json.dumps([first, second])


def test_a_column_that_is_called_after_no_date_stays_in_records() -> None:
    columns = [Column("precision", "string", ["x"]), Column("a_precision", "string", ["day"])]
    assert frame(columns, "records") == [{"precision": "x", "a_precision": "day"}]
    day = dates("a", ["2020-01-02"], is_exact=True) or []
    beside = [*day, Column("a_precision", "string", ["x"])]
    assert frame(beside, "records") == [{"a": "2020-01-02", "a_precision": "x"}]
