"""Ask real engines every stored query, and say which answers differ from the local engine's.

    python -m tests.engine.remote.differences [NAME…]

starts each engine that is installed, loads the graph into it, and prints a table in Markdown.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from tests.queries.answers.engines import Comparable, on_pyoxigraph, plain
from tests.queries.cases import BASE, OTHERS, QUERIES, ROOT
from tests.support.engine_servers import SERVERS
from urbact_graph.dataset.building import build
from urbact_graph.engine.protocol import Dataset, Request
from urbact_graph.engine.remote.engine import RemoteEngine
from urbact_graph.problems import ProblemError
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urbact_graph.stored.query import StoredQuery

N_TRIPLES = "application/n-triples"
_LARGEST = 100_000_000
CASES = [(name, given) for name in QUERIES for given in ({}, *OTHERS.get(name, []))]


@dataclass(frozen=True)
class Difference:
    """A stored query whose answer differs, with the values of its parameters, and how."""

    name: str
    given: tuple[tuple[str, str], ...]
    reason: str


def differences(
    engine: Dataset, store: Store, cases: list[tuple[str, dict[str, str]]] = CASES
) -> Iterator[Difference]:
    """Yield what ``engine`` answers otherwise than pyoxigraph on ``store``."""
    for name, given in cases:
        reason = difference(engine, store, QUERIES[name], given)
        if reason:
            yield Difference(name, tuple(given.items()), reason)


def difference(engine: Dataset, store: Store, query: StoredQuery, given: dict[str, str]) -> str:
    """Return how the answer differs; empty if it does not."""
    terms = query.bind(given, BASE)
    right = on_pyoxigraph(query, store, terms)
    written = {name: str(term) for name, term in terms.items()}
    asked = Request(query.text, RESULTS_JSON, N_TRIPLES, _LARGEST, substitutions=written)
    try:
        found = comparable(query, engine.query(asked).content)
    except ProblemError as error:
        return error.detail
    # By what is written, as Python takes 1 for True.
    if repr(found) == repr(right):
        return ""
    if isinstance(found, bool) or isinstance(right, bool):
        return f"{found}, where {right} is right"
    here, there = Counter(map(repr, right)), Counter(map(repr, found))
    missing, added = list((here - there).elements()), list((there - here).elements())
    if not missing and not added and len(found) == len(right):
        return "the order of the rows differs"
    return (
        f"{len(found)} rows, where there are {len(right)}: {len(missing)} are missing, "
        f"{len(added)} are others; for example {(missing or added)[0]}"
        f"{f', instead of which {added[0]}' if missing and added else ''}"
    )


def comparable(query: StoredQuery, content: bytes) -> Comparable:
    """Return an answer, in JSON or N-Triples, in the form that compares."""
    if query.form in ("CONSTRUCT", "DESCRIBE"):
        triples = {quad.triple for quad in parse(content, format=RdfFormat.N_TRIPLES)}
        rows = {tuple(plain(part) for part in triple) for triple in triples}
        return sorted(rows, key=repr)
    found = parse_query_results(content, format=QueryResultsFormat.JSON)
    if isinstance(found, QueryBoolean):
        return bool(found)
    assert isinstance(found, QuerySolutions)
    return [tuple(plain(row[column.name]) for column in query.columns) for row in found]


def table(found: dict[str, list[Difference]]) -> str:
    """Return the table of docs/engines.md: a row for each query that differs on an engine."""
    lines = ["| stored query | engine | what differs |", "| --- | --- | --- |"]
    for engine, rows in found.items():
        first = {one.name: one.reason for one in reversed(rows)}
        cases = Counter(one.name for one in rows)
        lines += [
            f"| `{name}` | {engine} | {cases[name]} of {_cases(name)} cases: {reason} |"
            for name, reason in sorted(first.items())
        ]
    return "\n".join(lines)


def _cases(name: str) -> int:
    return sum(one == name for one, _ in CASES)


def measured(name: str, store: Store) -> list[Difference]:
    """Start the engine ``name``, load ``store`` into it, and ask it all stored queries."""
    with SERVERS[name](store) as server:
        settings = Settings.load(engine=(server.url,), query_timeout_seconds=60)
        with RemoteEngine(settings) as engine:
            return list(differences(engine, store))


def main(names: list[str]) -> None:
    """Print the table, and what could not be started."""
    with tempfile.TemporaryDirectory() as folder:
        built = build(GraphSources(ROOT), Path(folder))
        store = Store()
        store.load(path=str(built.dataset), format=RdfFormat.N_TRIPLES)
    found = {}
    for name in names or SERVERS:
        if missing := SERVERS[name].missing():
            sys.stderr.write(f"{missing}\n")
        else:
            found[name] = measured(name, store)
    sys.stdout.write(f"{len(QUERIES)} stored queries in {len(CASES)} cases.\n\n{table(found)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
