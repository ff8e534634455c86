"""The query endpoint (SPARQL 1.1 Protocol): /sparql."""

from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask import Response as FlaskResponse

from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import formats
from urbact_graph.web.answers import evaluate, respond
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.documents.service_description import service_description
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance
from urbact_graph.web.pages.answer_page import AnswerPage
from urbact_graph.web.protocol import QueryOperation, is_bare, read_operation
from urbact_graph.web.response import ACCEPT_QUERY, Response

routes = Blueprint("sparql", __name__)

_PATH = "/sparql"
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
# The lines of the field that a query is shown in.
_LEAST_LINES, _MOST_LINES = 4, 12
# Browsers and proxies take addresses of some thousand characters.
_LONGEST_ADDRESS = 4_000


@routes.route(_PATH, methods=["GET", "POST", "QUERY"])
def sparql() -> FlaskResponse:
    """Answer a query; without one describe the endpoint."""
    if is_bare(request):
        return _describe_endpoint()
    operation = read_operation(request)
    current_context().query = operation.query
    return _page(operation) if operation.is_page else respond(operation)


def _page(operation: QueryOperation) -> FlaskResponse:
    """Give the answer as a page, below the query that it is the answer to."""
    page = AnswerPage.of(evaluate(operation), current_snapshot().base)
    lines = min(max(operation.query.count("\n") + 1, _LEAST_LINES), _MOST_LINES)
    content = render_template(
        "answer.html",
        page=page,
        query=operation.query,
        lines=lines,
        downloads=list(_downloads(operation, page)),
    )
    response = Response(content, mimetype=HTML_TYPE)
    if not operation.is_repeatable:
        response.cache_control.no_store = True
    response.vary.add("Accept")
    return response


def _downloads(operation: QueryOperation, page: AnswerPage) -> Iterator[tuple[str, str]]:
    """Yield the names of the formats of the same answer, each with the part after ``?``."""
    asked = [
        ("query", operation.query),
        *(("default-graph-uri", iri) for iri in operation.default_graphs),
        *(("named-graph-uri", iri) for iri in operation.named_graphs),
    ]
    for form in formats(page.kind):
        address = urlencode([*asked, ("format", form.name)])
        if len(address) <= _LONGEST_ADDRESS:
            yield form.name, address


def _describe_endpoint() -> FlaskResponse:
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
    response.headers["Accept-Query"] = ACCEPT_QUERY
    response.vary.add("Accept")
    return response
