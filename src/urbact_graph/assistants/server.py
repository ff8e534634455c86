"""The server of the Model Context Protocol: the tools and resources that assistants call."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.types import CallToolResult, TextContent, ToolAnnotations

import urbact_graph
from urbact_graph.assistants.tools import Assistance, written
from urbact_graph.client.graph import Graph
from urbact_graph.errors import UrbactGraphError
from urbact_graph.problems import ProblemError

NAME = "urbact-graph"
_INSTRUCTIONS = """\
The graph of URBACT, the EU's programme for sustainable cities: networks, partner cities, plans,
recommendations and calls of URBACT I to IV (2002-2029), each with the public pages that it was read
from. Answer from it alone, and cite: every answer has the IRIs of things, and `sources` with the
addresses of the pages for each. Begin with `search` for the IRI of a thing, or with `queries` for a
stored query that answers the question, and `run` it. Where none fits, read `schema` and ask by
`sparql`. `describe` has everything about one thing. What the graph does not say is not known."""
_READING = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def make_server(graph: Graph) -> MCPServer[None]:
    """Return the server whose tools answer from ``graph``; its caller closes the graph."""
    assistance = Assistance(graph)
    server: MCPServer[None] = MCPServer(
        NAME,
        title="URBACT as linked data",
        instructions=_INSTRUCTIONS,
        version=urbact_graph.__version__,
        log_level="WARNING",
    )
    tools: dict[str, Callable[..., dict[str, Any]]] = {
        "Find things": assistance.search,
        "Describe a thing": assistance.describe,
        "List the stored queries": assistance.queries,
        "Run a stored query": assistance.run,
        "Ask in SPARQL": assistance.sparql,
        "Read the model": assistance.schema,
    }
    for title, method in tools.items():
        server.add_tool(
            _tool(method),
            title=title,
            description=inspect.getdoc(method),
            annotations=_READING,
        )
    _add_resources(server, assistance)
    return server


def _add_resources(server: MCPServer[None], assistance: Assistance) -> None:
    turtle, markdown, json_type = "text/turtle", "text/markdown", "application/json"
    resources = (
        ("model", "The model", markdown, assistance.model),
        ("ontology", "The vocabulary", turtle, assistance.ontology),
        ("queries", "The stored queries", json_type, assistance.query_list),
        ("query/{name}", "A stored query", "application/sparql-query", assistance.query_text),
        ("class/{name}", "A class", json_type, assistance.class_of),
    )
    for path, title, media_type, read in resources:
        add = server.resource(
            f"{NAME}://{path}",
            name=path.partition("/")[0],
            title=title,
            description=inspect.getdoc(read),
            mime_type=media_type,
        )
        add(_resource(read))


def _tool(method: Callable[..., dict[str, Any]]) -> Callable[..., CallToolResult]:
    """Return ``method`` as a tool, whose errors are sentences, with what is known of the place."""

    @functools.wraps(method)
    def tool(*args: Any, **given: Any) -> CallToolResult:
        try:
            answer = method(*args, **given)
        except UrbactGraphError as error:
            return _result(str(error), _problem(error), is_error=True)
        return _result(written(answer), answer)

    tool.__annotations__ = {**method.__annotations__, "return": CallToolResult}
    return tool


def _resource(read: Callable[..., Any]) -> Callable[..., str]:
    @functools.wraps(read)
    def resource(*args: Any, **given: Any) -> str:
        try:
            return str(read(*args, **given))
        except UrbactGraphError as error:
            raise ResourceError(str(error)) from None

    return resource


def _result(text: str, answer: dict[str, Any], *, is_error: bool = False) -> CallToolResult:
    content = [TextContent(type="text", text=text)]
    return CallToolResult(content=content, structured_content=answer, is_error=is_error)


def _problem(error: UrbactGraphError) -> dict[str, Any]:
    if isinstance(error, ProblemError):
        return {"error": str(error), "problem": error.problem.name, **error.extensions}
    return {"error": str(error)}
