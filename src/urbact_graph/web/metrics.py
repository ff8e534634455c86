"""The metrics of requests and of the engine, for Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from urbact_graph.engine.protocol import Engine
from urbact_graph.problems import (
    CLIENT_CLOSED_REQUEST,
    ENGINE_UNAVAILABLE,
    OUT_OF_MEMORY,
    QUERY_TIMEOUT,
    QUERY_TOO_COMPLEX,
    RESULT_TOO_LARGE,
)

# The problems of queries that had begun to run.
_STOPS = (
    QUERY_TIMEOUT,
    OUT_OF_MEMORY,
    QUERY_TOO_COMPLEX,
    CLIENT_CLOSED_REQUEST,
    ENGINE_UNAVAILABLE,
    RESULT_TOO_LARGE,
)
_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST"))
_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)


class Metrics:
    """The registry: counts requests, and reads the engine when the metrics are requested."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "urbact_graph_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "urbact_graph_request_seconds",
            "Time from the head of a request to the hand-over of the last byte of its response.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        # A child is needed for every request; looking it up in the metric takes 3 µs longer.
        self._counted: dict[tuple[str, str, int], Counter] = {}
        self._timed: dict[str, Histogram] = {}
        self.registry.register(_EngineCollector(engine))
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; ``route`` is the rule that matched its path."""
        # The number of labels is bounded, whatever methods clients send.
        method = method if method in _METHODS else "other"
        key = method, route, status
        if key not in self._counted:
            self._counted[key] = self._requests.labels(*key)
            self._timed[route] = self._seconds.labels(route)
        self._counted[key].inc()
        self._timed[route].observe(seconds)


class _EngineCollector(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        status = self._engine.status()
        counters = status.counters
        yield gauge("queries_running", "Queries that run.", status.running)
        yield gauge("queries_waiting", "Queries that wait or are suspended.", status.waiting)
        yield gauge("workers", "Worker processes that run a query or are ready to.", status.workers)
        yield counter("answers", "Queries answered by a worker.", counters.answers)
        yield counter("engine_seconds", "Time that workers spent on queries.", counters.seconds)
        kills = CounterMetricFamily(
            "urbact_graph_kills", "Queries stopped while they ran, by problem.", labels=("reason",)
        )
        problems = CounterMetricFamily(
            "urbact_graph_problems",
            "Queries that ended with another problem, by problem.",
            labels=("problem",),
        )
        stops = {problem.name for problem in _STOPS}
        for name, count in (dict.fromkeys(sorted(stops), 0) | dict(counters.problems)).items():
            (kills if name in stops else problems).add_metric((name,), count)
        yield kills
        yield problems
        if status.replicas:
            states = GaugeMetricFamily(
                "urbact_graph_replicas", "Engines elsewhere, by state.", labels=("state",)
            )
            for state in ("up", "doubtful", "down"):
                found = [one for one in status.replicas if one.state == state]
                states.add_metric((state,), len(found))
            yield states
        info = InfoMetricFamily("urbact_graph_dataset", "The dataset that is served.")
        info.add_metric((), {"version": self._engine.version})
        yield info
        yield gauge("dataset_quads", "Statements in the dataset.", self._engine.counts.quads)
        yield counter("reloads", "Reloads that replaced the dataset.", counters.reloads)
        yield counter("failed_reloads", "Reloads that failed.", counters.failed_reloads)


def gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    """Make a metric whose value goes up and down."""
    return GaugeMetricFamily(f"urbact_graph_{name}", meaning, value)


def counter(name: str, meaning: str, value: float) -> CounterMetricFamily:
    """Make a metric whose value only goes up."""
    return CounterMetricFamily(f"urbact_graph_{name}", meaning, value)
