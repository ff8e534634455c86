"""What the tools answer, and what they say where they cannot."""

from typing import Any

import pytest
import rdflib
from mcp import Client
from mcp.server import MCPServer

from tests.assistants.calling import Answer, call, called, conversation
from urbact_graph.assistants.sources import MOST_OF_A_THING, MOST_THINGS
from urbact_graph.client.graph import Graph
from urbact_graph.errors import UrbactGraphError

TOOLS = {"search", "describe", "queries", "run", "sparql", "schema"}
BASE = "https://w3id.org/urbact-graph/"
NETWORK = f"{BASE}network/greenplace"


def test_each_tool_says_what_it_does_and_takes_and_only_reads(server: MCPServer[None]) -> None:
    async def talk(client: Client) -> Any:
        return (await client.list_tools()).tools, client.instructions

    tools, instructions = conversation(server, talk)
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert tool.title
        assert str(tool.description).endswith(".")
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert all(one.get("description") for one in tool.input_schema["properties"].values())
        assert f"`{tool.name}`" in instructions


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search", {"text": "Wroclaw"}),
        ("describe", {"iri": "network/greenplace"}),
        ("run", {"name": "partners-of-network", "parameters": {"network": "GreenPlace"}}),
        ("sparql", {"query": "SELECT ?n ?name { ?n a urb:Network ; skos:prefLabel ?name }"}),
        ("sparql", {"query": f"DESCRIBE <{NETWORK}>"}),
    ],
)
def test_an_answer_carries_iris_and_the_sources_that_the_graph_has(
    tool: str, arguments: dict[str, Any], server: MCPServer[None], graph: Graph
) -> None:
    answer = call(server, tool, **arguments)
    assert not answer.is_error
    sources = answer.content["sources"]
    assert sources
    for thing, addresses in sources.items():
        assert thing.startswith(BASE)
        assert answer.text.count(thing) > 1 or thing.removeprefix(BASE) in answer.text
        rows = graph.sparql(
            "SELECT ?source { ?thing dct:source ?source }",
            frame="records",
            thing=rdflib.URIRef(thing),
        )
        stated = {row["source"] for row in rows}
        assert set(addresses) <= stated
        most = len(stated) if tool == "describe" else MOST_OF_A_THING
        assert len(addresses) == min(most, len(stated))
    about = answer.content["graph"]
    assert about["version"] == graph.version
    assert about["iri"] == f"{BASE}dataset"
    assert "CC_BY_4_0" in about["licence"]


