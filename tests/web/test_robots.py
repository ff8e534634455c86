"""What crawlers look for: robots.txt, and a sitemap within its limits."""

import re
import urllib.robotparser
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.engines import write_facts
from tests.web.serving import ADDRESS, serving_file
from urbact_graph.release.release import Release
from urbact_graph.web.application import Application
from urbact_graph.web.documents.index import Index
from urbact_graph.web.routes.robots import NAMESPACE, Listed, robots_text, sitemaps
from urbact_graph.web.snapshot import Snapshot

MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
# Later than any date in the graph.
CHANGED = "2099-03-04T05:06:07Z"


@pytest.fixture(scope="module")
def dated(demo_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Serve the demo, in which one city has a date, and one entity an odd name."""
    file = tmp_path_factory.mktemp("robots") / "graph.nt"
    base = "https://w3id.org/urbact-graph/"
    modified = "<http://purl.org/dc/terms/modified>"
    date_time = "<http://www.w3.org/2001/XMLSchema#dateTime>"
    file.write_text(
        demo_release.graph.read_text(encoding="utf-8")
        + f'<{base}city/pl/wroclaw> {modified} "{CHANGED}"^^{date_time} .\n'
        + f'<{base}city/x/a&b\'ü> {modified} "2024-01-02" .\n',
        encoding="utf-8",
    )
    with serving_file(file) as app:
        yield app


def entries(content: bytes, kind: str) -> dict[str, str]:
    """Return what a sitemap lists, if it keeps the rules: each address with its time."""
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


def test_the_sitemap_lists_the_page_of_every_entity_that_is_not_computed(
    demo_client: FlaskClient, demo_snapshot: Snapshot
) -> None:
    response = demo_client.get("/sitemap.xml")
    assert response.mimetype == "application/xml"
    listed = entries(response.data, "url")
    entities = Index.of(demo_snapshot).all()
    computed = ("quality/", "similarity/")
    pages = {
        f"{ADDRESS}/{entity.address}.html"
        for entity in entities
        if not entity.path.startswith(computed) and not entity.is_deprecated
    }
    others = ["", "dumps/", "networks", "cities", "plans", "recommendations", "people", "themes"]
    others += ["map", "countries", "pictures/timeline", "pictures/cooperation"]
    assert {f"{ADDRESS}/{path}" for path in others} < set(listed)
    gathered = re.compile(rf"{ADDRESS}/([a-z/]*|(countries|guide|pictures|queries|tables)/[a-z-]+)")
    assert {address for address in listed if not gathered.fullmatch(address)} == pages
    for path in ("countries/pl", "queries/peers-of-city", "tables/cities", "openapi"):
        assert f"{ADDRESS}/{path}" in listed
    assert demo_client.get("/sitemap.xml").data == response.data


@pytest.mark.process
def test_the_time_of_an_entity_is_that_of_its_last_change(dated: Application) -> None:
    listed = entries(dated.test_client().get("/sitemap.xml").data, "url")
    assert listed[f"{ADDRESS}/city/pl/wroclaw.html"] == CHANGED
    odd = f"{ADDRESS}/city/x/a%26b%27%C3%BC.html"
    # Of a time without its zone only the day is certain.
    assert listed[odd] == "2024-01-02"
    # The home changes with every entity.
    assert listed[f"{ADDRESS}/"] == CHANGED
    assert f"{ADDRESS}/dumps/" not in listed


def test_each_address_leads_to_a_page(demo_client: FlaskClient) -> None:
    listed = list(entries(demo_client.get("/sitemap.xml").data, "url"))
    for address in [*listed[:3], *listed[3::10], *listed[-3:]]:
        path = address.removeprefix(ADDRESS)
        response = demo_client.get(path, headers={"Accept": "text/html"})
        assert (response.status_code, response.mimetype) == (200, "text/html"), path


LISTED = [Listed(f"{ADDRESS}/entity/{number}.html", CHANGED) for number in range(1_000)]


@pytest.mark.parametrize(
    ("max_addresses", "max_bytes", "files"),
    [
        (1_000, 1_000_000, 1),
        (999, 1_000_000, 2),
        (100, 1_000_000, 10),
        (1_000, 20_000, None),
        (50, 20_000, None),
        # An entry is never left out, however small the limit is.
        (1, 1_000_000, 1_000),
    ],
)
def test_sitemaps_are_as_few_as_their_limits_allow(
    max_addresses: int, max_bytes: int, files: int | None
) -> None:
    index, *parts = sitemaps(ADDRESS, LISTED, max_addresses, max_bytes)
    if files == 1:
        parts = [index]
    else:
        names = list(entries(index, "sitemap"))
        assert names == [f"{ADDRESS}/sitemap-{i}.xml" for i in range(1, len(parts) + 1)]
    if files:
        assert len(parts) == files
    listed: list[str] = []
    for part in parts:
        assert len(part) <= max_bytes
        found = entries(part, "url")
        assert 1 <= len(found) <= max_addresses
        listed += found
    assert listed == [one.address for one in LISTED]


def test_a_file_in_bytes_is_full_before_the_next_begins() -> None:
    _, *parts = sitemaps(ADDRESS, LISTED, 1_000, 20_000)
    longest_entry = 200
    assert all(len(part) > 20_000 - longest_entry - 200 for part in parts[:-1])


def test_an_instance_with_several_sitemaps_gives_each(
    demo_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = entries(demo_client.get("/sitemap.xml").data, "url")
    monkeypatch.setattr("urbact_graph.web.routes.robots.MAX_ADDRESSES", 30)
    listed: dict[str, str] = {}
    named = entries(demo_client.get("/sitemap.xml").data, "sitemap")
    for address in named:
        listed |= entries(demo_client.get(address.removeprefix(ADDRESS)).data, "url")
    assert listed == whole
    beyond = demo_client.get(f"/sitemap-{len(named) + 1}.xml")
    assert beyond.status_code == 404
    assert beyond.get_json()["detail"].endswith("/sitemap.xml lists them.")


@pytest.mark.parametrize("path", ["/sitemap-0.xml", "/sitemap-1.xml", "/sitemap-x.xml"])
def test_a_sitemap_that_there_is_not_is_not_found(demo_client: FlaskClient, path: str) -> None:
    response = demo_client.get(path)
    assert response.status_code == 404
    if path != "/sitemap-x.xml":
        assert response.get_json()["detail"].endswith("/sitemap.xml is the only one.")


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("/", True),
        ("/city/pl/wroclaw.html", True),
        ("/ontology.html", True),
        ("/dumps/latest/urbact-graph.ttl", True),
        ("/void", True),
        ("/sparql", False),
        ("/sparql?query=ASK%7B%7D", False),
        ("/graph-store?default", False),
        ("/metrics", False),
        ("/health", False),
    ],
)
@pytest.mark.parametrize("address", ["https://data.example", ADDRESS])
def test_crawlers_are_kept_from_paths_without_end(
    address: str, path: str, is_allowed: bool
) -> None:
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(robots_text(address).splitlines())
    assert rules.can_fetch("AnyBot", f"{address}{path}") is is_allowed
    assert rules.site_maps() == [f"{address}/sitemap.xml"]


def test_crawlers_are_told_of_addresses_that_exist_only(demo_client: FlaskClient) -> None:
    text = robots_text("https://data.example")
    paths = [line.removeprefix("Disallow: ") for line in text.splitlines() if "Disallow" in line]
    assert "/sparql" in paths
    for path in paths:
        if "*" not in path:
            assert demo_client.get(path).status_code != 404, path


def test_robots_txt_is_text(demo_client: FlaskClient) -> None:
    response = demo_client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    assert response.text == robots_text(ADDRESS)
    assert "Disallow: /graph/*?\n" in response.text


@pytest.mark.process
def test_another_dataset_has_a_sitemap_too(tmp_path: Path) -> None:
    with serving_file(write_facts(tmp_path / "facts.nt")) as app:
        listed = entries(app.test_client().get("/sitemap.xml").data, "url")
    assert listed == {f"{ADDRESS}/": ""}
