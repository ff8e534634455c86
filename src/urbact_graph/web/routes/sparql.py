"""The query endpoint (SPARQL 1.1 Protocol): /sparql."""

import hashlib
import json

from flask import Blueprint, Response, render_template, request

from urbact_graph import __version__
from urbact_graph.engine.protocol import Request as Query
from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import FORMATS, formats
from urbact_graph.web.conditional import Conditions
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.documents.service_description import service_description
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance
from urbact_graph.web.protocol import QueryOperation, is_bare, read_operation

routes = Blueprint("sparql", __name__)

_PATH = "/sparql"
_TAG_DIGITS = 24
_CONTENT_TYPES = {form.media_type: form.content_type for form in FORMATS}
_EXAMPLE = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX urb: <{base}ontology#>

SELECT ?theme (COUNT(DISTINCT ?network) AS ?networks)
WHERE {{
  ?network a urb:Network ; urb:theme/skos:prefLabel ?theme .
}}
GROUP BY ?theme
ORDER BY DESC(?networks) ?theme
"""
_ANY_EXAMPLE = "SELECT * WHERE { ?subject ?property ?value } LIMIT 10\n"


@routes.route(_PATH, methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query; without one describe the endpoint."""
    if is_bare(request):
        return _describe_endpoint()
    operation = read_operation(request)
    current_context().query = operation.query
    return _answer(operation)


def _answer(operation: QueryOperation) -> Response:
    snapshot = current_snapshot()
    tag = _tag(operation, snapshot.version)
    is_read = request.method in ("GET", "HEAD")
    if tag and is_read and Conditions.of(request.headers.get).matches(tag):
        # A client can only know the tag from the answer itself, so the query is not evaluated.
        response = Response(status=304)
    else:
        answer = snapshot.query(_query(operation), operation.seconds)
        response = Response(answer.content, content_type=_CONTENT_TYPES[answer.media_type])
    if tag:
        response.set_etag(tag, weak=True)
        response.last_modified = snapshot.modified
    else:
        response.cache_control.no_store = True
    response.vary.update(("Accept", "Accept-Encoding"))
    return response


def _query(operation: QueryOperation) -> Query:
    return Query(
        query=operation.query,
        results_format=operation.results.media_type if operation.results else None,
        graph_format=operation.graph.media_type if operation.graph else None,
        max_result_bytes=current_snapshot().settings.max_result_bytes,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
    )


def _tag(operation: QueryOperation, version: str) -> str | None:
    """Return the entity tag of the answer from the dataset ``version``.

    None if the answer differs each time. It is a weak tag (RFC 9110, section 8.8.1), since SPARQL
    does not define the order of rows.
    """
    if not operation.is_repeatable:
        return None
    parts = (
        __version__,
        version,
        operation.query,
        operation.default_graphs,
        operation.named_graphs,
        operation.results.name if operation.results else "",
        operation.graph.name if operation.graph else "",
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_TAG_DIGITS]


def _describe_endpoint() -> Response:
    """Give browsers the query form, and other clients the Service Description."""
    snapshot = current_snapshot()
    address = f"{current_context().public_address}{_PATH}"
    acceptance = Acceptance(request.headers.get("Accept"))
    form = acceptance.best(formats("graph"))
    if acceptance.prefers_html(formats("graph")):
        settings = snapshot.settings
        example = _ANY_EXAMPLE if settings.dataset else _EXAMPLE.format(base=snapshot.base)
        page = render_template("sparql.html", endpoint=address, query=example, settings=settings)
        response = Response(page, mimetype=HTML_TYPE)
    elif form:
        content = service_description(address, snapshot.counts, form)
        response = Response(content, content_type=form.content_type)
    else:
        raise ProblemError(
            NOT_ACCEPTABLE,
            "The endpoint describes itself in RDF or HTML; accept text/turtle or text/html.",
        )
    response.vary.add("Accept")
    return response
