"""The description of the interface: it is valid, complete, and what the interface does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from schemathesis.engine import events, from_schema
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from tests.queries.cases import QUERIES
from tests.support.evaluating import InProcessEngine
from tests.web.serving import BROWSER, text_of
from urbact_graph.description.distributions import TABLES
from urbact_graph.errors import QueryError
from urbact_graph.names import KINDS, Names
from urbact_graph.rdf.formats import formats
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.lists.listings import LISTINGS
from urbact_graph.web.openapi.document import VERSION
from urbact_graph.web.openapi.parameters import THING
from urbact_graph.web.openapi.reconciliation import EXTEND_FORMAT, QUERIES_FORMAT
from urbact_graph.web.stored.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from pyoxigraph import Store
    from schemathesis.schemas import BaseSchema

    from urbact_graph.dataset.building import Build
    from urbact_graph.release.release import Release
    from urbact_graph.sources import GraphSources
    from urbact_graph.web.application import Application

ADDRESS = "http://localhost"
SPARQL = (
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "ASK { ?s ?p ?o }",
    "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 3",
    "SELECT ?x { VALUES ?x { 1 UNDEF } }",
)
BATCHES = ("{}", '{"q0": {"query": "Wroclaw", "type": "city"}}')
EXTENSIONS = ('{"ids": ["city/pl/wroclaw"], "properties": [{"id": "country"}]}',)
# Each kind of operation, and of parameter.
SOME = (
    "/sparql",
    "/networks",
    "/queries/calls",
    "/queries/networks-on-theme",
    "/tables/cities",
    "/reconcile",
    "/reconcile/suggest/entity",
)


@pytest.fixture(scope="module")
def app(demo_store: Store, demo_sources: GraphSources, demo_release: Release) -> Application:
    known = Settings.load(public_url=ADDRESS, sources=demo_sources.root)
    return create_app(known, InProcessEngine(demo_store, known), demo_release)


@pytest.fixture(scope="module")
def served(demo_store: Store, demo_sources: GraphSources, demo_release: Release) -> Iterator[str]:
    """Serve the demo to the tool, which would draw values from the code of an application."""
    with make_server("127.0.0.1", 0, Response(), threaded=True) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        known = Settings.load(public_url=address, sources=demo_sources.root)
        server.app = create_app(known, InProcessEngine(demo_store, known), demo_release)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield address
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").get_json()
    return found


def _is_known(names: Names, text: str, kind: str) -> bool:
    try:
        names.resolve(text, kind)
    except QueryError:
        return False
    return True


@pytest.fixture
def formats_known(app: Application) -> Iterator[None]:
    """Tell the tool of the things, graphs and queries that parameters take."""
    snapshot = app.served.enter()
    names = snapshot.derive(Library.of).names
    for kind in sorted({one.kind for query in QUERIES.values() for one in query.parameters}):
        if kind in KINDS:
            known = [text for one in names.choices(kind) for text in one]
            texts = [text for text in known if _is_known(names, text, kind)]
            schemathesis.openapi.format(f"{THING}{kind}", st.sampled_from(texts))
    schemathesis.openapi.format("sparql", st.sampled_from(SPARQL))
    schemathesis.openapi.format(QUERIES_FORMAT, st.sampled_from(BATCHES))
    schemathesis.openapi.format(EXTEND_FORMAT, st.sampled_from(EXTENSIONS))
    schemathesis.openapi.format("graph-iri", st.sampled_from(["urn:x-rdflib:default"]))

    @schemathesis.hook
    def before_call(_: object, case: schemathesis.Case[Any], __: object) -> None:
        for name, value in (case.query or {}).items():
            # 3.0 is an integer of JSON; in an address it is written 3.
            if isinstance(value, float) and value.is_integer():
                case.query[name] = int(value)

    yield
    schemathesis.hooks.unregister_all()
    app.served.leave(snapshot)


def found(address: str, examples: int, paths: tuple[str, ...] = ()) -> list[str]:
    """Try the operations at ``paths`` of ``address``, or all; return what was wrong."""
    config = schemathesis.Config.from_dict(
        {
            "seed": 1,
            "generation": {"max-examples": examples, "deterministic": True},
            # What stands in one response is no value for the next request.
            "phases": {"fuzzing": {"extra-data-sources": {"responses": False}}},
        }
    )
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
    if paths:
        chosen: BaseSchema = schema.include(path=list(paths))
    wrong, tried = [], 0
    for event in from_schema(chosen if paths else schema).execute():
        assert not isinstance(event, events.FatalError | events.NonFatalError), event
        if not isinstance(event, events.ScenarioFinished):
            continue
        for key, checks in event.recorder.checks.items():
            tried += 1
            for check in checks:
                sent = event.recorder.interactions[key].request if check.failure_info else None
                # OpenAPI cannot describe the method before version 3.2.
                if check.failure_info and sent and sent.method != "QUERY":
                    failure = check.failure_info.failure
                    wrong.append(f"{sent.method} {sent.uri}: {failure}")
    assert tried > 100
    return wrong


@pytest.mark.slow
@pytest.mark.usefixtures("formats_known")
def test_the_interface_does_what_its_description_says(served: str) -> None:
    assert found(served, 2, SOME) == []


@pytest.mark.exhaustive
@pytest.mark.usefixtures("formats_known")
def test_all_of_the_interface_does_what_its_description_says(served: str) -> None:
    assert found(served, 8) == []


def test_the_description_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == VERSION
    identifiers = [
        one["operationId"] for path in document["paths"].values() for one in path.values()
    ]
    assert len(identifiers) == len(set(identifiers))
    assert all(identifier.isidentifier() for identifier in identifiers)
    tags = {tag["name"] for tag in document["tags"]}
    for path in document["paths"].values():
        for operation in path.values():
            assert set(operation["tags"]) <= tags
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"]
                if "default" in schema:
                    assert validator_for(schema).is_valid(schema["default"])


def test_every_query_list_and_table_is_described(document: dict[str, Any]) -> None:
    paths = document["paths"]
    assert set(paths) == {
        "/sparql",
        *("/search", "/reconcile", "/reconcile/suggest/entity"),
        "/queries",
        "/tables",
        *(f"/queries/{name}" for name in QUERIES),
        *(f"/tables/{name}" for name in TABLES),
        *(f"/{name}" for name in LISTINGS),
    }
    for name, query in QUERIES.items():
        operation = paths[f"/queries/{name}"]["get"]
        described = {one["name"]: one for one in operation["parameters"]}
        own = [one.name for one in query.parameters]
        others = ["format", "limit", "offset"] if query.form == "SELECT" else ["format"]
        assert list(described) == own + others
        for parameter in query.parameters:
            assert parameter.meaning in described[parameter.name]["description"]
        assert query.question in operation["description"]
        forms = formats("graph" if query.form == "CONSTRUCT" else "results")
        types = {form.media_type for form in forms}
        assert set(operation["responses"]["200"]["content"]) >= types


def test_parameters_are_typed_as_the_headers_say(document: dict[str, Any]) -> None:
    def schema(query: str, name: str) -> dict[str, Any]:
        parameters = document["paths"][f"/queries/{query}"]["get"]["parameters"]
        found: dict[str, Any] = next(one["schema"] for one in parameters if one["name"] == name)
        return found

    assert schema("networks-of-city", "city") == {
        "type": "string",
        "format": "urbact-city",
        "default": "Naples",
    }
    assert schema("calls", "day") == {"type": "string", "format": "date", "default": "2026-05-01"}
    assert schema("networks-in-year", "year")["default"] == 2012
    assert schema("networks-on-theme", "declaredOnly") == {"type": "boolean", "default": False}
    assert schema("cities-in-box", "south")["default"] == "53.0"
    # The demo has no such city.
    assert "default" not in schema("cities-near-city", "city")


def test_the_page_has_every_operation(client: FlaskClient, document: dict[str, Any]) -> None:
    page = client.get("/openapi", headers=BROWSER)
    assert page.status_code == 200
    text = text_of(page.text)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path} {operation['summary']}" in text
    assert "/openapi.json" in page.text


def test_the_address_is_that_of_the_instance(client: FlaskClient) -> None:
    assert client.get("/openapi.json").get_json()["servers"] == [{"url": ADDRESS}]


def test_another_dataset_is_described_by_its_endpoint_alone(
    demo_store: Store, demo_build: Build
) -> None:
    known = Settings.load(public_url=ADDRESS, dataset=demo_build.dataset)
    client = create_app(known, InProcessEngine(demo_store, known)).test_client()
    assert list(client.get("/openapi.json").get_json()["paths"]) == ["/sparql"]
    assert client.get("/openapi", headers=BROWSER).status_code == 200


def test_without_a_release_no_table_is_described(
    demo_store: Store, demo_sources: GraphSources
) -> None:
    known = Settings.load(public_url=ADDRESS, sources=demo_sources.root)
    client = create_app(known, InProcessEngine(demo_store, known)).test_client()
    paths = client.get("/openapi.json").get_json()["paths"]
    assert "/tables" not in paths
    assert "/queries" in paths
