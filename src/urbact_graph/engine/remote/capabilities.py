"""What an engine can do, found by asking it: the forms, functions and formats of SPARQL 1.1.

Each question has one right answer by the standard, and needs no data.
"""

import hashlib
from collections.abc import Iterator

from urbact_graph.engine.protocol import Capability
from urbact_graph.engine.remote.answers import media_type_of
from urbact_graph.engine.remote.exchange import TooMuchError
from urbact_graph.engine.remote.faults import ReplicaError
from urbact_graph.engine.remote.measuring import ask, rows
from urbact_graph.engine.remote.replica import Message, Replica, exchange_of
from urbact_graph.rdf.formats import Kind, formats

_GEO = "http://www.opengis.net/ont/geosparql#"
_GEOF = "http://www.opengis.net/def/function/geosparql/"
_UOM = "http://www.opengis.net/def/uom/OGC/1.0/"
_MAX_BYTES = 1_000_000
_MAX_NOTE = 160


def _point(longitude: float, latitude: float) -> str:
    return f'"POINT({longitude} {latitude})"^^<{_GEO}wktLiteral>'


# What is asked by the value of one expression, each with the value that it must have.
_EXPRESSIONS = {
    "IF and COALESCE": ("IF(COALESCE(?no, false), 1, 2)", "2"),
    "truth values": ('STRSTARTS("ab", "a")', "true"),
    "REGEX with flags": ('IF(REGEX("Ville", "^v", "i"), "yes", "no")', "yes"),
    "REPLACE with groups": ('REPLACE("a-b", "(.)-(.)", "$2-$1")', "b-a"),
    "texts beyond ASCII": ('CONCAT(UCASE("ł"), LCASE("Ü"), STR(STRLEN("žluť")))', "Łü4"),
    "ENCODE_FOR_URI": ('ENCODE_FOR_URI("Saint-Étienne")', "Saint-%C3%89tienne"),
    "language tags": ('IF(LANGMATCHES(LANG("Stadt"@de-AT), "de"), "yes", "no")', "yes"),
    "STRDT and STRLANG": (
        'CONCAT(STR(STRDT("3", <http://www.w3.org/2001/XMLSchema#integer>)), '
        'LANG(STRLANG("a", "fr")))',
        "3fr",
    ),
    "SHA256": ('SHA256("a")', hashlib.sha256(b"a").hexdigest()),
    "dates": ('YEAR("2026-11-28T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>)', "2026"),
    "casts": ('<http://www.w3.org/2001/XMLSchema#integer>("07") + 1', "8"),
    "IN with strings": ('IF("b" IN ("a", "b"), "yes", "no")', "yes"),
    "GeoSPARQL: sfWithin": (
        f"IF(<{_GEOF}sfWithin>({_point(1, 1)}, "
        f'"POLYGON((0 0, 0 2, 2 2, 2 0, 0 0))"^^<{_GEO}wktLiteral>), "yes", "no")',
        "yes",
    ),
}
# One degree along the equator, in metres, on a sphere or on the ellipsoid.
_DISTANCE = f"<{_GEOF}distance>({_point(0, 0)}, {_point(1, 0)}, <{_UOM}metre>)"
_LEAST_METRES, _MOST_METRES = 111_000, 111_400
# What is asked by a whole query that must have one row ``?x``, each with its value.
_QUERIES = {
    "VALUES": ("SELECT ?x WHERE { VALUES (?x ?y) { (1 UNDEF) } }", "1"),
    "BIND": ("SELECT ?x WHERE { BIND(1 + 1 AS ?x) }", "2"),
    "subqueries": ("SELECT ?x WHERE { { SELECT (3 AS ?x) WHERE { } } }", "3"),
    "MINUS": ("SELECT ?x WHERE { VALUES ?x { 1 2 } MINUS { VALUES ?x { 1 } } }", "2"),
    "EXISTS": (
        "SELECT ?x WHERE { VALUES ?x { 1 2 } FILTER NOT EXISTS { VALUES ?x { 1 } } }",
        "2",
    ),
    "OPTIONAL with BIND": (
        "SELECT ?x WHERE { VALUES ?y { 1 } OPTIONAL { BIND(4 AS ?x) } }",
        "4",
    ),
    "aggregates": (
        'SELECT (GROUP_CONCAT(DISTINCT ?y; SEPARATOR="|") AS ?x) WHERE { VALUES ?y { "a" "a" } }',
        "a",
    ),
    "GROUP BY with a name": (
        "SELECT ?x WHERE { VALUES ?y { 1 1 } } GROUP BY (?y + 1 AS ?x)",
        "2",
    ),
    "HAVING": (
        "SELECT ?x WHERE { VALUES (?x ?y) { (1 1) (1 2) (2 1) } } GROUP BY ?x "
        "HAVING (COUNT(*) > 1)",
        "1",
    ),
}


