"""The description of the endpoint (SPARQL 1.1 Service Description)."""

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.engine.protocol import Counts
from urbact_graph.rdf.formats import FORMATS, Format
from urbact_graph.rdf.namespaces import FORMATS as FORMATS_NAMESPACE
from urbact_graph.rdf.namespaces import RDF, SD, VOID
from urbact_graph.rdf.writing import write_graph


def service_description(endpoint: str, counts: Counts, form: Format) -> bytes:
    """Describe the service at the address ``endpoint`` in the graph format ``form``.

    No node is blank: the dataset and its default graph are named below the endpoint.
    """
    service = NamedNode(endpoint)
    dataset = NamedNode(f"{endpoint}#dataset")
    graph = NamedNode(f"{endpoint}#default-graph")
    statements = [
        (service, RDF.type, SD.Service),
        (service, SD.endpoint, endpoint),
        (service, SD.supportedLanguage, SD.SPARQL11Query),
        (service, SD.defaultDataset, dataset.value),
        (dataset, RDF.type, SD.Dataset),
        (dataset, SD.defaultGraph, graph.value),
        (graph, RDF.type, SD.Graph),
        *((service, SD.resultFormat, known.standard) for known in FORMATS),
    ]
    triples = [Triple(s, NamedNode(p), NamedNode(o)) for s, p, o in statements]
    if not counts.named_graphs:
        triples.append(Triple(graph, NamedNode(VOID.triples), Literal(counts.quads)))
    prefixes = {"sd": str(SD), "void": str(VOID), "formats": str(FORMATS_NAMESPACE)}
    return write_graph(triples, form.media_type, prefixes)
