"""The page of a programme: its calls, its networks, and what it cost."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Call, Network, Programme, Theme
from urbact_graph.web.pages.dates import period
from urbact_graph.web.pages.gathering import among, by_name, most_common
from urbact_graph.web.pages.stated import Stated
from urbact_graph.web.pages.time_axis import TimeAxis

_THEMES = 12


@dataclass(frozen=True)
class ProgrammePage:
    """The contents of the page; ``networks`` stand by kind, the largest first.

    ``budget`` and ``erdf`` are as printed where they are not known in euros.
    """

    period: str
    axis: TimeAxis
    number: int
    calls: tuple[Call, ...]
    networks: tuple[tuple[str, tuple[Network, ...]], ...]
    countries: int
    plans: int
    themes: tuple[tuple[Theme, int], ...]
    budget: str
    erdf: str

    @classmethod
    def of(cls, programme: Programme, atlas: Atlas, stated: Stated) -> Self:
        """Gather what belongs to ``programme``; its budget is among what is ``stated``."""
        axis = TimeAxis.of(atlas)
        networks = by_name(atlas.networks, programme.networks)
        kinds: dict[str, list[Network]] = {}
        for one in networks:
            kinds.setdefault(one.kind_label, []).append(one)
        order = sorted(kinds, key=lambda kind: (-len(kinds[kind]), kind))
        calls = among(atlas.calls, programme.calls)
        return cls(
            period=period(programme.start, programme.end),
            axis=axis,
            number=axis.numbers.get(programme.path, 0),
            calls=tuple(sorted(calls, key=lambda one: (one.opens or one.approved, one.path))),
            networks=tuple((kind, tuple(kinds[kind])) for kind in order),
            countries=len({code for one in networks for code in one.countries}),
            plans=sum(len(one.plans) for one in networks),
            themes=most_common(atlas.themes, (t for one in networks for t in one.themes), _THEMES),
            budget=stated.text("urb:budget"),
            erdf=stated.text("urb:erdf"),
        )
