"""The page of a document: the recommendations that were read in it."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Document, Recommendation, Thing
from urbact_graph.web.pages.gathering import advice_by_network
from urbact_graph.web.pages.stated import Stated


@dataclass(frozen=True)
class DocumentPage:
    """The contents of the page; ``page`` is where it can be read, empty where that is unknown."""

    recommendations: tuple[tuple[Thing | None, tuple[Recommendation, ...]], ...]
    page: str

    @classmethod
    def of(cls, document: Document, atlas: Atlas, stated: Stated) -> Self:
        """Gather what belongs to ``document``."""
        page = stated.address("foaf:page") or stated.address("dct:source")
        return cls(advice_by_network(atlas, document.recommendations), page)
