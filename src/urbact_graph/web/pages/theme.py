"""The page of a theme: the networks, cities, plans and recommendations on it."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City, Network, Plan, Recommendation, Theme
from urbact_graph.web.pages.entity_page import Value
from urbact_graph.web.pages.gathering import (
    among,
    by_name,
    most_common,
    plans_in_order,
    topic_of,
)
from urbact_graph.web.pages.stated import Stated
from urbact_graph.web.pages.time_axis import Span, TimeAxis

_CITIES = 12
_PLANS = 8
_ADVICE = 8
_MATCHES = ("skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch")


@dataclass(frozen=True)
class ThemePage:
    """The contents of the page: the most active cities, the first plans and recommendations.

    ``matches`` are the same or similar concepts of other thesauri.
    """

    topic: Theme | None
    below: tuple[Theme, ...]
    axis: TimeAxis
    networks: tuple[tuple[Network, Span | None], ...]
    cities: tuple[tuple[City, int], ...]
    plans: tuple[Plan, ...]
    recommendations: tuple[Recommendation, ...]
    matches: tuple[Value, ...]

    @classmethod
    def of(cls, theme: Theme, atlas: Atlas, stated: Stated) -> Self:
        """Gather what belongs to ``theme``; its matches are among what is ``stated``."""
        axis = TimeAxis.of(atlas)
        networks = among(atlas.networks, theme.networks)
        seats = (city for network in networks for city in network.partners)
        return cls(
            topic=topic_of(atlas, theme),
            below=by_name(atlas.themes, theme.below),
            axis=axis,
            networks=axis.rows(networks),
            cities=most_common(atlas.cities, seats, _CITIES),
            plans=plans_in_order(atlas, theme.plans)[:_PLANS],
            recommendations=among(atlas.recommendations, theme.recommendations)[:_ADVICE],
            matches=tuple(value for name in _MATCHES for value in stated.values(name)),
        )
