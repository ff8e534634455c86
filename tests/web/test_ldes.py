"""The event stream over HTTP: who follows it has exactly the served graph, for next to nothing."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from urbact_graph.sources import GraphSources

from tests.support.replicas import Replica
from tests.support.servers import Server, serving, write_generation
from tests.support.wire import ask

# As few of the graph's files as conform by themselves.
FEW = ("concepts", "countries", "languages", "programmes", "themes", "cities/mt")
ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
PROFILE = '; profile="https://w3id.org/tree/profile"'
FORMATS = {
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
}
IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def small(tmp_path: Path, sources: GraphSources) -> Path:
    """Copy a small part of the graph's sources."""
    return copied(tmp_path, sources)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sources: GraphSources) -> Iterator[Server]:
    """Serve a small part of the graph that does not change."""
    folder = copied(tmp_path_factory.mktemp("served"), sources)
    with serving_graph(folder) as server:
        yield server


def copied(folder: Path, sources: GraphSources) -> Path:
    for part in ("ontology", "shapes", "queries"):
        shutil.copytree(sources.root / part, folder / part)
    (folder / "data" / "cities").mkdir(parents=True)
    for name in FEW:
        shutil.copy(sources.data / f"{name}.ttl", folder / "data" / f"{name}.ttl")
    return folder


def serving_graph(folder: Path, *options: str) -> AbstractContextManager[Server]:
    graph = ("--sources", str(folder), "--build-folder", str(folder / "build"))
    return serving(folder, *graph, *options, cwd=folder)


