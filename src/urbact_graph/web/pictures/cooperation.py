"""The network of the cities that worked together, as it was laid out with the release."""

import json
import math
from collections.abc import Iterator, Mapping
from statistics import median

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City
from urbact_graph.web.counted import counted
from urbact_graph.web.pictures.picture import Picture, Table
from urbact_graph.web.pictures.svg import PROGRAMMES, Drawing
from urbact_graph.web.snapshot import Snapshot

Places = Mapping[str, tuple[float, float]]

_TITLE = "Cities that worked together"
_WIDTH, _HEIGHT, _EDGE = 960.0, 640.0, 24.0
# Pairs with a line, and in the table.
_LEAST_SHARED, _LISTED = 2, 40
# So many of the best connected cities have names that are always shown, where there is room.
_NAMED = 110
_FONT, _LETTER = 11.0, 6.2
_SMALL = 5.0


def cooperation_of(snapshot: Snapshot) -> Picture | None:
    """Return the picture, None where the release has no layout of it; for ``snapshot.derive``."""
    places = _places(snapshot)
    if not places:
        return None
    return Picture(
        "cooperation",
        _TITLE,
        "Cities lie near those that they shared networks with.",
        "A line joins two cities that were in two networks together, or more; the larger a circle, "
        "the more cities it met. Places say nothing of geography.",
        _table,
        lambda atlas, root: _draw(atlas, root, places),
    )


def _places(snapshot: Snapshot) -> Places:
    if snapshot.release is None or not snapshot.release.cooperation.exists():
        return {}
    found: dict[str, list[float]] = json.loads(snapshot.release.cooperation.read_bytes())
    return {path: (x, y) for path, (x, y) in found.items()}


def _pairs(atlas: Atlas) -> list[tuple[int, City, City]]:
    """Return the pairs of cities that shared several networks, the most first."""
    found = [
        (count, city, atlas.cities[peer])
        for city in atlas.cities.values()
        for peer, count in city.peers.items()
        if city.path < peer and count >= _LEAST_SHARED and peer in atlas.cities
    ]
    return sorted(found, key=lambda one: (-one[0], one[1].name, one[2].name))


def _table(atlas: Atlas) -> Table:
    pairs = _pairs(atlas)[:_LISTED]
    columns = (("city", "City"), ("other", "And"), ("networks", "Networks together"))
    return Table(
        columns,
        tuple((one.name, other.name, count) for count, one, other in pairs),
        tuple(f"{one.path}.html" for _, one, _ in pairs),
    )


def _draw(atlas: Atlas, root: str, places: Places) -> Drawing:
    cities = [atlas.cities[path] for path in places if path in atlas.cities]
    at = _spread({city.path: places[city.path] for city in cities})
    drawing = Drawing(_WIDTH, _HEIGHT, _TITLE)
    drawing.group("zoomable")
    for count, one, other in _pairs(atlas):
        if one.path in at and other.path in at:
            drawing.tie(*at[one.path], *at[other.path], width=0.2 + 0.4 * (count - 1))
    cities.sort(key=lambda city: (-len(city.peers), city.path))
    for city in cities:
        count = len(city.peers)
        drawing.circle(
            *at[city.path],
            _radius(city),
            PROGRAMMES[-1],
            "p4",
            title=f"{city.name}: {counted(count, 'city', 'cities')} in "
            f"{counted(len(city.networks), 'network')}",
            href=f"{root}{city.path}.html",
        )
    for city, is_shown in _names(cities, at):
        x, y = at[city.path]
        size = _FONT if is_shown else _SMALL
        drawing.name(x + _radius(city) + 1.5, y + size / 3, city.name, size, is_shown=is_shown)
    return drawing


def _spread(places: Places) -> Places:
    """Return ``places`` spread over the ellipse of the picture, which they fill evenly.

    Each keeps its direction from the middle, and the order by distance from it: so the crowded
    middle gets room, and single cities far out do not make the picture large and empty.
    """
    middle_x, middle_y = (median(each) for each in zip(*places.values(), strict=True))
    moved = {path: (x - middle_x, y - middle_y) for path, (x, y) in places.items()}
    order = sorted(moved, key=lambda path: (math.hypot(*moved[path]), path))
    found = {}
    for rank, path in enumerate(order):
        x, y = moved[path]
        share, angle = math.sqrt((rank + 0.5) / len(order)), math.atan2(y, x)
        found[path] = (
            _WIDTH / 2 + share * (_WIDTH / 2 - _EDGE) * math.cos(angle),
            _HEIGHT / 2 + share * (_HEIGHT / 2 - _EDGE) * math.sin(angle),
        )
    return found


def _radius(city: City) -> float:
    return 1.2 + 0.5 * math.sqrt(len(city.peers))


def _names(
    cities: list[City], at: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[City, bool]]:
    """Yield each city, and whether its name is always shown: no such name lies on another."""
    taken: list[tuple[float, float, float]] = []
    for number, city in enumerate(cities):
        x, y = at[city.path]
        end = x + len(city.name) * _LETTER + 12
        is_free = end < _WIDTH and all(
            abs(y - y2) > _FONT or x > end2 or end < x2 for x2, end2, y2 in taken
        )
        is_shown = number < _NAMED and is_free
        if is_shown:
            taken.append((x, end, y))
        yield city, is_shown
