"""The home shows people what is here, and leads programs to the dataset's description."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from tests.support.engines import write_facts
from tests.support.marking import sampled
from tests.web.serving import (
    ADDRESS,
    BASE,
    BROWSER,
    addresses,
    links,
    problem,
    serving_file,
    text_of,
)
from urbact_graph.description.distributions import DISTRIBUTIONS, DumpFile
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.release.release import Release
from urbact_graph.web.application import Application

pytestmark = pytest.mark.process

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
# A dataset that describes itself, though it holds next to nothing.
ABOUT = "A description that is long enough for those who look for data. "
FACTS = f"""
<{BASE}dataset> <http://purl.org/dc/terms/title> "Some things" .
<{BASE}dataset> {LABEL} "Some things" .
<{BASE}dataset> <http://purl.org/dc/terms/description> "{ABOUT}" .
<{BASE}dataset> <http://www.w3.org/2002/07/owl#versionInfo> "2026-11-23-1a2b3c4d5e6f" .
<{BASE}dataset> <http://purl.org/dc/terms/modified> "2026-11-24T08:09:10Z" .
<{BASE}thing/b> {RDF_TYPE} <{BASE}ontology#Thing> .
<{BASE}thing/b> {LABEL} "b <b>" .
<{BASE}thing/%C3%A9> {RDF_TYPE} <{BASE}ontology#Thing> .
<{BASE}ontology#Thing> {LABEL} "Some thing"@en .
<{BASE}ontology#Thing> <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> <{BASE}ontology> .
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Serve the small dataset that describes itself, with a release that has only a manifest."""
    folder = tmp_path_factory.mktemp("home")
    file = folder / "graph.nt"
    file.write_text(FACTS)
    (folder / "shapes.nt").write_text("")
    files = tuple(DumpFile(form.key, form.file_name("1"), 10, "0" * 64) for form in DISTRIBUTIONS)
    release = Release(folder, "1", "0" * 64, datetime(2026, 1, 1, tzinfo=UTC), files, "a test")
    with serving_file(file, release, base_iri=BASE) as app:
        yield app


def test_people_get_a_page_with_the_counts_of_the_graph(
    demo_client: FlaskClient, demo_release: Release, base: str
) -> None:
    response = demo_client.get("/", headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    text = text_of(response.text)
    facts = demo_release.graph.read_text(encoding="utf-8")
    kinds = {"Network": "networks", "City": "cities", "Plan": "plans", "Person": "people"}
    for name, words in kinds.items():
        size = facts.count(f"#type> <{base}ontology#{name}> .")
        assert f"{size:,} {words} such as" in text, name
    assert f"{len(facts.splitlines()):,} statements" in text
    assert "11 themes such as" in text


# What pages link to, and was found there.
_THERE: set[str] = set()


@pytest.mark.parametrize(
    "path",
    sampled(
        ["/", "/guide", "/shapes.html", "/catalog.html", "/dumps/", "/ldes", "/validation.html"], 7
    ),
)
def test_everything_that_a_page_links_to_is_there(demo_client: FlaskClient, path: str) -> None:
    found = addresses(demo_client.get(path, headers=BROWSER).text)
    assert {"/", "/sparql", "/ontology.html", "/theme.html"} <= found
    for address in found - _THERE:
        response = demo_client.get(address, headers=BROWSER)
        if response.status_code == 303:
            path = urljoin(address, response.headers["Location"])
            response = demo_client.get(path, headers=BROWSER)
        assert response.status_code == 200, address
        _THERE.add(address)


def test_the_home_leads_everywhere(demo_client: FlaskClient) -> None:
    found = addresses(demo_client.get("/", headers=BROWSER).text)
    for path in ("/context.jsonld", "/limits", "/sitemap.xml", "/dumps/", "/ldes", "/shapes"):
        assert path in found


def test_links_have_the_path_at_which_the_instance_stands(demo_client: FlaskClient) -> None:
    page = demo_client.get("/", headers=BROWSER, environ_overrides={"SCRIPT_NAME": "/sub"}).text
    assert 'href="/sub/sparql"' in page
    assert not re.findall(r'href="/(?!sub/)', page)


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/turtle", "ttl"),
        ("text/turtle, */*;q=0.1", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "rdf"),
        ("application/n-triples, text/html;q=0.5", "nt"),
    ],
)
def test_programs_are_led_to_the_description_of_the_dataset(
    demo_client: FlaskClient, accept: str, suffix: str
) -> None:
    response = demo_client.get("/", headers={"Accept": accept})
    # Relative, so that a local instance stays local.
    assert (response.status_code, response.headers["Location"]) == (303, f"dataset.{suffix}")
    assert "Accept" in response.headers["Vary"]
    assert demo_client.get(f"/dataset.{suffix}").status_code == 200


def test_a_format_that_there_is_not_is_not_acceptable(demo_client: FlaskClient) -> None:
    response = demo_client.get("/", headers={"Accept": "image/png"})
    assert (response.status_code, problem(response)) == (406, "not-acceptable")


def test_typed_links_lead_programs_from_the_home_to_the_rest(described: Application) -> None:
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
    # Programs that are led on get them too, and the page has the same.
    assert links(client.get("/", headers={"Accept": "text/turtle"})) == found
    for relation, targets in found.items():
        for target, _ in targets:
            assert f'<link rel="{relation}" href="{target}"' in response.text


def test_the_dumps_are_items_of_the_home(described: Application) -> None:
    response = described.test_client().get("/", headers=BROWSER)
    found = links(response)
    assert (f"{ADDRESS}/dumps/latest/urbact-graph.ttl", "text/turtle") in found["item"]
    assert (f"{ADDRESS}/dumps/latest/urbact-graph.nt.gz", "application/gzip") in found["item"]
    # Proxies commonly take 4 kB of headers.
    assert len(response.headers["Link"]) < 3_000
    (script,) = re.findall(r'ld\+json">(.*?)</script>', response.text)
    markup = json.loads(script)
    assert (markup["@type"], markup["name"]) == ("Dataset", "Some things")
    assert len(markup["distribution"]) == len(DISTRIBUTIONS)


def test_the_version_and_its_date_are_shown(described: Application) -> None:
    text = text_of(described.test_client().get("/", headers=BROWSER).text)
    assert "Version 2026-11-23-1a2b3c4d5e6f of 2026-11-24" in text


def test_kinds_that_the_page_has_no_word_for_are_called_by_their_labels(
    described: Application,
) -> None:
    page = described.test_client().get("/", headers=BROWSER).text
    # The example is the one that most is stated of, not the first.
    assert "2 Some thing such as b <b>" in text_of(page)
    assert 'href="/thing/b.html">b &lt;b&gt;</a>' in page


def test_another_dataset_has_a_shorter_home(tmp_path: Path) -> None:
    file = write_facts(tmp_path / "facts.nt")
    with file.open("a") as facts:
        facts.write(f"<x:s1> {RDF_TYPE} <x:Thing> .\n")
    with serving_file(file, dataset=file) as app:
        client = app.test_client()
        page = client.get("/", headers=BROWSER).text
        assert "facts.nt" in page
        assert "1 x:Thing" in text_of(page)
        assert "URBACT" not in page
        found = addresses(page)
        assert "/sparql" in found
        for address in found:
            assert client.get(address, headers=BROWSER).status_code == 200, address
        response = client.get("/", headers={"Accept": "text/turtle"})
        # The endpoint describes what there is, then.
        assert (response.status_code, response.headers["Location"]) == (303, "sparql")
        assert not {"cite-as", "describedby", "alternate"} & links(response).keys()


@pytest.mark.embedded_only("has it load another file")
def test_the_home_shows_the_next_version_after_a_reload(tmp_path: Path) -> None:
    file = tmp_path / "graph.nt"
    file.write_text(FACTS)
    with serving_file(file, base_iri=BASE) as app:
        client = app.test_client()
        assert "2 Some thing" in text_of(client.get("/", headers=BROWSER).text)
        file.write_text(f"{FACTS}<{BASE}thing/c> {RDF_TYPE} <{BASE}ontology#Thing> .\n")
        assert isinstance(app.engine, LocalEngine)
        assert app.engine.reload(Source(file))
        app.served.replace(None)
        assert "3 Some thing" in text_of(client.get("/", headers=BROWSER).text)
