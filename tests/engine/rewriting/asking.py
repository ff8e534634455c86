"""Ask a store through the evaluation, as a worker does, and read the answer as plain values."""

import csv
import io

from pyoxigraph import RdfFormat, Store

from tests.support.engines import request
from urbact_graph.engine.evaluation import evaluate

EMPTY = Store()
PREFIXES = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX x: <x:> "


def holding(data: str) -> Store:
    """Return a store with ``data`` in TriG."""
    store = Store()
    store.load(data, format=RdfFormat.TRIG)
    return store


def header_and_rows(
    query: str, store: Store = EMPTY, **members: object
) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and the rows in their order; the empty text is no value."""
    asked = request(PREFIXES + query, results_format="text/csv", **members)
    content = evaluate(store, asked, {}, allow_unknown_graphs=True).content.decode()
    header, *rows = csv.reader(io.StringIO(content))
    return header, rows


def column(query: str, store: Store = EMPTY, **members: object) -> list[str]:
    """Return the first column, in its order."""
    return [row[0] if row else "" for row in header_and_rows(query, store, **members)[1]]


def truth(query: str, store: Store = EMPTY, **members: object) -> bool:
    """Return the answer to ASK."""
    asked = request(PREFIXES + query, results_format="text/csv", **members)
    content = evaluate(store, asked, {}, allow_unknown_graphs=True).content
    assert content in (b"true", b"false")
    return content == b"true"
