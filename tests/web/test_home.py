"""The home tells people what is here, and leads programs to the dataset's description."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from urbact_graph.dataset.building import Build
from urbact_graph.description.distributions import DISTRIBUTIONS, DumpFile
from urbact_graph.release.release import Release
from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import Application, create_app

from tests.support.engines import write_facts

ADDRESS = "https://data.example/graph"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LINK = re.compile(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?')
# A dataset that describes itself, though it holds next to nothing.
BASE = "https://own.example/"
ABOUT = "A description that is long enough for those who look for data. "
FACTS = f"""
<{BASE}dataset> <http://purl.org/dc/terms/title> "Some things" .
<{BASE}dataset> <http://www.w3.org/2000/01/rdf-schema#label> "Some things" .
<{BASE}dataset> <http://purl.org/dc/terms/description> "{ABOUT}" .
<{BASE}dataset> <http://www.w3.org/2002/07/owl#versionInfo> "2026-11-23-1a2b3c4d5e6f" .
<{BASE}dataset> <http://purl.org/dc/terms/modified> "2026-11-24T08:09:10Z" .
<{BASE}thing/b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}ontology#Thing> .
<{BASE}thing/b> <http://www.w3.org/2000/01/rdf-schema#label> "b <b>" .
<{BASE}thing/%C3%A9> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}ontology#Thing> .
<{BASE}ontology#Thing> <http://www.w3.org/2000/01/rdf-schema#label> "Some thing"@en .
<{BASE}ontology#Thing> <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> <{BASE}ontology> .
"""


@pytest.fixture(scope="module")
def app(built: Build) -> Iterator[Application]:
    settings = Settings.load(max_running_queries=2, public_url=ADDRESS)
    with Engine(settings, built.dataset) as engine:
        yield create_app(settings, engine)


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    dataset = tmp_path_factory.mktemp("home") / "graph.nt"
    dataset.write_text(FACTS)
    settings = Settings.load(max_running_queries=1, public_url=ADDRESS, base_iri=BASE)
    with Engine(settings, dataset) as engine:
        yield create_app(settings, engine)


def links(response: TestResponse) -> dict[str, list[tuple[str, str]]]:
    """Return the typed links of a response: by relation, the targets and their media types."""
    found: dict[str, list[tuple[str, str]]] = {}
    for target, relation, media_type in LINK.findall(response.headers["Link"]):
        found.setdefault(relation, []).append((target, media_type))
    return found


def read(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_people_get_a_page_with_the_counts_of_the_graph(client: FlaskClient, built: Build) -> None:
    response = client.get("/", headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    text = read(response.text)
    facts = built.dataset.read_text(encoding="utf-8")
    base = Settings().base_iri
    kinds = {"Network": "networks", "City": "cities", "Plan": "plans", "Person": "people"}
    for name, words in kinds.items():
        size = facts.count(f"#type> <{base}ontology#{name}> .")
        assert f"{size:,} {words} such as" in text, name
    assert f"{len(facts.splitlines()):,} statements" in text
    assert "40 themes such as" in text


def test_all_that_the_page_leads_to_is_there(client: FlaskClient) -> None:
    page = client.get("/", headers=BROWSER).text
    addresses = set(re.findall(r'href="(/[^"]*)"', page))
    assert {"/sparql", "/ontology.html", "/theme.html", "/context.jsonld", "/limits"} <= addresses
    assert "/sitemap.xml" in addresses
    for address in addresses:
        assert client.get(html.unescape(address), headers=BROWSER).status_code == 200, address


def test_links_have_the_prefix_that_the_instance_stands_at(client: FlaskClient) -> None:
    page = client.get("/", headers=BROWSER, environ_overrides={"SCRIPT_NAME": "/sub"}).text
    assert 'href="/sub/sparql"' in page
    assert not re.findall(r'href="/(?!sub/)', page)


@pytest.mark.parametrize("accept", [None, "*/*", "text/turtle"])
def test_programs_are_led_to_the_description_of_the_dataset(
    client: FlaskClient, accept: str | None
) -> None:
    response = client.get("/", headers={"Accept": accept} if accept else {})
    # Relative, so that an instance of one's own leads to itself.
    assert (response.status_code, response.headers["Location"]) == (303, "dataset.ttl")
    assert "Accept" in response.headers["Vary"]
    assert client.get("/dataset.ttl").status_code == 200


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "rdf"),
        ("application/n-triples, text/html;q=0.5", "nt"),
    ],
)
def test_they_get_the_format_they_accept(described: Application, accept: str, suffix: str) -> None:
    response = described.test_client().get("/", headers={"Accept": accept})
    assert response.headers["Location"] == f"dataset.{suffix}"


def test_what_cannot_be_given_is_not_acceptable(client: FlaskClient) -> None:
    assert client.get("/", headers={"Accept": "image/png"}).status_code == 406


def test_it_can_be_kept_and_asked_about(client: FlaskClient) -> None:
    first = client.get("/", headers=BROWSER)
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Accept" in first.headers["Vary"]
    tag = {**BROWSER, "If-None-Match": first.headers["ETag"]}
    assert client.get("/", headers=tag).status_code == 304
    head = client.head("/", headers=BROWSER)
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(first.data)))
    assert "GET" in client.options("/").headers["Allow"]
    assert client.post("/").status_code == 405


def test_typed_links_lead_programs_from_anywhere(described: Application) -> None:
    client = described.test_client()
    response = client.get("/", headers=BROWSER)
    found = links(response)
    assert found["canonical"] == [(f"{ADDRESS}/", "")]
    assert found["service-desc"] == [(f"{ADDRESS}/sparql", "")]
    assert found["license"] == [("https://creativecommons.org/licenses/by/4.0/", "")]
    assert ("https://schema.org/Dataset", "") in found["type"]
    assert found["cite-as"] == [(f"{BASE}dataset", "")]
    assert found["describedby"] == [(f"{ADDRESS}/void", ""), (f"{ADDRESS}/catalog", "")]
    assert (f"{ADDRESS}/dataset.ttl", "text/turtle") in found["alternate"]
    assert links(client.get("/")) == found
    for relation, targets in found.items():
        for target, _ in targets:
            assert f'<link rel="{relation}" href="{target}"' in response.text


def test_the_dumps_are_its_items(described: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tuple(DumpFile(form.key, form.file_name("1"), 10, "0" * 64) for form in DISTRIBUTIONS)
    edition = Release(Path("edition"), "1", datetime(2026, 1, 1, tzinfo=UTC), files)
    monkeypatch.setattr(type(described.graph), "edition", edition)
    response = described.test_client().get("/", headers=BROWSER)
    found = links(response)
    assert (f"{ADDRESS}/dumps/latest/urbact-graph.ttl", "text/turtle") in found["item"]
    assert (f"{ADDRESS}/dumps/latest/urbact-graph.nt.gz", "application/gzip") in found["item"]
    # Proxies commonly take 4 kB of headers.
    assert len(response.headers["Link"]) < 3_000
    (said,) = re.findall(r'ld\+json">(.*?)</script>', response.text)
    markup = json.loads(said)
    assert (markup["@type"], markup["name"]) == ("Dataset", "Some things")
    assert len(markup["distribution"]) == len(DISTRIBUTIONS)


def test_the_version_and_its_date_are_told(described: Application) -> None:
    text = read(described.test_client().get("/", headers=BROWSER).text)
    assert "Version 2026-11-23-1a2b3c4d5e6f of 2026-11-24" in text


def test_kinds_that_the_page_has_no_word_for_are_called_by_their_labels(
    described: Application,
) -> None:
    page = described.test_client().get("/", headers=BROWSER).text
    # The one that most is said of, not the first.
    assert "2 Some thing such as b <b>" in read(page)
    assert 'href="/thing/b.html">b &lt;b&gt;</a>' in page


def test_a_dataset_of_ones_own_has_a_shorter_page(tmp_path: Path) -> None:
    file = write_facts(tmp_path / "facts.nt")
    with file.open("a") as facts:
        facts.write("<x:s1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <x:Thing> .\n")
    settings = Settings.load(max_running_queries=1, dataset=file)
    with Engine(settings, file) as engine:
        client = create_app(settings, engine).test_client()
        page = client.get("/", headers=BROWSER).text
        assert "facts.nt" in page
        assert "1 x:Thing" in read(page)
        assert "URBACT" not in page
        addresses = set(re.findall(r'href="(/[^"]*)"', page))
        assert "/sparql" in addresses
        for address in addresses:
            assert client.get(address, headers=BROWSER).status_code == 200, address
        response = client.get("/")
        # The endpoint tells what there is, then.
        assert (response.status_code, response.headers["Location"]) == (303, "sparql")
        assert not {"cite-as", "describedby", "alternate"} & links(response).keys()


def test_it_waits_for_the_next_version(tmp_path: Path) -> None:
    settings = Settings.load(max_running_queries=1, base_iri=BASE)
    file = tmp_path / "graph.nt"
    file.write_text(FACTS)
    with Engine(settings, file) as engine:
        client = create_app(settings, engine).test_client()
        assert "2 Some thing" in read(client.get("/", headers=BROWSER).text)
        thing = f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}ontology#Thing> .\n"
        file.write_text(f"{FACTS}<{BASE}thing/c> {thing}")
        assert engine.reload(file)
        assert "3 Some thing" in read(client.get("/", headers=BROWSER).text)
