"""The columns of what both kinds of graph list: stored queries, and what a search finds."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from urbact_graph.client.columns import Column, Kind
from urbact_graph.client.given import text_of
from urbact_graph.client.naming import Naming, in_full
from urbact_graph.client.tables import TABLES
from urbact_graph.errors import QueryError
from urbact_graph.release.layouts import LAYOUTS

# As many characters as /search takes.
LONGEST_TEXT = 200
# How much of a wrong name an error repeats.
_SHOWN = 60

_QUERIES: Mapping[str, Kind] = {
    "name": "string",
    "title": "string",
    "question": "string",
    "parameters": "list",
}
_MATCHES: Mapping[str, Kind] = {
    "kind": "string",
    "label": "string",
    "iri": "string",
    "note": "string",
    "matched": "string",
    "language": "string",
    "reason": "string",
    "score": "float",
}
_RECONCILED: Mapping[str, Kind] = {
    "name": "string",
    "match": "boolean",
    "iri": "string",
    "label": "string",
    "kind": "string",
    "note": "string",
    "matched": "string",
    "reason": "string",
    "score": "float",
}


def query_columns(rows: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Return the columns of stored queries, from the members that /queries lists of each."""
    return _columns(
        _QUERIES, [{**row, "parameters": [p["name"] for p in row["parameters"]]} for row in rows]
    )


def match_columns(rows: Sequence[Mapping[str, Any]], naming: Naming) -> list[Column]:
    """Return the columns of what was found, from the results that /search gives."""
    return _columns(_MATCHES, rows, naming)


def reconciled_columns(rows: Sequence[Mapping[str, Any]], naming: Naming) -> list[Column]:
    """Return the columns of names and what they mean, from the rows of ``reconciled``."""
    return _columns(_RECONCILED, rows, naming)


def check_table(name: str) -> None:
    """Raise a ``QueryError`` unless there is a table of that name."""
    if name not in LAYOUTS:
        others = ", ".join(one for one in LAYOUTS if one not in TABLES)
        raise QueryError(
            f"There is no table {name[:_SHOWN]!r}; choose one of {', '.join(TABLES)}, {others}."
        )


def check_text(text: str) -> str:
    """Return ``text`` as it is searched for, without space around it.

    Raises:
        QueryError: it is too long.
    """
    stripped = text_of(text, "What is searched for").strip()
    if len(stripped) > LONGEST_TEXT:
        raise QueryError(
            f"The search takes {LONGEST_TEXT} characters, and the text has {len(stripped)}; "
            "shorten it."
        )
    return stripped


def unknown_query(name: str, known: Iterable[str]) -> QueryError:
    """Make the error of a stored query that there is not."""
    close = difflib.get_close_matches(name, list(known), n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`queries()` lists them."
    return QueryError(f"There is no stored query {name[:_SHOWN]!r}; {hint}")


def _columns(
    kinds: Mapping[str, Kind], rows: Iterable[Mapping[str, Any]], naming: Naming = in_full
) -> list[Column]:
    known = [dict(row) for row in rows]
    for row in known:
        if row.get("iri"):
            row["iri"] = naming(row["iri"])
    # What is not known is an empty text in JSON.
    return [
        Column(name, kind, [None if row.get(name) == "" else row.get(name) for row in known])
        for name, kind in kinds.items()
    ]
