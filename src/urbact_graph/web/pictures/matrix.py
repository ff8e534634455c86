"""Rows of bars, a column for each programme: how themes and countries changed over time."""

from collections.abc import Sequence
from dataclasses import dataclass

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Programme
from urbact_graph.web.pictures.svg import PROGRAMMES, Drawing

_WIDTH, _LABEL, _GAP = 960.0, 240.0, 18.0
_ROW, _TOP, _BAR = 22.0, 52.0, 12.0
# Room for a number behind the longest bar.
_BEHIND = 40.0


@dataclass(frozen=True)
class Row:
    """A row: its label and the path that it links to, and a value with its text for each column."""

    label: str
    path: str
    values: tuple[float, ...]
    texts: tuple[str, ...]
    titles: tuple[str, ...]
    is_heading: bool = False


def programmes_of(atlas: Atlas) -> list[Programme]:
    """Return the programmes, the earliest first."""
    return sorted(atlas.programmes.values(), key=lambda one: (one.start_year, one.path))


def years_of(programme: Programme) -> str:
    """Return the period of a programme as text."""
    return f"{programme.start_year or '?'}–{programme.end_year or '?'}"


def draw_rows(title: str, rows: Sequence[Row], atlas: Atlas, root: str) -> Drawing:
    """Draw ``rows``; bars of all columns have one scale."""
    programmes = programmes_of(atlas)
    height = _TOP + _ROW * len(rows) + 8
    drawing = Drawing(_WIDTH, height, title)
    column = (_WIDTH - _LABEL) / max(len(programmes), 1)
    largest = max((value for row in rows for value in row.values), default=1) or 1
    scale = (column - _GAP - _BEHIND) / largest
    for number, programme in enumerate(programmes):
        x = _LABEL + number * column
        drawing.text(x, 18, programme.name, is_bold=True, href=f"{root}{programme.path}.html")
        drawing.text(x, 36, years_of(programme), "soft")
        drawing.line(x, _TOP - 6, x, height)
    for place, row in enumerate(rows):
        y = _TOP + place * _ROW
        if row.is_heading and place:
            drawing.line(0, y - 1, _WIDTH, y - 1)
        href = f"{root}{row.path}" if row.path else ""
        indent = 0 if row.is_heading or not any(one.is_heading for one in rows) else 12
        drawing.text(indent, y + 14, row.label, is_bold=row.is_heading, href=href)
        for number, value in enumerate(row.values):
            if not value:
                continue
            x = _LABEL + number * column
            kind = number % len(PROGRAMMES)
            drawing.rect(
                x,
                y + (_ROW - _BAR) / 2,
                max(value * scale, 1),
                _BAR,
                PROGRAMMES[kind],
                f"p{kind + 1}",
                title=f"{row.label}, {programmes[number].name}: {row.titles[number]}",
                opacity=1 if row.is_heading or not indent else 0.75,
            )
            drawing.text(x + value * scale + 5, y + 15, row.texts[number], "soft")
    return drawing
