"""Reading by the SPARQL 1.1 Graph Store HTTP Protocol: /graph-store."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from flask import Blueprint, request
from flask import Response as FlaskResponse
from pyoxigraph import NamedNode

from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.problems import (
    MALFORMED_REQUEST,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    UNKNOWN_GRAPH,
    ProblemError,
)
from urbact_graph.rdf.formats import Format, formats
from urbact_graph.release.release import Release
from urbact_graph.web.answers import respond
from urbact_graph.web.context import current_snapshot
from urbact_graph.web.negotiation import chosen_formats
from urbact_graph.web.protocol import QueryOperation, absolute_iri, only, parameters, wanted_formats
from urbact_graph.web.response import PublishedFile, Response

_DEFAULT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_NAMED = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <%s> { ?s ?p ?o } }"
_ANY = "SELECT ?s WHERE { GRAPH ?graph { ?s ?p ?o } } LIMIT 1"
_DUMPS = {form.media_type: form for form in DISTRIBUTIONS if not form.part and not form.gzip}
# The only graph of a release is the default one, which these formats write as these others do.
_WRITTEN_AS = {"application/trig": "text/turtle", "application/n-quads": "application/n-triples"}

routes = Blueprint("graph_store", __name__)


@routes.get("/graph-store")
def graph_store() -> FlaskResponse:
    """Give the content of a graph (SPARQL 1.1 Graph Store HTTP Protocol, section 5.2)."""
    values = parameters(request)
    graph = _graph(values)
    _, form = chosen_formats(request.headers.get("Accept"), wanted_formats(values))
    if form is None:
        types = ", ".join(known.media_type for known in formats("graph"))
        raise ProblemError(NOT_ACCEPTABLE, f"A graph comes as {types}; accept one of these.")
    if graph is None:
        release = current_snapshot().release
        return (_of_dump(release, form) if release else None) or _construct(_DEFAULT, form)
    if not _exists(graph):
        raise ProblemError(
            NOT_FOUND,
            f"There is no graph <{graph.value}> here; the default graph is at "
            "/graph-store?default.",
        )
    return _construct(_NAMED % graph.value, form)


def _graph(values: Mapping[str, Sequence[str]]) -> NamedNode | None:
    """Return the named graph that is asked for, None for the default one (section 4.2)."""
    iri, default = only(values, "graph"), only(values, "default")
    if (iri is None) == (default is None):
        found = "two graphs" if iri else "no graph"
        raise ProblemError(
            MALFORMED_REQUEST, f"The address names {found}; name one by ?default or by ?graph=IRI."
        )
    if default:
        raise ProblemError(
            MALFORMED_REQUEST,
            "The parameter 'default' has no value; name a graph by ?graph=IRI.",
        )
    if iri is None:
        return None
    try:
        return NamedNode(absolute_iri("graph", iri))
    except ValueError as error:
        raise ProblemError(
            MALFORMED_REQUEST, f"The IRI of the graph is not valid: {error}."
        ) from None


def _exists(graph: NamedNode) -> bool:
    try:
        return bool(current_snapshot().rows(_ANY, graph=graph))
    except ProblemError as error:
        if error.problem == UNKNOWN_GRAPH:
            return False
        raise


def _construct(query: str, form: Format) -> FlaskResponse:
    return respond(QueryOperation(query, (), (), None, form, None))


def _of_dump(release: Release, form: Format) -> FlaskResponse | None:
    """Return the dump of ``release`` that is the default graph in ``form``, if it is there.

    A dump may be larger than an answer, and is sent without being computed.
    """
    distribution = _DUMPS.get(form.media_type) or _DUMPS[_WRITTEN_AS[form.media_type]]
    for file in release.files:
        path = release.dumps / file.name
        if file.key == distribution.key and path.exists():
            # Formats that are written alike have tags of their own.
            dump = PublishedFile(path, file.bytes, f"{file.sha256}-{form.name}")
            modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            response = Response.of_file(dump, modified, form.content_type)
            response.vary.add("Accept")
            return response
    return None
