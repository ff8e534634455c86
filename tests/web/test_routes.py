"""What holds for every route: HEAD, OPTIONS, tags, dates, lifetimes; none is left out."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from werkzeug.http import http_date

from tests.support.engine_servers import CHOSEN
from tests.support.marking import sampled
from tests.web.serving import ADDRESS
from urbact_graph.release.release import Release
from urbact_graph.web.application import Application
from urbact_graph.web.assets import Assets
from urbact_graph.web.response import IMMUTABLE, REVALIDATED

NEVER_STORED = "no-store"
FORMATS = "<any(html,ttl,jsonld,nt,rdf):suffix>"
SUGGESTED = "<any(entity,property,type):what>"
# For each route an address, and the lifetime of its response.
EXAMPLES: dict[str, tuple[str, str]] = {
    "/": ("/", REVALIDATED),
    "/sparql": ("/sparql", REVALIDATED),
    "/sparql/completions.json": ("/sparql/completions.json", REVALIDATED),
    "/graph-store": ("/graph-store?default", REVALIDATED),
    # It says how engines elsewhere are at the moment.
    "/limits": ("/limits", NEVER_STORED if CHOSEN.name else REVALIDATED),
    "/conformance": ("/conformance", REVALIDATED),
    "/conformance.<any(html,json):suffix>": ("/conformance.json", REVALIDATED),
    "/health": ("/health", NEVER_STORED),
    "/metrics": ("/metrics", NEVER_STORED),
    "/catalog": ("/catalog", REVALIDATED),
    f"/catalog.{FORMATS}": ("/catalog.ttl", REVALIDATED),
    "/void": ("/void", REVALIDATED),
    f"/void.{FORMATS}": ("/void.jsonld", REVALIDATED),
    "/.well-known/void": ("/.well-known/void", REVALIDATED),
    "/shapes": ("/shapes", REVALIDATED),
    f"/shapes.{FORMATS}": ("/shapes.nt", REVALIDATED),
    "/shapes/core": ("/shapes/core", REVALIDATED),
    f"/shapes/core.{FORMATS}": ("/shapes/core.nt", REVALIDATED),
    "/validation": ("/validation", REVALIDATED),
    f"/validation.{FORMATS}": ("/validation.rdf", REVALIDATED),
    "/validation/<identifier>": ("/validation/{result}", REVALIDATED),
    "/docs": ("/docs", REVALIDATED),
    "/docs/": ("/docs/", REVALIDATED),
    "/docs/<path:name>": ("/docs/index.html", REVALIDATED),
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
    "/static/<name>": ("/static/{style}", IMMUTABLE),
    "/search": ("/search?q=greenplace", REVALIDATED),
    "/reconcile": ("/reconcile", REVALIDATED),
    "/reconcile/1.0": ("/reconcile/1.0", REVALIDATED),
    "/reconcile/preview": ("/reconcile/preview?id=city/pl/wroclaw", REVALIDATED),
    "/reconcile/1.0/preview": ("/reconcile/1.0/preview?id=network%2Fgreenplace", REVALIDATED),
    "/reconcile/properties": ("/reconcile/properties?type=city", REVALIDATED),
    "/reconcile/1.0/extend/propose": ("/reconcile/1.0/extend/propose?type=plan", REVALIDATED),
    f"/reconcile/suggest/{SUGGESTED}": ("/reconcile/suggest/entity?prefix=wro", REVALIDATED),
    f"/reconcile/1.0/suggest/{SUGGESTED}": ("/reconcile/1.0/suggest/type?prefix=", REVALIDATED),
    f"/reconcile/flyout/{SUGGESTED}": ("/reconcile/flyout/property?id=country", REVALIDATED),
    "/guide": ("/guide", REVALIDATED),
    "/guide/model": ("/guide/model", REVALIDATED),
    "/guide/endpoint": ("/guide/endpoint", REVALIDATED),
    "/guide/<any('city-officer', 'researcher', 'analyst', 'harvester'):name>": (
        "/guide/analyst",
        REVALIDATED,
    ),
    "/networks": ("/networks", REVALIDATED),
    "/cities": ("/cities", REVALIDATED),
    "/plans": ("/plans", REVALIDATED),
    "/recommendations": ("/recommendations", REVALIDATED),
    "/people": ("/people", REVALIDATED),
    "/themes": ("/themes", REVALIDATED),
    "/countries": ("/countries", REVALIDATED),
    "/countries/<code>": ("/countries/pl", REVALIDATED),
    "/queries": ("/queries?q=city", REVALIDATED),
    "/queries/<name>": ("/queries/calls?limit=2", REVALIDATED),
    "/tables": ("/tables", REVALIDATED),
    "/tables/<name>": ("/tables/cities?format=json", REVALIDATED),
    "/openapi": ("/openapi", REVALIDATED),
    "/openapi.json": ("/openapi.json", REVALIDATED),
    "/map": ("/map", REVALIDATED),
    "/map.json": ("/map.json", REVALIDATED),
    "/pictures/<name>": ("/pictures/themes.csv", REVALIDATED),
    "/<path:path>": ("/network/greenplace.ttl", REVALIDATED),
}
# That of several sitemaps, which a small graph does not need.
UNUSED = {"/sitemap-<int:number>.xml"}
# Routes that take bodies: those that take nothing else, and those that take them too.
ONLY_POST = {"/reconcile/1.0/match", "/reconcile/1.0/extend"}
POST_TOO = {"/sparql", "/reconcile"}
REDIRECTS = (302, 303, 308)


@pytest.fixture(scope="module")
def names(demo_client: FlaskClient, demo_release: Release) -> dict[str, str]:
    """Return what the examples leave open."""
    report = demo_client.get("/validation.nt").text
    stream = demo_client.get("/ldes.nq").text
    return {
        "dump": demo_release.files[0].name,
        "result": report.partition("/validation/")[2].partition(">")[0],
        "style": Assets.load().names["site.css"],
        "page": stream.partition(f"tree#node> <{ADDRESS}/ldes/")[2].partition(">")[0],
    }


def test_every_route_has_an_example(demo_app: Application) -> None:
    rules = {rule.rule for rule in demo_app.url_map.iter_rules()}
    assert rules - UNUSED - ONLY_POST == set(EXAMPLES)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_every_route_answers_all_safe_methods(
    demo_client: FlaskClient, names: dict[str, str], rule: str
) -> None:
    path, lifetime = EXAMPLES[rule]
    path = path.format(**names)
    got = demo_client.get(path)
    assert got.status_code in (200, *REDIRECTS), path
    head = demo_client.head(path)
    assert (head.status_code, head.data) == (got.status_code, b"")
    for name in ("Content-Type", "Vary", "ETag", "Link", "Location"):
        assert head.headers.get(name) == got.headers.get(name)
    options = demo_client.options(path)
    assert options.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))
    assert options.headers["Access-Control-Allow-Methods"] == options.headers["Allow"]
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Cache-Control"] == lifetime
    if rule not in POST_TOO:
        assert demo_client.post(path).status_code == 405


@pytest.mark.parametrize(
    "rule",
    sampled((rule for rule, (_, lifetime) in EXAMPLES.items() if lifetime != NEVER_STORED), 3),
)
def test_what_may_be_stored_is_revalidated_by_tag_and_by_date(
    demo_client: FlaskClient, names: dict[str, str], rule: str
) -> None:
    path = EXAMPLES[rule][0].format(**names)
    while (got := demo_client.get(path)).status_code in REDIRECTS:
        path = urljoin(path, got.headers["Location"])
    assert got.status_code == 200
    modified = got.last_modified
    assert modified
    assert modified <= datetime.now(UTC)
    for known in (
        {"If-None-Match": got.headers["ETag"]},
        {"If-Modified-Since": got.headers["Last-Modified"]},
    ):
        again = demo_client.get(path, headers=known)
        assert (again.status_code, again.data) == (304, b""), known
        assert again.headers["ETag"] == got.headers["ETag"]
        assert again.headers["Cache-Control"] == got.headers["Cache-Control"]
        assert again.headers.get("Vary") == got.headers.get("Vary")
    before = http_date(modified - timedelta(seconds=1))
    assert demo_client.get(path, headers={"If-Modified-Since": before}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sparql",
        "/limits",
        "/conformance",
        "/catalog",
        "/void",
        "/shapes",
        "/validation",
        "/ldes",
        "/theme",
    ],
)
def test_a_response_that_depends_on_accept_says_so(demo_client: FlaskClient, path: str) -> None:
    for accept in ("text/html", "application/json, application/ld+json;q=0.5"):
        response = demo_client.get(path, headers={"Accept": accept})
        assert response.status_code in (200, 303), (path, accept)
        assert "Accept" in response.vary
