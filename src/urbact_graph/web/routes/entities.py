"""Entities: their IRIs, which lead to their documents, and the documents."""

from urllib.parse import quote

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.snapshot import ByVersion, ServedGraph
from urbact_graph.web.pages.dataset_page import DATASET, DatasetPage
from urbact_graph.web.documents.entity_description import description
from urbact_graph.web.documents.document import (
    HTML,
    OTHER_FORMATS,
    SUFFIXES,
    Document,
    chosen_suffix,
)
from urbact_graph.web.routes.dumps import item_links
from urbact_graph.web.pages.page_head import PageHead, page_head
from urbact_graph.web.documents.index import Entity, Index
from urbact_graph.web.documents.links import document_links, link_header
from urbact_graph.web.pages.ontology_page import OntologyPage
from urbact_graph.web.pages.entity_page import EntityPage, Vocabulary
from urbact_graph.web.documents.jsonld_terms import Terms
from urbact_graph.web.records import Record

_ONTOLOGY = "ontology"
# Of a path that is not known.
_LONGEST_TOLD = 200
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def entities_blueprint(
    graph: ServedGraph,
    index: ByVersion[Index],
    vocabulary: ByVersion[Vocabulary],
    terms: ByVersion[Terms],
) -> Blueprint:
    """Make the routes of all entities of ``graph``, whatever their paths are."""
    routes = Blueprint("entities", __name__)

    @routes.get("/<path:path>")
    def entity(path: str) -> AnyResponse:
        if found := index.get().get(path):
            return _see_other(found)
        stem, _, suffix = path.rpartition(".")
        found = index.get().get(stem) if suffix in SUFFIXES else None
        if found is None:
            # Metrics count what is nowhere as that.
            Record.of(request.environ).route = "none"
            raise unknown(path, index.get(), graph)
        # A dataset that does not describe itself may be anybody's.
        is_ours = index.get().get(DATASET) is not None
        triples = description(graph, found.iri)
        document = Document(triples, found.iri, graph.base, terms.get())
        if suffix == HTML:
            head = page_head(triples, found, graph.base, graph.address(), is_ours=is_ours)
            response = Response(
                _page(found, document, vocabulary.get(), head, has_files=graph.edition is not None)
            )
        else:
            response = document.response(suffix)
            response.last_modified = g.data_modified
        response.headers["Link"] = _links(graph, found, document, suffix, is_ours=is_ours)
        return response

    return routes


def _see_other(entity: Entity) -> AnyResponse:
    """Lead from the entity to its document: httpRange-14, by 303 (Cool URIs, section 4.2)."""
    suffix = chosen_suffix(request.headers.get("Accept"))
    # Relative, so that a local instance stays local.
    name = quote(entity.path.rpartition("/")[2], safe="")
    response = redirect(f"{name}.{suffix}", 303)
    response.vary.add("Accept")
    return response


def _page(
    entity: Entity, document: Document, vocabulary: Vocabulary, head: PageHead, *, has_files: bool
) -> str:
    about = entity, document.triples, vocabulary, document.base
    shown = {"head": head, "formats": OTHER_FORMATS}
    if entity.path == _ONTOLOGY:
        return render_template("ontology.html", ontology=OntologyPage.of(*about), **shown)
    if entity.path == DATASET:
        page = DatasetPage.of(*about)
        return render_template(
            "dataset.html", page=page, address=DATASET, has_files=has_files, **shown
        )
    return render_template("entity.html", page=EntityPage.of(*about), **shown)


def _links(
    graph: ServedGraph, entity: Entity, document: Document, suffix: str, *, is_ours: bool
) -> str:
    types = document.types
    address = f"{graph.address()}/{entity.address}"
    collection = f"{graph.address()}/{DATASET}" if is_ours else ""
    links = document_links(entity.iri.value, address, suffix, types, collection)
    if entity.path == DATASET:
        # It is no part of itself, and leads to its own.
        links = [*(link for link in links if link.relation != "collection"), *item_links(graph)]
    return link_header(links)


def unknown(path: str, index: Index, graph: ServedGraph) -> ProblemError:
    """Say that nothing has this path, and what is meant most likely."""
    stem, _, suffix = path.rpartition(".")
    near = index.like(stem if suffix in SUFFIXES else path)
    suggestions = [
        {
            "label": entity.label,
            "iri": entity.iri.value,
            "document": f"{graph.address()}/{entity.address}",
        }
        for entity in near
    ]
    hint = f"is /{near[0].path} meant?" if near else "the query endpoint is /sparql."
    return ProblemError(
        NOT_FOUND,
        f"Nothing here has the address /{path[:_LONGEST_TOLD]}; {hint}",
        extensions={"suggestions": suggestions} if suggestions else None,
    )
