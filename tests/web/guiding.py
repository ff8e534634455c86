"""What tests of the guide share: its pages, and answers to compare them with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pyoxigraph import Literal, NamedNode, QuerySolutions, QueryTriples, Store

from tests.web.serving import BROWSER
from urbact_graph.web.routes.guide import PAGES

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PATHS = ("/guide", *(f"/guide/{name}" for name, *_ in PAGES))


def answer(query: str, store: Store) -> list[tuple[str, ...]]:
    """Return the rows or triples of the answer, each value as its text, or nothing."""
    found = store.query(query)
    assert isinstance(found, (QuerySolutions, QueryTriples))
    return [
        tuple(one.value if isinstance(one, (NamedNode, Literal)) else "" for one in row)
        for row in found
    ]


def fetched(client: FlaskClient, path: str) -> TestResponse:
    """Return the response at ``path`` after its redirects, which are relative."""
    response = client.get(path, headers=BROWSER)
    while response.status_code in (302, 303, 308):
        path = urljoin(path, response.headers["Location"])
        response = client.get(path, headers=BROWSER)
    return response


def page(client: FlaskClient, path: str) -> str:
    """Return the page at ``path``."""
    response = client.get(path, headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, "text/html"), path
    return response.text
