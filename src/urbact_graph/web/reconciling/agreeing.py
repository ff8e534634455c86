"""Which entities have the values that a client knows of what it looks for."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from urbact_graph.spelling import folded
from urbact_graph.web.reconciling.entities import Entities
from urbact_graph.web.reconciling.properties import Property, Ref
from urbact_graph.web.reconciling.queries import Asked

# Sources count the inhabitants of other years and of other limits of a city.
_FACTOR = 2.0
# As far as two sources may place the same city from each other, in km and in degrees.
_KILOMETRES, _DEGREES = 25.0, 0.3
_KILOMETRES_A_DEGREE = 111.2
_DEGREE = r"(-?\d{1,3}(?:\.\d+)?)"
_POINT = re.compile(rf"\s*{_DEGREE}\s*[,; ]\s*{_DEGREE}\s*")
# Well-known text has the longitude first (GeoSPARQL 1.1, 8.5.1).
_WKT = re.compile(rf"\s*(?:<[^<>]*>\s*)?POINT\s*\(\s*{_DEGREE}\s+{_DEGREE}\s*\)\s*", re.I)
_NO_LETTER = re.compile(r"[^0-9a-z]+")
_BETWEEN_DIGITS = re.compile(r"[\s\u00a0\u202f'\u2019_]")
_THOUSANDS = re.compile(r"-?\d{1,3}([.,]\d{3})+")
# Codes that are compared as identifiers are, though several entities share one.
_CODES = frozenset(("nuts", "functionalUrbanArea"))
# The length of the code of a country before an identifier: PL_1003021056401.
_COUNTRY = 2


class Held:
    """The values of one property, by the ids of the entities that have them.

    ``known`` are the ids of those of which a value is known.
    """

    def __init__(self, asked: Property, entities: Entities) -> None:
        self._property = asked
        self._by_key: dict[str, set[str]] = defaultdict(set)
        self._numbers: list[tuple[str, float]] = []
        self._points: list[tuple[str, tuple[float, float]]] = []
        known = set()
        is_code = asked.identifies or asked.id in _CODES
        for entry in entities.all(asked.values):
            path = entry.thing.path
            for value in asked.of(entry, entities):
                known.add(path)
                if isinstance(value, Ref):
                    self._by_key[value.id].add(path)
                elif not isinstance(value, str):
                    self._numbers.append((path, float(value)))
                elif is_code:
                    for key in _codes(value):
                        self._by_key[key].add(path)
                elif asked.id == "coordinates" and (point := _point(value)):
                    self._points.append((path, point))
                else:
                    self._by_key[folded(value)].add(path)
        self.known = frozenset(known)
        self._is_code = is_code

    def having(self, asked: Asked, meant: Mapping[Asked, Iterable[str]]) -> set[str]:
        """Return the ids of the entities with a value that is, or is near, ``asked``.

        ``meant`` has the ids of the entities that a value names, where values are entities.
        """
        if self._property.refers:
            found = (self._by_key.get(path, set()) for path in meant.get(asked, ()))
            return set().union(*found)
        if self._numbers:
            number = _number(asked)
            is_near = _IS_NEAR.get(self._property.id, float.__eq__)
            return {
                path
                for path, value in self._numbers
                if number is not None and is_near(number, value)
            }
        if self._points:
            point = _point(str(asked))
            return {path for path, value in self._points if point and _are_near(point, value)}
        return self._by_key.get(self._key(asked), set())

    def can_read(self, asked: Asked) -> bool:
        """Tell whether ``asked`` says something: "n/a" is no population, and "-" is nothing."""
        if self._numbers:
            return _number(asked) is not None
        if self._points:
            return _point(str(asked)) is not None
        return bool(self._key(asked))

    def _key(self, asked: Asked) -> str:
        return _code(str(asked)) if self._is_code else folded(str(asked))


def _code(text: str) -> str:
    """Return an identifier without case and signs, from an IRI its end."""
    return _NO_LETTER.sub("", text.strip().rstrip("/").rpartition("/")[2].casefold())


def _codes(value: str) -> tuple[str, ...]:
    """Return how an identifier may be written: with its country and without."""
    code = _code(value)
    return (code, code[_COUNTRY:]) if "_" in value else (code,)


def _is_like_population(asked: float, value: float) -> bool:
    return value / _FACTOR <= asked <= value * _FACTOR


def _is_like_degree(asked: float, value: float) -> bool:
    return abs(asked - value) <= _DEGREES


_IS_NEAR = {
    "population": _is_like_population,
    "latitude": _is_like_degree,
    "longitude": _is_like_degree,
}


def _number(asked: Asked) -> float | None:
    """Read a number as tables print it: with spaces, commas or points between thousands."""
    text = _BETWEEN_DIGITS.sub("", str(asked))
    if isinstance(asked, str) and _THOUSANDS.fullmatch(text):
        text = re.sub("[.,]", "", text)
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _point(text: str) -> tuple[float, float] | None:
    """Read latitude and longitude in degrees, or a point in well-known text."""
    if found := _WKT.fullmatch(text):
        return (float(found[2]), float(found[1]))
    found = _POINT.fullmatch(text)
    return (float(found[1]), float(found[2])) if found else None


def _are_near(here: tuple[float, float], there: tuple[float, float]) -> bool:
    height = (there[0] - here[0]) * _KILOMETRES_A_DEGREE
    middle = math.radians((here[0] + there[0]) / 2)
    width = (there[1] - here[1]) * _KILOMETRES_A_DEGREE * math.cos(middle)
    return math.hypot(height, width) <= _KILOMETRES
