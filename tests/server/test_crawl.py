"""A harvester that has never heard of this graph reads all of it, and comes back for nothing."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from pyoxigraph import BlankNode, RdfFormat, Triple, parse

from tests.support.crawling import Crawler, Wanted
from tests.support.servers import Server, serving
from urbact_graph.release.release import Release
from urbact_graph.sources import GraphSources

FORMATS = {
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "html": ("text/html", None),
}
ALL = "CONSTRUCT WHERE { ?s ?p ?o }"
_LINK = re.compile(r"<([^>]*)>")


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, sources: GraphSources, edition: Release
) -> Iterator[Server]:
    options = ("--sources", str(sources.root), "--build-folder", str(edition.folder.parents[1]))
    quiet = {"URBACT_GRAPH_ACCESS_LOG": "0"}
    with serving(tmp_path_factory.mktemp("crawl"), *options, settings=quiet) as one:
        yield one


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if name in ("href", "src") and value]


def documents(server: Server) -> list[str]:
    """Return the paths of all entities' documents, without suffix, as the sitemap has them."""
    robots = server.fetch("/robots.txt").body.decode()
    address = re.search(r"(?m)^Sitemap: (.*)$", robots)
    assert address
    sitemap = server.fetch(urlsplit(address[1]).path).body.decode()
    pages = re.findall(r"<loc>([^<]*)</loc>", sitemap)
    assert all(page.startswith(f"{server.url}/") for page in pages)
    paths = [urlsplit(page).path for page in pages]
    return [path.removesuffix(".html") for path in paths if path.endswith(".html")]


def test_what_leads_harvesters_is_found_from_the_base(server: Server) -> None:
    home = server.fetch("/", {"Accept": "text/html"})
    links = {urljoin(f"{server.url}/", link) for link in _LINK.findall(home.headers["Link"])}
    page = _Links()
    page.feed(home.body.decode())
    links |= {urljoin(f"{server.url}/", link) for link in page.found}
    for path in ("void", "catalog", "sparql", "dumps/", "ldes", "ontology.html", "dataset.ttl"):
        assert f"{server.url}/{path}" in links
    described = server.fetch("/", {"Accept": "text/turtle"})
    assert (described.status, described.headers["Location"]) == (303, "dataset.ttl")


def test_every_entity_in_every_format(server: Server) -> None:
    paths = documents(server)
    assert len(paths) > 4_000
    wanted = [Wanted(f"{path}.{suffix}", {}) for path in paths for suffix in FORMATS]
    known = {*paths, *(one.path for one in wanted)}
    union: set[Triple] = set()
    said: set[Triple] = set()
    tags: dict[str, str] = {}
    catalogue: set[Triple] = set()
    elsewhere: set[str] = set()
    with Crawler(server.port) as crawler:
        for one, reply in crawler.crawl(wanted):
            media_type, form = FORMATS[one.path.rpartition(".")[2]]
            assert (reply.status, reply.headers.get_content_type()) == (200, media_type), one.path
            tags[one.path] = reply.headers["ETag"]
            address = f"{server.url}{one.path}"
            links = {urljoin(address, link) for link in _LINK.findall(reply.headers["Link"])}
            if form is None:
                page = _Links()
                page.feed(reply.body.decode())
                links |= {urljoin(address, link) for link in page.found}
            else:
                found = {quad.triple for quad in parse(reply.body, format=form)}
                assert not any(isinstance(term, BlankNode) for t in found for term in t)
                if one.path.endswith(".nt"):
                    said = found
                    # The catalogue also has what only this instance knows, such as its addresses.
                    if one.path == "/catalog.nt":
                        catalogue = found
                    else:
                        union |= said
                assert found == said, one.path
            local = {link for link in links if link.startswith(f"{server.url}/")}
            assert not [link for link in links - local if "//127." in link or "localhost" in link]
            elsewhere |= {urlsplit(link.partition("#")[0]).path for link in local} - known
        # What pages lead to besides entities: the home page, the endpoint, …
        for path in sorted(elsewhere):
            assert crawler.fetch(Wanted(path, {})).status in (200, 302, 303), path
        served = server.query(ALL, Accept="application/n-triples").body
        graph = {quad.triple for quad in parse(served, format=RdfFormat.N_TRIPLES)}
        assert union <= graph
        assert graph <= union | catalogue
        # And once more, with what is known by now.
        again = [Wanted(path, {"If-None-Match": tag}) for path, tag in tags.items()]
        for one, reply in crawler.crawl(again):
            assert (reply.status, reply.body) == (304, b""), one.path


def test_every_iri_leads_to_its_documents(server: Server) -> None:
    # The catalogue is a document itself.
    paths = [path for path in documents(server) if path != "/catalog"]
    accepted = [{"Accept": media_type} for media_type, _ in FORMATS.values()]
    wanted = [Wanted(path, accepted[number % len(accepted)]) for number, path in enumerate(paths)]
    with Crawler(server.port) as crawler:
        for number, (one, reply) in enumerate(crawler.crawl(wanted)):
            suffix = list(FORMATS)[number % len(FORMATS)]
            target = urljoin(one.path, reply.headers["Location"])
            assert (reply.status, target) == (303, f"{one.path}.{suffix}")