def reload(server: Server) -> None:
    command = [sys.executable, "-m", "urbact_graph", "reload", "--port", str(server.port)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(server.log.parent)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ended.returncode == 0, ended.stderr


def replica_of(server: Server, media_type: str = "application/trig") -> Replica:
    return Replica(f"{server.url}/ldes", media_type)


def graph_of(server: Server) -> set[Triple]:
    """Ask for all that is served."""
    reply = server.query(ALL, Accept="application/n-triples")
    assert reply.status == 200
    return {quad.triple for quad in parse(reply.body, format=RdfFormat.N_TRIPLES)}


def told_of(replica: Replica, base: str) -> dict[str, bool]:
    """Return which resources the last run told of, and whether they still exist."""
    return {
        member.resource.value.removeprefix(base): member.triples is not None
        for member in replica.members
    }


def page_paths(server: Server) -> list[str]:
    root = server.fetch("/ldes", {"Accept": "application/n-quads"}).body
    links = NamedNode("https://w3id.org/tree#node")
    found = {
        quad.object.value.removeprefix(server.url)
        for quad in parse(root, format=RdfFormat.N_QUADS)
        if quad.predicate == links and isinstance(quad.object, NamedNode)
    }
    return sorted(found)


@pytest.mark.parametrize("form", FORMATS.values())
def test_a_replica_is_exactly_the_graph(server: Server, form: RdfFormat) -> None:
    replica = replica_of(server, form.media_type)
    replica.sync()
    assert replica.triples == graph_of(server)
    assert [fetched.status for fetched in replica.fetched] == [200] * len(replica.fetched)
    replica.sync()
    assert [(fetched.status, fetched.size) for fetched in replica.fetched] == [(304, 0)]


def test_a_replica_keeps_up_with_every_kind_of_change(
    small: Path, sources: GraphSources, base: str
) -> None:
    cities = small / "data" / "cities" / "mt.ttl"
    text = cities.read_text()
    with serving_graph(small) as server:
        replica = replica_of(server)
        replica.sync()
        before = graph_of(server)
        assert replica.triples == before
        pages = {fetched.url for fetched in replica.fetched}

        # A fact that changes, one that goes, an entity that goes and some that come.
        kept = text[: text.index("<city/mt/valletta>")]
        lines = [line for line in kept.splitlines() if "urb:localName" not in line]
        changed = "\n".join(lines).replace("urb:population 8706", "urb:population 8707")
        cities.write_text(changed + "\n")
        shutil.copy(sources.data / "cities" / "tn.ttl", small / "data" / "cities" / "tn.ttl")
        reload(server)
        replica.sync()
        assert graph_of(server) != before
        assert replica.triples == graph_of(server)
        assert replica.fetched[0].url == replica.url
        assert len(replica.fetched) == 2, "the root and what is new, nothing again"
        assert not pages & {fetched.url for fetched in replica.fetched[1:]}
        told = told_of(replica, base)
        assert told["city/mt/paola"] is True
        assert told["city/mt/valletta"] is False
        assert any(path.startswith("city/tn/") for path in told)
        assert "theme/food" not in told

        # Back to where it began, which is told as well.
        cities.write_text(text)
        (small / "data" / "cities" / "tn.ttl").unlink()
        reload(server)
        replica.sync()
        assert graph_of(server) == before
        assert replica.triples == before
        assert len(replica.fetched) == 2
        assert told_of(replica, base)["city/mt/valletta"] is True

        # Whoever begins now gets to the same, and so does who comes back to nothing new.
        late = replica_of(server)
        late.sync()
        assert late.triples == replica.triples
        reload(server)
        replica.sync()
        assert [fetched.status for fetched in replica.fetched] == [304]
        assert replica.restarts == 0


def test_a_replica_outlives_a_lost_build_folder(small: Path, base: str) -> None:
    cities = small / "data" / "cities" / "mt.ttl"
    with serving_graph(small) as server:
        replica = replica_of(server)
        replica.sync()
        assert replica.triples == graph_of(server)
        port = str(server.port)
    shutil.rmtree(small / "build")
    text = cities.read_text()
    # No event will tell of it.
    cities.write_text(text[: text.index("<city/mt/valletta>")])
    with serving_graph(small, "--port", port) as server:
        assert f"{server.url}/ldes" == replica.url
        replica.sync()
        assert "city/mt/valletta" not in told_of(replica, base)
        assert replica.triples == graph_of(server)
        assert replica.restarts == 1
        replica.sync()
        assert [fetched.status for fetched in replica.fetched] == [304]


def test_a_build_folder_that_is_lost_while_serving_comes_back(small: Path) -> None:
    with serving_graph(small) as server:
        replica = replica_of(server)
        replica.sync()
        shutil.rmtree(small / "build" / "stream")
        path = page_paths(server)[0]
        assert server.fetch(path).problem == "not-found"
        shutil.rmtree(small / "build")
        assert server.fetch("/ldes").problem == "not-found"
        cities = small / "data" / "cities" / "mt.ttl"
        cities.write_text(cities.read_text().replace("urb:population 8706", "urb:population 8707"))
        reload(server)
        replica.sync()
        assert replica.triples == graph_of(server)
        assert replica.restarts == 1


def test_the_root_is_asked_about_each_time_and_pages_never_again(server: Server) -> None:
    root, page = server.fetch("/ldes"), server.fetch(page_paths(server)[0])
    assert root.headers["Cache-Control"] == "public, no-cache"
    assert page.headers["Cache-Control"] == IMMUTABLE
    for reply in (root, page):
        assert reply.status == 200
        assert reply.headers["Content-Type"] == f"application/trig{PROFILE}"
        assert reply.headers["ETag"]
        assert reply.headers["Last-Modified"]
        assert "Accept" in reply.headers["Vary"]
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert 'rel="canonical"' in reply.headers["Link"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_says_the_same_by_accept_and_by_suffix(server: Server, suffix: str) -> None:
    form = FORMATS[suffix]
    for path in ("/ldes", *page_paths(server)):
        named = server.fetch(f"{path}.{suffix}", {"Accept": "text/csv"})
        accepted = server.fetch(path, {"Accept": f"{form.media_type}, */*;q=0.1"})
        assert named.body == accepted.body
        assert named.headers["ETag"] == accepted.headers["ETag"]
        assert accepted.headers.get_content_type() == form.media_type
        plain = server.fetch(path, {"Accept": "application/n-quads"}).body
        expected = set(parse(plain, format=RdfFormat.N_QUADS))
        assert set(parse(accepted.body, format=form)) == expected


def test_members_stand_together_and_in_order_of_time(server: Server) -> None:
    node, stream, member = "", "", None
    last = ""
    for path in page_paths(server):
        text = server.fetch(f"{path}.nq").body
        for quad in parse(text, format=RdfFormat.N_QUADS):
            if str(quad.predicate).endswith("tree#member>"):
                stream, member = str(quad.subject), quad.object
            elif member is None:
                node = str(quad.subject)
                assert node == f"<{server.url}{path}>", "a page begins with what it says of itself"
            else:
                assert member in (quad.subject, quad.graph_name)
            if str(quad.predicate) == "<http://purl.org/dc/terms/created>" and member:
                moment = str(quad.object)
                assert moment >= last
                last = moment
        member = None
    assert node
    assert stream


def test_identifiers_are_below_the_base_and_addresses_where_it_is_served(
    server: Server, base: str
) -> None:
    for path in ("/ldes", *page_paths(server)):
        for quad in parse(server.fetch(f"{path}.nq").body, format=RdfFormat.N_QUADS):
            check_names(quad, server.url, base)


def check_names(quad: Quad, address: str, base: str) -> None:
    assert isinstance(quad.subject, NamedNode)
    kind = quad.predicate.value
    if kind.endswith(("tree#view", "tree#node", "tree#relation")):
        assert isinstance(quad.object, NamedNode)
        assert quad.object.value.startswith(f"{address}/ldes")
    if kind.endswith("tree#member"):
        assert isinstance(quad.object, NamedNode)
        assert quad.object.value.startswith(f"{base}ldes#")
        assert quad.subject.value == f"{base}ldes"


def test_links_lead_to_the_address_that_a_trusted_proxy_tells(small: Path) -> None:
    public = "https://data.example.org/urbact"
    told = {
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "data.example.org",
        "X-Forwarded-Prefix": "/urbact",
    }
    with serving_graph(small, "--trusted-proxies", "127.0.0.1") as server:
        root = server.fetch("/ldes.nq", told).body.decode()
        assert f"tree#view> <{public}/ldes> ." in root
        assert server.url not in root
        page = root.partition(f"tree#node> <{public}/ldes/")[2].partition(">")[0]
        reply = server.fetch(f"/ldes/{page}.nq", told)
        assert reply.body.decode().startswith(f"<{public}/ldes/{page}> ")
        assert f'<{public}/ldes/{page}>; rel="canonical"' in reply.headers["Link"]


@pytest.mark.parametrize("method", [b"HEAD", b"OPTIONS"])
def test_other_methods(server: Server, method: bytes) -> None:
    for path in ("/ldes", page_paths(server)[0]):
        got = ask(server, b"GET " + path.encode())
        reply = ask(server, method + b" " + path.encode())
        assert reply.status == 200
        if method == b"HEAD":
            assert reply.headers["content-length"] == got.headers["content-length"]
            assert reply.headers["etag"] == got.headers["etag"]
        else:
            assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_what_is_large_comes_compressed(server: Server) -> None:
    path = page_paths(server)[0]
    reply = server.fetch(path, {"Accept-Encoding": "gzip"})
    assert reply.headers["Content-Encoding"] == "gzip"
    plain = server.fetch(path).body
    assert gzip.decompress(reply.body) == plain
    assert len(reply.body) < len(plain) / 4


@pytest.mark.parametrize(
    "path",
    ["/ldes/", "/ldes/000001", "/ldes/..%2fstream.json", "/ldes.ttl", "/ldes/x.trig", "/ldes/a/b"],
)
def test_there_are_no_other_pages(server: Server, path: str) -> None:
    reply = server.fetch(path)
    assert (reply.status, reply.problem) == (404, "not-found")


def test_an_unknown_suffix_of_a_page_is_no_page(server: Server) -> None:
    assert server.fetch(f"{page_paths(server)[0]}.ttl").status == 404


def test_formats_without_named_graphs_are_not_given(server: Server) -> None:
    for path in ("/ldes", page_paths(server)[0]):
        reply = server.fetch(path, {"Accept": "text/turtle, application/n-triples"})
        assert (reply.status, reply.problem) == (406, "not-acceptable")
        assert "application/trig, application/n-quads" in json.loads(reply.body)["detail"]


def test_a_dataset_of_ones_own_has_no_stream(tmp_path: Path) -> None:
    file = tmp_path / "facts.nt"
    write_generation(file, 1)
    with serving(tmp_path, "--dataset", str(file)) as server:
        for path in ("/ldes", "/ldes/000001-0123456789abcdef"):
            reply = server.fetch(path)
            assert (reply.status, reply.problem) == (404, "not-found")
            assert "No changes are published" in json.loads(reply.body)["detail"]


def test_people_get_a_page_of_the_latest_changes(server: Server) -> None:
    reply = server.fetch("/ldes", {"Accept": "text/html, */*;q=0.8"})
    assert (reply.status, reply.headers.get_content_type()) == (200, "text/html")
    names = re.findall(r'href="/ldes/([^"]+)"', reply.body.decode())
    assert names
    assert names == sorted(names, reverse=True)
    assert server.fetch(f"/ldes/{names[0]}").status == 200
