"""Crawlers are told where to go, and where not: robots.txt and the sitemap."""

import re
import urllib.robotparser
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from urbact_graph.dataset.building import Build
from urbact_graph.release.release import Release
from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import Application, create_app
from urbact_graph.web.snapshot import ByVersion
from urbact_graph.web.documents.index import Index
from urbact_graph.web.routes.robots import NAMESPACE, robots_blueprint, robots_text

from tests.support.engines import write_facts

ADDRESS = "https://data.example/graph"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
# Later than anything that the history of the graph can tell.
CHANGED = "2099-03-04T05:06:07Z"


@pytest.fixture(scope="module")
def app(built: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Serve the real graph, in which one city has a date, and one entity an odd name."""
    dataset = tmp_path_factory.mktemp("robots") / "graph.nt"
    base = Settings().base_iri
    modified = "<http://purl.org/dc/terms/modified>"
    date_time = "<http://www.w3.org/2001/XMLSchema#dateTime>"
    dataset.write_text(
        built.dataset.read_text(encoding="utf-8")
        + f'<{base}city/pl/wroclaw> {modified} "{CHANGED}"^^{date_time} .\n'
        + f'<{base}city/x/a&b\'ü> {modified} "2024-01-02" .\n',
        encoding="utf-8",
    )
    settings = Settings.load(max_running_queries=2, public_url=ADDRESS)
    with Engine(settings, dataset) as engine:
        yield create_app(settings, engine)


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


def entries(content: bytes, kind: str) -> dict[str, str]:
    """Return what a sitemap lists, if it is by the rules: each address with its time."""
    assert content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert len(content) <= 52_428_800
    root = ET.fromstring(content)  # noqa: S314
    outer, inner = {"url": ("urlset", "url"), "sitemap": ("sitemapindex", "sitemap")}[kind]
    assert root.tag == f"{{{NAMESPACE}}}{outer}"
    assert 1 <= len(root) <= 50_000
    found: dict[str, str] = {}
    for entry in root:
        assert entry.tag == f"{{{NAMESPACE}}}{inner}"
        names = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in entry]
        assert names in (["loc"], ["loc", "lastmod"])
        address, *changed = [child.text or "" for child in entry]
        assert address.startswith(f"{ADDRESS}/")
        assert len(address) < 2_048
        assert address.isascii()
        assert not set(address) & set(" <>\"'{}|\\^`")
        assert all(MOMENT.fullmatch(moment) for moment in changed)
        assert address not in found
        found[address] = "".join(changed)
    return found


def test_the_sitemap_lists_the_page_of_every_entity(client: FlaskClient, app: Application) -> None:
    response = client.get("/sitemap.xml")
    assert response.mimetype == "application/xml"
    listed = entries(response.data, "url")
    index = Index.of(app.graph)
    assert set(listed) == {f"{ADDRESS}/"} | {
        f"{ADDRESS}/{entity.address}.html" for entity in index.all()
    }
    for entity in index.all():
        told = listed[f"{ADDRESS}/{entity.address}.html"]
        assert bool(told) is (entity.modified is not None), entity.path
    assert listed[f"{ADDRESS}/city/pl/wroclaw.html"] == CHANGED
    odd = next(address for address in listed if address.startswith(f"{ADDRESS}/city/x/"))
    assert odd == f"{ADDRESS}/city/x/a%26b%27%C3%BC.html"
    assert listed[odd] == "2024-01-02"


def test_each_address_leads_to_a_page(client: FlaskClient) -> None:
    listed = list(entries(client.get("/sitemap.xml").data, "url"))
    for address in [*listed[:3], *listed[3::500], *listed[-3:]]:
        path = address.removeprefix(ADDRESS)
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200, path


def test_it_is_the_same_each_time_and_can_be_asked_about(client: FlaskClient) -> None:
    first, again = client.get("/sitemap.xml"), client.get("/sitemap.xml")
    assert first.data == again.data
    assert first.headers["Cache-Control"] == "public, no-cache"
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/sitemap.xml", headers=tag).status_code == 304
    assert client.head("/sitemap.xml").data == b""
    assert "GET" in client.options("/sitemap.xml").headers["Allow"]


def limited(app: Application, **limits: int) -> FlaskClient:
    """Return a client of the same graph with smaller sitemaps."""
    small = Flask("small")
    index = ByVersion(app.graph.engine, lambda: Index.of(app.graph))
    small.register_blueprint(robots_blueprint(app.graph, index, **limits))
    return small.test_client()


@pytest.mark.parametrize("limits", [{"most_addresses": 1_000}, {"most_bytes": 100_000}])
def test_where_one_file_cannot_hold_them_there_are_several(
    client: FlaskClient, app: Application, limits: dict[str, int]
) -> None:
    several = limited(app, **limits)
    named = entries(several.get("/sitemap.xml").data, "sitemap")
    assert list(named) == [f"{ADDRESS}/sitemap-{number}.xml" for number in range(1, len(named) + 1)]
    assert len(named) >= 4
    listed: dict[str, str] = {}
    for address in named:
        content = several.get(address.removeprefix(ADDRESS)).data
        assert len(content) <= limits.get("most_bytes", len(content))
        part = entries(content, "url")
        assert len(part) <= limits.get("most_addresses", len(part))
        assert not listed.keys() & part.keys()
        listed |= part
    assert listed == entries(client.get("/sitemap.xml").data, "url")


def test_a_sitemap_that_there_is_not(client: FlaskClient) -> None:
    response = client.get("/sitemap-1.xml")
    assert response.status_code == 404
    assert response.get_json()["detail"].endswith("/sitemap.xml is the only one.")
    assert client.get("/sitemap-0.xml").status_code == 404
    assert client.get("/sitemap-x.xml").status_code == 404


def test_the_latest_change_is_that_of_the_home(client: FlaskClient) -> None:
    assert entries(client.get("/sitemap.xml").data, "url")[f"{ADDRESS}/"] == CHANGED


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/", True),
        ("/city/pl/wroclaw.html", True),
        ("/ontology.html", True),
        ("/dumps/latest/urbact-graph.ttl", True),
        ("/void", True),
        ("/sparql", False),
        ("/sparql?query=ASK%7B%7D", False),
        ("/reconcile?query=x", False),
        ("/metrics", False),
        ("/health", False),
    ],
)
@pytest.mark.parametrize("address", ["https://data.example", ADDRESS])
def test_crawlers_are_kept_from_what_has_no_end(address: str, path: str, may: bool) -> None:
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(robots_text(address).splitlines())
    assert rules.can_fetch("AnyBot", f"{address}{path}") is may
    assert rules.site_maps() == [f"{address}/sitemap.xml"]


def test_robots_txt_is_text(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    assert response.text == robots_text(ADDRESS)
    assert "Disallow: /graph/*?\n" in response.text
    tag = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/robots.txt", headers=tag).status_code == 304


def test_a_dataset_of_ones_own_has_a_sitemap_too(tmp_path: Path) -> None:
    settings = Settings.load(max_running_queries=1, public_url=ADDRESS)
    with Engine(settings, write_facts(tmp_path / "facts.nt")) as engine:
        own = create_app(settings, engine).test_client()
        assert entries(own.get("/sitemap.xml").data, "url") == {f"{ADDRESS}/": ""}


def test_the_dumps_are_listed_where_there_are_any(
    client: FlaskClient, app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = Release(tmp_path, "1", datetime(2026, 1, 1, tzinfo=UTC), ())
    monkeypatch.setattr(type(app.graph), "edition", edition)
    assert f"{ADDRESS}/dumps/" in entries(client.get("/sitemap.xml").data, "url")
