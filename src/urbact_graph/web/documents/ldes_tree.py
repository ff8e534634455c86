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
class Branch:
    """A node that links to a full hundred of ``pages``; like them it never changes."""

    name: str
    pages: Sequence[Page]


def branches(state: StreamState) -> list[Branch]:
    """Return the nodes between the root and the older pages."""
    found = []
    for end in range(_FAN_OUT, len(state.pages) + 1, _FAN_OUT):
        pages = state.pages[end - _FAN_OUT : end]
        names = "\n".join(page.name for page in pages)
        digest = hashlib.sha256(names.encode()).hexdigest()[:16]
        found.append(Branch(f"{end - _FAN_OUT + 1:06}-{end:06}-{digest}", pages))
    return found


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
    for branch in older:
        yield from _relation_quads(root, branch.name, branch.pages, address)
    for page in state.pages[len(older) * _FAN_OUT :]:
        yield from _relation_quads(root, page.name, [page], address)


def branch_quads(branch: Branch, address: str) -> Iterator[Quad]:
    """Describe a node between the root and pages."""
    yield from page_quads(branch.name, address)
    for page in branch.pages:
        yield from _relation_quads(f"{address}{PATH}/{branch.name}", page.name, [page], address)


def page_quads(name: str, address: str) -> Iterator[Quad]:
    """State that a node other than the root never changes."""
    node, immutable = f"{address}{PATH}/{name}", typed("true", XSD.boolean)
    return _quads(node, (RDF.type, TREE.Node), (LDES.immutable, immutable))


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


def _relation_quads(node: str, name: str, pages: Sequence[Page], address: str) -> Iterator[Quad]:
    """Link to the node ``name``, with the times of the first and the last member in its pages."""
    first, last = f"{node}#from-{name}", f"{node}#until-{name}"
    yield from _quads(node, (TREE.relation, first), (TREE.relation, last))
    for relation, kind, page in (
        (first, TREE.GreaterThanOrEqualToRelation, pages[0]),
        (last, TREE.LessThanOrEqualToRelation, pages[-1]),
    ):
        yield from _quads(
            relation,
            (RDF.type, kind),
            (TREE.node, f"{address}{PATH}/{name}"),
            (TREE.path, DCT.created),
            (TREE.value, typed(page.moment, XSD.dateTime)),
        )


def _quads(subject: str, *statements: tuple[str, str | Literal]) -> Iterator[Quad]:
    """Yield statements about ``subject``, pairs of the IRI of a property and a value or its IRI."""
    for property_, value in statements:
        node = NamedNode(value) if isinstance(value, str) else value
        yield Quad(NamedNode(subject), NamedNode(property_), node)
