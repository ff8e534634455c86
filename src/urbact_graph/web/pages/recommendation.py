"""The page of a recommendation: whom it is for, and what it was read in."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Document, Network, Programme, Recommendation, Theme
from urbact_graph.web.pages.gathering import among
from urbact_graph.web.pages.stated import Stated


@dataclass(frozen=True)
class RecommendationPage:
    """The contents of the page.

    ``beside`` are the other recommendations of the same network, or of the same document where
    there is no network.
    """

    network: Network | None
    programme: Programme | None
    document: Document | None
    themes: tuple[Theme, ...]
    beside: tuple[Recommendation, ...]

    @classmethod
    def of(cls, one: Recommendation, atlas: Atlas, _: Stated) -> Self:
        """Gather what belongs to the recommendation ``one``."""
        network, document = atlas.networks.get(one.network), atlas.documents.get(one.document)
        near = network or document
        paths = near.recommendations if near else ()
        return cls(
            network=network,
            programme=atlas.programmes.get(one.programme),
            document=document,
            themes=among(atlas.themes, one.themes),
            beside=among(atlas.recommendations, (path for path in paths if path != one.path)),
        )
