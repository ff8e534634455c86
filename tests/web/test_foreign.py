"""A dataset that was not built here: nothing is claimed of it, and nothing in it does harm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from urbact_graph.engine.local import Engine
from urbact_graph.rdf.namespaces import NAMESPACES
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from urbact_graph.dataset.building import Build

ADDRESS = "https://data.example/graph"
BASE = "https://own.example/"
DCAT, VOID = NAMESPACES["dcat"], NAMESPACES["void"]
HREF = re.compile(r'href="([^"]*)"')
MARKUP = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
# Somebody's own facts, with what a careless hand may write.
FACTS = f"""
<{BASE}network/x> <{NAMESPACES["rdf"]}type> <{BASE}ontology#Network> .
<{BASE}network/x> <{NAMESPACES["rdfs"]}label> "X" .
<{BASE}network/x> <{NAMESPACES["dct"]}modified> "2023"^^<{NAMESPACES["xsd"]}gYear> .
<{BASE}theme> <{NAMESPACES["rdf"]}type> <{NAMESPACES["skos"]}ConceptScheme> .
<{BASE}theme> <{NAMESPACES["dct"]}modified> "the other day" .
"""
# It describes itself, but does not count.
UNCOUNTED = f"""
<{BASE}dataset> <{NAMESPACES["rdf"]}type> <{VOID}Dataset> .
<{BASE}dataset> <{VOID}classPartition> <{BASE}dataset#one> .
<{BASE}dataset> <{VOID}classPartition> <{BASE}dataset#two> .
<{BASE}dataset> <{VOID}propertyPartition> <{BASE}dataset#three> .
<{BASE}dataset#one> <{VOID}class> <{BASE}ontology#Network> .
<{BASE}dataset#two> <{VOID}class> <{BASE}ontology#City> .
<{BASE}dataset#two> <{VOID}entities> "many" .
<{BASE}dataset#three> <{VOID}property> <{BASE}ontology#city> .
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = tmp_path_factory.mktemp("foreign") / "facts.nt"
    file.write_text(FACTS)
    with serving(file, base_iri=BASE) as engine:
        yield create_app(engine.settings, engine).test_client()


@pytest.fixture(scope="module")
def ours(built: Build) -> Iterator[FlaskClient]:
    """Serve a dump of the real graph, as somebody who has fetched it would."""
    with serving(built.dataset) as engine:
        yield create_app(engine.settings, engine).test_client()


def serving(dataset: Path, **settings: str) -> Engine:
    loaded = Settings.load(max_running_queries=1, dataset=dataset, public_url=ADDRESS, **settings)
    return Engine(loaded, dataset)


def markup(page: str) -> dict[str, Any]:
    (script,) = MARKUP.findall(page)
    said: dict[str, Any] = json.loads(script)
    return said


@pytest.mark.parametrize(
    "path",
    ["/", "/network/x", "/network/x.html", "/network/x.ttl", "/theme.html", "/sitemap.xml"],
)
def test_a_date_that_is_none_does_no_harm(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code in (200, 303)
    assert client.get("/sitemap.xml").text.count("<lastmod>") == 0


def test_nothing_is_claimed_in_links(client: FlaskClient) -> None:
    for path in ("/", "/network/x.html", "/network/x.ttl", "/theme.html", "/theme.nt"):
        links = client.get(path, headers={"Accept": "text/html"}).headers["Link"]
        assert 'rel="canonical"' in links
        assert "licen" not in links, path
        assert "collection" not in links, path
        assert "creativecommons" not in links, path


@pytest.mark.parametrize("path", ["/", "/network/x.html", "/theme.html"])
def test_nothing_is_claimed_in_pages(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).text
    assert "CC BY" not in page
    assert "creativecommons" not in page
    assert 'rel="license"' not in page


@pytest.mark.parametrize("path", ["/network/x.html", "/theme.html"])
def test_nothing_is_claimed_in_the_markup(client: FlaskClient, path: str) -> None:
    said = markup(client.get(path).text)
    assert said["mainEntityOfPage"]["@id"] == f"{ADDRESS}{path}"
    assert not {"license", "isPartOf"} & {*said, *said["mainEntityOfPage"]}


def test_what_is_ours_has_its_licence(ours: FlaskClient, base: str) -> None:
    page = ours.get("/network/greenplace.html")
    assert 'rel="license"' in page.headers["Link"]
    assert f'<{ADDRESS}/dataset>; rel="collection"' in page.headers["Link"]
    said = markup(page.text)["mainEntityOfPage"]
    assert said["isPartOf"] == {"@id": f"{base}dataset"}
    assert said["license"].startswith("https://creativecommons.org/")


def test_a_part_without_a_number_is_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "facts.nt"
    file.write_text(FACTS + UNCOUNTED)
    with serving(file, base_iri=BASE) as engine:
        response = create_app(engine.settings, engine).test_client().get("/dataset.html")
    assert response.status_code == 200
    assert "<h1>" in response.text
    assert "many" not in response.text


def test_files_that_others_give_out_are_left_to_them(ours: FlaskClient, base: str) -> None:
    catalogue, statistics = said(ours, "/catalog"), said(ours, "/void")
    downloads = objects(catalogue, f"{DCAT}downloadURL")
    dumps = objects(statistics, f"{VOID}dataDump")
    assert min(len(downloads), len(dumps)) >= 10
    for address in downloads | dumps:
        assert address.startswith(f"{base}dumps/")
    access = objects(catalogue, f"{DCAT}accessURL")
    assert f"{base}ldes" in access
    assert f"{ADDRESS}/sparql" in access
    assert all(address.startswith(base) for address in access - {f"{ADDRESS}/sparql"})
    assert objects(catalogue, f"{DCAT}endpointURL") == {f"{ADDRESS}/sparql"}
    assert objects(statistics, f"{VOID}sparqlEndpoint") == {f"{ADDRESS}/sparql"}


@pytest.mark.parametrize("path", ["/dataset.html", "/void.html", "/catalog.html"])
def test_its_pages_lead_to_no_files_of_this_instance(ours: FlaskClient, path: str) -> None:
    targets = HREF.findall(ours.get(path).text)
    assert "/sparql" in targets
    here = [one for one in targets if re.match(rf"(/|{re.escape(ADDRESS)}/)(dumps|ldes)", one)]
    assert not here
    assert 'rel="item"' not in ours.get(path).headers["Link"]


def said(client: FlaskClient, path: str) -> list[Triple]:
    response = client.get(path, headers={"Accept": "application/n-triples"})
    return [quad.triple for quad in parse(response.data, format=RdfFormat.N_TRIPLES)]


def objects(triples: list[Triple], property_: str) -> set[str]:
    return {
        triple.object.value
        for triple in triples
        if triple.predicate.value == property_ and isinstance(triple.object, NamedNode)
    }
