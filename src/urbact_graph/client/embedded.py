"""The graph in the memory of this process: no server, no port, no other process."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from urbact_graph.client.columns import Column
from urbact_graph.client.given import query_name
from urbact_graph.client.graph import Graph
from urbact_graph.client.naming import Naming
from urbact_graph.client.shapes import check_table, query_columns, unknown_query
from urbact_graph.client.tables import columns_of_file
from urbact_graph.dataset.building import build
from urbact_graph.engine.embedded import EmbeddedDataset
from urbact_graph.engine.protocol import Request
from urbact_graph.engine.source import Source
from urbact_graph.errors import QueryError
from urbact_graph.names import Names
from urbact_graph.problems import ProblemError
from urbact_graph.progress import progress_bar
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.rdf.solutions import solutions
from urbact_graph.rdf.terms import Term
from urbact_graph.release.kept_tables import kept_table
from urbact_graph.release.tables import make_table
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources
from urbact_graph.stored.loading import load_queries
from urbact_graph.stored.query import StoredQuery

if TYPE_CHECKING:
    from urbact_graph.engine.protocol import Dataset
    from urbact_graph.web.snapshot import Snapshot

_N_TRIPLES = "application/n-triples"


class EmbeddedGraph(Graph):
    """The graph in memory, built from its sources unless it stands there already.

    It is loaded when it is first queried.
    """

    # Nothing limits an answer in the memory of its reader.
    _largest_answer = 2**63

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.base_iri)
        self._settings = settings
        self._sources = find_sources(settings)
        self._folder = build_folder(settings, self._sources)
        with progress_bar("Building") as progress:
            self._built = build(self._sources, self._folder, progress)

    @property
    def version(self) -> str:  # noqa: D102 - as there
        return self._built.version

    def close(self) -> None:  # noqa: D102 - as there
        if "_embedded" in vars(self):
            self._embedded.close()

    def _answer(self, query: str) -> tuple[str, bytes]:
        answer = self._dataset.query(self._request(query))
        return answer.media_type, answer.content

    def _run(self, name: str, params: Mapping[str, str]) -> tuple[str, bytes, frozenset[str]]:
        stored = self._stored(name)
        terms = stored.bind(params, self._base, self._names)
        answer = self._dataset.query(self._request(stored.text, terms))
        hidden = frozenset(parameter.name for parameter in stored.parameters)
        return answer.media_type, answer.content, hidden

    def _table(self, name: str, naming: Naming) -> list[Column]:
        check_table(name)
        table = kept_table(
            self._folder,
            self._built.sha256,
            self._base,
            name,
            lambda: make_table(self._embedded.store, self._base, name),
        )
        return columns_of_file(name, table.content, table.separators, naming)

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

    def stored_query(self, name: str, /) -> Mapping[str, Any]:  # noqa: D102 - as there
        from urbact_graph.web.stored.described import described  # noqa: PLC0415

        return described(self._stored(query_name(name)))

    def _matches(self, text: str, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        # The atlas of the pages, which is searched, takes longer to import than a query needs.
        from urbact_graph.web.search.entries import KINDS  # noqa: PLC0415
        from urbact_graph.web.search.index import SearchIndex  # noqa: PLC0415

        if kind and kind not in KINDS:
            raise QueryError(f"The kind '{kind}' is unknown; the kinds are {', '.join(KINDS)}.")
        found = self._snapshot.derive(SearchIndex.of).search(text, kind)
        return [match.as_json(self._base) for match in found[:limit]]

    @property
    def _largest_batch(self) -> int:
        return self._settings.max_reconciliation_batch

    def _candidates(self, batch: str) -> Mapping[str, Any]:
        from urbact_graph.web.reconciling.answering import answered  # noqa: PLC0415

        try:
            return answered(batch, self._snapshot, self._largest_batch)
        except ProblemError as error:
            raise QueryError(error.detail) from error

    def _document(self, iri: str) -> bytes | None:
        from urbact_graph.web.documents.entity_description import description  # noqa: PLC0415
        from urbact_graph.web.documents.index import Index  # noqa: PLC0415
        from urbact_graph.web.spellings import slugs  # noqa: PLC0415

        index = self._snapshot.derive(Index.of)
        path = unquote(iri.removeprefix(self._base))
        entity = next(filter(None, map(index.get, (path, *slugs(path)))), None)
        if entity is None:
            return None
        triples = description(self._snapshot, entity.iri)
        return "".join(f"{triple} .\n" for triple in triples).encode()

    def _stored(self, name: str) -> StoredQuery:
        if name in self._known:
            return self._known[name]
        raise unknown_query(name, self._known)

    @property
    def _dataset(self) -> "Dataset":
        """What answers queries."""
        return self._embedded

    @cached_property
    def _embedded(self) -> EmbeddedDataset:
        # Tables that are kept do not need it.
        source = Source(self._built.dataset, self._built.version)
        return EmbeddedDataset(self._settings, source)

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
        return solutions(self._dataset.query(self._request(query)).content)

    def _request(self, text: str, terms: Mapping[str, Term] | None = None) -> Request:
        written = {name: str(term) for name, term in (terms or {}).items()}
        return Request(text, RESULTS_JSON, _N_TRIPLES, self._largest_answer, substitutions=written)
