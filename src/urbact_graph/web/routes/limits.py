"""Every limit with its value: /limits."""

from flask import Blueprint, Response, jsonify, render_template, request

from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.settings import Settings
from urbact_graph.web.negotiation import Acceptance


def limits_blueprint(settings: Settings) -> Blueprint:
    """Make the route of the limits in ``settings``."""
    routes = Blueprint("limits", __name__)

    @routes.get("/limits")
    def limits() -> Response:
        acceptance = Acceptance(request.headers.get("Accept"))
        html, json = acceptance.quality("text/html"), acceptance.quality("application/json")
        if acceptance.names("text/html") and html >= json:
            response = Response(render_template("limits.html", limits=settings.limits))
        elif json > 0:
            rows = [limit._asdict() for limit in settings.limits]
            response = jsonify({"limits": rows})
        else:
            raise ProblemError(NOT_ACCEPTABLE, "The limits come as text/html and application/json.")
        response.vary.add("Accept")
        return response

    return routes
