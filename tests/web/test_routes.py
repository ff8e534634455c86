"""What holds for every route: HEAD, OPTIONS, tags, dates, lifetimes; none is left out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from werkzeug.http import http_date

from urbact_graph.dataset.building import Build
from urbact_graph.release.release import Release
from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import Application, create_app

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "public, no-cache"
NEVER_KEPT = "no-store"

# An address for each route, and how long its answer holds; None where it leads elsewhere.
EXAMPLES: dict[str, tuple[str, str]] = {
    "/": ("/", REVALIDATED),
    "/sparql": ("/sparql", REVALIDATED),
    "/limits": ("/limits", REVALIDATED),
    "/health": ("/health", NEVER_KEPT),
    "/metrics": ("/metrics", NEVER_KEPT),
    "/catalog": ("/catalog", REVALIDATED),
    "/catalog.<any(html,ttl,jsonld,nt,rdf):suffix>": ("/catalog.ttl", REVALIDATED),
    "/void": ("/void", REVALIDATED),
    "/void.<any(html,ttl,jsonld,nt,rdf):suffix>": ("/void.jsonld", REVALIDATED),
    "/.well-known/void": ("/.well-known/void", REVALIDATED),
    "/shapes": ("/shapes", REVALIDATED),
    "/shapes.<any(html,ttl,jsonld,nt,rdf):suffix>": ("/shapes.nt", REVALIDATED),
    "/validation": ("/validation", REVALIDATED),
    "/validation.<any(html,ttl,jsonld,nt,rdf):suffix>": ("/validation.rdf", REVALIDATED),
    "/validation/<identifier>": ("/validation/{result}", REVALIDATED),
    "/dumps": ("/dumps", REVALIDATED),
    "/dumps/": ("/dumps/", REVALIDATED),
    "/dumps/<name>": ("/dumps/{dump}", IMMUTABLE),
    "/dumps/latest/<name>": ("/dumps/latest/urbact-graph.ttl", REVALIDATED),
    "/ldes": ("/ldes", REVALIDATED),
    "/ldes.<extension>": ("/ldes.nq", REVALIDATED),
    "/ldes/<name>": ("/ldes/{page}", IMMUTABLE),
    "/context.jsonld": ("/context.jsonld", REVALIDATED),
    "/robots.txt": ("/robots.txt", REVALIDATED),
    "/sitemap.xml": ("/sitemap.xml", REVALIDATED),
    "/<path:path>": ("/network/greenplace.ttl", REVALIDATED),
}
# That of several sitemaps, which the graph of today does not need, and Flask's own.
_ELSEWHERE = {"/sitemap-<int:number>.xml", "/static/<path:filename>"}


@pytest.fixture(scope="module")
def app(built: Build, edition: Release) -> Iterator[Application]:
    settings = Settings.load(max_running_queries=1, build_folder=edition.folder.parents[1])
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine)


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def address(client: FlaskClient, edition: Release) -> dict[str, str]:
    """Return what stands for the names in the examples."""
    report = client.get("/validation.nt").text
    stream = client.get("/ldes.nq").text
    return {
        "dump": edition.files[0].name,
        "result": report.partition("/validation/")[2].partition(">")[0],
        "page": stream.partition("#node> <http://127.0.0.1:8000/ldes/")[2].partition(">")[0]
        or stream.partition("tree#node> <http://127.0.0.1:8000/ldes/")[2].partition(">")[0],
    }


def test_every_route_has_an_example(app: Application) -> None:
    assert {rule.rule for rule in app.url_map.iter_rules()} - _ELSEWHERE == set(EXAMPLES)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_every_route_answers_all_safe_methods(
    client: FlaskClient, address: dict[str, str], rule: str
) -> None:
    path, lifetime = EXAMPLES[rule]
    path = path.format(**address)
    got = client.get(path)
    assert got.status_code in (200, 302, 303, 308), path
    head = client.head(path)
    assert (head.status_code, head.data) == (got.status_code, b"")
    told = {name: head.headers.get(name) for name in ("Content-Type", "Vary", "ETag", "Link")}
    assert told == {name: got.headers.get(name) for name in told}
    options = client.options(path)
    assert options.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))
    assert options.headers["Access-Control-Allow-Methods"] == options.headers["Allow"]
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Cache-Control"] == lifetime


@pytest.mark.parametrize(
    "rule", [rule for rule, (_, lifetime) in EXAMPLES.items() if lifetime != NEVER_KEPT]
)
def test_what_may_be_kept_is_asked_about_by_tag_and_by_date(
    client: FlaskClient, address: dict[str, str], rule: str
) -> None:
    path = EXAMPLES[rule][0].format(**address)
    while (got := client.get(path)).status_code in (302, 303, 308):
        path = urljoin(path, got.headers["Location"])
    assert got.status_code == 200
    for known in (
        {"If-None-Match": got.headers["ETag"]},
        {"If-Modified-Since": got.headers["Last-Modified"]},
    ):
        again = client.get(path, headers=known)
        assert (again.status_code, again.data) == (304, b""), known
        assert again.headers["ETag"] == got.headers["ETag"]
        assert again.headers["Cache-Control"] == got.headers["Cache-Control"]
    modified = cast("datetime", got.last_modified)
    assert modified <= datetime.now(UTC)
    before = http_date(modified - timedelta(seconds=1))
    assert client.get(path, headers={"If-Modified-Since": before}).status_code == 200
    # A tag says more than a date.
    both = {"If-None-Match": '"other"', "If-Modified-Since": got.headers["Last-Modified"]}
    assert client.get(path, headers=both).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/catalog", "/void", "/shapes", "/validation", "/ldes", "/network/greenplace"]
)
def test_what_hangs_on_accept_says_so(client: FlaskClient, path: str) -> None:
    for accept in ("text/html", "application/ld+json"):
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code in (200, 303), (path, accept)
        assert "Accept" in response.vary
