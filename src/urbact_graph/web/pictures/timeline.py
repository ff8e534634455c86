"""The programmes as a time line, with their calls and when their networks ran."""

from collections import Counter

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Programme
from urbact_graph.web.counted import counted
from urbact_graph.web.pictures.matrix import programmes_of, years_of
from urbact_graph.web.pictures.picture import Picture, Table
from urbact_graph.web.pictures.svg import PROGRAMMES, Drawing

_TITLE = "Four programmes on one line"
_WIDTH, _EDGE, _AXIS, _HEAD, _GAP = 960.0, 18.0, 26.0, 34.0, 18.0
_LEAST, _PER_NETWORK, _BETWEEN = 15.0, 0.7, 3.0
_MONTHS = 12
_TENTH_MONTH = len("2023-03")
# A bar is wide enough for its words from this width on.
_WORDS = 90.0


def _spans(programme: Programme, atlas: Atlas) -> list[tuple[int, int, int]]:
    """Return when the networks of ``programme`` ran: first year, last year, number of networks."""
    networks = [atlas.networks[path] for path in programme.networks]
    known = ((one.start_year, one.end_year) for one in networks if one.start_year and one.end_year)
    return [(start, end, count) for (start, end), count in sorted(Counter(known).items())]


def _undated(programme: Programme, atlas: Atlas) -> int:
    return len(programme.networks) - sum(count for *_, count in _spans(programme, atlas))


def _table(atlas: Atlas) -> Table:
    rows: list[tuple[str | int | None, ...]] = []
    paths = []
    for one in programmes_of(atlas):
        for start, end, count in _spans(one, atlas):
            rows.append((one.name, start, end, count))
            paths.append(f"{one.path}.html")
        if undated := _undated(one, atlas):
            rows.append((one.name, None, None, undated))
            paths.append(f"{one.path}.html")
    columns = (
        ("programme", "Programme"),
        ("start_year", "First year"),
        ("end_year", "Last year"),
        ("networks", "Networks"),
    )
    return Table(columns, tuple(rows), tuple(paths))


def _height(spans: list[tuple[int, int, int]]) -> float:
    return _HEAD + sum(_bar(count) + _BETWEEN for *_, count in spans) + 8


def _bar(count: int) -> float:
    return _LEAST + _PER_NETWORK * count


def _draw(atlas: Atlas, root: str) -> Drawing:
    programmes = programmes_of(atlas)
    spans = [_spans(one, atlas) for one in programmes]
    years = [year for one in programmes for year in (one.start_year, one.end_year) if year]
    years += [year for found in spans for start, end, _ in found for year in (start, end)]
    first, last = min(years, default=2000), max(years, default=2001) + 1
    unit = (_WIDTH - 2 * _EDGE) / (last - first)
    height = _AXIS + sum(_height(found) + _GAP for found in spans)
    drawing = Drawing(_WIDTH, height, _TITLE)
    for year in range(first, last + 1):
        x = _EDGE + (year - first) * unit
        drawing.line(x, _AXIS - 6, x, height)
        if year < last and year % 2 == 0:
            drawing.text(x + unit / 2, 14, str(year), "soft", anchor="middle")
    top = _AXIS
    for number, (programme, found) in enumerate(zip(programmes, spans, strict=True)):
        _draw_programme(drawing, programme, found, (number, top, first, unit), atlas, root)
        top += _height(found) + _GAP
    return drawing


def _draw_programme(
    drawing: Drawing,
    programme: Programme,
    spans: list[tuple[int, int, int]],
    place: tuple[int, float, int, float],
    atlas: Atlas,
    root: str,
) -> None:
    number, top, first, unit = place
    kind = number % len(PROGRAMMES)
    colour, name = PROGRAMMES[kind], f"p{kind + 1}"
    start = _EDGE + ((programme.start_year or first) - first) * unit
    length = ((programme.end_year or programme.start_year or first) + 1) * unit - (
        (programme.start_year or first) * unit
    )
    drawing.rect(start, top, length, _height(spans), colour, name, opacity=0.14)
    words = f"{years_of(programme)} · {counted(len(programme.networks), 'network')} · "
    words += counted(len(programme.cities), "city", "cities")
    # What begins late would leave the picture on the right.
    is_left = start + 330 < _WIDTH
    x, anchor = (start + 8, "start") if is_left else (start + length - 8, "end")
    drawing.text(
        x,
        top + 16,
        programme.name,
        anchor=anchor,
        is_bold=True,
        href=f"{root}{programme.path}.html",
    )
    drawing.text(x + (90 if is_left else -90), top + 16, words, "soft", anchor=anchor)
    y = top + _HEAD
    for begin, end, count in spans:
        left, width = _EDGE + (begin - first) * unit, (end - begin + 1) * unit
        label = counted(count, "network")
        drawing.rect(
            left,
            y,
            width,
            _bar(count),
            colour,
            name,
            title=f"{programme.name}, {begin} to {end}: {label}",
        )
        words = label if width > _WORDS else str(count)
        drawing.text(left + 6, y + _bar(count) / 2 + 4.5, words, "on")
        y += _bar(count) + _BETWEEN
    for path in programme.calls:
        call = atlas.calls[path]
        closed = call.closes or call.approved or call.opens
        if closed:
            x = _EDGE + (_year(closed) - first) * unit
            drawing.diamond(x, top + _HEAD - 7, 4, f"{call.title}: {closed}")


def _year(date: str) -> float:
    """Return a date as a number of years; the middle of the year where no month is stated."""
    month = int(date[5:7]) - 0.5 if len(date) >= _TENTH_MONTH else _MONTHS / 2
    return int(date[:4]) + month / _MONTHS


TIMELINE = Picture(
    "timeline",
    _TITLE,
    "When the programmes ran, when they called for networks, and when their networks worked.",
    "Each bar is the networks that began and ended in the same years, the higher the more they "
    "are. Diamonds are calls, where they closed.",
    _table,
    _draw,
)
