"""Real engines of others answer the stored queries, and what differs is documented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.engine.remote.differences import CASES, EMPTY_ROW, difference
from tests.queries.cases import BASE, QUERIES, ROOT
from tests.queries.test_answers import is_in_demo
from tests.support.engine_servers import SERVERS
from tests.support.engines import request
from urbact_graph.engine.remote.engine import RemoteEngine
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from pyoxigraph import Store

pytestmark = [pytest.mark.slow, pytest.mark.process]

DOCUMENT = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
# The cases whose parameters name what the demo has; the others would find nothing.
DEMO_CASES = [(name, given) for name, given in CASES if is_in_demo(name, given)]


def documented(engine: str) -> set[str]:
    """Return the stored queries of which the table says that they differ on ``engine``."""
    return set(re.findall(rf"^\| `([\w-]+)` \| {engine} \|", DOCUMENT, re.MULTILINE))


@pytest.mark.parametrize("name", SERVERS)
def test_stored_queries_give_the_rows_of_the_local_engine(name: str, demo_store: Store) -> None:
    if missing := SERVERS[name].missing():
        pytest.skip(missing)
    known = documented(name)
    # rdflib takes as long for a query as the others take for all.
    cases = DEMO_CASES[::8] if name == "rdflib" else DEMO_CASES
    with (
        SERVERS[name](demo_store) as server,
        RemoteEngine(Settings.load(engine=(server.url,), query_timeout_seconds=60)) as engine,
    ):
        assert engine.counts.quads == len(demo_store)
        found = {
            (query, *given.items()): reason
            for query, given in cases
            if (reason := difference(engine, demo_store, QUERIES[query], given))
            and reason != EMPTY_ROW
        }
        assert {query for query, *_ in found} <= known, found
        if name != "rdflib":
            _stop_one_without_end(engine)


def _stop_one_without_end(engine: RemoteEngine) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(ProblemError) as caught:
        engine.query(request(endless), 2)
    assert caught.value.problem.name == "query-timeout"
    assert b"true" in engine.query(request(f"ASK {{ <{BASE}theme> ?p ?o }}")).content
