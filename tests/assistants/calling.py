"""Call a server of the Model Context Protocol with the client of its SDK."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
from mcp import Client, StdioServerParameters
from mcp.server import MCPServer
from mcp.types import TextContent, TextResourceContents

Where = MCPServer[None] | StdioServerParameters | str
Found = TypeVar("Found")


@dataclass(frozen=True)
class Answer:
    """What a tool answers: its text, and the same as JSON has it."""

    text: str
    content: dict[str, Any]
    is_error: bool


def conversation(where: Where, talk: Callable[[Client], Awaitable[Found]]) -> Found:
    """Return what ``talk`` returns, with a client of the server that is ``where``."""

    async def run() -> Found:
        async with Client(where) as client:
            return await talk(client)

    return anyio.run(run)


async def called(client: Client, tool: str, **arguments: Any) -> Answer:
    """Return the answer of ``tool``; its text and its content say the same."""
    result = await client.call_tool(tool, arguments)
    part = result.content[0]
    assert isinstance(part, TextContent)
    content = result.structured_content
    if content is None:
        assert result.is_error
        return Answer(part.text, {}, is_error=True)
    assert part.text == content["error"] if result.is_error else json.loads(part.text) == content
    return Answer(part.text, content, bool(result.is_error))


def call(where: Where, tool: str, **arguments: Any) -> Answer:
    """Return the answer of ``tool`` in a conversation of its own."""

    async def talk(client: Client) -> Answer:
        return await called(client, tool, **arguments)

    return conversation(where, talk)


async def read(client: Client, address: str) -> tuple[str, str]:
    """Return the media type and the text of a resource."""
    found = (await client.read_resource(address)).contents[0]
    assert isinstance(found, TextResourceContents)
    return str(found.mime_type), found.text
