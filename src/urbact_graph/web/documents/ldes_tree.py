"""The search tree of the event stream: its root, and a node for each full hundred of pages.

Source: the TREE hypermedia specification (https://w3id.org/tree/specification) and the primer for
servers of Linked Data Event Streams (https://w3id.org/ldes/server-primer), section 4.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from urbact_graph.rdf.namespaces import DCT, LDES, RDF, TREE, XSD
from urbact_graph.rdf.terms import typed
from urbact_graph.release.stream import CREATE, DELETE, UPDATE, Page, StreamState

PATH = "/ldes"

# How many pages a node below the root links to. With a page a day the root has up to a hundred
# links to pages, and one more link for each full hundred.
_FAN_OUT = 100
# Once a day; a request that finds nothing new costs a 304.
_POLLING_SECONDS = 86_400
_LICENCE = "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"
_TITLE = "Changes of the URBACT graph"
_DESCRIPTION = (
    "The versions of every resource of the graph, the oldest first. Each version is a named graph "
    "that holds all statements of the resource at its time, those about its fragments included. "
    "The latest versions of all resources that are not deleted are the whole graph."
)


@dataclass(frozen=True)
class Link:
    """A link to a node, with the times of the first and the last member found there."""

    name: str
    earliest: str
    latest: str


@dataclass(frozen=True)
class Branch:
    """A node that links to a full hundred of pages; like them it never changes."""

    link: Link
    pages: Sequence[Link]


def branches(state: StreamState) -> list[Branch]:
    """Return the nodes between the root and the older pages."""
    full = len(state.pages) // _FAN_OUT * _FAN_OUT
    return [
        _branch(start, state.pages[start : start + _FAN_OUT]) for start in range(0, full, _FAN_OUT)
    ]


def root_quads(state: StreamState, address: str) -> Iterator[Quad]:
    """Describe the stream, and the root of its tree as it is reached below ``address``."""
    root = address + PATH
    yield from _stream_quads(state.iri, root)
    yield from _quads(root, (RDF.type, TREE.Node), (RDF.type, LDES.EventSource))
    if state.pages:
        retention = f"{state.iri}#retention"
        yield from _quads(root, (LDES.retentionPolicy, retention))
        # A client that has read up to an earlier time learns from it that the stream began anew,
        # and that it missed the members in between.
        start = typed(state.pages[0].moment, XSD.dateTime)
        yield from _quads(retention, (RDF.type, LDES.RetentionPolicy), (LDES.startingFrom, start))
    older = branches(state)
    newer = [_page_link(page) for page in state.pages[len(older) * _FAN_OUT :]]
    yield from _relation_quads(root, [*(branch.link for branch in older), *newer], address)


def branch_quads(branch: Branch, address: str) -> Iterator[Quad]:
    """Describe a node between the root and pages."""
    yield from page_quads(branch.link.name, address)
    yield from _relation_quads(f"{address}{PATH}/{branch.link.name}", branch.pages, address)


def page_quads(name: str, address: str) -> Iterator[Quad]:
    """State that a node other than the root never changes."""
    node, immutable = f"{address}{PATH}/{name}", typed("true", XSD.boolean)
    return _quads(node, (RDF.type, TREE.Node), (LDES.immutable, immutable))


def _branch(start: int, pages: Sequence[Page]) -> Branch:
    names = "\n".join(page.name for page in pages)
    digest = hashlib.sha256(names.encode()).hexdigest()[:16]
    name = f"{start + 1:06}-{start + len(pages):06}-{digest}"
    link = Link(name, pages[0].moment, pages[-1].moment)
    return Branch(link, [_page_link(page) for page in pages])


def _page_link(page: Page) -> Link:
    return Link(page.name, page.moment, page.moment)


def _stream_quads(stream: str, root: str) -> Iterator[Quad]:
    yield from _quads(
        stream,
        (RDF.type, LDES.EventStream),
        (DCT.title, Literal(_TITLE, language="en")),
        (DCT.description, Literal(_DESCRIPTION, language="en")),
        (DCT.license, _LICENCE),
        (LDES.timestampPath, DCT.created),
        (LDES.versionOfPath, DCT.isVersionOf),
    )
    for name, kind in (("Create", CREATE), ("Update", UPDATE), ("Delete", DELETE)):
        yield from _quads(
            stream, (LDES[f"version{name}Path"], RDF.type), (LDES[f"version{name}Object"], kind)
        )
    yield from _quads(stream, (LDES.pollingInterval, Literal(_POLLING_SECONDS)), (TREE.view, root))


def _relation_quads(node: str, links: Sequence[Link], address: str) -> Iterator[Quad]:
    """Link to nodes, each with the earliest and the latest time of the members found there."""
    for link in links:
        first, last = f"{node}#from-{link.name}", f"{node}#until-{link.name}"
        yield from _quads(node, (TREE.relation, first), (TREE.relation, last))
        for relation, kind, moment in (
            (first, TREE.GreaterThanOrEqualToRelation, link.earliest),
            (last, TREE.LessThanOrEqualToRelation, link.latest),
        ):
            yield from _quads(
                relation,
                (RDF.type, kind),
                (TREE.node, f"{address}{PATH}/{link.name}"),
                (TREE.path, DCT.created),
                (TREE.value, typed(moment, XSD.dateTime)),
            )


def _quads(subject: str, *statements: tuple[str, str | Literal]) -> Iterator[Quad]:
    """Yield statements about ``subject``, pairs of the IRI of a property and a value or its IRI."""
    for property_, value in statements:
        node = NamedNode(value) if isinstance(value, str) else value
        yield Quad(NamedNode(subject), NamedNode(property_), node)
