"""The page of a person: the networks that the lead expert accompanied."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Network, Person, Theme
from urbact_graph.web.pages.gathering import among, most_common
from urbact_graph.web.pages.stated import Stated
from urbact_graph.web.pages.time_axis import Span, TimeAxis


@dataclass(frozen=True)
class PersonPage:
    """The contents of the page; ``themes`` are those of the networks, with how many have them."""

    axis: TimeAxis
    networks: tuple[tuple[Network, Span | None], ...]
    themes: tuple[tuple[Theme, int], ...]

    @classmethod
    def of(cls, person: Person, atlas: Atlas, _: Stated) -> Self:
        """Gather what belongs to ``person``."""
        axis = TimeAxis.of(atlas)
        networks = among(atlas.networks, person.networks)
        return cls(
            axis=axis,
            networks=axis.rows(networks),
            themes=most_common(atlas.themes, (t for one in networks for t in one.themes)),
        )
