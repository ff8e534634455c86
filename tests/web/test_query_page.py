"""The page of queries: its editor, the answer in it, and what the editor proposes."""

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.support.stubs import StubEngine
from tests.web.serving import BASE, BROWSER, problem, serving_file
from urbact_graph.engine.protocol import Answer, Request
from urbact_graph.problems import ENGINE_UNAVAILABLE, ProblemError
from urbact_graph.rdf.formats import formats
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

SELECT = "SELECT ?n WHERE { ?n a <https://w3id.org/urbact-graph/ontology#Network> } LIMIT 2"
CONSTRUCT = "CONSTRUCT { <x:a> <x:b> 'é' } WHERE {}"
DATA = re.compile(
    r'<script type="application/sparql-results\+json" id="answer-data">(.*?)</script>', re.DOTALL
)


def page_of(client: FlaskClient, query: str, **more: str) -> str:
    response = client.get(f"/sparql?{urlencode({'query': query, **more})}", headers=BROWSER)
    assert response.mimetype == "text/html"
    return response.text


@pytest.fixture(scope="module")
def foreign_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Serve a dataset of others, which has no vocabulary of ours."""
    file = tmp_path_factory.mktemp("foreign") / "facts.ttl"
    file.write_text(
        f"""@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        <{BASE}a> a foaf:Person ; foaf:name "A" , "B" ; <{BASE}odd> 1 .
        foaf:name a <http://www.w3.org/1999/02/22-rdf-syntax-ns#Property> ;
          rdfs:label "Name"@en , "Nom"@fr ; rdfs:domain foaf:Agent .
        foaf:Person rdfs:subClassOf foaf:Agent .
        """,
        encoding="utf-8",
    )
    with serving_file(file, dataset=file) as app:
        yield app.test_client()


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT, "ASK {}", "SELEC"])
def test_an_address_shows_its_query_and_the_answer(demo_client: FlaskClient, query: str) -> None:
    page = page_of(demo_client, query)
    assert '<form class="query-editor"' in page
    field = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert field
    assert unescape(field[1]) == query
    answer = page.partition('<section class="answers"')[2]
    assert {SELECT: "2 rows", CONSTRUCT: "The answer is a graph", "ASK {}": "<strong>Yes"}.get(
        query, "The query has a syntax error"
    ) in answer


def test_a_page_has_the_answer_for_its_script(demo_client: FlaskClient) -> None:
    found = DATA.search(page_of(demo_client, SELECT))
    assert found
    asked = demo_client.get(f"/sparql?{urlencode({'query': SELECT})}")
    assert json.loads(found[1]) == asked.get_json(force=True)


@pytest.mark.parametrize(
    "text",
    ["</script><script>x</script>", "<!--<script>", "]]>", "a & b", "a\u2028b", "\U0001d11e"],
)
def test_no_text_ends_the_element_of_the_answer(demo_client: FlaskClient, text: str) -> None:
    query = f'SELECT ("{text}" AS ?x) {{}}'
    [found] = DATA.findall(page_of(demo_client, query))
    assert json.loads(found)["results"]["bindings"][0]["x"]["value"] == text
    assert "<" not in found


def test_a_large_answer_is_left_to_the_script(demo_client: FlaskClient) -> None:
    assert not DATA.search(page_of(demo_client, "SELECT * { ?s ?p ?o } LIMIT 3000"))


@pytest.mark.process
def test_the_graphs_of_a_request_stay_with_its_query(foreign_client: FlaskClient) -> None:
    page = page_of(foreign_client, "ASK {}", **{"default-graph-uri": "urn:x-rdflib:default"})
    assert '<input type="hidden" name="default-graph-uri" value="urn:x-rdflib:default">' in page


def test_a_wrong_query_that_was_posted_is_shown_as_well(demo_client: FlaskClient) -> None:
    response = demo_client.post("/sparql", data={"query": "SELECT <x>"}, headers=BROWSER)
    assert response.status_code == 400
    assert "SELECT &lt;x&gt;</textarea>" in response.text
    assert re.search(r'class="problem" data-line="1" data-column="\d+"', response.text)


@pytest.mark.parametrize(("query", "kind"), [(SELECT, "results"), (CONSTRUCT, "graph")])
def test_every_format_of_the_answer_is_offered(
    demo_client: FlaskClient, query: str, kind: str
) -> None:
    page = unescape(page_of(demo_client, query))
    for form in formats(kind):  # type: ignore[arg-type]
        address = f"/sparql?{urlencode({'query': query, 'format': form.name})}"
        assert f'href="{address}"' in page
        assert demo_client.get(address).content_type == form.content_type


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT])
@pytest.mark.parametrize("headers", [BROWSER, {}])
def test_a_response_says_how_long_the_query_took(
    demo_client: FlaskClient, query: str, headers: dict[str, str]
) -> None:
    path = f"/sparql?{urlencode({'query': query})}"
    response = demo_client.get(path, headers=headers)
    assert re.fullmatch(r"query;dur=\d+\.\d", response.headers["Server-Timing"])
    assert "Server-Timing" not in demo_client.get("/sparql", headers=headers).headers


def terms_of(client: FlaskClient) -> dict[str, dict[str, object]]:
    response = client.get("/sparql/completions.json")
    assert response.mimetype == "application/json"
    assert response.headers["ETag"]
    return {one["iri"]: one for one in response.get_json()["terms"]}


@pytest.mark.parametrize(
    ("name", "kind", "label", "of"),
    [
        ("urb:Network", "class", "URBACT network", "schema:Project"),
        ("urb:ActionPlanningNetwork", "class", "Action Planning Network", "urb:Network"),
        ("urb:partnerCity", "property", "partner city", "urb:Network"),
        ("urb:theme", "property", "theme", "urb:Recommendation"),
        ("skos:prefLabel", "property", "name", None),
        ("urb:LeadPartner", "individual", "Lead partner", "urb:Role"),
    ],
)
def test_the_terms_of_the_graph_are_proposed(
    demo_client: FlaskClient, name: str, kind: str, label: str, of: str | None
) -> None:
    terms = {one["name"]: one for one in terms_of(demo_client).values()}
    found = terms[name]
    assert (found["kind"], found["label"]) == (kind, label)
    assert of is None or of in found["of"]  # type: ignore[operator]
    if name.startswith("urb:"):
        assert found["comment"]


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("urb:evidence", ["urb:Evidence"]),
        ("urb:partnerCity", ["urb:City"]),
        ("urb:theme", ["skos:Concept"]),
        ("skos:prefLabel", []),
        ("urb:Network", []),
    ],
)
def test_the_classes_of_the_values_of_a_property_are_said(
    demo_client: FlaskClient, name: str, takes: list[str]
) -> None:
    terms = {one["name"]: one for one in terms_of(demo_client).values()}
    assert terms[name]["takes"] == takes


@pytest.mark.process
def test_what_is_used_is_proposed_in_a_graph_of_others(foreign_client: FlaskClient) -> None:
    terms = terms_of(foreign_client)
    name = terms["http://xmlns.com/foaf/0.1/name"]
    assert name == {
        "iri": "http://xmlns.com/foaf/0.1/name",
        "name": "foaf:name",
        "kind": "property",
        "label": "Name",
        "comment": "",
        "uses": 2,
        "of": ["foaf:Agent"],
        "takes": [],
    }
    assert terms["http://xmlns.com/foaf/0.1/Person"]["of"] == ["foaf:Agent"]
    assert (terms[f"{BASE}odd"]["name"], terms[f"{BASE}odd"]["uses"]) == ("", 1)


def test_an_engine_that_is_gone_for_a_moment_leaves_no_terms_out() -> None:
    def gone(_: Request, __: str) -> Answer:
        raise ProblemError(ENGINE_UNAVAILABLE, "The engine does not answer.")

    response = (
        create_app(Settings.load(), StubEngine(gone)).test_client().get("/sparql/completions.json")
    )
    assert (response.status_code, problem(response)) == (503, "engine-unavailable")


def test_every_prefix_leads_to_its_namespace(demo_client: FlaskClient) -> None:
    found = demo_client.get("/sparql/completions.json").get_json()
    for one in found["terms"]:
        if one["name"]:
            prefix, _, local = one["name"].partition(":")
            assert found["prefixes"][prefix] + local == one["iri"]


@pytest.mark.process
def test_an_instance_of_others_offers_neither_search_nor_stored_queries(
    foreign_client: FlaskClient, demo_client: FlaskClient
) -> None:
    for attribute in ("data-search=", "data-queries="):
        assert attribute in demo_client.get("/sparql", headers=BROWSER).text
        assert attribute not in foreign_client.get("/sparql", headers=BROWSER).text
