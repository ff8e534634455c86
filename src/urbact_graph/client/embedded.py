"""The graph in the memory of this process: no server, no port, no other process."""

import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from urbact_graph.client.binding import bound, term_of
from urbact_graph.client.columns import Column
from urbact_graph.client.graph import Graph
from urbact_graph.client.naming import Naming
from urbact_graph.client.shapes import check_table, match_columns, query_columns, unknown_query
from urbact_graph.client.tables import read_table
from urbact_graph.dataset.building import build
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.protocol import Answer, Counts, Request
from urbact_graph.errors import QueryError
from urbact_graph.names import Names
from urbact_graph.progress import progress_bar
from urbact_graph.stored.loading import load_queries
from urbact_graph.stored.query import StoredQuery
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.rdf.terms import Term
from urbact_graph.release.tables import make_table
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, build_folder, find_sources

if TYPE_CHECKING:
    import rdflib

    from urbact_graph.web.snapshot import Snapshot

_N_TRIPLES = "application/n-triples"


class EmbeddedGraph(Graph):
    """The graph in memory, built from its sources unless it stands there already.

    ``version`` is the one that the graph names itself by.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.base_iri)
        self._settings = settings
        self._sources: GraphSources = find_sources(settings)
        with progress_bar("Building") as progress:
            built = build(self._sources, build_folder(settings, self._sources), progress)
        self.version = built.version
        self._dataset = _Dataset(built.version, settings.base_iri)
        self._dataset.store.bulk_load(path=str(built.dataset), format=RdfFormat.N_TRIPLES)

    def describe(self, iri: str) -> "rdflib.Graph":
        from urbact_graph.web.documents.entity_description import description  # noqa: PLC0415

        node = self._node(iri)
        triples = description(self._snapshot, node)
        if not triples:
            raise QueryError(
                f"The graph has no statement of {node.value}; `search` finds a thing by its name."
            )
        return self._rdflib_graph("".join(f"{triple} .\n" for triple in triples).encode())

    def close(self) -> None:
        self._dataset.close()

    def _answer(self, query: str, terms: Mapping[str, Any]) -> tuple[str, bytes]:
        text = bound(query, {name: term_of(value) for name, value in terms.items()})
        answer = self._dataset.query(_request(text))
        return answer.media_type, answer.content

    def _run(self, name: str, params: Mapping[str, str]) -> tuple[str, bytes, frozenset[str]]:
        stored = self._stored(name)
        terms = stored.bind(params, self._base, self._names)
        answer = self._dataset.query(_request(stored.text, terms))
        hidden = frozenset(parameter.name for parameter in stored.parameters)
        return answer.media_type, answer.content, hidden

    def _table(self, name: str, naming: Naming) -> list[Column]:
        check_table(name)
        table = make_table(self._dataset.store, self._base, name)
        return read_table(name, table.content, table.separators, naming)

    def _queries(self) -> list[Column]:
        return query_columns(
            {
                "name": one.name,
                "title": one.title,
                "question": one.question,
                "parameters": [{"name": parameter.name} for parameter in one.parameters],
            }
            for one in self._known.values()
        )

    def _search(self, text: str, kind: str, limit: int) -> list[Column]:
        from urbact_graph.web.search.entries import KINDS  # noqa: PLC0415
        from urbact_graph.web.search.index import SearchIndex  # noqa: PLC0415

        if kind and kind not in KINDS:
            raise QueryError(f"There is no kind {kind!r}; choose one of {', '.join(KINDS)}.")
        found = self._snapshot.derive(SearchIndex.of).search(text)
        chosen = [match for match in found if not kind or match.entry.kind == kind]
        return match_columns([match.as_json(self._base) for match in chosen[:limit]])

    def _stored(self, name: str) -> StoredQuery:
        if name in self._known:
            return self._known[name]
        raise unknown_query(name, self._known)

    def _node(self, iri: str) -> NamedNode:
        """Return the IRI in full of an entity that is named by it, or by its path."""
        text = iri.strip("<>")
        try:
            return NamedNode(text if "://" in text else self._base + text)
        except ValueError:
            raise QueryError(f"{iri!r} is no valid IRI; write it in full.") from None

    @cached_property
    def _known(self) -> dict[str, StoredQuery]:
        return load_queries(self._sources.queries, self._base)

    @cached_property
    def _names(self) -> Names:
        return Names(self._select, self._base)

    @cached_property
    def _snapshot(self) -> "Snapshot":
        from urbact_graph.web.snapshot import Snapshot  # noqa: PLC0415

        return Snapshot(self._settings, self._dataset, None, datetime.now(UTC))

    def _select(self, query: str) -> Iterator[Mapping[str, Term]]:
        results = cast("QuerySolutions", self._dataset.store.query(query))
        names = [variable.value for variable in results.variables]
        for row in results:
            yield {name: term for name in names if (term := row[name]) is not None}


def _request(text: str, terms: Mapping[str, Term] | None = None) -> Request:
    written = {name: str(term) for name, term in (terms or {}).items()}
    return Request(text, RESULTS_JSON, _N_TRIPLES, sys.maxsize, substitutions=written)


class _Dataset:
    """One version of the dataset, whose queries this process evaluates itself (protocol.Dataset).

    That suits the queries of its own user: there is no limit of time, and a query that makes the
    engine fail ends the process.
    """

    def __init__(self, version: str, base: str) -> None:
        self.store = Store()
        self.version = version
        self.modified = time.time()
        self._prefixes = namespaces(base)

    @property
    def counts(self) -> Counts:
        """How large it is; it has no named graphs."""
        return Counts(len(self.store), 0)

    def query(self, request: Request, seconds: float | None = None, **_: object) -> Answer:
        """Evaluate ``request``, for as long as it takes.

        Raises:
            ProblemError: the query has a mistake, or the engine cannot evaluate it.
        """
        del seconds
        result = evaluate(self.store, request, self._prefixes)
        return Answer(result.media_type, result.content, self.version)

    def close(self) -> None:
        self.store = Store()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
