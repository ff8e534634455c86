"""The engine, as everybody else sees it: queries in, answers or problems out."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from urbact_graph.engine.admission import ensure_size
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.messages import Answer, Limits, Request
from urbact_graph.engine.pool import Pool, Source
from urbact_graph.engine.quota import Quotas, network
from urbact_graph.engine.scheduler import OverloadedError, Scheduler
from urbact_graph.errors import EngineError
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.problems import CLIENT_CLOSED_REQUEST, QUERY_TIMEOUT, ProblemError
from urbact_graph.settings import Settings

_PROBE = Request("SELECT * { ?s ?p ?o } LIMIT 1", RESULTS_JSON, None, max_result_bytes=100_000)


@dataclass
class Counters:
    """What the engine has done since it started; ``problems`` counts by the problem's name."""

    answers: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    reloads: int = 0
    failed_reloads: int = 0


@dataclass
class _Post:
    """A pool and how many queries it has; ``is_left`` once another has taken its place."""

    pool: Pool
    queries: int = 0
    is_left: bool = False


class Engine:
    """Evaluates queries on a dataset, as many at once as the settings allow; thread-safe.

    Raises:
        DatasetError: the dataset is no RDF file by its name.
        EngineError: it cannot be loaded.
    """

    def __init__(self, settings: Settings, dataset: Path, held_as: Path | None = None) -> None:
        self.settings = settings
        self.started = time.time()
        self.counters = Counters()
        self.scheduler = Scheduler(
            settings.max_running_queries,
            settings.max_waiting_queries,
            settings.query_timeout_seconds,
            # So that one more query than run at once may have all the memory that it may take.
            max_suspended_bytes=settings.max_query_memory_bytes,
        )
        share = settings.client_quota_seconds
        self._quotas = Quotas(share) if share else None
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._post = _Post(self._pool(Source.of(dataset, held_as)))

    @property
    def pool(self) -> Pool:
        """The workers on the dataset that is answered from now."""
        return self._post.pool

    @property
    def version(self) -> str:
        """The version of the dataset that is answered from now."""
        return self.pool.version

    @property
    def modified(self) -> float:
        """When that dataset took its place, in seconds since 1970."""
        return self.pool.modified

    @property
    def quads(self) -> int:
        """How many statements it has."""
        return self.pool.quads

    @property
    def named_graphs(self) -> int:
        """How many named graphs it has."""
        return self.pool.named_graphs

    def query(
        self,
        request: Request,
        seconds: float | None = None,
        *,
        client: str = "",
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Evaluate ``request`` within ``seconds``, or the setting query_timeout_seconds if that is less.

        The time is taken from the share of ``client``, an IP address, if shares are kept.

        Raises:
            ProblemError: the query must not reach the engine, there is no turn for it, it is not
                answered in time, it was cancelled, or the worker says why it cannot be answered.
        """
        try:
            answer = self._answer(request, seconds, network(client), cancellation or Cancellation())
        except ProblemError as error:
            with self._lock:
                self.counters.problems[error.problem.name] += 1
            raise
        with self._lock:
            self.counters.answers += 1
        return answer

    def check(self) -> None:
        """Prove that the engine answers, unless it is at work on as many queries as it may.

        Raises:
            ProblemError: it does not, and could not be started anew.
        """
        if self.scheduler.is_free:
            with contextlib.suppress(OverloadedError, TimeoutError), self._current() as pool:
                self._probe(self.scheduler, pool)

    def reload(self, dataset: Path, held_as: Path | None = None) -> bool:
        """Answer from another dataset from now on; return whether its content is another.

        Queries that run are answered from the dataset they began on.

        Raises:
            DatasetError: the new dataset is no RDF file by its name.
            EngineError: it cannot be loaded, has no statement, or gives no answer. The old one
                goes on.
        """
        with self._reloading:
            try:
                source = Source.of(dataset, held_as)
                if source.version() == self.version:
                    return False
                pool = self._checked(self._pool(source))
                # Never in the second of what it replaces, nor of the start, which pages tell.
                pool.modified = max(pool.modified, self.modified + 1, self.started + 1)
            except Exception:
                self.counters.failed_reloads += 1
                raise
            with self._lock:
                old, self._post = self._post, _Post(pool)
                old.is_left = True
                is_done = not old.queries
            if is_done:
                old.pool.close()
            self.counters.reloads += 1
            return True

    def close(self) -> None:
        """End all processes."""
        self.pool.close()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pool(self, source: Source) -> Pool:
        settings = self.settings
        limits = Limits(settings.max_query_bytes, settings.max_nesting_depth, settings.max_query_memory_bytes)
        return Pool(source, settings.max_running_queries, limits)

    def _checked(self, pool: Pool) -> Pool:
        """Return ``pool`` if it can take over, else end it."""
        why = "" if pool.quads else "it has no statement"
        if not why:
            try:
                self._probe(Scheduler(1, 0, 1), pool)
            except (ProblemError, TimeoutError) as error:
                why = f"it gives no answer ({str(error) or 'it took too long'})"
        if why:
            pool.close()
            raise EngineError(f"{pool.source.file} cannot be served: {why}.")
        return pool

    def _probe(self, scheduler: Scheduler, pool: Pool) -> None:
        seconds, cancellation = self.settings.query_timeout_seconds, Cancellation()
        with scheduler.turn(seconds, cancellation) as turn:
            pool.evaluate(_PROBE, seconds, cancellation, turn)

    def _answer(
        self, request: Request, seconds: float | None, client: str, cancellation: Cancellation
    ) -> Answer:
        limits = self.settings
        ensure_size(request.query, limits.max_query_bytes)
        allowed = min(seconds or limits.query_timeout_seconds, limits.query_timeout_seconds)
        if self._quotas and client:
            self._quotas.admit(client)
        with (
            self.scheduler.turn(allowed, cancellation, client) as turn,
            self._current() as pool,
        ):
            if cancellation.told:
                raise ProblemError(CLIENT_CLOSED_REQUEST, "The query never ran, as its client left.")
            try:
                return pool.evaluate(request, allowed, cancellation, turn)
            except TimeoutError:
                raise self._out_of_time(allowed) from None
            except ProblemError:
                if turn.is_evicted:
                    raise self.scheduler.busy("others have fewer queries here than you") from None
                raise
            finally:
                self._charge(client, turn.seconds)

    @contextlib.contextmanager
    def _current(self) -> Iterator[Pool]:
        """Give the pool of now, and end it afterwards if it was left meanwhile."""
        with self._lock:
            post = self._post
            post.queries += 1
        try:
            yield post.pool
        finally:
            with self._lock:
                post.queries -= 1
                is_done = post.is_left and not post.queries
            if is_done:
                post.pool.close()

    def _charge(self, client: str, seconds: float) -> None:
        with self._lock:
            self.counters.seconds += seconds
        if self._quotas and client:
            self._quotas.charge(client, seconds)

    def _out_of_time(self, seconds: float) -> ProblemError:
        limit = "timeout" if seconds < self.settings.query_timeout_seconds else "query_timeout_seconds"
        return ProblemError(
            QUERY_TIMEOUT,
            f"The query was stopped after {seconds:g} s ({limit}); add LIMIT, narrow its "
            "patterns, or ask the data on a machine of your own.",
            extensions={"limit": limit, "value": seconds},
        )
