"""The query endpoint's pages: /sparql, and the engine's /health."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.formats import FORMATS, Format
from urbact_graph.refusals import NOT_ACCEPTABLE, RefusedError
from urbact_graph.settings import Settings
from urbact_graph.web.caller import Caller
from urbact_graph.web.description import service_description
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

    @routes.get("/")
    def home() -> AnyResponse:
        return redirect("sparql", 303)

    @routes.route(PATH, methods=["GET", "POST"])
    def sparql() -> Response:
        operation = endpoint.operation(request.environ)
        if operation is None:
            return _endpoint_itself(settings, endpoint)
        tag = endpoint.tag(operation, engine.version)
        if tag and request.method == "GET" and request.if_none_match.contains_weak(tag):
            # Only who has had the answer to this very question has its tag: no need to ask again.
            return _tagged(_response(b"", FORMATS[0], status=304), tag)
        answer = endpoint.answer(operation, Caller.of(request.environ))
        form = next(f for f in FORMATS if f.media_type == answer.media_type)
        tag = endpoint.tag(operation, answer.version)
        return _tagged(_response(answer.content, form), tag)

    @routes.get("/health")
    def health() -> Response:
        engine.check()
        response = jsonify(status="ok", quads=engine.quads, version=engine.version)
        response.cache_control.no_store = True
        return response

    return routes


def public_address(settings: Settings) -> str:
    """Return the address at which this instance is reached, without a final slash."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return (settings.public_url or f"http://{host}:{settings.port}").rstrip("/")


def _endpoint_itself(settings: Settings, endpoint: Endpoint) -> Response:
    caller = Caller.of(request.environ)
    address = f"{caller.public_address or public_address(settings)}{PATH}"
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
        raise RefusedError(
            NOT_ACCEPTABLE,
            "The endpoint describes itself in RDF or HTML; accept text/turtle or text/html.",
        )
    return _response(service_description(address, endpoint.engine, form), form)


def _response(content: bytes, form: Format, status: int = 200) -> Response:
    response = Response(content, status, content_type=form.content_type)
    response.vary.add("Accept")
    return response


def _tagged(response: Response, tag: str | None) -> Response:
    """Say how long the answer holds: until the tag is another, or not at all."""
    if tag is None:
        response.cache_control.no_store = True
    else:
        response.set_etag(tag, weak=True)
        response.cache_control.public = True
        # To be asked about each time, which costs a 304.
        response.cache_control.no_cache = True
    return response
