"""Documents that are not of entities: one address for all formats, and one for each."""

from collections.abc import Callable, Iterable

from flask import Response, request
from pyoxigraph import NamedNode

from urbact_graph.web.graph import ServedGraph
from urbact_graph.web.linked_data.documents import (
    HTML,
    SUFFIXES,
    Document,
    chosen_suffix,
)
from urbact_graph.web.linked_data.links import document_links, link_header

_RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def addresses(path: str) -> tuple[str, str]:
    """Return the rules of the addresses of the document at ``path``: by Accept, and by suffix."""
    return f"/{path}", f"/{path}.<any({','.join(SUFFIXES)}):suffix>"


def respond(
    graph: ServedGraph, path: str, suffix: str, document: Document, page: Callable[[], str]
) -> Response:
    """Give the ``document`` at ``path`` in the format of ``suffix``, else by the Accept header.

    Raises:
        RefusedError: none of the formats is accepted.
    """
    chosen = suffix or chosen_suffix(request.headers.get("Accept"))
    response = Response(page()) if chosen == HTML else document.response(chosen)
    if chosen != HTML:
        response.last_modified = graph.modified
    headers = response.headers
    address = f"{graph.address()}/{path}"
    collection = f"{graph.address()}/dataset"
    iri, types = document.subject.value, _types(document)
    headers["Link"] = link_header(document_links(iri, address, chosen, types, collection))
    if not suffix:
        # What was chosen has an address of its own (RFC 9110, section 8.7).
        headers["Content-Location"] = f"{path}.{chosen}"
        response.vary.add("Accept")
    return response


def _types(document: Document) -> Iterable[str]:
    return sorted(
        triple.object.value
        for triple in document.triples
        if triple.subject == document.subject
        and triple.predicate == _RDF_TYPE
        and isinstance(triple.object, NamedNode)
    )
