"""The description of the interface: /openapi.json (OpenAPI 3.1), and /openapi for people."""

from flask import Blueprint, jsonify, render_template
from flask import Response as AnyResponse

from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.openapi.document import Interface
from urbact_graph.web.response import Response

routes = Blueprint("openapi", __name__)


@routes.get("/openapi.json")
def document() -> AnyResponse:
    """Give the description for programs and generators of code."""
    interface = current_snapshot().derive(Interface.of)
    return jsonify(interface.document(current_context().public_address))


@routes.get("/openapi")
def page() -> AnyResponse:
    """Give the description for people."""
    interface = current_snapshot().derive(Interface.of)
    found = interface.document(current_context().public_address)
    return Response(render_template("openapi.html", document=found))
