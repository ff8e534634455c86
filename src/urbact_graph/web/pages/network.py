"""The page of a network: what it was about, who took part, and what came of it."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import (
    Call,
    City,
    Country,
    Network,
    Person,
    Plan,
    Programme,
    Recommendation,
    Theme,
)
from urbact_graph.web.pages.dates import period
from urbact_graph.web.pages.entity_page import Value
from urbact_graph.web.pages.gathering import among, by_country, plans_by_place
from urbact_graph.web.pages.stated import Stated
from urbact_graph.web.pages.time_axis import Span, TimeAxis


@dataclass(frozen=True)
class NetworkPage:
    """The contents of the page.

    ``partners`` are the cities by country; ``without_city`` counts partners that are in no city.
    ``themes`` are pairs of a theme and whether the programme prints it. ``announced`` are plans
    that were only announced. ``intended`` is what the partners were to write.
    """

    programme: Programme | None
    call: Call | None
    lead: City | None
    experts: tuple[Person, ...]
    period: str
    axis: TimeAxis
    span: Span | None
    themes: tuple[tuple[Theme, bool], ...]
    aims: tuple[Value, ...]
    intended: tuple[Value, ...]
    partners: tuple[tuple[Country | None, tuple[City, ...]], ...]
    without_city: int
    plans: tuple[Plan, ...]
    announced: tuple[Plan, ...]
    recommendations: tuple[Recommendation, ...]

    @classmethod
    def of(cls, network: Network, atlas: Atlas, stated: Stated) -> Self:
        """Gather what belongs to ``network``; its aims are among what is ``stated``."""
        axis = TimeAxis.of(atlas)
        cities = among(atlas.cities, network.partners)
        declared = set(network.declared_themes)
        return cls(
            programme=atlas.programmes.get(network.programme),
            call=atlas.calls.get(network.call),
            lead=atlas.cities.get(network.lead),
            experts=among(atlas.people, network.experts),
            period=period(network.start, network.end),
            axis=axis,
            span=axis.span(network),
            themes=tuple(
                sorted(
                    ((one, one.path in declared) for one in among(atlas.themes, network.themes)),
                    key=lambda pair: (not pair[1], pair[0].name.casefold()),
                )
            ),
            aims=stated.values("urb:objective"),
            intended=stated.values("urb:intendedPlan"),
            partners=by_country(atlas, sorted(cities, key=lambda one: one.name.casefold())),
            without_city=max(network.partner_count - len(cities), 0),
            plans=plans_by_place(atlas, network.plans),
            announced=plans_by_place(atlas, network.announced_plans),
            recommendations=among(atlas.recommendations, network.recommendations),
        )
