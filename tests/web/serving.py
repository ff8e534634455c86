"""Applications of small datasets, and what tests read in their responses."""

from __future__ import annotations

import contextlib
import html
import re
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from tests.support.engine_servers import engine_on
from urbact_graph.engine.source import Source
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.context import RequestContext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Response
    from flask.testing import FlaskClient
    from werkzeug.test import EnvironBuilder, TestResponse

    from urbact_graph.release.release import Release
    from urbact_graph.web.application import Application

# Where the instances of tests are reached.
ADDRESS = "https://data.example/graph"
# The base of datasets that tests write.
BASE = "https://own.example/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
_LINK = re.compile(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?')


@contextlib.contextmanager
def serving_file(
    file: Path, release: Release | None = None, **settings: object
) -> Iterator[Application]:
    """Serve ``file`` in an application while the block lasts."""
    known = Settings.load(**{"max_running_queries": 1, "public_url": ADDRESS, **settings})
    with engine_on(known, Source(file)) as engine:
        yield create_app(known, engine, release)


def dispatch(
    app: Application, environ: EnvironBuilder, context: RequestContext | None = None
) -> tuple[Response, RequestContext]:
    """Have ``app`` answer a request as the server does; return the response and the context.

    ``context`` is what the server knows of the request.
    """
    context = context or RequestContext("192.0.2.1")
    request = environ.get_environ()
    context.enter(request)
    with app.request_context(request):
        return app.full_dispatch_request(), context


def links(response: TestResponse) -> dict[str, list[tuple[str, str]]]:
    """Return the typed links of a response: by relation, the targets and their media types."""
    found: dict[str, list[tuple[str, str]]] = {}
    for target, relation, media_type in _LINK.findall(response.headers["Link"]):
        found.setdefault(relation, []).append((target, media_type))
    return found


def text_of(page: str) -> str:
    """Return the text of a page as a reader sees it, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def addresses(page: str) -> set[str]:
    """Return the addresses on this instance that a page links to, without their fragments."""
    found = re.findall(r'href="(/[^"#]*)[^"]*"', page)
    return {html.unescape(address) for address in found}


def triples_at(client: FlaskClient, path: str) -> list[Triple]:
    """Return the triples at ``path``, in the order of the N-Triples."""
    response = client.get(path, headers={"Accept": "application/n-triples"})
    assert response.status_code == 200, response.text
    return [quad.triple for quad in parse(response.data, format=RdfFormat.N_TRIPLES)]


def objects(triples: list[Triple], property_: str) -> set[str]:
    """Return the IRIs that ``triples`` link to by ``property_``."""
    return {
        triple.object.value
        for triple in triples
        if triple.predicate.value == property_ and isinstance(triple.object, NamedNode)
    }


def problem(response: TestResponse) -> str:
    """Return the name of the problem that a response is."""
    return str(response.get_json()["type"]).rpartition("/")[2]
