"""The table of limits: /limits."""

from flask import Blueprint, Response, jsonify, render_template, request

from urbact_graph.engine.protocol import ReplicaStatus
from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.web.application import current_application
from urbact_graph.web.context import current_snapshot
from urbact_graph.web.negotiation import Acceptance

routes = Blueprint("limits", __name__)


@routes.get("/limits")
def limits() -> Response:
    """Give the table of limits as a page or as JSON, by the Accept header.

    With engines elsewhere it also says what these cannot do.
    """
    rows = current_snapshot().settings.limits
    engines = current_application().engine.status().replicas
    acceptance = Acceptance(request.headers.get("Accept"))
    html, json = acceptance.quality("text/html"), acceptance.quality("application/json")
    if acceptance.names("text/html") and html >= json:
        response = Response(render_template("limits.html", limits=rows, engines=engines))
    elif json > 0:
        found: dict[str, object] = {"limits": [limit._asdict() for limit in rows]}
        if engines:
            found["engines"] = [_described(one) for one in engines]
        response = jsonify(found)
    else:
        raise ProblemError(
            NOT_ACCEPTABLE, "The limits come as text/html, application/json; accept one of these."
        )
    if engines:
        # How they are changes without another version of the data.
        response.cache_control.no_store = True
    response.vary.add("Accept")
    return response


def _described(engine: ReplicaStatus) -> dict[str, object]:
    """Describe an engine as JSON, without its address, which is the operator's alone."""
    return {
        "kind": engine.kind,
        "state": engine.state,
        "version": engine.version,
        "capabilities": {one.name: one.is_there for one in engine.capabilities},
        "lacks": {one.name: one.note for one in engine.capabilities if not one.is_there},
    }
