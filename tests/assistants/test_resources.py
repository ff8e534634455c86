"""What assistants read: the model, the vocabulary, the stored queries."""

import json

import pytest
import rdflib
from mcp import Client, MCPError
from mcp.server import MCPServer

from tests.assistants.calling import conversation, read
from urbact_graph.client.graph import Graph


def test_the_resources_are_listed(server: MCPServer[None]) -> None:
    async def talk(client: Client) -> tuple[set[str], set[str]]:
        found = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        described = [one.description for one in found] + [one.description for one in templates]
        assert all(str(text).endswith(".") for text in described)
        return {str(one.uri) for one in found}, {one.uri_template for one in templates}

    listed, templates = conversation(server, talk)
    assert listed == {f"urbact-graph://{name}" for name in ("model", "ontology", "queries")}
    assert templates == {"urbact-graph://query/{name}", "urbact-graph://class/{name}"}


def test_they_say_what_the_graph_does(server: MCPServer[None], graph: Graph) -> None:
    async def talk(client: Client) -> dict[str, tuple[str, str]]:
        names = ("model", "ontology", "queries", "query/calls", "class/City")
        return {name: await read(client, f"urbact-graph://{name}") for name in names}

    found = conversation(server, talk)
    assert found["model"][0] == "text/markdown"
    assert "`urb:City` (City," in found["model"][1]
    assert found["ontology"][0] == "text/turtle"
    stated = rdflib.Graph().parse(data=found["ontology"][1], format="turtle")
    assert (graph.iri("urb:City"), rdflib.RDF.type, rdflib.OWL.Class) in stated
    assert json.loads(found["queries"][1])["total"] == len(graph.queries(frame="records"))
    assert found["query/calls"] == (
        "application/sparql-query",
        graph.stored_query("calls")["query"],
    )
    assert json.loads(found["class/City"][1])["name"] == "urb:City"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("query/cals", "did you mean calls"),
        ("class/Town", "has no class 'Town'"),
        ("elephants", "elephants"),
    ],
)
def test_a_resource_that_there_is_not_is_an_error(
    address: str, said: str, server: MCPServer[None]
) -> None:
    async def talk(client: Client) -> str:
        with pytest.raises(MCPError) as raised:
            await read(client, f"urbact-graph://{address}")
        return str(raised.value)

    assert said in conversation(server, talk)
