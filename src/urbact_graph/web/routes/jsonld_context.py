"""The JSON-LD context of all terms: /context.jsonld."""

import json

from flask import Blueprint, Response

from urbact_graph.web.snapshot import ByVersion
from urbact_graph.web.documents.document import media_type_of
from urbact_graph.web.documents.jsonld_terms import Terms


def context_blueprint(terms: ByVersion[Terms]) -> Blueprint:
    """Make the route of the context, which has all ``terms``."""
    routes = Blueprint("context", __name__)

    @routes.get("/context.jsonld")
    def context() -> Response:
        content = json.dumps({"@context": terms.get().context()}, indent=2, ensure_ascii=False)
        return Response(f"{content}\n", content_type=media_type_of("jsonld"))

    return routes
