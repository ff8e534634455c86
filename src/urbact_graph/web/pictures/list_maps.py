"""Maps of what is listed: the cities of the networks, plans or people that were chosen."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.lists.selection import Selection
from urbact_graph.web.pictures.maps import CityMap


def _partners(networks: Iterable[str], atlas: Atlas) -> Iterable[str]:
    known = (atlas.networks[path] for path in networks if path in atlas.networks)
    return (city for one in known for city in dict.fromkeys(one.partners))


# For each list with a map: the cities of one thing of it, each as often as it counts.
_CITIES: dict[str, Callable[[Any, Atlas], Iterable[str]]] = {
    "networks": lambda one, atlas: _partners([one.path], atlas),
    "cities": lambda one, _: [one.path] * len(one.networks),
    "plans": lambda one, _: filter(None, [one.city]),
    "people": lambda one, atlas: _partners(one.networks, atlas),
}
_COUNTED = {"plans": "plan"}
MAPPED = tuple(_CITIES)


def map_of_list(selection: Selection) -> CityMap:
    """Return the map of the cities that ``selection`` has; its list is one of ``MAPPED``."""
    name, atlas = selection.listing.name, selection.atlas
    sizes = Counter(
        city
        for one in selection.things
        for city in _CITIES[name](one, atlas)
        if city in atlas.cities
    )
    chosen = ", ".join(label for _, label, _ in selection.active())
    title = f"{selection.listing.title}: {chosen}" if chosen else f"{selection.listing.title}: all"
    return CityMap(title, dict(sizes), {}, noun=_COUNTED.get(name, "network"))
