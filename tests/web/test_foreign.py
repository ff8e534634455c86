"""A dataset that was not built here: nothing is claimed of it, and nothing in it does harm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.serving import ADDRESS, BASE, BROWSER, objects, serving_file, triples_at
from urbact_graph.rdf.namespaces import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from urbact_graph.release.release import Release

pytestmark = pytest.mark.process

DCAT, VOID = NAMESPACES["dcat"], NAMESPACES["void"]
HREF = re.compile(r'href="([^"]*)"')
MARKUP = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
# Facts of somebody else, with dates that are none.
FACTS = f"""
<{BASE}network/x> <{NAMESPACES["rdf"]}type> <{BASE}ontology#Network> .
<{BASE}network/x> <{NAMESPACES["rdfs"]}label> "X" .
<{BASE}network/x> <{NAMESPACES["dct"]}modified> "2023"^^<{NAMESPACES["xsd"]}gYear> .
<{BASE}theme> <{NAMESPACES["rdf"]}type> <{NAMESPACES["skos"]}ConceptScheme> .
<{BASE}theme> <{NAMESPACES["dct"]}modified> "the other day" .
"""
# A description with partitions that lack their number, or have none.
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
    with serving_file(file, base_iri=BASE, dataset=file) as app:
        yield app.test_client()


@pytest.fixture(scope="module")
def copy_client(demo_release: Release) -> Iterator[FlaskClient]:
    """Serve a dump of the demo, as somebody who has downloaded it does."""
    with serving_file(demo_release.graph, dataset=demo_release.graph) as app:
        yield app.test_client()


def markup(page: str) -> dict[str, Any]:
    (script,) = MARKUP.findall(page)
    found: dict[str, Any] = json.loads(script)
    return found


@pytest.mark.parametrize(
    "path",
    ["/", "/network/x", "/network/x.html", "/network/x.ttl", "/theme.html", "/sitemap.xml"],
)
def test_a_date_that_is_none_does_no_harm(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=BROWSER).status_code in (200, 303)


def test_a_date_that_is_none_is_not_in_the_sitemap(client: FlaskClient) -> None:
    sitemap = client.get("/sitemap.xml").text
    assert sitemap.count("<loc>") == 3
    assert "<lastmod>" not in sitemap


@pytest.mark.parametrize(
    "path", ["/", "/network/x.html", "/network/x.ttl", "/theme.html", "/theme.nt"]
)
def test_links_claim_no_licence_and_no_collection(client: FlaskClient, path: str) -> None:
    links = client.get(path, headers=BROWSER).headers["Link"]
    assert 'rel="canonical"' in links
    for word in ("licen", "collection", "creativecommons"):
        assert word not in links


@pytest.mark.parametrize("path", ["/", "/network/x.html", "/theme.html"])
def test_pages_claim_no_licence(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).text
    for word in ("CC BY", "creativecommons", 'rel="license"'):
        assert word not in page


@pytest.mark.parametrize("path", ["/network/x.html", "/theme.html"])
def test_the_markup_claims_no_licence_and_no_dataset(client: FlaskClient, path: str) -> None:
    found = markup(client.get(path).text)
    assert found["mainEntityOfPage"]["@id"] == f"{ADDRESS}{path}"
    assert not {"license", "isPartOf"} & {*found, *found["mainEntityOfPage"]}


def test_a_copy_of_the_graph_keeps_its_licence_and_its_dataset(
    copy_client: FlaskClient, base: str
) -> None:
    page = copy_client.get("/network/greenplace.html")
    assert 'rel="license"' in page.headers["Link"]
    assert f'<{ADDRESS}/dataset>; rel="collection"' in page.headers["Link"]
    found = markup(page.text)["mainEntityOfPage"]
    assert found["isPartOf"] == {"@id": f"{base}dataset"}
    assert found["license"].startswith("https://creativecommons.org/")


def test_a_part_without_a_number_is_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "facts.nt"
    file.write_text(FACTS + UNCOUNTED)
    with serving_file(file, base_iri=BASE) as app:
        response = app.test_client().get("/dataset.html")
    assert response.status_code == 200
    assert "<h1>" in response.text
    assert "many" not in response.text


def test_a_copy_leads_to_the_files_of_the_original(copy_client: FlaskClient, base: str) -> None:
    catalogue, statistics = triples_at(copy_client, "/catalog"), triples_at(copy_client, "/void")
    downloads = objects(catalogue, f"{DCAT}downloadURL")
    dumps = objects(statistics, f"{VOID}dataDump")
    assert min(len(downloads), len(dumps)) >= 10
    for address in downloads | dumps:
        assert address.startswith(f"{base}dumps/")
    access = objects(catalogue, f"{DCAT}accessURL")
    assert f"{base}ldes" in access
    # Only the endpoint is that of this instance.
    endpoint = {f"{ADDRESS}/sparql"}
    assert endpoint < access
    assert all(address.startswith(base) for address in access - endpoint)
    assert objects(catalogue, f"{DCAT}endpointURL") == endpoint
    assert objects(statistics, f"{VOID}sparqlEndpoint") == endpoint


@pytest.mark.parametrize("path", ["/dataset.html", "/void.html", "/catalog.html"])
def test_pages_of_a_copy_lead_to_no_files_of_this_instance(
    copy_client: FlaskClient, path: str
) -> None:
    response = copy_client.get(path)
    targets = HREF.findall(response.text)
    assert "/sparql" in targets
    here = [one for one in targets if re.match(rf"(/|{re.escape(ADDRESS)}/)(dumps|ldes)", one)]
    assert not here
    assert 'rel="item"' not in response.headers["Link"]
