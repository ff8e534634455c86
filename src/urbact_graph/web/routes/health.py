"""The health of the instance: /health."""

from flask import Blueprint, Response, jsonify

from urbact_graph.web.application import current_application
from urbact_graph.web.context import current_snapshot

routes = Blueprint("health", __name__)


@routes.get("/health")
def health() -> Response:
    """Give 200 with the version of the dataset if the engine answers, else its problem."""
    current_application().engine.check()
    snapshot = current_snapshot()
    response = jsonify(status="ok", quads=snapshot.counts.quads, version=snapshot.version)
    response.cache_control.no_store = True
    return response
