"""Documents other than those of entities: one address for all formats, and one for each."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from urbact_graph.web.context import current_context
from urbact_graph.web.documents.document import HTML, SUFFIXES, Document, chosen_suffix
from urbact_graph.web.documents.links import document_links, link_header


def add_document(routes: Blueprint, path: str, view: Callable[..., Response]) -> None:
    """Have ``view`` give the document at ``path``: by Accept, and by suffix, its argument."""
    for rule in (f"/{path}", f"/{path}.<any({','.join(SUFFIXES)}):suffix>"):
        routes.add_url_rule(rule, path, view)


def respond(path: str, suffix: str, document: Document, page: Callable[[], str]) -> Response:
    """Give the ``document`` at ``path`` in the format of ``suffix``, or else by Accept.

    ``page`` makes its HTML.

    Raises:
        ProblemError: none of the formats is accepted.
    """
    chosen = suffix or chosen_suffix(request.headers.get("Accept"), is_for_programs=True)
    response = Response(page()) if chosen == HTML else document.response(chosen)
    headers = response.headers
    root = current_context().public_address
    address, collection = f"{root}/{path}", f"{root}/dataset"
    iri, types = document.subject.value, document.types
    headers["Link"] = link_header(document_links(iri, address, chosen, types, collection))
    if not suffix:
        # The chosen format has an address of its own (RFC 9110, section 8.7).
        headers["Content-Location"] = f"{path.rpartition('/')[2]}.{chosen}"
        response.vary.add("Accept")
    return response
