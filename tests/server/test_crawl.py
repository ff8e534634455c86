"""A harvester that knows nothing of this graph reads all of it, and on its return none of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from pyoxigraph import BlankNode, RdfFormat, Triple, parse

from tests.support.crawling import Crawler, Wanted
from tests.support.servers import Reply, Server, serving, variables
from urbact_graph.rdf.namespaces import OWL

FORMATS = {
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "html": ("text/html", None),
}
# The catalogue also has what only this instance knows, such as its addresses.
CATALOGUE = "/catalog.nt"
ALL = "CONSTRUCT WHERE { ?s ?p ?o }"
_UNLISTED = re.compile(r"/dataset#|/(?:quality|similarity)/")
_LINK = re.compile(r"<([^>]*)>")


@dataclass(frozen=True)
class Crawled:
    """A server with so many documents at ``least``.

    One document in ``one_in`` is read, and one in ``all_in`` of these in every format.
    """

    server: Server
    least: int
    one_in: int = 1
    all_in: int = 1


@pytest.fixture(
    scope="module",
    params=[
        "demo",
        pytest.param("part", marks=pytest.mark.slow),
        pytest.param("real", marks=pytest.mark.exhaustive),
    ],
)
def crawled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crawled]:
    """Serve the demo, or the real graph to be read in part or as a whole."""
    if request.param == "demo":
        yield Crawled(request.getfixturevalue("demo_server"), 60)
        return
    one_in, all_in = (12, 5) if request.param == "part" else (1, 20)
    sources, release = (request.getfixturevalue(name) for name in ("sources", "release"))
    options = ("--sources", str(sources.root), "--build-folder", str(release.build_folder))
    settings = variables(access_log=0)
    with serving(tmp_path_factory.mktemp("crawl"), *options, settings=settings) as server:
        yield Crawled(server, 4_000, one_in, all_in)


@pytest.fixture
def server(crawled: Crawled) -> Server:
    return crawled.server


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if name in ("href", "src") and value]


def links(reply: Reply, address: str) -> set[str]:
    """Return the absolute addresses that a response links to, in its header and its page."""
    found = _LINK.findall(reply.headers["Link"])
    if reply.headers.get_content_type() == "text/html":
        page = _Links()
        page.feed(reply.body.decode())
        found += page.found
    return {urljoin(address, link) for link in found}


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


@dataclass
class Harvest:
    """What a crawl of all documents found."""

    union: set[Triple] = field(default_factory=set)
    catalogue: set[Triple] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)

    def read(self, found: Iterable[tuple[Wanted, Reply]], url: str) -> None:
        """Read responses; the formats of a document follow each other, N-Triples first."""
        expected: set[Triple] = set()
        for one, reply in found:
            media_type, form = FORMATS[one.path.rpartition(".")[2]]
            assert (reply.status, reply.headers.get_content_type()) == (200, media_type), one.path
            self.tags[one.path] = reply.headers["ETag"]
            self.links |= links(reply, f"{url}{one.path}")
            if form is None:
                continue
            triples = {quad.triple for quad in parse(reply.body, format=form)}
            assert not any(isinstance(term, BlankNode) for triple in triples for term in triple)
            if one.path == CATALOGUE:
                self.catalogue = expected = triples
            elif form is RdfFormat.N_TRIPLES:
                expected = triples
                self.union |= triples
            assert triples == expected, one.path


def test_what_harvesters_look_for_is_found_from_the_base(server: Server) -> None:
    home = server.fetch("/", {"Accept": "text/html"})
    found = links(home, f"{server.url}/")
    for path in ("void", "catalog", "sparql", "dumps/", "ldes", "ontology.html", "dataset.ttl"):
        assert f"{server.url}/{path}" in found
    described = server.fetch("/", {"Accept": "text/turtle"})
    assert (described.status, described.headers["Location"]) == (303, "dataset.ttl")


@pytest.mark.slow
def test_every_entity_in_every_format(crawled: Crawled) -> None:
    server, paths = crawled.server, documents(crawled.server)
    assert len(paths) >= crawled.least
    wanted = [
        Wanted(f"{path}.{suffix}", {})
        for number, path in enumerate(paths[:: crawled.one_in])
        for suffix in FORMATS
        if suffix == "nt" or number % crawled.all_in == 0
    ]
    harvest = Harvest()
    with Crawler(server.port) as crawler:
        harvest.read(crawler.crawl(wanted), server.url)
        local = {link for link in harvest.links if link.startswith(f"{server.url}/")}
        others = harvest.links - local
        assert not [link for link in others if "//127." in link or "localhost" in link]
        # What pages link to besides entities: the home page, the endpoint, …
        known = {*paths, *(f"{path}.{suffix}" for path in paths for suffix in FORMATS)}
        for path in {urlsplit(link.partition("#")[0]).path for link in local} - known:
            assert crawler.fetch(Wanted(path, {})).status in (200, 302, 303), path
        served = server.query(ALL, Accept="application/n-triples").body
        graph = {quad.triple for quad in parse(served, format=RdfFormat.N_TRIPLES)}
        assert harvest.union <= graph
        # The store alone has the details of the statistics and the stored queries. What is computed
        # or deprecated is shown by other pages, and not listed.
        deprecated = {t.subject for t in graph if t.predicate.value == OWL.deprecated}
        unlisted = {
            triple
            for triple in graph
            if _UNLISTED.search(str(triple.subject)) or triple.subject in deprecated
        }
        if crawled.one_in == 1:
            assert graph - unlisted <= harvest.union | harvest.catalogue
        # And some once more, with the tags that are known by now.
        tags = list(harvest.tags.items())[:: crawled.all_in]
        again = [Wanted(path, {"If-None-Match": tag}) for path, tag in tags]
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
