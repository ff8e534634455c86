"""A part of an answer: as many rows or triples as an assistant can read."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import rdflib

from urbact_graph.errors import QueryError

USUAL_ROWS, MOST_ROWS = 50, 1_000


def check_limit(limit: int, offset: int | None = None) -> None:
    """Raise a ``QueryError`` unless so many rows can be given, from ``offset`` on."""
    if not 1 <= limit <= MOST_ROWS:
        hint = "" if offset is None else "; go on with offset where there are more"
        raise QueryError(
            f"The limit is a number of rows from 1 to {MOST_ROWS:,}, which {limit} is not{hint}."
        )
    if offset is not None and offset < 0:
        raise QueryError(f"The offset is a number of rows to leave out, which {offset} is not.")


class Part(NamedTuple):
    """A part of an answer, as JSON has it, and the values in it."""

    answer: dict[str, Any]
    values: Sequence[Any]


def part_of(found: Any, limit: int, offset: int) -> Part:
    """Return the part of an answer that begins at ``offset``, with the size of the whole.

    A table gives its ``rows``, a graph its triples as ``turtle``, ASK its ``answer``.
    """
    if isinstance(found, bool):
        return Part({"answer": found}, ())
    if isinstance(found, rdflib.Graph):
        triples = sorted(found, key=lambda triple: tuple(map(str, triple)))
        part = rdflib.Graph(namespace_manager=found.namespace_manager)
        for triple in triples[offset : offset + limit]:
            part.add(triple)
        answer = {"turtle": part.serialize(format="turtle"), **_place(len(found), limit, offset)}
        values = [str(term) for triple in triples[offset : offset + limit] for term in triple]
        return Part(answer, values)
    rows: Sequence[Mapping[str, Any]] = found
    given = [_written(row) for row in rows[offset : offset + limit]]
    answer = {"rows": given, **_place(len(rows), limit, offset)}
    return Part(answer, [value for row in given for value in row.values()])


def _place(total: int, limit: int, offset: int) -> dict[str, Any]:
    place: dict[str, Any] = {"total": total}
    if offset or total > limit:
        end = min(offset + limit, total)
        place["note"] = f"These are {offset + 1:,} to {end:,} of {total:,}" + (
            f"; go on with offset {end}." if end < total else "."
        )
        if offset >= total:
            place["note"] = f"There are {total:,}, so that none is left from offset {offset:,} on."
    return place


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``row`` as JSON has it: without what is missing, and with a word for infinity."""
    return {
        name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
        if value is not None
    }
