"""The JSON-LD context with all terms: /context.jsonld."""

import json

from flask import Blueprint, Response

from urbact_graph.web.context import current_snapshot
from urbact_graph.web.documents.document import media_type_of
from urbact_graph.web.documents.jsonld_terms import Terms

routes = Blueprint("context", __name__)


@routes.get("/context.jsonld")
def context() -> Response:
    """Give the context with all terms."""
    terms = current_snapshot().derive(Terms.of)
    content = json.dumps({"@context": terms.context}, indent=2, ensure_ascii=False)
    return Response(f"{content}\n", content_type=media_type_of("jsonld"))
