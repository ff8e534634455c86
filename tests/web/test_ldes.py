"""The event stream over HTTP: a client that follows it has exactly the served graph."""

from __future__ import annotations

import gzip
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from werkzeug.test import EnvironBuilder

from tests.support.stubs import StubEngine
from tests.web.serving import ADDRESS, BROWSER, dispatch, links, problem
from tests.web.sites import Site, replica_of
from urbact_graph.settings import Settings
from urbact_graph.validation.outcome import REPORT_NAME
from urbact_graph.web.app import create_app
from urbact_graph.web.context import RequestContext
from urbact_graph.web.response import IMMUTABLE, REVALIDATED

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from pyoxigraph import Quad

    from tests.support.replicas import Replica
    from urbact_graph.release.release import Release
    from urbact_graph.sources import GraphSources
    from urbact_graph.web.application import Application

PROFILE = '; profile="https://w3id.org/tree/profile"'
FORMATS = {
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
}
TREE_NODE = NamedNode("https://w3id.org/tree#node")


def page_paths(client: FlaskClient) -> list[str]:
    """Return the paths of the pages that the root leads to, in the order of their names."""
    root = client.get("/ldes.nq").data
    found = {
        quad.object.value.removeprefix(ADDRESS)
        for quad in parse(root, format=RdfFormat.N_QUADS)
        if quad.predicate == TREE_NODE and isinstance(quad.object, NamedNode)
    }
    return sorted(found)


# ---- Replicas --------------------------------------------------------------------------------


@pytest.fixture
def site(demo_release: Release, demo_sources: GraphSources, tmp_path: Path) -> Site:
    assert demo_release.report.exists()
    return Site.of(demo_sources, tmp_path / "site")


def changed(replica: Replica, base: str) -> dict[str, bool]:
    """Return which resources the members of the last run are of, and whether they still exist."""
    return {
        member.resource.value.removeprefix(base): member.triples is not None
        for member in replica.members
    }


def gained(site: Site, known: set[str]) -> list[str]:
    """Return the addresses of the pages of the stream that are not in ``known``, and add them."""
    late = site.replica()
    late.sync()
    new = [fetched.url for fetched in late.fetched if fetched.url not in known]
    known.update(new)
    return new


def statuses(replica: Replica) -> list[int]:
    return [fetched.status for fetched in replica.fetched]


@pytest.mark.parametrize("form", FORMATS.values())
def test_a_replica_is_exactly_the_graph(
    demo_app: Application, demo_release: Release, form: RdfFormat
) -> None:
    replica = replica_of(demo_app, form.media_type)
    replica.sync()
    graph = parse(path=str(demo_release.graph), format=RdfFormat.N_TRIPLES)
    assert replica.triples == {quad.triple for quad in graph}
    assert set(statuses(replica)) == {200}
    replica.sync()
    assert [(fetched.status, fetched.size) for fetched in replica.fetched] == [(304, 0)]


@pytest.mark.slow
def test_a_replica_keeps_up_with_every_kind_of_change(site: Site, base: str) -> None:
    glossary = site.sources.data / "glossary.ttl"
    text = glossary.read_text(encoding="utf-8")
    replica = site.replica()
    replica.sync()
    before = site.graph()
    assert replica.triples == before
    pages = {fetched.url for fetched in replica.fetched}

    # A term that changes, one that is removed, and one that is added.
    glossary.write_text(
        text.replace("Lead Expert", "Leading Expert").replace("<glossary/urbact", "<glossary/the"),
        encoding="utf-8",
    )
    site.reload()
    replica.sync()
    assert site.graph() != before
    assert replica.triples == site.graph()
    assert replica.fetched[0].url == replica.url
    # The root, and the pages that the stream gained: all of them, and no other.
    assert [fetched.url for fetched in replica.fetched[1:]] == gained(site, pages)
    found = changed(replica, base)
    assert found["glossary/lead-expert"] is True
    assert found["glossary/urbact-local-group-ulg"] is False
    assert found["glossary/the-local-group-ulg"] is True
    assert "theme/food" not in found

    # Back to where it began, which is another change.
    glossary.write_text(text, encoding="utf-8")
    site.reload()
    replica.sync()
    assert site.graph() == before
    assert replica.triples == before
    assert [fetched.url for fetched in replica.fetched[1:]] == gained(site, pages)
    assert changed(replica, base)["glossary/urbact-local-group-ulg"] is True

    # A client that begins now gets the same, and one that finds nothing new gets a 304.
    late = site.replica()
    late.sync()
    assert late.triples == replica.triples
    site.reload()
    replica.sync()
    assert statuses(replica) == [304]
    assert replica.restarts == 0


