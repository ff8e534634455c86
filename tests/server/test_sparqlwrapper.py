"""SPARQLWrapper, which sends several names of a format at once, with every type that it knows."""

import pytest
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    RDF,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)

from tests.support.servers import Server

# It warns of types that do not fit the query.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
TABLE, GRAPH = "application/sparql-results+json", "text/turtle"
# For each type what a table, and what a graph comes as: the default, if it cannot come as asked.
TYPES = {
    JSON: (TABLE, "application/ld+json"),
    XML: ("application/sparql-results+xml", "application/rdf+xml"),
    CSV: ("text/csv", GRAPH),
    TSV: ("text/tab-separated-values", GRAPH),
    TURTLE: (TABLE, GRAPH),
    N3: (TABLE, GRAPH),
    RDF: (TABLE, "application/rdf+xml"),
    RDFXML: (TABLE, "application/rdf+xml"),
    JSONLD: (TABLE, "application/ld+json"),
}
QUERIES = {
    "SELECT * { ?s ?p ?o } LIMIT 2": 0,
    "ASK {}": 0,
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 2": 1,
    "DESCRIBE <x:s1>": 1,
}


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("wanted", TYPES)
def test_every_type_of_sparqlwrapper_is_answered(
    session_server: Server, wanted: str, method: str
) -> None:
    for query, kind in QUERIES.items():
        client = SPARQLWrapper(f"{session_server.url}/sparql")
        client.setQuery(query)
        client.setReturnFormat(wanted)
        client.setMethod(method)
        with client.query().response as response:
            media_type = response.headers["Content-Type"].partition(";")[0]
            assert (response.status, media_type) == (200, TYPES[wanted][kind]), query
