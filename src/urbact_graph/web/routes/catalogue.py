"""What describes the dataset as a whole: the catalogue (DCAT-AP) and the statistics (VoID)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template
from pyoxigraph import NamedNode, Triple

from urbact_graph.description import instance_description
from urbact_graph.rdf.namespaces import NAMESPACES
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.pages.dataset_page import DATASET, DatasetPage
from urbact_graph.web.documents.entity_description import description
from urbact_graph.web.documents.document import OTHER_FORMATS, Document
from urbact_graph.web.routes.negotiated import addresses, respond

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from urbact_graph.web.snapshot import ByVersion, ServedGraph
    from urbact_graph.web.documents.index import Index
    from urbact_graph.web.pages.entity_page import Vocabulary
    from urbact_graph.web.documents.jsonld_terms import Terms

_VOID = NAMESPACES["void"]
_LABEL = NAMESPACES["rdfs"] + "label"


def catalogue_blueprint(
    graph: ServedGraph,
    index: ByVersion[Index],
    vocabulary: ByVersion[Vocabulary],
    terms: ByVersion[Terms],
) -> Blueprint:
    """Make the routes of the catalogue and of the statistics, below this instance's address."""
    routes = Blueprint("catalogue", __name__)

    def described(path: str, suffix: str) -> Response:
        triples = _described(graph, index.get())
        chosen = statistics(triples, graph.base) if path == "void" else catalogue(triples)
        subject = NamedNode(f"{graph.base}{DATASET if path == 'void' else path}")
        document = Document(_ordered(chosen, subject), subject, graph.base, terms.get())

        def page() -> str:
            dataset = index.get().get(DATASET)
            if dataset is None:
                raise _undescribed()
            shown = DatasetPage.of(dataset, triples, vocabulary.get(), graph.base)
            return render_template(
                "dataset.html",
                page=shown,
                address=path,
                formats=OTHER_FORMATS,
                has_files=graph.edition is not None,
            )

        return respond(graph, path, suffix, document, page)

    def catalog(suffix: str = "") -> Response:
        return described("catalog", suffix)

    def void(suffix: str = "") -> Response:
        return described("void", suffix)

    for path, view in (("catalog", catalog), ("void", void)):
        for rule in addresses(path):
            routes.add_url_rule(rule, view_func=view)

    @routes.get("/.well-known/void")
    def well_known() -> AnyResponse:
        # VoID, section 7.2: a redirect, from the root of the host.
        return redirect("../void", 302)

    return routes


def catalogue(triples: Sequence[Triple]) -> list[Triple]:
    """Return what DCAT says: all but the statistics."""
    parts = _statistical(triples)
    return _labelled(
        (t for t in triples if not t.predicate.value.startswith(_VOID) and t.subject not in parts),
        triples,
    )


def statistics(triples: Sequence[Triple], base: str) -> list[Triple]:
    """Return what VoID says of the dataset: counts, partitions, links, dumps, and whose it is."""
    dataset = NamedNode(f"{base}{DATASET}")
    parts = _statistical(triples)
    general = tuple(NAMESPACES[prefix] for prefix in ("void", "dct", "foaf", "owl", "rdf", "rdfs"))
    return _labelled(
        (
            t
            for t in triples
            if t.subject in parts
            or (t.subject == dataset and t.predicate.value.startswith(general))
            or (t.predicate.value.startswith(_VOID))
        ),
        triples,
    )


def _described(graph: ServedGraph, index: Index) -> list[Triple]:
    """Return the description of the dataset, as this instance gives it.

    Raises:
        ProblemError: what is served is not described, as it was not built here.
    """
    found: dict[Triple, None] = {}
    for path in (DATASET, "catalog"):
        entity = index.get(path)
        if entity is None:
            raise _undescribed()
        found |= dict.fromkeys(description(graph, entity.iri))
    files = graph.edition.files if graph.edition else ()
    return instance_description(found, graph.base, graph.address(), files)


def _undescribed() -> ProblemError:
    return ProblemError(
        NOT_FOUND,
        "This instance serves a dataset that does not describe itself; its endpoint is /sparql.",
    )


def _statistical(triples: Iterable[Triple]) -> set[object]:
    """Return the nodes that only the statistics lead to: partitions and linksets."""
    names = {f"{_VOID}{name}" for name in ("classPartition", "propertyPartition", "subset")}
    return {triple.object for triple in triples if triple.predicate.value in names}


def _labelled(chosen: Iterable[Triple], triples: Iterable[Triple]) -> list[Triple]:
    """Return ``chosen`` without the labels of what nothing chosen links to any more."""
    kept = list(chosen)
    meant = {triple.object for triple in kept}
    meant |= {t.subject for t in kept if t.predicate.value != _LABEL}
    labels = [t for t in triples if t.predicate.value == _LABEL and t.subject in meant]
    others = [t for t in kept if t.predicate.value != _LABEL]
    return list(dict.fromkeys([*others, *labels]))


def _ordered(triples: Iterable[Triple], subject: NamedNode) -> list[Triple]:
    return sorted(triples, key=lambda triple: (triple.subject != subject, str(triple)))