@pytest.mark.slow
def test_a_replica_begins_anew_after_the_build_folder_was_lost(site: Site, base: str) -> None:
    replica = site.replica()
    replica.sync()
    assert replica.triples == site.graph()
    report = site.sources.root / "build" / REPORT_NAME
    content = report.read_bytes()
    shutil.rmtree(site.sources.root / "build")
    report.parent.mkdir()
    report.write_bytes(content)
    # No event says that it was removed.
    glossary = site.sources.data / "glossary.ttl"
    text = glossary.read_text(encoding="utf-8")
    glossary.write_text(text[: text.index("<glossary/urbact")], encoding="utf-8")
    site.reload()
    replica.sync()
    assert "glossary/urbact-local-group-ulg" not in changed(replica, base)
    assert replica.triples == site.graph()
    assert replica.restarts == 1
    replica.sync()
    assert statuses(replica) == [304]


def test_what_was_removed_while_it_is_served_is_not_found(site: Site) -> None:
    client = site.app.test_client()
    (path, *_) = page_paths(client)
    shutil.rmtree(site.release().stream_pages)
    response = client.get(path)
    assert (response.status_code, problem(response)) == (404, "not-found")
    shutil.rmtree(site.sources.root / "build")
    for address in ("/ldes", path):
        response = client.get(address)
        assert (response.status_code, problem(response)) == (404, "not-found")
        assert "no longer there" in response.get_json()["detail"]


# ---- Root and pages --------------------------------------------------------------------------


