"""Answers with coordinates as GeoJSON (RFC 7946): a feature for each row."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pyoxigraph import Literal

from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.terms import Term
from urbact_graph.stored.view import COORDINATES, GEOMETRY

_POINT = re.compile(r"(?:<[^>]*>\s*)?POINT\s*\(\s*(\S+)\s+(\S+)\s*\)", re.IGNORECASE)


def feature_collection(
    rows: Sequence[Mapping[str, Term]], columns: Sequence[str], total: int
) -> bytes:
    """Return a collection with a feature for each of ``rows``, which has those of ``columns``.

    A row without coordinates is a feature without a place (section 3.2). ``total`` is how many rows
    the whole answer has.
    """
    return json.dumps(
        {
            "type": "FeatureCollection",
            "numberMatched": total,
            "numberReturned": len(rows),
            "features": [_feature(row, columns) for row in rows],
        },
        ensure_ascii=False,
    ).encode()


def _feature(row: Mapping[str, Term], columns: Sequence[str]) -> dict[str, Any]:
    # A parameter may be named as coordinates are.
    place = _place({name: row[name] for name in columns if name in row})
    geometry = None if place is None else {"type": "Point", "coordinates": place}
    properties = {name: value_of(row.get(name)) for name in columns}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _place(row: Mapping[str, Term]) -> list[float] | None:
    """Return longitude and latitude, in the order of the format (section 3.1.1)."""
    latitude, longitude = (row.get(name) for name in COORDINATES)
    if latitude is not None and longitude is not None:
        return [float(longitude.value), float(latitude.value)]
    found = _POINT.fullmatch(row[GEOMETRY].value.strip()) if GEOMETRY in row else None
    return [float(found[1]), float(found[2])] if found else None


def value_of(term: Term | None) -> str | int | float | bool | None:
    """Return a term as JSON has it: numbers and truth values as such, all else as text."""
    if not isinstance(term, Literal):
        return term.value if term else None
    if term.datatype.value == XSD.integer:
        return int(term.value)
    if term.datatype.value == XSD.decimal:
        return float(term.value)
    if term.datatype.value == XSD.boolean:
        return term.value == "true"
    return term.value
