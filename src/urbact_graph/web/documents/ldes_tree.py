"""The search tree of the event stream: its root, and a node for each full hundred of pages.

Source: the TREE hypermedia specification (https://w3id.org/tree/specification) and the primer for
servers of Linked Data Event Streams (https://w3id.org/ldes/server-primer), section 4.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from urbact_graph.rdf.namespaces import DCT, LDES, TREE, XSD
from urbact_graph.release.stream import CREATE, DELETE, UPDATE, Page, StreamState

PATH = "/ldes"

# How many pages a node below the root links to. With a page a day the root has up to a hundred
# links to pages, and one more link for each full hundred.
_FAN_OUT = 100
# Once a day; a request that finds nothing new costs a 304.
_POLLING_SECONDS = 86_400
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_DCT = "http://purl.org/dc/terms/"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
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
    stream, root = NamedNode(state.iri), NamedNode(address + PATH)
    yield from _stream_quads(stream, root)
    yield _quad(root, _TYPE, _tree("Node"))
    yield _quad(root, _TYPE, _ldes("EventSource"))
    if state.pages:
        retention = NamedNode(f"{state.iri}#retention")
        yield _quad(root, _ldes("retentionPolicy"), retention)
        yield _quad(retention, _TYPE, _ldes("RetentionPolicy"))
        # A client that has read up to an earlier time learns from it that the stream began anew,
        # and that it missed the members in between.
        yield _quad(retention, _ldes("startingFrom"), _time(state.pages[0].moment))
    older = branches(state)
    newer = [_page_link(page) for page in state.pages[len(older) * _FAN_OUT :]]
    yield from _relation_quads(root, [*(branch.link for branch in older), *newer], address)


def branch_quads(branch: Branch, address: str) -> Iterator[Quad]:
    """Describe a node between the root and pages."""
    node = NamedNode(f"{address}{PATH}/{branch.link.name}")
    yield from page_quads(branch.link.name, address)
    yield from _relation_quads(node, branch.pages, address)


def page_quads(name: str, address: str) -> Iterator[Quad]:
    """State that a node other than the root never changes."""
    node = NamedNode(f"{address}{PATH}/{name}")
    yield _quad(node, _TYPE, _tree("Node"))
    yield _quad(node, _ldes("immutable"), Literal("true", datatype=NamedNode(_BOOLEAN)))


def _branch(start: int, pages: Sequence[Page]) -> Branch:
    names = "\n".join(page.name for page in pages)
    digest = hashlib.sha256(names.encode()).hexdigest()[:16]
    name = f"{start + 1:06}-{start + len(pages):06}-{digest}"
    link = Link(name, pages[0].moment, pages[-1].moment)
    return Branch(link, [_page_link(page) for page in pages])


def _page_link(page: Page) -> Link:
    return Link(page.name, page.moment, page.moment)


def _stream_quads(stream: NamedNode, root: NamedNode) -> Iterator[Quad]:
    yield _quad(stream, _TYPE, _ldes("EventStream"))
    yield _quad(stream, _dct("title"), Literal(_TITLE, language="en"))
    yield _quad(stream, _dct("description"), Literal(_DESCRIPTION, language="en"))
    yield _quad(stream, _dct("license"), NamedNode(_LICENCE))
    yield _quad(stream, _ldes("timestampPath"), NamedNode(DCT.created))
    yield _quad(stream, _ldes("versionOfPath"), NamedNode(DCT.isVersionOf))
    for name, kind in (("Create", CREATE), ("Update", UPDATE), ("Delete", DELETE)):
        yield _quad(stream, _ldes(f"version{name}Path"), _TYPE)
        yield _quad(stream, _ldes(f"version{name}Object"), NamedNode(kind))
    yield _quad(stream, _ldes("pollingInterval"), Literal(_POLLING_SECONDS))
    yield _quad(stream, _tree("view"), root)


def _relation_quads(node: NamedNode, links: Sequence[Link], address: str) -> Iterator[Quad]:
    """Link to nodes, each with the earliest and the latest time of the members found there."""
    for link in links:
        found = NamedNode(f"{address}{PATH}/{link.name}")
        bounds = (
            ("from", "GreaterThanOrEqualToRelation", link.earliest),
            ("until", "LessThanOrEqualToRelation", link.latest),
        )
        relations = [NamedNode(f"{node.value}#{bound}-{link.name}") for bound, _, _ in bounds]
        yield from (_quad(node, _tree("relation"), relation) for relation in relations)
        for relation, (_, kind, time) in zip(relations, bounds, strict=True):
            yield _quad(relation, _TYPE, _tree(kind))
            yield _quad(relation, _tree("node"), found)
            yield _quad(relation, _tree("path"), NamedNode(DCT.created))
            yield _quad(relation, _tree("value"), _time(time))


def _quad(subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> Quad:
    return Quad(subject, predicate, value)


def _time(moment: str) -> Literal:
    return Literal(moment, datatype=NamedNode(XSD.dateTime))


def _ldes(name: str) -> NamedNode:
    return NamedNode(LDES[name])


def _tree(name: str) -> NamedNode:
    return NamedNode(TREE[name])


def _dct(name: str) -> NamedNode:
    return NamedNode(_DCT + name)
