"""What an operator wants to know, for Prometheus: /metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from urbact_graph.problems import (
    RESULT_TOO_LARGE,
    CLIENT_CLOSED_REQUEST,
    OUT_OF_MEMORY,
    QUERY_TIMEOUT,
    QUERY_TOO_COMPLEX,
    ENGINE_UNAVAILABLE,
)
from urbact_graph.web.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIEnvironment

    from urbact_graph.engine.local import Engine
    from urbact_graph.server.response_cache import ResponseCache

# The problems of queries that had begun.
_KILLS = (QUERY_TIMEOUT, OUT_OF_MEMORY, QUERY_TOO_COMPLEX, CLIENT_CLOSED_REQUEST, ENGINE_UNAVAILABLE, RESULT_TOO_LARGE)
_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST"))
_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)


class Metrics:
    """The registry, what the web process counts, and what is read from the engine when asked."""

    def __init__(self, engine: Engine, responses: ResponseCache) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "urbact_graph_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "urbact_graph_request_seconds",
            "Time from the request's head to the answer's last byte being handed over.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(_EngineCollector(engine))
        self.registry.register(_CacheCollector(responses))
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def count(self, environ: WSGIEnvironment, status: int, seconds: float) -> None:
        """Count a request that has been answered."""
        method = environ["REQUEST_METHOD"]
        # Labels are few, whatever clients come up with.
        method = method if method in _METHODS else "other"
        route = Record.of(environ).route
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(route).observe(seconds)


class _EngineCollector(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        engine, counters = self._engine, self._engine.counters
        yield _gauge("queries_running", "Queries that run.", engine.scheduler.running)
        yield _gauge("queries_waiting", "Queries that wait for a turn.", engine.scheduler.waiting)
        yield _counter("answers", "Queries answered by a worker.", counters.answers)
        yield _counter("engine_seconds", "Time that workers were at work.", counters.seconds)
        kills = CounterMetricFamily(
            "urbact_graph_kills", "Queries stopped, by reason.", labels=("reason",)
        )
        problems = CounterMetricFamily(
            "urbact_graph_refusals", "Queries refused otherwise, by problem.", labels=("problem",)
        )
        stops = {problem.name for problem in _KILLS}
        counts = dict.fromkeys(sorted(stops), 0) | dict(counters.problems)
        for name, count in counts.items():
            (kills if name in stops else problems).add_metric((name,), count)
        yield kills
        yield problems
        info = InfoMetricFamily("urbact_graph_dataset", "The dataset that is answered from.")
        info.add_metric((), {"version": engine.version})
        yield info
        yield _gauge("dataset_quads", "Statements in the dataset.", engine.quads)
        yield _counter("reloads", "Datasets that took the place of another.", counters.reloads)
        yield _counter("failed_reloads", "Datasets that were refused.", counters.failed_reloads)


class _CacheCollector(Collector):
    def __init__(self, responses: ResponseCache) -> None:
        self._responses = responses

    def collect(self) -> Iterator[Metric]:
        responses = self._responses
        yield _counter("cache_hits", "Queries answered from the cache.", responses.hits)
        yield _counter("cache_misses", "Queries not found in it.", responses.misses)
        yield _gauge("max_cache_bytes", "Memory that kept answers take.", responses.size)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"urbact_graph_{name}", meaning, value)


def _counter(name: str, meaning: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"urbact_graph_{name}", meaning, value)


def metrics_blueprint(metrics: Metrics) -> Blueprint:
    """Make the route of ``metrics``."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def exposition() -> Response:
        response = Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)
        response.cache_control.no_store = True
        return response

    return routes
