"""The layout of the cities that worked together: who met often lies near.

It starts at where the cities are in Europe, and lets forces act as Fruchterman and Reingold have
them (Graph drawing by force-directed placement, 1991): networks and their partners attract each
other, all that is near repels. Nothing in it is random: the same graph has the same layout.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import NAMESPACES, urb

_ROUNDS = 60
# In units of the wished distance: how far a node repels, and how far it moves at first.
_REACH, _FIRST_STEP = 1.5, 1.2
# A square of a distance beyond reach, whatever its rounding.
_FAR = _REACH**2 * 1.001
_REPULSION, _ATTRACTION = 2.5, 0.35
# How strongly all is drawn to the middle, so that what has no tie to the rest does not drift away.
_GRAVITY = 0.02
# A degree of longitude is shorter than one of latitude, here as in the middle of Europe.
_NARROWING = math.cos(math.radians(50))
_DIGITS = 2

_Place = list[float]


def cooperation(triples: Iterable[Triple], base: str) -> bytes:
    """Return as JSON the place of each city that was in a network, by path: x and y.

    The unit is the wished distance of two nodes; y grows downwards, as on a screen.
    """
    members, places = _read(triples, base)
    cities = sorted({city for partners in members.values() for city in partners})
    known = {city: places[city] for city in cities if city in places}
    nodes = _beginning(cities, members, known)
    if not nodes:
        return b"{}"
    numbers = {name: number for number, name in enumerate(nodes)}
    ties = [
        (numbers[network], numbers[city])
        for network in sorted(members)
        for city in sorted(members[network])
    ]
    layout = _Layout(nodes.values(), ties)
    for number in range(_ROUNDS):
        layout.move(_FIRST_STEP * (1 - number / _ROUNDS) + 0.02)
    found = {
        city: [round(axis[numbers[city]], _DIGITS) for axis in (layout.xs, layout.ys)]
        for city in cities
    }
    return json.dumps(found, indent=0).encode()


def _read(
    triples: Iterable[Triple], base: str
) -> tuple[dict[str, set[str]], dict[str, tuple[float, float]]]:
    """Return the partners of each network, and the coordinates of cities, all by path."""
    terms, geo = urb(base), NAMESPACES["wgs"]
    wanted = {
        str(terms["network"]): "network",
        str(terms["city"]): "city",
        f"{geo}lat": "lat",
        f"{geo}long": "lon",
    }
    stated: dict[str, dict[str, str]] = defaultdict(dict)
    for triple in triples:
        name = wanted.get(triple.predicate.value)
        if (
            name
            and isinstance(triple.subject, NamedNode)
            and isinstance(triple.object, NamedNode | Literal)
        ):
            path = triple.subject.value.removeprefix(base)
            stated[path][name] = triple.object.value.removeprefix(base)
    members: dict[str, set[str]] = defaultdict(set)
    for path, values in stated.items():
        if path.startswith("partnership/") and "network" in values and "city" in values:
            members[values["network"]].add(values["city"])
    places = {
        path: (float(values["lon"]), float(values["lat"]))
        for path, values in stated.items()
        if "lat" in values and "lon" in values
    }
    return members, places


def _beginning(
    cities: list[str],
    members: Mapping[str, set[str]],
    places: Mapping[str, tuple[float, float]],
) -> dict[str, _Place]:
    """Put cities where they are in Europe, networks between their partners."""
    scale = math.sqrt(len(cities) + len(members)) / 40
    nodes = {
        city: [places[city][0] * _NARROWING * scale, -places[city][1] * scale]
        for city in cities
        if city in places
    }
    middle = _mean(nodes.values())
    for network in sorted(members):
        nodes[network] = _mean(nodes[city] for city in sorted(members[network]) if city in nodes)
        if not nodes[network]:
            nodes[network] = list(middle or (0.0, 0.0))
    for city in cities:
        if city not in nodes:
            nodes[city] = _mean(nodes[n] for n in sorted(members) if city in members[n])
    # Two nodes at one place have no direction in which they repel each other.
    for number, place in enumerate(nodes.values()):
        angle = number * 2.4
        place[0] += 0.1 * math.cos(angle)
        place[1] += 0.1 * math.sin(angle)
    x, y = _mean(nodes.values()) or (0.0, 0.0)
    return {name: [place[0] - x, place[1] - y] for name, place in nodes.items()}


def _mean(places: Iterable[_Place]) -> _Place:
    found = list(places)
    return [sum(axis) / len(found) for axis in zip(*found, strict=True)] if found else []


class _Layout:
    """The places of numbered nodes, ``xs`` and ``ys``, which forces move.

    ``ties`` are pairs of nodes that attract each other.
    """

    def __init__(self, places: Iterable[_Place], ties: Iterable[tuple[int, int]]) -> None:
        self.xs, self.ys = (list(axis) for axis in zip(*places, strict=True))
        self._ties = list(ties)

    def move(self, step: float) -> None:
        """Move all nodes by the forces on them, by ``step`` at most."""
        xs, ys = self.xs, self.ys
        forces = [-_GRAVITY * x for x in xs], [-_GRAVITY * y for y in ys]
        self._repel(*forces)
        self._attract(*forces)
        for node, (x, y) in enumerate(zip(*forces, strict=True)):
            length = math.hypot(x, y)
            if length:
                share = min(length, step) / length
                xs[node] += x * share
                ys[node] += y * share

    def _repel(self, fx: list[float], fy: list[float]) -> None:
        """Add the forces by which nodes within reach of each other repel."""
        xs, ys = self.xs, self.ys
        cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for node, (x, y) in enumerate(zip(xs, ys, strict=True)):
            cells[int(x // _REACH), int(y // _REACH)].append(node)
        # Half of the cells around, so that each pair is met once.
        around = [(dx, dy) for dx, dy in product((-1, 0, 1), repeat=2) if (dx, dy) > (0, 0)]
        for (column, row), here in cells.items():
            beside = [node for dx, dy in around for node in cells.get((column + dx, row + dy), ())]
            for number, one in enumerate(here, start=1):
                one_x, one_y, force_x, force_y = xs[one], ys[one], fx[one], fy[one]
                for other in (*here[number:], *beside):
                    x, y = one_x - xs[other], one_y - ys[other]
                    # Most pairs are out of reach, and a square takes less time than a distance.
                    if x * x + y * y > _FAR:
                        continue
                    distance = math.hypot(x, y)
                    if 0 < distance < _REACH:
                        force = _REPULSION / max(distance, 0.05) ** 2
                        force_x += x * force
                        force_y += y * force
                        fx[other] -= x * force
                        fy[other] -= y * force
                fx[one], fy[one] = force_x, force_y

    def _attract(self, fx: list[float], fy: list[float]) -> None:
        """Add the forces by which tied nodes attract each other."""
        xs, ys = self.xs, self.ys
        for one, other in self._ties:
            x, y = xs[other] - xs[one], ys[other] - ys[one]
            pull = math.hypot(x, y) * _ATTRACTION
            fx[one] += x * pull
            fy[one] += y * pull
            fx[other] -= x * pull
            fy[other] -= y * pull
