"""Maps of cities: the points and lines that the browser draws, from the atlas."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from urbact_graph.problems import MALFORMED_REQUEST, NOT_FOUND, ProblemError
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City, Country, Network, Programme, Theme, Thing
from urbact_graph.web.counted import counted

# What the boundaries show: west, south, east, north, in degrees.
_WEST, _SOUTH, _EAST, _NORTH = -32.0, 26.0, 46.0, 72.0
# What a map can be of, with the beginning of the paths of its kind.
SUBJECTS = {
    "network": "network",
    "city": "city",
    "theme": "theme",
    "programme": "programme",
    "country": "countries",
}
LEAD, FOCUS = "lead", "focus"
# About ten metres.
_DIGITS = 4


@dataclass(frozen=True)
class CityMap:
    """A map: its points with their sizes and roles, and the lines between cities with weights.

    ``sizes`` are numbers of what ``noun`` says, by the path of the city.
    """

    title: str
    sizes: dict[str, int]
    roles: dict[str, str]
    lines: tuple[tuple[str, str, int], ...] = ()
    noun: str = "network"


def map_of(kind: str, slug: str, atlas: Atlas) -> CityMap:
    """Return the map of the thing of this ``kind`` (of ``SUBJECTS``), at ``slug`` below it.

    Raises:
        ProblemError: the kind is unknown, or there is no such thing.
    """
    if kind not in SUBJECTS:
        known = ", ".join(SUBJECTS)
        raise ProblemError(
            MALFORMED_REQUEST, f"A map has no parameter '{kind[:40]}'; it has {known}."
        )
    thing = atlas.get(f"{SUBJECTS[kind]}/{slug}")
    if thing is None:
        raise ProblemError(NOT_FOUND, f"There is no {kind} '{slug[:80]}'.")
    return _map(thing, atlas)


def map_of_all(atlas: Atlas) -> CityMap:
    """Return the map of all cities."""
    sizes = {path: len(city.networks) for path, city in atlas.cities.items()}
    return CityMap("Cities by number of networks", sizes, {})


def as_json(one: CityMap, atlas: Atlas) -> dict[str, Any]:
    """Return what the browser draws; cities without coordinates, or far from Europe, are counted.

    Larger cities come first, so that smaller ones lie above them.
    """
    places = [atlas.cities[path] for path in one.sizes if path in atlas.cities]
    located = [(city, place) for city in places if (place := _place(city))]
    located.sort(key=lambda item: (-one.sizes[item[0].path], item[0].path))
    numbers = {city.path: number for number, (city, _) in enumerate(located)}
    points = []
    for city, (lon, lat) in located:
        size = one.sizes[city.path]
        point = {
            "name": city.name,
            "page": f"{city.path}.html",
            "lon": lon,
            "lat": lat,
            "size": size,
            "note": _note(city, size, one.noun, atlas),
        }
        if city.path in one.roles:
            point["role"] = one.roles[city.path]
        points.append(point)
    lines = [
        (numbers[start], numbers[end], weight)
        for start, end, weight in one.lines
        if start in numbers and end in numbers
    ]
    away = sorted(city.name for city in places if city.path not in numbers)
    return {"title": one.title, "points": points, "lines": lines, "missing": away}


def with_networks(drawn: dict[str, Any], atlas: Atlas) -> dict[str, Any]:
    """Add to what is drawn the networks of each point, with what they are filtered by."""
    programmes, themes = list(atlas.programmes), list(atlas.themes)
    networks = list(atlas.networks.values())
    numbers = {network.path: number for number, network in enumerate(networks)}
    for point in drawn["points"]:
        city = atlas.cities[point["page"].removesuffix(".html")]
        point["networks"] = [numbers[path] for path in city.networks]
    return {
        **drawn,
        "programmes": [_choice(atlas.programmes[path]) for path in programmes],
        "themes": [
            {**_choice(one), "topic": themes.index(one.topic) if one.topic in themes else None}
            for one in atlas.themes.values()
        ],
        "networks": [
            [
                programmes.index(one.programme) if one.programme in programmes else None,
                [themes.index(path) for path in one.themes if path in themes],
            ]
            for one in networks
        ],
    }


def _choice(one: Programme | Theme) -> dict[str, Any]:
    return {"name": one.name, "slug": one.path.partition("/")[2]}


def _map(thing: Thing, atlas: Atlas) -> CityMap:
    if isinstance(thing, Network):
        sizes = {path: len(atlas.cities[path].networks) for path in thing.partners}
        return CityMap(f"Partners of {thing.name}", sizes, {thing.lead: LEAD})
    if isinstance(thing, City):
        sizes = {thing.path: len(thing.networks), **thing.peers}
        lines = tuple((thing.path, peer, count) for peer, count in thing.peers.items())
        return CityMap(f"Cities that {thing.name} met", sizes, {thing.path: FOCUS}, lines)
    if isinstance(thing, Theme):
        return CityMap(f"Cities on {thing.name}", _sizes(thing.networks, atlas), {})
    if isinstance(thing, Programme):
        return CityMap(f"Cities in {thing.name}", _sizes(thing.networks, atlas), {})
    if isinstance(thing, Country):
        sizes = {path: len(atlas.cities[path].networks) for path in thing.cities}
        return CityMap(f"Cities of {thing.name}", sizes, {})
    raise TypeError(f"there is no map of a {type(thing).__name__}")


def _sizes(networks: Iterable[str], atlas: Atlas) -> dict[str, int]:
    """Count for each city how many of ``networks`` it was in."""
    sizes: dict[str, int] = {}
    for network in networks:
        for city in dict.fromkeys(atlas.networks[network].partners):
            sizes[city] = sizes.get(city, 0) + 1
    return sizes


def _place(city: City) -> tuple[float, float] | None:
    if city.lat is None or city.lon is None:
        return None
    if not (_WEST < city.lon < _EAST and _SOUTH < city.lat < _NORTH):
        return None
    return round(city.lon, _DIGITS), round(city.lat, _DIGITS)


def _note(city: City, size: int, noun: str, atlas: Atlas) -> str:
    country = atlas.countries[city.country].name if city.country else ""
    return " · ".join(filter(None, [country, counted(size, noun)]))
