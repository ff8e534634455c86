"""The descriptions of the whole dataset: the catalogue (DCAT-AP) and the statistics (VoID)."""

from collections.abc import Iterable, Sequence
from functools import partial

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import NamedNode, Triple
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.description import instance_description
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.rdf.namespaces import DCT, FOAF, OWL, RDF, RDFS, VOID
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.documents.document import (
    HTML,
    OTHER_FORMATS,
    Document,
    chosen_suffix,
    subject_first,
)
from urbact_graph.web.documents.entity_description import description
from urbact_graph.web.documents.index import Entity, Index
from urbact_graph.web.documents.jsonld_terms import Terms
from urbact_graph.web.pages.dataset_page import DATASET, DatasetPage
from urbact_graph.web.pages.entity_page import Vocabulary
from urbact_graph.web.pages.large_pages import dataset_page
from urbact_graph.web.routes.negotiated import add_document, respond
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.spellings import location

_NOT_DESCRIBED = (
    "This instance serves a dataset that does not describe itself; query it at /sparql."
)

routes = Blueprint("catalogue", __name__)


@routes.get("/.well-known/void")
def well_known() -> AnyResponse:
    """Redirect from the well-known address to the statistics (VoID, section 7.2)."""
    return redirect(location("void"), 302)


def _respond(path: str, suffix: str = "") -> Response:
    """Give the catalogue or the statistics."""
    snapshot = current_snapshot()
    dataset, stated = _described(snapshot)
    chosen = suffix or chosen_suffix(request.headers.get("Accept"), is_for_programs=True)
    if chosen == HTML:
        # The tables are those of the dataset's own page; the rows have the addresses of here.
        kept = {NamedNode(f"{snapshot.base}{name}") for name in (DATASET, path)}
        stated = [t for t in stated if t.subject in kept or t.predicate.value == RDFS.label]
    triples = _at_instance(snapshot, stated)
    part = statistics(triples, snapshot.base) if path == "void" else catalogue(triples)
    subject = NamedNode(f"{snapshot.base}{DATASET if path == 'void' else path}")
    terms = snapshot.derive(Terms.of)
    document = Document(subject_first(part, subject), subject, snapshot.base, terms)

    def page() -> str:
        vocabulary = snapshot.derive(Vocabulary.of)
        return render_template(
            "dataset.html",
            page=dataset.at_instance(triples, vocabulary, snapshot.base),
            address=path,
            formats=OTHER_FORMATS,
            has_files=snapshot.release is not None,
        )

    return respond(path, suffix, document, page)


for _path in ("catalog", "void"):
    add_document(routes, _path, partial(_respond, _path))


def catalogue(triples: Sequence[Triple]) -> list[Triple]:
    """Return the part of the description that is the catalogue: all but the statistics."""
    parts, void = _statistical(triples), str(VOID)
    chosen = (
        t for t in triples if not t.predicate.value.startswith(void) and t.subject not in parts
    )
    return _labelled(chosen, triples)


def statistics(triples: Sequence[Triple], base: str) -> list[Triple]:
    """Return the part that is VoID: counts, partitions, linksets, dumps, publisher, licence."""
    dataset = NamedNode(f"{base}{DATASET}")
    parts = _statistical(triples)
    general = tuple(map(str, (VOID, DCT, FOAF, OWL, RDF, RDFS)))
    chosen = (
        t
        for t in triples
        if t.subject in parts
        or (t.subject == dataset and t.predicate.value.startswith(general))
        or t.predicate.value.startswith(str(VOID))
    )
    return _labelled(chosen, triples)


def _described(snapshot: Snapshot) -> tuple[DatasetPage, list[Triple]]:
    """Return the page of the dataset, and the description of dataset and catalogue."""
    large = snapshot.derive(dataset_page)
    if large is None or not isinstance(large.page, DatasetPage):
        raise ProblemError(NOT_FOUND, _NOT_DESCRIBED)
    of_catalogue = description(snapshot, _entity("catalog").iri)
    return large.page, list(dict.fromkeys([*large.triples, *of_catalogue]))


def _at_instance(snapshot: Snapshot, found: Iterable[Triple]) -> list[Triple]:
    """Return a description with the addresses of this instance."""
    files = snapshot.release.files if snapshot.release else ()
    return instance_description(found, snapshot.base, current_context().public_address, files)


def _entity(path: str) -> Entity:
    entity = current_snapshot().derive(Index.of).get(path)
    if entity is None:
        raise ProblemError(NOT_FOUND, _NOT_DESCRIBED)
    return entity


def _statistical(triples: Iterable[Triple]) -> set[object]:
    """Return the nodes that only the statistics link to: partitions and linksets."""
    names = {VOID.classPartition, VOID.propertyPartition, VOID.subset}
    return {triple.object for triple in triples if triple.predicate.value in names}


def _labelled(chosen: Iterable[Triple], triples: Iterable[Triple]) -> list[Triple]:
    """Return ``chosen``, with labels only of the resources that occur in it."""
    kept = list(chosen)
    others = [t for t in kept if t.predicate.value != RDFS.label]
    meant = {t.object for t in kept} | {t.subject for t in others}
    labels = [t for t in triples if t.predicate.value == RDFS.label and t.subject in meant]
    return list(dict.fromkeys([*others, *labels]))
