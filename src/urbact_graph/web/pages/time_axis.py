"""The time line of the programmes, on which pages draw when networks were at work."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Network, Programme
from urbact_graph.web.pages.dates import period

_PER_CENT = 100
_MONTHS = 12
_DAYS = 31


@dataclass(frozen=True)
class Span:
    """A part of the axis: ``x`` and ``width`` are per cent of it, ``number`` is a programme's.

    ``is_partial`` says that only the first or the last year is known; ``text`` is the period in
    words.
    """

    x: float
    width: float
    number: int
    text: str
    label: str = ""
    is_partial: bool = False


@dataclass(frozen=True)
class TimeAxis:
    """The years from the first programme to the last one or the last network, ``last`` excluded."""

    first: int
    last: int
    numbers: dict[str, int]
    programmes: tuple[Span, ...] = ()

    @classmethod
    def of(cls, atlas: Atlas) -> Self:
        """Make the axis of all programmes and networks."""
        programmes = sorted(atlas.programmes.values(), key=lambda one: (one.start_year, one.path))
        dated: list[Network | Programme] = [*programmes, *atlas.networks.values()]
        first = min((one.start_year for one in dated if one.start_year), default=0)
        last = max((max(one.start_year, one.end_year) for one in dated), default=0) + 1
        numbers = {one.path: number for number, one in enumerate(programmes, start=1)}
        bare = cls(first, last, numbers)
        spans = ((one, bare._between(one.start, one.end)) for one in programmes)
        return cls(
            first,
            last,
            numbers,
            tuple(
                Span(*found, numbers[one.path], period(one.start, one.end), one.name)
                for one, found in spans
                if found
            ),
        )

    @property
    def years(self) -> tuple[tuple[float, int], ...]:
        """The years in which programmes began, each with its place in per cent."""
        return tuple(
            (span.x, round(self.first + span.x * self._length)) for span in self.programmes
        )

    def span(self, network: Network) -> Span | None:
        """Return when ``network`` was at work, None if no year is known."""
        found = self._between(network.start, network.end)
        if not found:
            return None
        return Span(
            *found,
            self.numbers.get(network.programme, 0),
            period(network.start, network.end),
            network.name,
            is_partial=not (network.start and network.end),
        )

    def rows(self, networks: Iterable[Network]) -> tuple[tuple[Network, Span | None], ...]:
        """Return ``networks`` with their spans, the first in time first, those undated last."""
        dated = sorted(
            networks,
            key=lambda one: (one.start or one.end or "9", one.end, one.name.casefold()),
        )
        return tuple((network, self.span(network)) for network in dated)

    @property
    def _length(self) -> float:
        """The years in one per cent of the axis."""
        return (self.last - self.first) / _PER_CENT

    def _between(self, start: str, end: str) -> tuple[float, float] | None:
        """Return place and width of the time from ``start`` to ``end``, in per cent."""
        if not (start or end) or not self.first:
            return None
        begins = _moment(start) if start else _moment(end)
        ends = _moment(end, is_end=True) if end else _moment(start, is_end=True)
        x = (begins - self.first) / self._length
        return round(x, 2), round(max((ends - begins) / self._length, 0), 2)


def _moment(date: str, *, is_end: bool = False) -> float:
    """Return a date as a number of years; the end of a year or month is that of its last day."""
    year, *rest = date.split("-")
    if not rest:
        return int(year) + is_end
    month = int(year) + (int(rest[0]) - 1) / _MONTHS
    if not rest[1:]:
        return month + is_end / _MONTHS
    return month + (int(rest[1][:2]) - 1 + is_end) / _MONTHS / _DAYS
