"""Entities: redirects from their IRIs to their documents, and the documents."""

from urllib.parse import quote

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.documents.document import (
    HTML,
    OTHER_FORMATS,
    SUFFIXES,
    Document,
    chosen_suffix,
)
from urbact_graph.web.documents.entity_description import description
from urbact_graph.web.documents.index import Entity, Index
from urbact_graph.web.documents.jsonld_terms import Terms
from urbact_graph.web.documents.links import document_links, link_header
from urbact_graph.web.pages.dataset_page import DATASET
from urbact_graph.web.pages.entity_page import EntityPage, Vocabulary
from urbact_graph.web.pages.kinds import kind_page, own_pages
from urbact_graph.web.pages.large_pages import LARGE_PAGES, LargePage
from urbact_graph.web.pages.page_head import PageHead, page_head
from urbact_graph.web.pages.schema_org import Facts
from urbact_graph.web.pages.similar_things import SimilarThings
from urbact_graph.web.routes.dumps import item_links
from urbact_graph.web.spellings import document, in_other_letters, location

# How much of an unknown path an error repeats.
_MAX_PATH_LENGTH = 200
_OF_ENTITIES = frozenset(("GET", "HEAD", "OPTIONS"))

routes = Blueprint("entities", __name__)


@routes.get("/<path:path>")
def entity(path: str) -> AnyResponse:
    """Redirect from an entity's IRI to its document, or give the document."""
    snapshot = current_snapshot()
    index = snapshot.derive(Index.of)
    if found := index.get(path):
        return _see_other(found)
    known = document(index, path)
    if known is None:
        if redirected := in_other_letters(path, index):
            return redirected
        _refuse_get_of_what_takes_others()
        # Metrics count all unknown paths together.
        current_context().route = "none"
        raise unknown(path, index)
    found, suffix = known
    # Nothing is known of the licence of a dataset that does not describe itself.
    is_ours = index.get(DATASET) is not None
    prepare = LARGE_PAGES.get(found.path)
    large = snapshot.derive(prepare) if prepare else None
    triples = large.triples if large else description(snapshot, found.iri)
    stated = Document(triples, found.iri, snapshot.base, snapshot.derive(Terms.of))
    if suffix == HTML:
        address = current_context().public_address
        facts = large.facts if large else Facts(triples, snapshot.base)
        head = page_head(facts, found, snapshot.base, address, is_ours=is_ours)
        response = Response(_large_page(large, head) if large else _page(found, stated, head))
    else:
        response = stated.response(suffix)
        response.last_modified = snapshot.modified
    response.headers["Link"] = _links(found, stated, suffix, is_ours=is_ours)
    return response


def _refuse_get_of_what_takes_others() -> None:
    """Raise ``MethodNotAllowed`` where this address is one that takes POST only.

    Each path of any address fits that of an entity, so that Flask does not say it.
    """
    adapter = current_app.create_url_adapter(request)
    others = set(adapter.allowed_methods() if adapter else ()) - _OF_ENTITIES
    if others:
        raise MethodNotAllowed(valid_methods=[*others, "OPTIONS"])


def _see_other(entity: Entity) -> AnyResponse:
    """Redirect from the entity to its document by 303 (Cool URIs, section 4.2)."""
    suffix = chosen_suffix(request.headers.get("Accept"))
    # A slash that is encoded in the IRI is one in the address too.
    name = quote(entity.iri.value.removeprefix(current_snapshot().base), safe="/%")
    response = redirect(location(f"{name}.{suffix}"), 303)
    response.vary.add("Accept")
    return response


def _page(entity: Entity, document: Document, head: PageHead) -> str:
    snapshot = current_snapshot()
    about = entity, document.triples, snapshot.derive(Vocabulary.of), document.base
    shown = {"head": head, "formats": OTHER_FORMATS}
    similar = SimilarThings.of(snapshot, entity, document.triples)
    stated = EntityPage.of(*about, similar, own_pages(snapshot))
    if designed := kind_page(snapshot, stated):
        return render_template(
            designed.template, page=stated, designed=designed, of=designed.gathered, **shown
        )
    return render_template("entity.html", page=stated, **shown)


def _large_page(large: LargePage, head: PageHead) -> str:
    return render_template(
        large.template,
        page=large.page,
        head=head,
        formats=OTHER_FORMATS,
        address=DATASET,
        has_files=current_snapshot().release is not None,
    )


def _links(entity: Entity, document: Document, suffix: str, *, is_ours: bool) -> str:
    root = current_context().public_address
    address = f"{root}/{entity.address}"
    collection = f"{root}/{DATASET}" if is_ours else ""
    links = document_links(entity.iri.value, address, suffix, document.types, collection)
    if entity.path == DATASET:
        # The dataset is not part of itself; it links to its dumps.
        links = [*(link for link in links if link.relation != "collection"), *item_links()]
    return link_header(links)


def unknown(path: str, index: Index) -> ProblemError:
    """Make the problem of a path that no entity has, with entities of similar paths or names."""
    stem, _, suffix = path.rpartition(".")
    root = current_context().public_address
    near = index.like(stem if suffix in SUFFIXES else path)
    suggestions = [
        {"label": entity.label, "iri": entity.iri.value, "document": f"{root}/{entity.address}"}
        for entity in near
    ]
    hint = f"did you mean /{near[0].path}?" if near else "the query endpoint is /sparql."
    return ProblemError(
        NOT_FOUND,
        f"There is no entity or page at /{path[:_MAX_PATH_LENGTH]}; {hint}",
        extensions={"suggestions": suggestions} if suggestions else None,
    )
