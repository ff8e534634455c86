"""The page of a plan: what it is about, whose it is, how it is known and where to read it."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City, Country, Network, Plan, Theme
from urbact_graph.web.languages import language_name
from urbact_graph.web.pages.dates import written
from urbact_graph.web.pages.gathering import among, plans_by_place
from urbact_graph.web.pages.stated import Stated


@dataclass(frozen=True)
class PlanPage:
    """The contents of the page; ``others`` are the plans of the same network."""

    city: City | None
    country: Country | None
    network: Network | None
    issued: str
    language: str
    themes: tuple[Theme, ...]
    of_city: tuple[Plan, ...]
    others: tuple[Plan, ...]

    @classmethod
    def of(cls, plan: Plan, atlas: Atlas, _: Stated) -> Self:
        """Gather what belongs to ``plan``."""
        city, network = atlas.cities.get(plan.city), atlas.networks.get(plan.network)
        of_city = (path for path in (city.plans if city else ()) if path != plan.path)
        others = (path for path in (network.plans if network else ()) if path != plan.path)
        return cls(
            city=city,
            country=atlas.countries.get(plan.country),
            network=network,
            issued=written(plan.issued),
            language=language_name(plan.language) if plan.language else "",
            themes=among(atlas.themes, plan.themes),
            of_city=plans_by_place(atlas, of_city),
            others=plans_by_place(atlas, others),
        )
