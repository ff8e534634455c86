"""What a replica holds: the version and the size of its data, by a few queries."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from urbact_graph.engine.protocol import Counts
from urbact_graph.engine.reading import ASK_COLUMN
from urbact_graph.engine.remote.answers import media_type_of
from urbact_graph.engine.remote.exchange import TooMuchError
from urbact_graph.engine.remote.faults import FailedError, GoneError
from urbact_graph.engine.remote.replica import Message, Replica, exchange_of
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.rdf.namespaces import OWL, VOID

_MAX_BYTES = 2_000_000
# Of more named graphs none is known by its name.
MAX_GRAPHS = 1_000
_VERSION_DIGITS = 16

_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_IN_GRAPHS = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
_BY_PROPERTY = """\
SELECT ?p (COUNT(*) AS ?n) (SUM(STRLEN(STR(?o))) AS ?length)
WHERE { ?s ?p ?o }
GROUP BY ?p"""
_GRAPHS = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT {MAX_GRAPHS + 1}"
_IS_DIVIDED = """\
ASK {
  { SELECT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT 100 }
  FILTER NOT EXISTS { ?s ?p ?o }
}"""

Row = Mapping[str, str]


@dataclass(frozen=True)
class Label:
    """The version that the data name themselves by, and the size that they state; if they do."""

    version: str = ""
    triples: int | None = None


@dataclass(frozen=True)
class Measure:
    """What a replica holds; ``graphs`` are its named graphs, None if there are too many.

    With ``is_divided`` its default graph lacks what is stated in named graphs.
    """

    version: str
    counts: Counts
    graphs: frozenset[str] | None
    is_divided: bool


def label_of(replica: Replica, dataset: str, seconds: float) -> Label:
    """Ask ``replica`` for the version of the data, which the node ``dataset`` states.

    Raises:
        TimeoutError, ReplicaError: it does not answer.
    """
    query = (
        f"SELECT ?version ?triples WHERE {{ <{dataset}> <{OWL.versionInfo}> ?version "
        f"OPTIONAL {{ <{dataset}> <{VOID.triples}> ?triples }} }}"
    )
    found = rows(replica, query, seconds)
    if len(found) != 1:
        return Label()
    triples = found[0].get("triples", "")
    return Label(found[0].get("version", ""), int(triples) if triples.isdigit() else None)


def measured(replica: Replica, label: Label, seconds: float) -> Measure:
    """Return what ``replica`` holds; each query may take so many ``seconds``.

    The version is the one that the data name. Where they name none it is a digest of how many
    statements each property has, and of the lengths of their values; where there are not as many
    statements as they say, the number is a part of it.

    Raises:
        TimeoutError, ReplicaError: it does not answer.
    """
    graphs = _graphs(replica, seconds)
    is_divided = bool(graphs) and ask(replica, _IS_DIVIDED, seconds)
    named = MAX_GRAPHS + 1 if graphs is None else len(graphs)
    if label.version:
        quads = _number(replica, _COUNT, seconds)
        is_whole = label.triples in (None, quads)
        version = label.version if is_whole else f"{label.version}-{quads}"
    else:
        found = rows(replica, _BY_PROPERTY, seconds)
        quads = sum(int(float(row["n"])) for row in found)
        content = json.dumps(sorted(sorted(row.items()) for row in found))
        version = hashlib.sha256(content.encode()).hexdigest()[:_VERSION_DIGITS]
    if is_divided:
        inside = _number(replica, _IN_GRAPHS, seconds)
        quads += inside
        version = version if label.version else f"{version}-{inside}"
    return Measure(version, Counts(quads, named), graphs, is_divided)


def ask(replica: Replica, query: str, seconds: float) -> bool:
    """Return the answer of ``replica`` to an ASK.

    Raises:
        TimeoutError, ReplicaError: there is none.
    """
    found = _answer(replica, query, seconds)
    try:
        if found.get("head", {}).get("vars") == [ASK_COLUMN]:
            return bool(found["results"]["bindings"])
        return bool(found["boolean"])
    except (KeyError, TypeError, AttributeError):
        raise FailedError("it gives no truth value", may_pass=False) from None


def rows(replica: Replica, query: str, seconds: float) -> list[Row]:
    """Return the answer of ``replica`` to a SELECT: in each row, the texts of its terms.

    Raises:
        TimeoutError, ReplicaError: there is none.
    """
    found = _answer(replica, query, seconds)
    try:
        bindings = found["results"]["bindings"]
        return [{name: str(term["value"]) for name, term in row.items()} for row in bindings]
    except (KeyError, TypeError, AttributeError):
        raise FailedError("it gives no rows", may_pass=False) from None


def _answer(replica: Replica, query: str, seconds: float) -> dict[str, Any]:
    message = Message((("query", query),), RESULTS_JSON)
    try:
        response = replica.ask(message, exchange_of(seconds), _MAX_BYTES)
        media_type = media_type_of(response, replica.dialect, "results")
        if media_type != RESULTS_JSON:
            raise GoneError(f"it answers with {media_type} where JSON is asked for")
        found: dict[str, Any] = json.loads(response.content)
    except TooMuchError:
        raise FailedError("its answer is too large", may_pass=False) from None
    except (ValueError, RecursionError):
        raise GoneError("it gives an answer that is no JSON") from None
    if not isinstance(found, dict):
        raise GoneError("it gives an answer that has no results")
    return found


def _number(replica: Replica, query: str, seconds: float) -> int:
    found = rows(replica, query, seconds)
    try:
        return int(float(found[0]["n"]))
    except (IndexError, KeyError, ValueError):
        raise FailedError("it gives no number", may_pass=False) from None


def _graphs(replica: Replica, seconds: float) -> frozenset[str] | None:
    if replica.default_graphs:
        # What its address names is all that there is, and stands in no named graph.
        return frozenset()
    found = rows(replica, _GRAPHS, seconds)
    return None if len(found) > MAX_GRAPHS else frozenset(row["g"] for row in found)
