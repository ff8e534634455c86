"""Whether an entity has the values that a client knows of it."""

import math
import re

from urbact_graph.spelling import folded
from urbact_graph.web.reconciling.properties import Ref, Value
from urbact_graph.web.reconciling.queries import Asked, Condition

# Sources count the inhabitants of other years and of other limits of a city.
_FACTOR = 2.0
# As far as two sources may place the same city from each other, in km and in degrees.
_KILOMETRES, _DEGREES = 25.0, 0.3
_KILOMETRES_A_DEGREE = 111.2
_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_NO_LETTER = re.compile(r"[^0-9a-z]+")


def agrees(
    condition: Condition, values: list[Value], meant: dict[Asked, frozenset[str]]
) -> bool | None:
    """Tell whether ``values``, those of an entity, are as ``condition`` says; None if unknown.

    ``meant`` has the ids of the entities that each value of the condition names, where the values
    are entities.
    """
    if not values:
        return None
    found = [
        any(_same(condition, asked, value, meant) for value in values) for asked in _of(condition)
    ]
    if condition.quantifier == "all":
        return all(found)
    return any(found) != (condition.quantifier == "none")


def _of(condition: Condition) -> tuple[Asked, ...]:
    return condition.values


def _same(
    condition: Condition, asked: Asked, value: Value, meant: dict[Asked, frozenset[str]]
) -> bool:
    if isinstance(value, Ref):
        return value.id in meant.get(asked, ())
    name = condition.property.id
    if name == "coordinates":
        return _is_near(str(asked), str(value))
    if isinstance(value, int | float):
        number = _number(asked)
        return number is not None and _is_close(name, number, float(value))
    if condition.property.identifies or name in ("nuts", "functionalUrbanArea"):
        return _is_identifier(str(asked), value)
    return folded(str(asked)) == folded(value)


def _is_identifier(asked: str, value: str) -> bool:
    """Tell whether an identifier is ``value``, as an IRI, in any case, and without its country."""
    known = _NO_LETTER.sub("", value.casefold())
    given = _NO_LETTER.sub("", asked.strip().rstrip("/").rpartition("/")[2].casefold())
    return bool(given) and given in (known, known[2:] if "_" in value else known)


def _is_close(name: str, asked: float, value: float) -> bool:
    if name == "population":
        return value / _FACTOR <= asked <= value * _FACTOR
    if name in ("latitude", "longitude"):
        return abs(asked - value) <= _DEGREES
    return asked == value


def _number(asked: Asked) -> float | None:
    """Read a number as tables print it: with spaces, commas or points between thousands."""
    if isinstance(asked, int | float):
        return float(asked)
    text = re.sub(r"[\s\u00a0\u202f'\u2019_]", "", asked)
    if re.fullmatch(r"-?\d{1,3}([.,]\d{3})+", text):
        text = re.sub("[.,]", "", text)
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _is_near(asked: str, value: str) -> bool:
    here, there = _POINT.fullmatch(asked), _POINT.fullmatch(value)
    if not here or not there:
        return False
    (south, west), (north, east) = map(float, here.groups()), map(float, there.groups())
    height = (north - south) * _KILOMETRES_A_DEGREE
    width = (east - west) * _KILOMETRES_A_DEGREE * math.cos(math.radians((north + south) / 2))
    return math.hypot(height, width) <= _KILOMETRES
