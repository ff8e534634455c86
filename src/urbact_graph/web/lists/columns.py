"""The columns and orders that several lists have."""

from collections.abc import Callable, Iterable
from typing import Any

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.lists.facets import Column, Order


def names(paths: Iterable[str], atlas: Atlas) -> tuple[str, ...]:
    """Return the labels of the things at ``paths`` that there are."""
    found = (atlas.get(path) for path in paths)
    return tuple(one.label for one in found if one)


def name_of(path: str, atlas: Atlas) -> str:
    """Return the label of the thing at ``path``, the empty text if there is none."""
    return next(iter(names([path], atlas)), "")


def descending(name: str, title: str, number: Callable[[Any], int]) -> Order:
    """Return the order by ``number``, the largest first."""
    return Order(name, title, number, is_descending=True)


BY_NAME = Order("name", "Name", lambda one: one.label.casefold())
LABEL = Column("name", "Name", lambda one, _: one.label)
THEMES = Column("themes", "Themes", lambda one, atlas: names(one.themes, atlas), "tags")
PROGRAMME = Column("programme", "Programme", lambda one, atlas: name_of(one.programme, atlas))
NETWORK = Column(
    "network",
    "Network",
    lambda one, atlas: name_of(one.network, atlas),
    path=lambda one: one.network,
)
COUNTRY = Column(
    "country",
    "Country",
    lambda one, _: one.country,
    shown=lambda one, atlas: atlas.countries[one.country].name if one.country else "",
    path=lambda one: f"countries/{one.country.lower()}" if one.country else "",
)
NETWORKS_COUNT = Column("networks", "Networks", lambda one, _: len(one.networks))
BY_NETWORKS = descending("networks", "Most networks", lambda one: len(one.networks))
