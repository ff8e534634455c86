"""Themes over time: how many of each programme's networks worked on a theme."""

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Theme
from urbact_graph.web.counted import counted
from urbact_graph.web.pictures.matrix import Row, draw_rows, programmes_of
from urbact_graph.web.pictures.picture import Picture, Table
from urbact_graph.web.pictures.svg import Drawing

_PER_CENT = 100
_TITLE = "Themes over time"


def _ordered(atlas: Atlas) -> list[Theme]:
    """Return the topics by name, each with the themes below it."""
    topics = [one for one in atlas.themes.values() if not one.topic]
    return [
        theme
        for topic in sorted(topics, key=lambda one: one.name)
        for theme in (
            topic,
            *sorted((atlas.themes[p] for p in topic.below), key=lambda one: one.name),
        )
    ]


def _counts(theme: Theme, atlas: Atlas) -> list[int]:
    """Count the networks on ``theme``, or on one below it, for each programme."""
    paths = {*theme.networks, *(n for p in theme.below for n in atlas.themes[p].networks)}
    return [len(paths.intersection(one.networks)) for one in programmes_of(atlas)]


def _table(atlas: Atlas) -> Table:
    programmes, themes = programmes_of(atlas), _ordered(atlas)
    slugs = [one.path.partition("/")[2].replace("-", "_") for one in programmes]
    return Table(
        (
            ("theme", "Theme"),
            ("topic", "Topic"),
            *zip(slugs, (one.name for one in programmes), strict=True),
            ("networks", "All networks"),
        ),
        tuple(
            (
                theme.name,
                atlas.themes[theme.topic].name if theme.topic else "",
                *(counts := _counts(theme, atlas)),
                sum(counts),
            )
            for theme in themes
        ),
        tuple(f"{theme.path}.html" for theme in themes),
    )


def _draw(atlas: Atlas, root: str) -> Drawing:
    sizes = [len(one.networks) for one in programmes_of(atlas)]
    rows = []
    for theme in _ordered(atlas):
        counts = _counts(theme, atlas)
        shares = [
            _PER_CENT * count / size if size else 0.0
            for count, size in zip(counts, sizes, strict=True)
        ]
        rows.append(
            Row(
                theme.name,
                f"{theme.path}.html",
                tuple(shares),
                tuple(f"{share:.0f} %" for share in shares),
                tuple(
                    f"{c} of {counted(size, 'network')}"
                    for c, size in zip(counts, sizes, strict=True)
                ),
                is_heading=not theme.topic,
            )
        )
    return draw_rows(_TITLE, rows, atlas, root)


THEMES = Picture(
    "themes",
    _TITLE,
    "What the networks of each programme worked on, by topic and theme.",
    "Share of each programme's networks that worked on a theme; a topic holds the themes below it, "
    "and a network may have several.",
    _table,
    _draw,
)