@pytest.mark.parametrize("query", ["SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "ASK { ?s ?p ?o }"])
def test_an_answer_without_things_says_why_it_has_no_sources(
    query: str, server: MCPServer[None]
) -> None:
    answer = call(server, "sparql", query=query).content
    assert answer["sources"] == {}
    assert "select the things" in answer["note_on_sources"]


def test_of_many_things_the_first_have_their_sources(server: MCPServer[None]) -> None:
    query = "SELECT ?s { ?s dct:source ?page FILTER(STRSTARTS(STR(?s), STR(base:))) } ORDER BY ?s"
    query = f"PREFIX base: <{BASE}> {query}"
    answer = call(server, "sparql", query=query, limit=1_000).content
    things = list(dict.fromkeys(row["s"] for row in answer["rows"]))
    assert len(things) > MOST_THINGS
    assert list(answer["sources"]) == things[:MOST_THINGS]
    assert f"first {MOST_THINGS} of {len(things)}" in answer["note_on_sources"]


def test_dates_are_as_exact_as_they_are_known(server: MCPServer[None]) -> None:
    query = """SELECT ?date ?number ?flag ?nothing { VALUES (?date ?number ?flag) {
        ("2015"^^xsd:gYear 1.5 true) ("2016-03"^^xsd:gYearMonth 1e400 false) } }"""
    rows = call(server, "sparql", query=query).content["rows"]
    assert rows == [
        {"date": "2015", "number": 1.5, "flag": True},
        {"date": "2016-03", "number": "inf", "flag": False},
    ]


def test_rows_are_read_on_from_an_offset(server: MCPServer[None]) -> None:
    query = "SELECT ?s { ?s a urb:City } ORDER BY ?s"

    async def talk(client: Client) -> list[Answer]:
        whole = await called(client, "sparql", query=query)
        first = await called(client, "sparql", query=query, limit=2)
        last = await called(client, "sparql", query=query, limit=1_000, offset=2)
        beyond = await called(client, "sparql", query=query, offset=900)
        return [whole, first, last, beyond]

    whole, first, last, beyond = (one.content for one in conversation(server, talk))
    total = whole["total"]
    assert "note" not in whole
    assert first["rows"] + last["rows"] == whole["rows"]
    assert first["note"] == f"These are 1 to 2 of {total}; go on with offset 2."
    assert last["note"] == f"These are 3 to {total} of {total}."
    assert beyond["rows"] == []
    assert "none is left" in beyond["note"]


def test_a_graph_is_a_part_in_turtle(server: MCPServer[None], graph: Graph) -> None:
    query = "CONSTRUCT { ?s a urb:City } WHERE { ?s a urb:City }"
    answer = call(server, "sparql", query=query, limit=3).content
    part = rdflib.Graph().parse(data=answer["turtle"], format="turtle")
    assert len(part) == 3
    assert set(part) < set(graph.sparql(query))
    assert set(answer["sources"]) <= {str(subject) for subject in part.subjects()}


def test_a_description_has_labels_and_what_links_to_the_thing(server: MCPServer[None]) -> None:
    found = call(server, "describe", iri="city/pl/Wrocław").content
    assert found["iri"] == f"{BASE}city/pl/wroclaw"
    assert found["label"] == "Wroclaw"
    assert {"iri": f"{BASE}ontology#City", "label": "City"} in found["types"]
    assert found["statements"]["wgs:lat"] == [51.10286]
    assert {"text": "Vratislav", "language": "cs"} in found["statements"]["skos:altLabel"]
    assert NETWORK in str(found["linked_from"]) + str(found["statements"])


def test_stored_queries_are_listed_by_subject_and_words(server: MCPServer[None]) -> None:
    async def talk(client: Client) -> list[dict[str, Any]]:
        asked: list[dict[str, str]] = [{}, {"subject": "plans"}, {"words": "Theme network"}]
        return [(await called(client, "queries", **one)).content for one in asked]

    every, plans, worded = conversation(server, talk)
    assert every["total"] == len(every["queries"]) > 50
    assert {one["subject"] for one in plans["queries"]} == {"plans"}
    assert 0 < worded["total"] < every["total"]
    known = {one["name"]: one for one in every["queries"]}
    assert known["partners-of-network"]["parameters"][0]["kind"] == "network"


def test_the_schema_has_examples_that_can_be_asked_for(
    server: MCPServer[None], graph: Graph
) -> None:
    async def talk(client: Client) -> list[dict[str, Any]]:
        names = ["", "Network", "urb:City", f"{BASE}ontology#Plan"]
        return [(await called(client, "schema", class_name=name)).content for name in names]

    overview, network, city, plan = conversation(server, talk)
    names = {one["name"] for one in overview["classes"]}
    assert {"urb:Network", "urb:City", "urb:Partnership"} <= names
    assert "urb:ActionPlanningNetwork" in network["kinds"]
    assert plan["name"] == "urb:Plan"
    for found in (network, city):
        assert found["queries"]
        for query in found["queries"]:
            graph.sparql(query["query"])
        properties = {one["name"]: one for one in found["properties"]}
        assert "rdf:type" not in properties
        for one in properties.values():
            if "…" not in one["example"]:
                asked = f"ASK {{ ?thing a {found['name']} ; <{one['name']}> {one['example']} }}"
                asked = asked.replace(f"<{one['name']}>", one["name"])
                assert graph.sparql(asked), asked
    start = next(one for one in network["properties"] if one["name"] == "urb:start")
    assert start["comment"]


MISTAKES: list[tuple[str, dict[str, Any], Any]] = [
    ("sparql", {"query": "SELECT * { ?s ?p }"}, lambda g: g.sparql("SELECT * { ?s ?p }")),
    (
        "sparql",
        {"query": "DELETE WHERE { ?s ?p ?o }"},
        lambda g: g.sparql("DELETE WHERE { ?s ?p ?o }"),
    ),
    ("run", {"name": "networks-of-cty"}, lambda g: g.run("networks-of-cty")),
    (
        "run",
        {"name": "networks-of-city", "parameters": {"city": "Atlantis"}},
        lambda g: g.run("networks-of-city", city="Atlantis"),
    ),
    (
        "run",
        {"name": "networks-of-city", "parameters": {"town": "x"}},
        lambda g: g.run("networks-of-city", town="x"),
    ),
    ("search", {"text": "x", "kind": "town"}, lambda g: g.search("x", kind="town")),
    ("search", {"text": "x" * 201}, lambda g: g.search("x" * 201)),
    ("describe", {"iri": "city/xx/atlantis"}, lambda g: g.describe("city/xx/atlantis")),
    ("describe", {"iri": "not an iri"}, lambda g: g.describe("not an iri")),
]


@pytest.mark.parametrize(("tool", "arguments", "same"), MISTAKES)
def test_an_error_is_the_sentence_that_the_client_says(
    tool: str, arguments: dict[str, Any], same: Any, server: MCPServer[None], graph: Graph
) -> None:
    with pytest.raises(UrbactGraphError) as raised:
        same(graph)
    answer = call(server, tool, **arguments)
    assert answer.is_error
    assert answer.text == str(raised.value)


def test_a_mistake_in_a_query_has_its_place(server: MCPServer[None]) -> None:
    answer = call(server, "sparql", query="SELECT *\n{ ?s ?p }")
    assert answer.content["problem"] == "syntax-error"
    assert answer.content["line"] == 2


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("sparql", {"query": "ASK {}", "limit": 0}, "from 1 to 1,000"),
        ("sparql", {"query": "ASK {}", "limit": 1_001}, "from 1 to 1,000"),
        ("sparql", {"query": "ASK {}", "offset": -1}, "-1 is not"),
        ("search", {"text": "x", "limit": -5}, "from 1 to 1,000"),
        ("run", {"name": "calls", "limit": 2_000}, "from 1 to 1,000"),
        ("queries", {"subject": "elephants"}, "there are networks, cities"),
        ("schema", {"class_name": "Elephant"}, "its classes are urb:ActionPlanningNetwork"),
        ("schema", {"class_name": "no class"}, "has no class 'no class'; its classes are urb:"),
        ("schema", {"class_name": "Networks"}, "did you mean urb:Network?"),
        ("schema", {"class_name": "foaf:Person"}, "did you mean urb:Person?"),
        ("search", {}, "The tool search needs the argument text"),
        ("search", {"text": None}, "argument text of the tool search must be a valid string"),
        ("search", {"text": 3}, "which 3 is not"),
        ("search", {"text": "x", "limit": "many"}, "argument limit of the tool search"),
        ("search", {"text": "x", "knd": "city"}, "no argument 'knd'; did you mean kind?"),
        ("describe", {"iri": "urb:City", "q": 1}, "no argument 'q'; it takes iri."),
        ("run", {"name": "calls", "parameters": ["x"]}, "parameters of the tool run must be"),
        (
            "run",
            {"name": "networks-of-city", "parameters": {"city": None}},
            "'city' in the argument parameters of the tool run must be a text, a number",
        ),
    ],
)
def test_what_a_tool_does_not_take_is_said(
    tool: str, arguments: dict[str, Any], said: str, server: MCPServer[None]
) -> None:
    answer = call(server, tool, **arguments)
    assert answer.is_error
    assert said in answer.text
    assert len(answer.text.splitlines()) == 1
    assert "pydantic" not in answer.text


@pytest.mark.parametrize(
    "name",
    ["Network", "network", "urb:Network", "URBACT network", f"<{BASE}ontology#Network>"],
)
def test_a_class_is_named_in_any_form(name: str, server: MCPServer[None]) -> None:
    assert call(server, "schema", class_name=name).content["name"] == "urb:Network"
