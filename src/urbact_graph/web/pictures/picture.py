"""What a picture is: its drawing and the table of the same data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from markupsafe import escape

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.pictures.svg import Drawing

# Where the links of a drawing begin, until it is known for whom it is.
_ROOT = "{root}"

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


@dataclass(frozen=True)
class DrawnPicture:
    """A picture as it is drawn, once a snapshot: ``table``, and SVG for any address."""

    picture: Picture
    table: Table
    drawn: str

    @classmethod
    def of(cls, picture: Picture, atlas: Atlas) -> Self:
        """Draw ``picture`` of what is in ``atlas``."""
        return cls(picture, picture.table(atlas), picture.draw(atlas, _ROOT).svg())

    def svg(self, root: str) -> str:
        """Return the drawing as SVG, with links that begin with ``root``."""
        return self.drawn.replace(_ROOT, escape(root))
