"""The description of the endpoint (SPARQL 1.1 Service Description)."""

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.engine.protocol import Counts
from urbact_graph.rdf.formats import FORMATS, Format
from urbact_graph.rdf.namespaces import FORMATS as FORMATS_NAMESPACE
from urbact_graph.rdf.namespaces import RDF, RDFS, SD, VOID
from urbact_graph.rdf.writing import write_graph

_ENTAILMENT = "http://www.w3.org/ns/entailment/"
_GEOF = "http://www.opengis.net/def/function/geosparql/"
# The functions of GeoSPARQL that the engine has; a test calls each, and docs/http.md lists them.
GEOSPARQL_FUNCTIONS = (
    *("sfEquals", "sfDisjoint", "sfIntersects", "sfTouches", "sfCrosses", "sfWithin"),
    *("sfContains", "sfOverlaps", "ehEquals", "ehDisjoint", "ehMeet", "ehOverlap", "ehCovers"),
    *("ehCoveredBy", "ehInside", "ehContains", "rcc8eq", "rcc8dc", "rcc8ec", "rcc8po", "rcc8tppi"),
    *("rcc8tpp", "rcc8ntpp", "rcc8ntppi", "relate", "distance", "area", "length", "perimeter"),
    *("centroid", "convexHull", "envelope", "getSRID", "dimension", "coordinateDimension"),
    *("spatialDimension", "isEmpty", "isSimple", "asGeoJSON"),
)
EXTENSION_FUNCTIONS = tuple(f"{_GEOF}{name}" for name in GEOSPARQL_FUNCTIONS)


def service_description(endpoint: str, counts: Counts, form: Format) -> bytes:
    """Describe the service at the address ``endpoint`` in the graph format ``form``.

    No node is blank: the dataset and its default graph are named below the endpoint. No sd:feature
    is stated: of those that the vocabulary has (section 3.4) none is true of this service, which a
    test shows of each.
    """
    service = endpoint
    dataset, graph = f"{endpoint}#dataset", f"{endpoint}#default-graph"
    statements = [
        (service, RDF.type, SD.Service),
        (service, SD.endpoint, endpoint),
        (service, SD.supportedLanguage, SD.SPARQL11Query),
        (service, SD.defaultDataset, dataset),
        (dataset, RDF.type, SD.Dataset),
        (dataset, SD.defaultGraph, graph),
        (graph, RDF.type, SD.Graph),
        # The triples that were built are those that queries see: simple entailment alone.
        (service, SD.defaultEntailmentRegime, f"{_ENTAILMENT}Simple"),
        *((service, SD.extensionFunction, function) for function in EXTENSION_FUNCTIONS),
        *((function, RDF.type, SD.Function) for function in EXTENSION_FUNCTIONS),
        *((service, SD.resultFormat, known.standard) for known in FORMATS),
    ]
    triples = [Triple(NamedNode(s), NamedNode(p), NamedNode(o)) for s, p, o in statements]
    triples += [
        Triple(
            NamedNode(function),
            NamedNode(RDFS.label),
            Literal(f"geof:{function.removeprefix(_GEOF)}"),
        )
        for function in EXTENSION_FUNCTIONS
    ]
    if not counts.named_graphs:
        triples.append(Triple(NamedNode(graph), NamedNode(VOID.triples), Literal(counts.quads)))
    prefixes = {
        "rdfs": str(RDFS),
        "sd": str(SD),
        "void": str(VOID),
        "formats": str(FORMATS_NAMESPACE),
    }
    return write_graph(triples, form.media_type, prefixes)
