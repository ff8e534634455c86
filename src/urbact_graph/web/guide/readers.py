"""What the pages for readers show of the graph: things to begin with, and how facts are known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import (
    ANNOUNCED,
    DESCRIBED,
    NOT_GRADED,
    STATED,
    Call,
    City,
    Network,
    Theme,
)
from urbact_graph.web.snapshot import Snapshot

# The things that examples are about, where the graph has them.
_CITY, _NETWORK, _THEME = "city/pl/wroclaw", "network/greenplace", "theme/urban-renewal"
_CALLS = 3
_EVIDENCE = (
    ("described by a source", DESCRIBED, "plans?evidence=described"),
    ("stated for all partners of a network", STATED, "plans?evidence=stated"),
    ("not graded yet", NOT_GRADED, "plans?evidence=not-graded"),
    ("only announced, and so no plan", ANNOUNCED, "plans?evidence=announced"),
)
_Thing = TypeVar("_Thing")


@dataclass(frozen=True)
class Part:
    """How many facts are known in one way; ``path`` leads to them, empty where no list has them."""

    name: str
    number: int
    path: str = ""


@dataclass(frozen=True)
class Readers:
    """Examples, each None where the graph has no such thing, and how facts are known.

    ``advice`` are the numbers of recommendations on the theme and of all. ``known`` has, for each
    kind of facts, the property that says how they are known, and the parts.
    """

    city: City | None
    peer: City | None
    network: Network | None
    theme: Theme | None
    advice: int
    calls: tuple[Call, ...]
    known: tuple[tuple[str, str, tuple[Part, ...]], ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Choose and count in the atlas of ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the atlas raises it.
        """
        atlas = snapshot.derive(Atlas.of)
        city = _chosen(atlas.cities, _CITY)
        met = (path for path, _ in city.peers.most_common()) if city else ()
        calls = sorted(atlas.calls.values(), key=lambda one: (one.opens, one.path), reverse=True)
        theme = _chosen(atlas.themes, _THEME)
        return cls(
            city,
            next((atlas.cities[path] for path in met if path in atlas.cities), None),
            _chosen(atlas.networks, _NETWORK),
            theme,
            len(theme.recommendations) if theme else 0,
            tuple(calls[:_CALLS]),
            tuple(_known(atlas)),
        )


def _chosen(things: Mapping[str, _Thing], path: str) -> _Thing | None:
    return things.get(path) or next(iter(things.values()), None)


def _known(atlas: Atlas) -> Iterable[tuple[str, str, tuple[Part, ...]]]:
    evidence = Counter(one.evidence for one in atlas.plans.values())
    yield (
        "Plans",
        "evidence",
        tuple(Part(name, evidence[value], path) for name, value, path in _EVIDENCE),
    )
    networks = atlas.networks.values()
    declared = sum(len(one.declared_themes) for one in networks)
    yield (
        "Themes of networks",
        "declaredTheme",
        (
            Part("printed by the programme", declared),
            Part("assigned by this project", sum(len(one.themes) for one in networks) - declared),
        ),
    )
    stated = sum(one.call_is_stated for one in networks)
    yield (
        "Calls of networks",
        "statedCall",
        (
            Part("stated by a page", stated),
            Part("assigned by programme, type and dates", _with_call(networks) - stated),
        ),
    )
    reviewed = sum(bool(one.reviewed) for one in networks)
    yield (
        "Networks",
        "reviewed",
        (
            Part("compared with the source by a second reader", reviewed),
            Part("not yet", len(networks) - reviewed),
        ),
    )


def _with_call(networks: Iterable[Network]) -> int:
    return sum(bool(one.call) for one in networks)