_CONSTRUCT = "CONSTRUCT { <urn:a> <urn:b> 1 } WHERE { }"
_SELECT = "SELECT (1 AS ?x) WHERE { }"
# Of a replica that has not answered yet.
NOT_ASKED: tuple[Capability, ...] = ()


def capabilities_of(replica: Replica, seconds: float) -> tuple[Capability, ...]:
    """Ask ``replica`` what it can do; each question may take so many ``seconds``."""
    return tuple(
        Capability(name, not note, note[:_MAX_NOTE]) for name, note in _notes(replica, seconds)
    )


def _notes(replica: Replica, seconds: float) -> Iterator[tuple[str, str]]:
    """Yield the name of each capability, and what is wrong with it, empty if nothing is."""
    kinds: tuple[tuple[Kind, str], ...] = (("results", _SELECT), ("graph", _CONSTRUCT))
    for kind, query in kinds:
        for form in formats(kind):
            yield (
                f"format {form.name}",
                _note_of_format(replica, query, form.media_type, kind, seconds),
            )
    yield "ASK", _note_of_ask(replica, seconds)
    for name, (query, value) in _QUERIES.items():
        yield name, _note_of_value(replica, query, value, seconds)
    for name, (expression, value) in _EXPRESSIONS.items():
        query = f"SELECT ({expression} AS ?x) WHERE {{ }}"
        yield name, _note_of_value(replica, query, value, seconds)
    yield "GeoSPARQL: distance", _note_of_distance(replica, seconds)


def _note_of_format(
    replica: Replica, query: str, media_type: str, kind: Kind, seconds: float
) -> str:
    message = Message((("query", query),), media_type)
    try:
        response = replica.ask(message, exchange_of(seconds), _MAX_BYTES)
        found = media_type_of(response, replica.dialect, kind)
    except (TimeoutError, TooMuchError, ReplicaError) as error:
        return str(error) or "takes too long"
    return "" if found == media_type else f"gives {found}"


def _note_of_ask(replica: Replica, seconds: float) -> str:
    try:
        is_right = ask(replica, "ASK { VALUES ?x { 1 } }", seconds)
        is_wrong = ask(replica, "ASK { FILTER(1 = 2) }", seconds)
    except (TimeoutError, ReplicaError) as error:
        return str(error) or "takes too long"
    return "" if is_right and not is_wrong else "gives the wrong truth value"


def _note_of_value(replica: Replica, query: str, value: str, seconds: float) -> str:
    found = _values(replica, query, seconds)
    if isinstance(found, str):
        return found
    if found == [value]:
        return ""
    return f"gives {', '.join(found) or 'nothing'}, where {value} is right"


def _note_of_distance(replica: Replica, seconds: float) -> str:
    found = _values(replica, f"SELECT ({_DISTANCE} AS ?x) WHERE {{ }}", seconds)
    if isinstance(found, str):
        return found
    try:
        is_right = len(found) == 1 and _LEAST_METRES <= float(found[0]) <= _MOST_METRES
    except ValueError:
        is_right = False
    return "" if is_right else f"gives {', '.join(found) or 'nothing'} for a degree in metres"


def _values(replica: Replica, query: str, seconds: float) -> list[str] | str:
    """Return the values of ?x, or what went wrong."""
    try:
        return [row.get("x", "no value") for row in rows(replica, query, seconds)]
    except (TimeoutError, ReplicaError) as error:
        return str(error) or "takes too long"
