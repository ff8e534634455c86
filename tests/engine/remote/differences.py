"""Ask real engines every stored query, and say which answers differ from the local engine's.

    python -m tests.engine.remote.differences [NAME…]

starts each engine that is installed, loads the graph into it, and prints a table in Markdown.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import product
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
# By SPARQL 1.1, section 11.2, GROUP BY makes no group of nothing.
EMPTY_ROW = "one row without values where nothing fits"
_NEAR = ("cities-near-city", "cities-near-point")
# Why, as far as it was found out.
REASONS = {
    **dict.fromkeys(product(_NEAR, ("rdflib",)), "it has no functions of GeoSPARQL"),
    **dict.fromkeys(product(_NEAR, ("virtuoso",)), "its open edition has none of GeoSPARQL"),
    ("share-by-country", "rdflib"): "its group of nothing is joined with all countries",
    ("city-by-name", "virtuoso"): "its REPLACE takes a set of letters beyond ASCII for bytes",
}
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
    if not right and isinstance(found, list) and len(found) == 1 and not any(found[0]):
        return EMPTY_ROW
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
    lines = [
        "| stored query | engine | cases | what it answers | why |",
        "| --- | --- | --- | --- | --- |",
    ]
    for engine, differing in found.items():
        rows = [one for one in differing if one.reason != EMPTY_ROW]
        if empty := len(differing) - len(rows):
            lines.append(
                f"| each with GROUP BY | {engine} | {empty} | {EMPTY_ROW} "
                "| it makes a group of nothing |"
            )
        first = {one.name: one.reason for one in reversed(rows)}
        cases = Counter(one.name for one in rows)
        lines += [
            f"| `{name}` | {engine} | {cases[name]} of {_cases(name)} "
            f"| {reason.partition(';')[0]} | {REASONS.get((name, engine), 'not known')} |"
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


def demo_store(folder: Path) -> Store:
    """Build the demo of the tests in ``folder``."""
    root = folder / "demo"
    shutil.copytree(ROOT / "tests" / "demo" / "data", root / "data")
    for name in ("ontology", "queries", "shapes"):
        shutil.copytree(ROOT / name, root / name)
    store = Store()
    built = build(GraphSources(root), root / "build")
    store.load(path=str(built.dataset), format=RdfFormat.N_TRIPLES)
    return store


def main(names: list[str]) -> None:
    """Print the table, and what could not be started."""
    with tempfile.TemporaryDirectory() as folder:
        built = build(GraphSources(ROOT), Path(folder))
        store = Store()
        store.load(path=str(built.dataset), format=RdfFormat.N_TRIPLES)
        demo = demo_store(Path(folder))
    found = {}
    for name in names or SERVERS:
        if missing := SERVERS[name].missing():
            sys.stderr.write(f"{missing}\n")
        else:
            # rdflib takes minutes on the whole graph for what the others answer at once.
            found[name] = measured(name, demo if name == "rdflib" else store)
    sys.stdout.write(f"{len(QUERIES)} stored queries in {len(CASES)} cases.\n\n{table(found)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
