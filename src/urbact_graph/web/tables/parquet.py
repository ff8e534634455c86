"""A table as Parquet, where pyarrow is installed."""

import io
from datetime import date, datetime
from typing import Any

from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.web.tables.table import Table, TableColumn

PARQUET_TYPE = "application/vnd.apache.parquet"


def write_parquet(table: Table, texts: list[list[str]]) -> bytes:
    """Return the rows ``texts`` of ``table`` as Parquet; the schema says what each column is.

    Numbers, days and times have their types, and a column of several values has lists.

    Raises:
        ProblemError: pyarrow is not installed.
    """
    try:
        # An optional package, of 100 MB.
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise ProblemError(
            NOT_ACCEPTABLE,
            "Parquet needs the package pyarrow, which is not installed here (pip install "
            "'urbact-graph[parquet]'); accept text/csv or application/json.",
        ) from None
    types = {
        "integer": pa.int64(),
        "decimal": pa.float64(),
        "date": pa.date32(),
        "dateTime": pa.timestamp("s", "UTC"),
    }

    def field(column: TableColumn) -> Any:
        value = types.get(column.datatype, pa.string())
        about = {"title": column.title, "description": column.description}
        shape = pa.list_(value) if column.is_many else value
        return pa.field(column.name, shape, not column.is_required, about)

    schema = pa.schema(
        [field(column) for column in table.columns],
        {"title": table.title, "version": table.version},
    )
    kinds = {column.name: column.datatype for column in table.columns}
    rows = [
        {name: _value(cell, kinds[name]) for name, cell in row.items()}
        for row in table.cells(texts)
    ]
    output = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows, schema), output)
    return output.getvalue()


def _value(cell: Any, datatype: str) -> Any:
    if isinstance(cell, list):
        return [_value(one, datatype) for one in cell]
    if not isinstance(cell, str):
        return cell
    if datatype == "date":
        return date.fromisoformat(cell)
    return datetime.fromisoformat(cell) if datatype == "dateTime" else cell
