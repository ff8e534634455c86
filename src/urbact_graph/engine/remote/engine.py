"""The remote engine: queries are answered by SPARQL services, within the limits of this server."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.counting import Counting
from urbact_graph.engine.pool import Pool
from urbact_graph.engine.protocol import Answer, Counts, ReplicaStatus, Request, Status
from urbact_graph.engine.remote.asking import Asking
from urbact_graph.engine.remote.measuring import Measure
from urbact_graph.engine.remote.monitor import Monitor
from urbact_graph.engine.remote.replica import Replica, State
from urbact_graph.engine.remote.replicas import Replicas
from urbact_graph.engine.scheduler import Scheduler
from urbact_graph.engine.source import Source
from urbact_graph.errors import EngineError
from urbact_graph.problems import ENGINE_UNAVAILABLE, ProblemError
from urbact_graph.settings import Settings

# What the workers load that read queries and answers: they need no data.
_NOTHING = Source(Path("nothing.nt"), "none", Path(os.devnull))
# A suspended worker that reads for a query may occupy so much.
_MAX_SUSPENDED_BYTES = 100_000_000


class RemoteDataset:
    """The data of a remote engine at one time; a ``Dataset``.

    Services keep no earlier versions: an open one answers from what its engine holds now.
    """

    def __init__(self, engine: "RemoteEngine") -> None:
        self.version = engine.version
        self.modified = engine.modified
        self.counts = engine.counts
        self._engine = engine
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
        return self._engine.query(request, seconds, client=client, cancellation=cancellation)

    def close(self) -> None:
        """Release nothing; calling it again has no effect."""
        self._is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class RemoteEngine:
    """An ``Engine`` on the services that ``settings.engine`` names; thread-safe.

    They are replicas of each other. ``changed`` is called when they hold other data than before,
    by a thread of the engine's own.

    Raises:
        EngineError: none of them answers as a SPARQL service does, or an address is none.
    """

    def __init__(self, settings: Settings, changed: Callable[[], None] = lambda: None) -> None:
        self.settings = settings
        self.started = self.modified = time.time()
        self.changed = changed
        self.scheduler = Scheduler(
            settings.max_running_queries,
            settings.max_waiting_queries,
            settings.query_timeout_seconds,
            max_suspended_bytes=_MAX_SUSPENDED_BYTES,
        )
        self._counting = Counting(settings)
        authorization = settings.engine_authorization
        secret = authorization.get_secret_value() if authorization else ""
        self.replicas = Replicas([Replica(url, secret) for url in settings.engine])
        dataset, seconds = f"{settings.base_iri}dataset", settings.query_timeout_seconds
        self._monitors = [
            Monitor(replica, dataset, seconds, self.replicas.settle)
            for replica in self.replicas.members
        ]
        self._look(thoroughly=True)
        self.replicas.settle()
        if not self.replicas.version:
            self.replicas.close()
            raise EngineError(self._complaint())
        self._lock = threading.Lock()
        self.replicas.changed = self._note_change
        self._pool = Pool(settings, _NOTHING)
        self._asking = Asking(settings, self.replicas, self._pool)
        self._update_graphs()
        for monitor in self._monitors:
            monitor.start()

    @property
    def version(self) -> str:
        """The version of the data that queries are answered from."""
        return self.replicas.version

    @property
    def counts(self) -> Counts:
        """How large they are."""
        measure = self._measure_of(self.version)
        return measure.counts if measure else Counts(0, 0)

    def query(
        self,
        request: Request,
        seconds: float | None = None,
        *,
        client: str = "",
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Have a replica evaluate ``request``: see ``Dataset.query``."""
        cancellation = cancellation or Cancellation()
        allowed = self._counting.allowed(request, seconds)
        with self._counting.query(request, self.scheduler, allowed, client, cancellation) as slot:
            version = self.version
            result = self._asking.answer(request, allowed, slot, cancellation)
            return Answer(result.media_type, result.content, version)

    def open(self) -> RemoteDataset:
        """Return what the replicas hold now."""
        return RemoteDataset(self)

    def check(self) -> None:
        """Verify that a replica answers; asks none, as all are watched.

        Raises:
            ProblemError: none does.
        """
        if not self.replicas.serving:
            raise ProblemError(
                ENGINE_UNAVAILABLE, f"The engine does not answer: {self.replicas.reason}."
            )

    def status(self) -> Status:
        """Return what the engine does at this moment."""
        replicas = tuple(
            ReplicaStatus(
                replica.dialect.name,
                replica.state.value,
                replica.reason,
                replica.version,
                replica.running,
                monitor.capabilities,
            )
            for replica, monitor in zip(self.replicas.members, self._monitors, strict=True)
        )
        counters = self._counting.counters
        running, waiting = self.scheduler.running, self.scheduler.waiting
        return Status(running, waiting, self._pool.workers, counters, replicas)

    def reload(self) -> bool:
        """Look at what all replicas hold; return whether that is another version than before.

        Raises:
            EngineError: none of them answers.
        """
        before = self.version
        self._look(thoroughly=True)
        self.replicas.settle()
        if all(replica.state is State.DOWN for replica in self.replicas.members):
            self._counting.count_reload(is_done=False)
            raise EngineError(self._complaint())
        return self.version != before

    def close(self) -> None:
        """End all that this has started; calling it again has no effect."""
        for monitor in self._monitors:
            monitor.stop()
        self._pool.close()
        self.replicas.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _look(self, *, thoroughly: bool) -> None:
        with ThreadPoolExecutor(len(self._monitors)) as threads:
            list(threads.map(lambda monitor: monitor.look(thoroughly=thoroughly), self._monitors))

    def _note_change(self, _: str) -> None:
        with self._lock:
            # Never in the second of what it replaces: dates in headers have no fractions.
            self.modified = max(time.time(), self.modified + 1, self.started + 1)
        self._counting.count_reload(is_done=True)
        self._update_graphs()
        self.changed()

    def _update_graphs(self) -> None:
        """Note which graphs the replicas have, which queries are checked against."""
        if measure := self._measure_of(self.version):
            own = {graph for one in self.replicas.members for graph in one.default_graphs}
            self._asking.graphs = None if measure.graphs is None else measure.graphs | own

    def _measure_of(self, version: str) -> Measure | None:
        found = (one.measure for one in self._monitors if one.measure)
        return next((measure for measure in found if measure.version == version), None)

    def _complaint(self) -> str:
        """Say why no replica can be used, and what to do."""
        replica = self.replicas.members[0]
        return (
            f"The engine at {replica.url} cannot be used: {replica.reason}. Start it, or name the "
            "address of its query endpoint with --engine."
        )
