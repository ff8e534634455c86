"""The endpoint's description of itself: SPARQL 1.1 Service Description."""

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from urbact_graph.engine.local import Engine
from urbact_graph.rdf.formats import FORMATS, Format

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def service_description(endpoint: str, engine: Engine, form: Format) -> bytes:
    """Describe the service at the address ``endpoint`` in the graph format ``form``.

    No node is blank: the dataset and its default graph are named below the endpoint.
    """
    service = NamedNode(endpoint)
    dataset = NamedNode(f"{endpoint}#dataset")
    graph = NamedNode(f"{endpoint}#default-graph")
    triples = [
        Triple(service, _RDF_TYPE, _sd("Service")),
        Triple(service, _sd("endpoint"), service),
        Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        Triple(service, _sd("defaultDataset"), dataset),
        Triple(dataset, _RDF_TYPE, _sd("Dataset")),
        Triple(dataset, _sd("defaultGraph"), graph),
        Triple(graph, _RDF_TYPE, _sd("Graph")),
    ]
    triples += [
        Triple(service, _sd("resultFormat"), NamedNode(known.standard)) for known in FORMATS
    ]
    if not engine.named_graphs:
        triples.append(Triple(graph, NamedNode(_VOID + "triples"), Literal(engine.quads)))
    content = serialize(
        triples,
        format=RdfFormat.from_media_type(form.media_type),
        prefixes={"sd": _SD, "void": _VOID, "formats": "http://www.w3.org/ns/formats/"},
    )
    # Without an output to write to, the content is what comes back.
    return content or b""


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)
