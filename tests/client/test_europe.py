"""The boundaries of countries, and maps that are drawn above them."""

from typing import Any

import pytest
from pyoxigraph import Store

import urbact_graph
from urbact_graph.client.charts import map_of
from urbact_graph.client.graph import Graph
from urbact_graph.errors import UrbactGraphError
from urbact_graph.web.assets import Assets

geopandas = pytest.importorskip("geopandas")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def countries() -> Any:
    return urbact_graph.boundaries()


def test_countries_have_codes_and_geometries(countries: Any) -> None:
    assert list(countries.columns) == ["country_code", "geometry"]
    assert countries.crs == "EPSG:4326"
    assert countries.country_code.dropna().is_unique
    assert not countries.geometry.is_empty.any()


def test_all_countries_of_cities_are_there(countries: Any, store: Store) -> None:
    found = store.query(
        "PREFIX urb: <https://w3id.org/urbact-graph/ontology#>"
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        "SELECT DISTINCT ?code { ?city a urb:City ; urb:country/skos:notation ?code }"
    )
    codes = {row["code"].value for row in found}  # type: ignore[union-attr]
    assert len(codes) > 30
    assert codes <= set(countries.country_code.dropna())


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"), [("EE", 25.8, 58.7), ("PT", -8, 39.5), ("GR", 22, 39.5)]
)
def test_a_country_is_where_it_lies(
    countries: Any, code: str, longitude: float, latitude: float
) -> None:
    (point,) = geopandas.GeoSeries.from_xy([longitude], [latitude])
    assert list(countries[countries.contains(point)].country_code) == [code]


def test_a_map_has_the_boundaries_below_the_places(opened: Graph) -> None:
    pyplot.switch_backend("Agg")
    axes = map_of(opened.cities(as_geo=True))
    places, land = axes.collections
    assert land.get_zorder() < places.get_zorder()
    pyplot.close("all")


def test_without_the_front_end_a_map_has_places_alone(
    opened: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Assets:
        raise UrbactGraphError("The front end was not built.")

    monkeypatch.setattr(Assets, "load", refuse)
    pyplot.switch_backend("Agg")
    assert len(map_of(opened.cities(as_geo=True)).collections) == 1
    pyplot.close("all")
    with pytest.raises(UrbactGraphError, match="was not built"):
        urbact_graph.boundaries()
