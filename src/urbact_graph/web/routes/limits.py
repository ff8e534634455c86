"""The table of limits: /limits."""

from flask import Blueprint, Response, jsonify, render_template, request

from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.web.context import current_snapshot
from urbact_graph.web.negotiation import Acceptance

routes = Blueprint("limits", __name__)


@routes.get("/limits")
def limits() -> Response:
    """Give the table of limits as a page or as JSON, by the Accept header."""
    rows = current_snapshot().settings.limits
    acceptance = Acceptance(request.headers.get("Accept"))
    html, json = acceptance.quality("text/html"), acceptance.quality("application/json")
    if acceptance.names("text/html") and html >= json:
        response = Response(render_template("limits.html", limits=rows))
    elif json > 0:
        response = jsonify({"limits": [limit._asdict() for limit in rows]})
    else:
        raise ProblemError(
            NOT_ACCEPTABLE, "The limits come as text/html, application/json; accept one of these."
        )
    response.vary.add("Accept")
    return response
