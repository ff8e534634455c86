"""The pages of the dataset and of the ontology: the same for all, and arranged once a snapshot.

Their descriptions have thousands of triples, which no visitor waits for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pyoxigraph import Triple

from urbact_graph.web.documents.entity_description import description
from urbact_graph.web.documents.index import Index
from urbact_graph.web.pages.dataset_page import DATASET, DatasetPage
from urbact_graph.web.pages.entity_page import Vocabulary
from urbact_graph.web.pages.ontology_page import OntologyPage
from urbact_graph.web.pages.schema_org import Facts
from urbact_graph.web.snapshot import Snapshot

ONTOLOGY = "ontology"


@dataclass(frozen=True)
class LargePage:
    """What the page of a ``template`` is made of, and the description with its ``facts``."""

    template: str
    triples: tuple[Triple, ...]
    facts: Facts
    page: DatasetPage | OntologyPage


def dataset_page(snapshot: Snapshot) -> LargePage | None:
    """Arrange the page of the dataset, None if it does not describe itself; for ``derive``.

    Raises:
        ProblemError: as the engine raises it.
    """
    return _arranged(snapshot, DATASET, "dataset.html", DatasetPage.of)


def ontology_page(snapshot: Snapshot) -> LargePage | None:
    """Arrange the page of the ontology, None if there is none; for ``derive``.

    Raises:
        ProblemError: as the engine raises it.
    """
    return _arranged(snapshot, ONTOLOGY, "ontology.html", OntologyPage.of)


# What arranges the page at a path.
LARGE_PAGES: Mapping[str, Callable[[Snapshot], LargePage | None]] = MappingProxyType(
    {DATASET: dataset_page, ONTOLOGY: ontology_page}
)


def _arranged(
    snapshot: Snapshot,
    path: str,
    template: str,
    arrange: Callable[..., DatasetPage | OntologyPage],
) -> LargePage | None:
    entity = snapshot.derive(Index.of).get(path)
    if entity is None:
        return None
    triples = tuple(description(snapshot, entity.iri))
    vocabulary = snapshot.derive(Vocabulary.of)
    page = arrange(entity, triples, vocabulary, snapshot.base)
    return LargePage(template, triples, Facts(triples, snapshot.base), page)
