"""The local engine: evaluates queries on an RDF file, in worker processes of this machine."""

import contextlib
import threading
import time
from collections import Counter
from typing import Self

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.counting import Counting
from urbact_graph.engine.pool import Pool
from urbact_graph.engine.protocol import Answer, Counts, Request, Status
from urbact_graph.engine.scheduler import OverloadedError, Scheduler
from urbact_graph.engine.source import Source
from urbact_graph.errors import EngineError
from urbact_graph.problems import ENGINE_UNAVAILABLE, ProblemError
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.settings import Settings

__all__ = ["LocalDataset", "LocalEngine", "Source"]

_PROBE = Request("SELECT * { ?s ?p ?o } LIMIT 1", RESULTS_JSON, None, max_result_bytes=100_000)


class _OnPool:
    """What an engine and an open dataset have alike: the version that the workers in ``pool`` have.

    The properties are described by ``Dataset``.
    """

    pool: Pool

    @property
    def version(self) -> str:
        return self.pool.version

    @property
    def modified(self) -> float:
        return self.pool.modified

    @property
    def counts(self) -> Counts:
        return self.pool.counts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError


class LocalDataset(_OnPool):
    """One version of the dataset of a local engine; a ``Dataset``."""

    def __init__(self, engine: "LocalEngine", pool: Pool) -> None:
        self.pool = pool
        self._engine = engine
        self._lock = threading.Lock()
        self._is_closed = False

    def query(
        self,
        request: Request,
        seconds: float | None = None,
        *,
        client: str = "",
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Evaluate ``request``: see ``Dataset.query``."""
        if self._is_closed:
            raise ProblemError(ENGINE_UNAVAILABLE, "The dataset has been closed; open it again.")
        return self._engine.evaluate(
            self.pool, request, seconds, client, cancellation or Cancellation()
        )

    def close(self) -> None:
        """Release this version; calling it again has no effect."""
        with self._lock:
            was_closed, self._is_closed = self._is_closed, True
        if not was_closed:
            self._engine.release(self.pool)


class LocalEngine(_OnPool):
    """An ``Engine`` that runs as many queries at once as the settings allow; thread-safe.

    Raises:
        DatasetError: the source's file is not an RDF file by its name.
        EngineError: it cannot be loaded.
    """

    def __init__(self, settings: Settings, source: Source) -> None:
        self.settings = settings
        self.started = time.time()
        self.scheduler = Scheduler(
            settings.max_running_queries,
            settings.max_waiting_queries,
            settings.query_timeout_seconds,
            # So that one query more than may run can occupy all the memory that it is allowed.
            max_suspended_bytes=settings.max_query_memory_bytes,
        )
        self._counting = Counting(settings)
        self._lock = threading.Lock()
        self._reload_lock = threading.Lock()
        self.pool = Pool(settings, source)
        # How often each pool is open, and once more for the current one.
        self._uses = Counter([self.pool])

    def query(
        self,
        request: Request,
        seconds: float | None = None,
        *,
        client: str = "",
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Evaluate ``request`` on the version that is current now: see ``Dataset.query``."""
        with self.open() as dataset:
            return dataset.query(request, seconds, client=client, cancellation=cancellation)

    def open(self) -> LocalDataset:
        """Return the current version; it stays available until closed, also after a reload."""
        with self._lock:
            self._uses[self.pool] += 1
            return LocalDataset(self, self.pool)

    def check(self) -> None:
        """Verify that a worker answers, unless all slots for queries are in use.

        Raises:
            ProblemError: none does, and none can be started.
        """
        if self.scheduler.is_free:
            with contextlib.suppress(OverloadedError, TimeoutError), self.open() as dataset:
                self._probe(self.scheduler, dataset.pool)

    def status(self) -> Status:
        """Return what the engine does at this moment."""
        with self._lock:
            workers = sum(pool.workers for pool in self._uses)
        counters = self._counting.counters
        return Status(self.scheduler.running, self.scheduler.waiting, workers, counters)

    def reload(self, source: Source) -> bool:
        """Make ``source`` the current version; return False if its version is current already.

        Open datasets, and with them the queries that run, keep their version.

        Raises:
            DatasetError: the source's file is not an RDF file by its name.
            EngineError: it cannot be loaded, is empty, or does not answer. The current version
                stays.
        """
        with self._reload_lock:
            try:
                source = source.with_version()
                if source.version == self.version:
                    return False
                pool = Pool(self.settings, source)
                self._verify(pool)
            except Exception:
                self._counting.count_reload(is_done=False)
                raise
            # Never in the second of what it replaces, nor of the start: dates on pages and in
            # headers have no fractions of seconds.
            pool.modified = max(pool.modified, self.modified + 1, self.started + 1)
            self._counting.count_reload(is_done=True)
            with self._lock:
                self._uses[pool] += 1
                replaced, self.pool = self.pool, pool
            self.release(replaced)
            return True

    def close(self) -> None:
        """End all processes, also those of open datasets; calling it again has no effect."""
        with self._lock:
            pools, self._uses = list(self._uses), Counter()
        for pool in pools:
            pool.close()

    def release(self, pool: Pool) -> None:
        """Close ``pool`` if it is neither current nor open any more: for open datasets."""
        with self._lock:
            self._uses[pool] -= 1
            if is_unused := self._uses[pool] <= 0:
                del self._uses[pool]
        if is_unused:
            pool.close()

    def evaluate(
        self,
        pool: Pool,
        request: Request,
        seconds: float | None,
        client: str,
        cancellation: Cancellation,
    ) -> Answer:
        """Evaluate ``request`` on ``pool``, and count it: for open datasets.

        Raises:
            ProblemError: as ``Dataset.query``.
        """
        allowed = self._counting.allowed(request, seconds)
        with self._counting.query(request, self.scheduler, allowed, client, cancellation) as slot:
            return pool.evaluate(request, allowed, cancellation, slot)

    def _verify(self, pool: Pool) -> None:
        """Close ``pool`` and raise EngineError if it is empty or does not answer."""
        reason = "" if pool.counts.quads else "it has no statement"
        if not reason:
            try:
                self._probe(Scheduler(1, 0, 1), pool)
            except (ProblemError, TimeoutError) as error:
                reason = f"it does not answer ({str(error) or 'it took too long'})"
        if reason:
            pool.close()
            raise EngineError(f"{pool.source.file} cannot be served: {reason}.")

    def _probe(self, scheduler: Scheduler, pool: Pool) -> None:
        seconds, cancellation = self.settings.query_timeout_seconds, Cancellation()
        with scheduler.slot(seconds, cancellation) as slot:
            pool.evaluate(_PROBE, seconds, cancellation, slot)
