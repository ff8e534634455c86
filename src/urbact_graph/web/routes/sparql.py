"""The query endpoint (SPARQL 1.1 Protocol): /sparql, and what its editor proposes."""

from flask import Blueprint, jsonify, request
from flask import Response as FlaskResponse

from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import formats
from urbact_graph.web.answers import evaluate, respond
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.documents.completions import Completions
from urbact_graph.web.documents.service_description import service_description
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance
from urbact_graph.web.pages.query_page import PATH, page_of_answer, page_without_query
from urbact_graph.web.protocol import QueryOperation, is_bare, read_operation
from urbact_graph.web.response import ACCEPT_QUERY, Response

routes = Blueprint("sparql", __name__)


@routes.route(PATH, methods=["GET", "POST", "QUERY"])
def sparql() -> FlaskResponse:
    """Answer a query; without one describe the endpoint."""
    if is_bare(request):
        return _describe_endpoint()
    operation = read_operation(request)
    current_context().query = operation.query
    return _page(operation) if operation.is_page else respond(operation)


@routes.get(f"{PATH}/completions.json")
def completions() -> FlaskResponse:
    """Give the prefixes and terms that an editor of queries proposes."""
    return jsonify(current_snapshot().derive(Completions.of).as_json())


def _page(operation: QueryOperation) -> FlaskResponse:
    """Give the answer as a page, below the query that it is the answer to."""
    response = Response(page_of_answer(operation, evaluate(operation)), mimetype=HTML_TYPE)
    if not operation.is_repeatable:
        response.cache_control.no_store = True
    response.vary.add("Accept")
    return response


def _describe_endpoint() -> FlaskResponse:
    """Give browsers the editor, and other clients the Service Description."""
    address = f"{current_context().public_address}{PATH}"
    acceptance = Acceptance(request.headers.get("Accept"))
    form = acceptance.best(formats("graph"))
    if acceptance.prefers_html(formats("graph")):
        response = Response(page_without_query(), mimetype=HTML_TYPE)
    elif form:
        content = service_description(address, current_snapshot().counts, form)
        response = Response(content, content_type=form.content_type)
    else:
        raise ProblemError(
            NOT_ACCEPTABLE,
            "The endpoint describes itself in RDF or HTML; accept text/turtle or text/html.",
        )
    response.headers["Accept-Query"] = ACCEPT_QUERY
    response.vary.add("Accept")
    return response
