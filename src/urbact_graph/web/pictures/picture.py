"""What a picture is: its drawing and the table of the same data."""

from collections.abc import Callable
from dataclasses import dataclass

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.pictures.svg import Drawing

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """Rows under ``columns``, pairs of a name for files and a title; ``paths`` are the rows' links.

    A path is empty where a row has none.
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A picture at ``/pictures/NAME``; ``draw`` takes the address that its links begin with."""

    name: str
    title: str
    about: str
    caption: str
    table: Callable[[Atlas], Table]
    draw: Callable[[Atlas, str], Drawing]