def test_the_root_is_revalidated_and_pages_never_change(demo_client: FlaskClient) -> None:
    root, page = demo_client.get("/ldes"), demo_client.get(page_paths(demo_client)[0])
    assert root.headers["Cache-Control"] == REVALIDATED
    assert page.headers["Cache-Control"] == IMMUTABLE
    for response in (root, page):
        assert response.status_code == 200
        assert response.headers["Content-Type"] == f"application/trig{PROFILE}"
        assert response.headers["ETag"]
        assert response.headers["Last-Modified"]
        assert "Accept" in response.headers["Vary"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "canonical" in links(response)


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_says_the_same_by_accept_and_by_suffix(
    demo_client: FlaskClient, suffix: str
) -> None:
    form = FORMATS[suffix]
    for path in ("/ldes", *page_paths(demo_client)):
        named = demo_client.get(f"{path}.{suffix}", headers={"Accept": "text/csv"})
        accept = {"Accept": f"{form.media_type}, */*;q=0.1"}
        accepted = demo_client.get(path, headers=accept)
        assert named.data == accepted.data
        assert named.headers["ETag"] == accepted.headers["ETag"]
        assert accepted.mimetype == form.media_type
        expected = set(parse(demo_client.get(f"{path}.nq").data, format=RdfFormat.N_QUADS))
        assert set(parse(accepted.data, format=form)) == expected


def test_the_statements_of_a_member_stand_together_and_members_in_order_of_time(
    demo_client: FlaskClient,
) -> None:
    node, last = "", ""
    for path in page_paths(demo_client):
        member = None
        for quad in parse(demo_client.get(f"{path}.nq").data, format=RdfFormat.N_QUADS):
            if quad.predicate.value.endswith("tree#member"):
                member = quad.object
            elif member is None:
                node = str(quad.subject)
                assert node == f"<{ADDRESS}{path}>", "a page begins with what it says of itself"
            else:
                assert member in (quad.subject, quad.graph_name)
            if quad.predicate.value == "http://purl.org/dc/terms/created" and member:
                moment = str(quad.object)
                assert moment >= last
                last = moment
    assert node
    assert last


def test_identifiers_are_below_the_base_and_addresses_below_that_of_the_instance(
    demo_client: FlaskClient, base: str
) -> None:
    for path in ("/ldes", *page_paths(demo_client)):
        for quad in parse(demo_client.get(f"{path}.nq").data, format=RdfFormat.N_QUADS):
            check_names(quad, base)


def test_addresses_are_those_at_which_the_client_reaches_the_instance(
    demo_app: Application,
) -> None:
    address = "https://proxy.example/urbact"
    known = RequestContext("192.0.2.1", public_address=address)
    root, _ = dispatch(demo_app, EnvironBuilder("/ldes.nq"), known)
    text = root.get_data(as_text=True)
    assert f"tree#view> <{address}/ldes> ." in text
    assert ADDRESS not in text
    page = text.partition(f"tree#node> <{address}/ldes/")[2].partition(">")[0]
    known = RequestContext("192.0.2.1", public_address=address)
    response, _ = dispatch(demo_app, EnvironBuilder(f"/ldes/{page}.nq"), known)
    assert response.get_data(as_text=True).startswith(f"<{address}/ldes/{page}> ")
    assert f'<{address}/ldes/{page}>; rel="canonical"' in response.headers["Link"]


def check_names(quad: Quad, base: str) -> None:
    assert isinstance(quad.subject, NamedNode)
    kind = quad.predicate.value
    if kind.endswith(("tree#view", "tree#node", "tree#relation")):
        assert isinstance(quad.object, NamedNode)
        assert quad.object.value.startswith(f"{ADDRESS}/ldes")
    if kind.endswith("tree#member"):
        assert isinstance(quad.object, NamedNode)
        assert quad.object.value.startswith(f"{base}ldes#")
        assert quad.subject.value == f"{base}ldes"


def test_a_large_page_comes_compressed(demo_client: FlaskClient) -> None:
    path = page_paths(demo_client)[0]
    plain = demo_client.get(path).data
    sent = demo_client.get(path, headers={"Accept-Encoding": "gzip"})
    assert sent.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(sent.data) == plain
    assert len(sent.data) < len(plain) / 4


@pytest.mark.parametrize(
    "path",
    ["/ldes/000001", "/ldes/..%2fstream.json", "/ldes.ttl", "/ldes/x.trig", "/ldes/a/b"],
)
def test_other_pages_are_not_found(demo_client: FlaskClient, path: str) -> None:
    response = demo_client.get(path)
    assert (response.status_code, problem(response)) == (404, "not-found")


def test_a_page_with_an_unknown_suffix_is_not_found(demo_client: FlaskClient) -> None:
    assert demo_client.get(f"{page_paths(demo_client)[0]}.ttl").status_code == 404


def test_formats_without_named_graphs_are_not_given(demo_client: FlaskClient) -> None:
    for path in ("/ldes", page_paths(demo_client)[0]):
        accept = {"Accept": "text/turtle, application/n-triples"}
        response = demo_client.get(path, headers=accept)
        assert (response.status_code, problem(response)) == (406, "not-acceptable")
        assert "application/trig, application/n-quads" in response.get_json()["detail"]


@pytest.mark.parametrize("path", ["/ldes", "/ldes.trig", "/ldes/000001-0123456789abcdef"])
def test_another_dataset_has_no_stream(path: str) -> None:
    response = create_app(Settings.load(), StubEngine()).test_client().get(path)
    assert (response.status_code, problem(response)) == (404, "not-found")
    assert "without a stream of changes" in response.get_json()["detail"]


def test_people_get_a_page_of_the_latest_changes(demo_client: FlaskClient) -> None:
    response = demo_client.get("/ldes", headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    names = re.findall(r'href="/ldes/([^"]+)"', response.text)
    assert names
    assert names == sorted(names, reverse=True)
    assert demo_client.get(f"/ldes/{names[0]}").status_code == 200
