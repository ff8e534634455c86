"""What all engines count: answers, problems, seconds and reloads; and the quotas of clients."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from urbact_graph.engine.admission import ensure_size
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.protocol import Counters, Request
from urbact_graph.engine.quota import Quotas, network
from urbact_graph.engine.scheduler import Scheduler, Slot
from urbact_graph.problems import QUERY_TIMEOUT, ProblemError
from urbact_graph.settings import Settings

# How many times as long as a client's the package's own queries may take.
_OWN_FACTOR = 6


class Counting:
    """Counts the queries of an engine, and charges their time to its clients; thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        quota = settings.client_quota_seconds
        self._quotas = Quotas(quota) if quota else None
        self._counters = Counters(problems=Counter())
        self._lock = threading.Lock()

    @property
    def counters(self) -> Counters:
        """The counters at this moment."""
        with self._lock:
            return replace(self._counters, problems=dict(self._counters.problems))

    def count_reload(self, *, is_done: bool) -> None:
        """Count a change of the dataset, or one that failed."""
        with self._lock:
            if is_done:
                self._counters.reloads += 1
            else:
                self._counters.failed_reloads += 1

    def allowed(self, request: Request, seconds: float | None) -> float:
        """Return how long ``request`` may run, if ``seconds`` are asked for it."""
        factor = _OWN_FACTOR if request.is_own else 1
        longest = self._settings.query_timeout_seconds * factor
        return min(seconds or longest, longest)

    @contextlib.contextmanager
    def query(
        self,
        request: Request,
        scheduler: Scheduler,
        seconds: float,
        client: str,
        cancellation: Cancellation,
    ) -> Iterator[Slot]:
        """Count a query that runs in the block, in a slot, and charge its time to ``client``.

        A TimeoutError that leaves the block becomes the problem of a query that took longer than
        ``seconds``.

        Raises:
            ProblemError: the query is too large, there is no slot for it, it was evicted, or the
                quota is used up; or as the block raises it.
        """
        address = network(client)
        quotas = self._quotas if address else None
        with self._counted():
            ensure_size(request.query, self._settings.max_query_bytes)
            if quotas:
                quotas.admit(address)
            with scheduler.slot(seconds, cancellation, address) as slot:
                try:
                    yield slot
                except TimeoutError:
                    raise self._out_of_time(seconds) from None
                except ProblemError:
                    if slot.is_evicted:
                        raise scheduler.evicted() from None
                    raise
                finally:
                    with self._lock:
                        self._counters.seconds += slot.seconds
                    if quotas:
                        quotas.charge(address, slot.seconds)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except ProblemError as error:
            with self._lock:
                self._counters.problems[error.problem.name] += 1
            raise
        with self._lock:
            self._counters.answers += 1

    def _out_of_time(self, seconds: float) -> ProblemError:
        setting = self._settings.query_timeout_seconds
        limit = "timeout" if seconds < setting else "query_timeout_seconds"
        return ProblemError(
            QUERY_TIMEOUT,
            f"The query was stopped after {seconds:g} s ({limit}); add LIMIT, narrow its "
            "patterns, or query a copy of the data on your own machine.",
            extensions={"limit": limit, "value": seconds},
        )
