"""Draw the processes and the path of a request as docs/architecture.svg.

Run ``python docs/draw_architecture.py`` after a change of the boxes below.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

PICTURE = Path(__file__).resolve().parent / "architecture.svg"
WIDTH, HEIGHT = 960, 510
INK, GREY, LINE, BLUE, GREEN, PURPLE = (
    "#1f2933",
    "#5c6975",
    "#8895a3",
    "#1d5f8a",
    "#2d6a4f",
    "#6a4c93",
)
FONT = "Helvetica,Arial,sans-serif"


class Frame(NamedTuple):
    """A process: its name, place and size in pixels, and colour."""

    name: str
    place: tuple[int, int, int, int]
    colour: str


class Box(NamedTuple):
    """A part of a process: its name, what it does, place and size in pixels."""

    name: str
    lines: tuple[str, ...]
    place: tuple[int, int, int, int]
    colour: str = INK


class Arrow(NamedTuple):
    """An arrow through the points, with a text at a place."""

    points: tuple[tuple[int, int], ...]
    text: str = ""
    at: tuple[int, int] = (0, 0)
    dashed: bool = False


FRAMES = (
    Frame("main process", (20, 70, 210, 250), GREY),
    Frame("web process", (260, 70, 420, 250), BLUE),
    Frame("zygote and workers", (710, 70, 230, 250), PURPLE),
    Frame("release process (short-lived)", (260, 370, 420, 125), GREEN),
)
BOXES = (
    Box(
        "supervisor",
        ("holds the port,", "replaces a web process", "that ended, forwards signals"),
        (35, 105, 180, 90),
    ),
    Box("control socket", ("urbact-graph reload",), (35, 225, 180, 60)),
    Box(
        "gateway",
        ("event loop: reads the request,", "response cache, coalescing,", "sends the response"),
        (275, 105, 190, 100),
        BLUE,
    ),
    Box(
        "Flask",
        ("every route; one snapshot", "a request; conditions,", "ranges, compression"),
        (485, 105, 180, 100),
        BLUE,
    ),
    Box("engine", ("quota, scheduler, pool",), (520, 240, 145, 60), BLUE),
    Box(
        "zygote", ("holds the dataset in memory,", "forks the workers"), (725, 105, 200, 75), PURPLE
    ),
    Box(
        "workers",
        ("parse and evaluate one query", "each; no files, no sockets,", "limited memory"),
        (725, 210, 200, 90),
        PURPLE,
    ),
    Box(
        "prepare",
        ("build → validate → dumps", "and tables → event stream"),
        (275, 405, 185, 75),
        GREEN,
    ),
    Box(
        "releases/VERSION/",
        ("never changed once written;", "`current` names the newest"),
        (485, 405, 180, 75),
        GREEN,
    ),
    Box("sources", ("data/, ontology/,", "shapes/"), (35, 405, 185, 75), GREEN),
)
ARROWS = (
    Arrow(((370, 30), (370, 102)), "HTTP", (378, 48)),
    Arrow(((465, 155), (483, 155))),
    Arrow(((592, 205), (592, 238))),
    Arrow(((665, 262), (723, 262)), "query", (684, 252)),
    Arrow(((825, 180), (825, 208)), "fork", (833, 199)),
    Arrow(((215, 150), (258, 150))),
    Arrow(((125, 225), (125, 197))),
    Arrow(((220, 442), (273, 442))),
    Arrow(((460, 442), (483, 442))),
    Arrow(((575, 403), (575, 340), (825, 340), (825, 322)), "loads the graph", (640, 335)),
    Arrow(
        ((125, 285), (125, 345), (367, 345), (367, 403)),
        "starts it, also at a reload",
        (180, 339),
        dashed=True,
    ),
    Arrow(((502, 403), (502, 207)), "files", (508, 355)),
)


def svg() -> str:
    """Return the picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="{FONT}" role="img" aria-label="{_LABEL}">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(370, 22, "client or proxy", INK, 14, anchor="middle", weight=600),
        *map(_frame, FRAMES),
        *map(_arrow, ARROWS),
        *map(_box, BOXES),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


_LABEL = (
    "A request goes from the client to the gateway in the web process, from there to Flask, to the "
    "engine and to a worker forked by the zygote. The main process holds the port and supervises. "
    "A release process builds, validates and publishes an immutable release."
)


def _frame(frame: Frame) -> str:
    x, y, width, height = frame.place
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="{frame.colour}" '
        f'fill-opacity=".06" stroke="{frame.colour}" stroke-opacity=".5"/>'
        + _text(x + 12, y + 22, frame.name, frame.colour, 13, weight=600)
    )


def _box(box: Box) -> str:
    x, y, width, height = box.place
    lines = [_text(x + 10, y + 21, box.name, box.colour, 14, weight=600)]
    lines += [_text(x + 10, y + 38 + 15 * i, line, INK, 11) for i, line in enumerate(box.lines)]
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="#ffffff" '
        f'stroke="{box.colour}"/>' + "".join(lines)
    )


def _arrow(arrow: Arrow) -> str:
    points = " ".join(f"{x},{y}" for x, y in arrow.points)
    dash = ' stroke-dasharray="5 4"' if arrow.dashed else ""
    line = (
        f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="1.6"{dash} '
        'marker-end="url(#tip)"/>'
    )
    return line + (_text(*arrow.at, arrow.text, GREY, 12) if arrow.text else "")


def _text(
    x: int, y: int, text: str, colour: str, size: int, *, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
