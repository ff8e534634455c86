"""The query endpoint's pages: /sparql, and the engine's /health."""

from flask import Blueprint, Response, jsonify, render_template, request

from urbact_graph.rdf.formats import Format
from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.settings import Settings
from urbact_graph.web.context import Caller
from urbact_graph.web.documents.service_description import service_description
from urbact_graph.web.endpoint import PATH, Endpoint
from urbact_graph.web.negotiation import Acceptance

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


def sparql_blueprint(settings: Settings, endpoint: Endpoint) -> Blueprint:
    """Make the routes of ``endpoint``."""
    routes = Blueprint("sparql", __name__)
    engine = endpoint.engine

    @routes.route(PATH, methods=["GET", "POST"])
    def sparql() -> Response:
        # Queries were answered before the application; one that cannot be read is told of here.
        endpoint.operation(request.environ)
        return _endpoint_itself(settings, endpoint)

    @routes.get("/health")
    def health() -> Response:
        engine.check()
        response = jsonify(status="ok", quads=engine.quads, version=engine.version)
        response.cache_control.no_store = True
        return response

    return routes


def _endpoint_itself(settings: Settings, endpoint: Endpoint) -> Response:
    caller = Caller.of(request.environ)
    address = f"{caller.public_address or settings.address}{PATH}"
    acceptance = Acceptance(request.headers.get("Accept"))
    form = acceptance.format("graph")
    rdf = acceptance.format_quality(form) if form else 0.0
    if acceptance.names("text/html") and acceptance.quality("text/html") >= rdf:
        example = _ANY_EXAMPLE if settings.dataset else _EXAMPLE.format(base=settings.base_iri)
        content = render_template("sparql.html", endpoint=address, query=example, settings=settings)
        response = Response(content, mimetype="text/html")
        response.vary.add("Accept")
        return response
    if form is None:
        raise ProblemError(
            NOT_ACCEPTABLE,
            "The endpoint describes itself in RDF or HTML; accept text/turtle or text/html.",
        )
    return _response(service_description(address, endpoint.engine, form), form)


def _response(content: bytes, form: Format) -> Response:
    response = Response(content, content_type=form.content_type)
    response.vary.add("Accept")
    return response
