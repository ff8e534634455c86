"""The server of the Model Context Protocol: the tools and resources that assistants call."""

import difflib
import functools
import inspect
import reprlib
from collections.abc import Callable, Iterable
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import ValidationError

import urbact_graph
from urbact_graph.assistants.tools import Assistance, written
from urbact_graph.client.graph import Graph
from urbact_graph.errors import UrbactGraphError
from urbact_graph.problems import ProblemError

NAME = "urbact-graph"
# How much of a wrong name an error repeats.
_SHOWN = 40
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


class CheckingServer(MCPServer[None]):
    """A server that says in a sentence which argument of a tool is wrong, unknown or missing."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call the tool ``name``; an argument that it has not is an error, and is not left out."""
        tools = {tool.name: tool for tool in await self.list_tools()}
        known = tools[name].input_schema["properties"] if name in tools else arguments
        for given in arguments:
            if given not in known:
                return _mistake(_unknown_argument(name, given, known))
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                return _mistake(_wrong_argument(name, error.__cause__))
            raise


def make_server(graph: Graph) -> MCPServer[None]:
    """Return the server whose tools answer from ``graph``; its caller closes the graph."""
    assistance = Assistance(graph)
    server = CheckingServer(
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


def _mistake(sentence: str) -> CallToolResult:
    return _result(sentence, {"error": sentence}, is_error=True)


def _unknown_argument(tool: str, given: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(given, list(known), n=1)
    hint = f"did you mean {close[0]}?" if close else f"it takes {', '.join(known) or 'none'}."
    return f"The tool {tool} has no argument {given[:_SHOWN]!r}; {hint}"


def _wrong_argument(tool: str, error: ValidationError) -> str:
    """Return what is wrong with the first argument that does not fit."""
    detail = error.errors()[0]
    argument = str(detail["loc"][0])
    if detail["type"] == "missing":
        return f"The tool {tool} needs the argument {argument}; give it."
    # A value that may be of several types has a message for each.
    one = [found for found in error.errors() if found["loc"] == detail["loc"]]
    is_of_several = len(error.errors()) > len(one)
    below = ", ".join(str(part) for part in detail["loc"][1:2])
    what = f"{below!r} in the argument {argument}" if below else f"The argument {argument}"
    must = "must be a text, a number, true or false"
    if not is_of_several:
        must = detail["msg"].replace("Input should be", "must be")
    value = reprlib.repr(detail["input"])
    return f"{what} of the tool {tool} {must}, which {value} is not."


def _problem(error: UrbactGraphError) -> dict[str, Any]:
    if isinstance(error, ProblemError):
        return {"error": str(error), "problem": error.problem.name, **error.extensions}
    return {"error": str(error)}
