"""The real graph, asked by form, by address and by JSON; every answer is checked by its schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema_rs import validator_for

from tests.support.evaluating import InProcessEngine
from tests.web.reconciling import schemas
from tests.web.serving import ADDRESS
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from pyoxigraph import Store
    from werkzeug.test import TestResponse


class Service:
    """The service of one instance, as clients of both versions call it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def match(self, queries: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Return the candidates for a batch, by its keys."""
        answer = self.client.post("/reconcile", data={"queries": json.dumps(queries)})
        found = checked(answer, schemas.RESULTS)
        assert found.keys() == queries.keys()
        return {key: one["result"] for key, one in found.items()}

    def one(self, name: str | None, kind: str = "", **properties: Any) -> list[dict[str, Any]]:
        """Return the candidates for one query."""
        query: dict[str, Any] = {} if name is None else {"query": name}
        if kind:
            query["type"] = kind
        if properties:
            query["properties"] = [{"pid": key, "v": value} for key, value in properties.items()]
        return self.match({"q0": query})["q0"]

    def draft(self, *queries: dict[str, Any]) -> list[list[dict[str, Any]]]:
        """Return the candidates for a batch of the draft."""
        answer = self.client.post("/reconcile/1.0/match", json={"queries": queries})
        found = checked(answer, schemas.DRAFT_RESULTS)
        return [one["candidates"] for one in found["results"]]

    def extend(self, ids: list[str], *properties: str | dict[str, Any]) -> dict[str, Any]:
        """Return the values of properties."""
        wanted = [one if isinstance(one, dict) else {"id": one} for one in properties]
        asked = json.dumps({"ids": ids, "properties": wanted})
        answer = self.client.post("/reconcile", data={"extend": asked})
        found: dict[str, Any] = checked(answer, schemas.EXTENDED)
        return found

    def get(self, path: str, schema: dict[str, Any]) -> Any:
        """Return what is at ``path`` below the endpoint."""
        return checked(self.client.get(f"/reconcile{path}"), schema)


def checked(answer: TestResponse, schema: dict[str, Any]) -> Any:
    """Return the JSON of ``answer``, which must be as ``schema`` says."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["ETag"]
    found = answer.get_json()
    validator_for(schema).validate(found)
    return found


@pytest.fixture(scope="session")
def service(store: Store) -> Service:
    """Return the service of the real graph."""
    settings = Settings.load(public_url=ADDRESS)
    return Service(create_app(settings, InProcessEngine(store, settings)).test_client())
