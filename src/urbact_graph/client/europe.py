"""The boundaries of the countries of Europe, to draw maps on."""

import io
from typing import TYPE_CHECKING

from urbact_graph.client.frames import CRS
from urbact_graph.client.libraries import library

if TYPE_CHECKING:
    import geopandas

# The name that the front end bundles them under.
_FILE = "europe.json"


def boundaries() -> "geopandas.GeoDataFrame":
    """Return the countries of Europe and around it as a GeoDataFrame (EPSG:4326), for maps.

    ``country_code`` has their codes (ISO 3166-1 alpha-2), as the tables have them; NA where
    there is none. They are those of Natural Earth (public domain) at 1:50 million, without
    islands that are far from Europe, and cut beyond the Urals.

    >>> import urbact_graph
    >>> countries = urbact_graph.boundaries()
    >>> {"FI", "PT"} <= set(countries.country_code.dropna())
    True

    Raises:
        UrbactGraphError: the front end, which they are part of, was not built.
        QueryError: geopandas is not installed.
    """
    from urbact_graph.web.assets import Assets  # noqa: PLC0415 - few need it

    geopandas = library("geopandas", "client")
    assets = Assets.load()
    found = geopandas.read_file(io.BytesIO(assets.files[assets.names[_FILE]].content))
    # What is smaller than the steps of the file is empty.
    found = found[~found.geometry.is_empty].reset_index(drop=True)
    codes = [_alpha_2(code) for code in found["id"]]
    return geopandas.GeoDataFrame(
        {"country_code": library("pandas", "client").Series(codes, dtype="string")},
        geometry=found.geometry.set_crs(CRS, allow_override=True),
    )


def _alpha_2(code: object) -> str | None:
    import pycountry  # noqa: PLC0415 - few need it

    country = pycountry.countries.get(alpha_3=code) if isinstance(code, str) else None
    return country.alpha_2 if country else None
