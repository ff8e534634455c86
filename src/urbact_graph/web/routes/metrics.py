"""The metrics for Prometheus: /metrics."""

from flask import Blueprint, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from urbact_graph.web.application import current_application

routes = Blueprint("metrics", __name__)


@routes.get("/metrics")
def metrics() -> Response:
    """Give all metrics in the text format of Prometheus."""
    registry = current_application().metrics.registry
    response = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response.cache_control.no_store = True
    return response
