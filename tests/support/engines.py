"""What tests of the engine share: requests to it, and small datasets."""

from pathlib import Path

from urbact_graph.engine.protocol import Request

JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
# On a dataset of some hundred statements it runs for years.
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o . ?p ?q ?r }"
)


def request(query: str, **members: object) -> Request:
    """Make a request that accepts JSON and Turtle."""
    members = {"results_format": JSON, "graph_format": TURTLE, "max_result_bytes": 10**7, **members}
    return Request(query, **members)  # type: ignore[arg-type]


def write_facts(file: Path, value: str = "one", count: int = 200) -> Path:
    """Write ``count`` statements, all of which say ``value``."""
    file.write_text("".join(f'<x:s{i}> <x:p> "{value}" .\n' for i in range(count)))
    return file
