"""The query endpoint, /sparql, and the engine's /health."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.engine.messages import Request
from urbact_graph.engine.pool import Engine
from urbact_graph.formats import FORMATS, Format
from urbact_graph.refusals import NOT_ACCEPTABLE, RefusedError
from urbact_graph.settings import Settings
from urbact_graph.web.description import service_description
from urbact_graph.web.negotiation import Acceptance, chosen_formats
from urbact_graph.web.protocol import is_bare, read_request

# The prefixes that graph answers may use, besides the vocabulary's own.
_PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
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


def sparql_blueprint(settings: Settings, engine: Engine) -> Blueprint:
    """Make the routes of the endpoint over ``engine``."""
    routes = Blueprint("sparql", __name__)
    prefixes = {**_PREFIXES, "urb": f"{settings.base_iri}ontology#"}

    @routes.get("/")
    def home() -> AnyResponse:
        return redirect("sparql", 303)

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        if is_bare(request):
            return _endpoint_itself(settings, engine)
        asked = read_request(request)
        results, graph = chosen_formats(request.headers.get("Accept"), asked.formats)
        _refuse_none(results, graph)
        answer = engine.query(
            Request(
                query=asked.query,
                results_format=results.media_type if results else None,
                graph_format=graph.media_type if graph else None,
                answer_bytes=settings.answer_bytes,
                default_graphs=asked.default_graphs,
                named_graphs=asked.named_graphs,
                prefixes=prefixes,
            ),
            asked.seconds,
        )
        form = next(f for f in FORMATS if f.media_type == answer.media_type)
        return _response(answer.content, form)

    @routes.get("/health")
    def health() -> Response:
        engine.check()
        response = jsonify(status="ok", quads=engine.quads)
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def public_address(settings: Settings) -> str:
    """Return the address at which this instance is reached, without a final slash."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return (settings.public_url or f"http://{host}:{settings.port}").rstrip("/")


def _endpoint_itself(settings: Settings, engine: Engine) -> Response:
    endpoint = f"{public_address(settings)}/sparql"
    acceptance = Acceptance(request.headers.get("Accept"))
    form = acceptance.format("graph")
    rdf = acceptance.format_quality(form) if form else 0.0
    if acceptance.names("text/html") and acceptance.quality("text/html") >= rdf:
        example = _ANY_EXAMPLE if settings.dataset else _EXAMPLE.format(base=settings.base_iri)
        content = render_template(
            "sparql.html", endpoint=endpoint, query=example, settings=settings
        )
        response = Response(content, mimetype="text/html")
        response.vary.add("Accept")
        return response
    if form is None:
        raise RefusedError(
            NOT_ACCEPTABLE,
            "The endpoint describes itself in RDF or HTML; accept text/turtle or text/html.",
        )
    return _response(service_description(endpoint, engine, form), form)


def _refuse_none(results: Format | None, graph: Format | None) -> None:
    if results is None and graph is None:
        types = ", ".join(form.media_type for form in FORMATS)
        raise RefusedError(NOT_ACCEPTABLE, f"Answers come as {types}; accept one of these.")


def _response(content: bytes, form: Format) -> Response:
    response = Response(content, content_type=form.content_type)
    response.vary.add("Accept")
    return response
