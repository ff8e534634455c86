"""The reach by country: how many cities of each country took part in each programme."""

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Country
from urbact_graph.web.counted import counted
from urbact_graph.web.pictures.matrix import Row, draw_rows, programmes_of
from urbact_graph.web.pictures.picture import Picture, Table
from urbact_graph.web.pictures.svg import Drawing

_TITLE = "Reach by country"


def _ordered(atlas: Atlas) -> list[Country]:
    found = [one for one in atlas.countries.values() if one.cities]
    return sorted(found, key=lambda one: (-len(one.cities), one.name))


def _counts(country: Country, atlas: Atlas) -> list[int]:
    cities = set(country.cities)
    return [len(cities.intersection(one.cities)) for one in programmes_of(atlas)]


def _table(atlas: Atlas) -> Table:
    programmes, countries = programmes_of(atlas), _ordered(atlas)
    slugs = [one.path.partition("/")[2].replace("-", "_") for one in programmes]
    return Table(
        (
            ("country", "Country"),
            ("code", "Code"),
            *zip(slugs, (one.name for one in programmes), strict=True),
            ("cities", "All cities"),
            ("networks", "Networks"),
        ),
        tuple(
            (one.name, one.code, *_counts(one, atlas), len(one.cities), len(one.networks))
            for one in countries
        ),
        tuple(f"cities?country={one.code.lower()}" for one in countries),
    )


def _draw(atlas: Atlas, root: str) -> Drawing:
    rows = []
    for country in _ordered(atlas):
        counts = _counts(country, atlas)
        rows.append(
            Row(
                f"{country.name} ({len(country.cities)})",
                f"cities?country={country.code.lower()}",
                tuple(float(count) for count in counts),
                tuple(str(count) for count in counts),
                tuple(counted(count, "city", "cities") for count in counts),
            )
        )
    return draw_rows(_TITLE, rows, atlas, root)


COUNTRIES = Picture(
    "countries",
    _TITLE,
    "Which countries' cities took part, in each programme.",
    "Cities that were partners of a network in each programme; behind the country, all its cities.",
    _table,
    _draw,
)
