"""Snapshots: one version of the dataset and its release, from which a request is answered."""

import contextlib
import copy
import gc
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import has_request_context
from pyoxigraph import (
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from urbact_graph.engine.protocol import Answer, Dataset, Engine, Request
from urbact_graph.problems import OUT_OF_MEMORY, QUERY_TIMEOUT, RESULT_TOO_LARGE, ProblemError
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.rdf.terms import Term
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings
from urbact_graph.web.context import current_context

_N_TRIPLES = "application/n-triples"
_VARIABLE = re.compile(r"\?(\w+)")
_Derived = TypeVar("_Derived")
# Problems that the same query would meet again; it is tried again after so many seconds.
LASTING = (QUERY_TIMEOUT, OUT_OF_MEMORY, RESULT_TOO_LARGE)
_RETRY_SECONDS = 60.0
# HTTP dates have whole seconds.
_SECOND = timedelta(seconds=1)


class Snapshot:
    """One version of the dataset, its release, and the results that are derived from them.

    ``base`` is that of the graph's IRIs, ``version`` and ``counts`` are those of the dataset.
    ``release`` is None where a dataset is served that was not built here. ``served_since`` is when
    requests were first answered from it, ``generation`` numbers the snapshots of a process. A
    snapshot must not be used after it is closed.
    """

    def __init__(
        self,
        settings: Settings,
        dataset: Dataset,
        release: Release | None,
        served_since: datetime,
        generation: int = 1,
    ) -> None:
        self.settings = settings
        self.base = settings.base_iri
        self.version = dataset.version
        self.counts = dataset.counts
        self.release = release
        self.generation = generation
        self._dataset = dataset
        self._derived = _Memo()
        self._asks_for_all = False
        self.modified = datetime.fromtimestamp(int(dataset.modified), UTC)
        # Pages also change with the program, its settings and the release.
        self.page_modified = max(served_since, self.modified)

    def close(self) -> None:
        """Close the dataset."""
        self._dataset.close()

    def query(self, query: Request, seconds: float | None = None) -> Answer:
        """Evaluate ``query`` for the client of the current request.

        Raises:
            ProblemError: as the engine raises it.
        """
        if self._asks_for_all or not has_request_context():
            return self._dataset.query(query, seconds)
        context, start = current_context(), time.perf_counter()
        try:
            return self._dataset.query(
                query, seconds, client=context.client, cancellation=context.cancellation
            )
        finally:
            context.engine_seconds += time.perf_counter() - start

    def triples(self, query: str, **terms: Term) -> list[Triple]:
        """Return the result of the CONSTRUCT ``query``, with ``terms`` in place of its variables.

        Raises:
            ProblemError: as the engine raises it.
        """
        request = self._request(query, terms, results=None, graph=_N_TRIPLES)
        content = self.query(request).content
        return [quad.triple for quad in parse(content, format=RdfFormat.N_TRIPLES)]

    def rows(self, query: str, **terms: Term) -> list[tuple[Term | None, ...]]:
        """Return the result of the SELECT ``query``: a tuple a row, in the order of its variables.

        Raises:
            ProblemError: as the engine raises it.
        """
        request = self._request(query, terms, results=RESULTS_JSON, graph=None)
        results = parse_query_results(self.query(request).content, format=QueryResultsFormat.JSON)
        if not isinstance(results, QuerySolutions):
            raise TypeError("the query is no SELECT")
        return [tuple(row) for row in results]

    def derive(self, make: Callable[["Snapshot"], _Derived]) -> _Derived:
        """Return the result of ``make`` for this snapshot; it is called once for each snapshot.

        The queries of ``make`` count for no client, and continue if the client whose request came
        first disconnects. A problem that would occur again is kept for a minute, so that later
        requests do not wait for it.

        Raises:
            ProblemError: the engine could not answer a query of ``make``.
        """
        shared = copy.copy(self)
        shared._asks_for_all = True
        return self._derived.get(make, shared)

    def _request(
        self, query: str, terms: dict[str, Term], *, results: str | None, graph: str | None
    ) -> Request:
        limit, text = self.settings.max_result_bytes, _insert(query, terms)
        # What is stated in a named graph is stated too.
        is_divided = self.counts.named_graphs > 0
        is_own = self._asks_for_all
        return Request(text, results, graph, limit, all_graphs=is_divided, is_own=is_own)


class _Memo:
    """Results by the functions that made them; each function is called by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[object, threading.Lock] = {}
        self._results: dict[object, Any] = {}
        self._failures: dict[object, tuple[float, ProblemError]] = {}

    def get(self, make: Callable[[Snapshot], _Derived], snapshot: Snapshot) -> _Derived:
        if make not in self._results:
            with self._lock:
                lock = self._locks.setdefault(make, threading.Lock())
            with lock:
                if make not in self._results:
                    self._results[make] = self._call(make, snapshot)
        result: _Derived = self._results[make]
        return result

    def _call(self, make: Callable[[Snapshot], _Derived], snapshot: Snapshot) -> _Derived:
        failed = self._failures.get(make)
        if failed and time.monotonic() < failed[0]:
            raise ProblemError(failed[1].problem, failed[1].detail)
        try:
            return make(snapshot)
        except ProblemError as error:
            if error.problem in LASTING:
                self._failures[make] = time.monotonic() + _RETRY_SECONDS, error
            raise


class Served:
    """The current snapshot, from which requests are answered; a reload replaces it. Thread-safe.

    ``engine`` belongs to the caller, who closes it.
    """

    def __init__(self, settings: Settings, engine: Engine, release: Release | None) -> None:
        self._settings = settings
        self._engine = engine
        self._since = datetime.fromtimestamp(int(engine.started), UTC)
        self._lock = threading.Lock()
        self._users: dict[Snapshot, int] = {}
        self._current = self._snapshot(release, 1)

    @property
    def release(self) -> Release | None:
        """The release of the current snapshot."""
        return self._current.release

    @property
    def generation(self) -> int:
        """The number of the current snapshot."""
        return self._current.generation

    def replace(self, release: Release | None) -> None:
        """Answer from the engine's current dataset and ``release`` from now on."""
        with self._lock:
            old = self._current
            # Another release of the same dataset has other pages, which must have a later date.
            now = datetime.fromtimestamp(int(time.time()), UTC)
            self._since = max(now, old.page_modified + _SECOND)
            self._current = self._snapshot(release, old.generation + 1)
            is_unused = not self._users.get(old)
        if is_unused:
            old.close()

    def enter(self) -> Snapshot:
        """Return the current snapshot for a request; it stays open until ``leave``."""
        with self._lock:
            self._users[self._current] = self._users.get(self._current, 0) + 1
            return self._current

    def leave(self, snapshot: Snapshot) -> None:
        """End the use of ``snapshot`` by a request."""
        with self._lock:
            self._users[snapshot] -= 1
            is_last = not self._users[snapshot] and snapshot is not self._current
            if not self._users[snapshot]:
                del self._users[snapshot]
        if is_last:
            snapshot.close()

    def warm(self, *makers: Callable[[Snapshot], object]) -> threading.Thread:
        """Derive what ``makers`` make from the current snapshot, in a thread, which is returned.

        So the first visitor does not wait for it. A problem is left to the first request.
        """

        def derive() -> None:
            snapshot = self.enter()
            try:
                for make in makers:
                    with contextlib.suppress(ProblemError):
                        snapshot.derive(make)
            finally:
                self.leave(snapshot)
            # A collection of all that was made takes a tenth of a second, which a visitor may meet.
            gc.unfreeze()
            gc.collect()
            gc.freeze()

        thread = threading.Thread(target=derive, name="warming", daemon=True)
        thread.start()
        return thread

    def _snapshot(self, release: Release | None, generation: int) -> Snapshot:
        dataset = self._engine.open()
        return Snapshot(self._settings, dataset, release, self._since, generation)


def _insert(query: str, terms: dict[str, Term]) -> str:
    """Write ``terms`` into a query of this package, in place of its variables.

    The engine's own substitution reads every triple before it looks at the term: 60 ms instead of
    one for a network. A term is written in N-Triples, so that it cannot be anything but a term.
    """
    return _VARIABLE.sub(lambda found: str(terms.get(found[1], found[0])), query)
