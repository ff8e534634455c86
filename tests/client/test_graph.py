"""The graph, without a server and from one: queries, tables, documents, search."""

import datetime as dt

import pytest
import rdflib

from urbact_graph.client.graph import Graph
from urbact_graph.client.tables import TABLES
from urbact_graph.problems import ProblemError

np = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")

URB = "https://w3id.org/urbact-graph/ontology#"


def test_select_gives_a_typed_table(graph: Graph) -> None:
    table = graph.sparql(
        "SELECT ?city ?name ?population ?lat { ?city a urb:City ; rdfs:label ?name ; wgs:lat ?lat "
        "OPTIONAL { ?city urb:population ?population } } ORDER BY ?city"
    )
    assert dict(table.dtypes.astype(str)) == {
        "city": "string",
        "name": "string",
        "population": "Int64",
        "lat": "Float64",
    }
    assert len(table) == len(graph.cities())


def test_no_row_keeps_the_columns(graph: Graph) -> None:
    table = graph.sparql("SELECT ?a ?b { ?a urb:noSuchProperty ?b }")
    assert list(table.columns) == ["a", "b"]
    assert table.empty


def test_ask_gives_a_bool(graph: Graph) -> None:
    assert graph.sparql("ASK { ?s a urb:City }") is True
    assert graph.sparql("ASK { ?s a urb:Elephant }") is False


def test_construct_gives_an_rdflib_graph(graph: Graph) -> None:
    found = graph.sparql("CONSTRUCT { ?s a urb:City } { ?s a urb:City }")
    assert isinstance(found, rdflib.Graph)
    assert len(found) == len(graph.cities())


def test_variables_are_bound(graph: Graph) -> None:
    network = graph.networks().iri[0]
    found = graph.sparql(
        "SELECT ?city { ?network urb:partnerCity ?city }", network=rdflib.URIRef(network)
    )
    everything = graph.sparql("SELECT ?city { ?network urb:partnerCity ?city }")
    assert 0 < len(found) < len(everything)


def test_a_mistake_has_its_place(graph: Graph) -> None:
    with pytest.raises(ProblemError, match="line 2, column 2") as caught:
        graph.sparql("SELECT * {\n}}")
    assert caught.value.problem.name == "syntax-error"


@pytest.mark.parametrize("name", TABLES)
def test_each_table_has_a_row_for_each_thing(graph: Graph, name: str) -> None:
    table = getattr(graph, name)()
    assert table.iri.is_unique
    assert len(table) > 0
    kind = {"cities": "City", "themes": ""}.get(name, name.removesuffix("s").capitalize())
    if kind:
        count = graph.sparql(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ ?x a urb:{kind} }}")
        assert len(table) == count.n[0]


def test_a_table_has_lists_dates_and_their_precision(graph: Graph) -> None:
    networks = graph.networks(short=True)
    assert all(isinstance(cities, list) for cities in networks.partner_city)
    assert str(networks.start.dtype) == "datetime64[s]"
    assert set(networks.start_precision.dropna()) <= {"year", "month", "day"}
    assert networks.iri[0].startswith("network/")
    assert networks.type_iri[0].startswith("urb:")


def test_a_stored_query_takes_names(graph: Graph) -> None:
    city = graph.cities()
    name, iri = city.label[0], city.iri[0]
    by_name = graph.run("networks-of-city", city=name)
    by_iri = graph.run("networks-of-city", city=iri)
    assert len(by_name) > 0
    assert "city" not in by_name
    assert by_name.equals(by_iri)


def test_the_stored_queries_are_listed(graph: Graph) -> None:
    queries = graph.queries()
    assert {"name", "title", "question", "parameters"} == set(queries.columns)
    (parameters,) = queries.parameters[queries.name == "networks-of-city"]
    assert parameters == ["city"]


def test_a_document_is_described(graph: Graph) -> None:
    iri = graph.cities().iri[0]
    found = graph.describe(iri)
    assert (rdflib.URIRef(iri), rdflib.RDF.type, rdflib.URIRef(f"{URB}City")) in found
    path = iri.removeprefix("https://w3id.org/urbact-graph/")
    assert len(graph.describe(path)) == len(found)


def test_things_are_found_by_name(graph: Graph) -> None:
    city = graph.cities().iloc[0]
    found = graph.search(city.label.upper(), kind="city")
    assert found.iri[0] == city.iri
    assert set(found.kind) == {"city"}
    assert str(found.score.dtype) == "Float64"


@pytest.mark.parametrize("year", [2015, 2015.0, "2015", np.int64(2015), np.float64(2015)])
def test_a_parameter_takes_what_a_column_gives(graph: Graph, year: object) -> None:
    found = graph.run("networks-in-year", year=year, frame="records")
    assert found == graph.run("networks-in-year", year="2015", frame="records")


def test_a_byte_order_mark_before_a_query_is_left_out(graph: Graph) -> None:
    assert graph.sparql("\ufeffASK { ?city a urb:City }") is True


def test_polars_and_arrow_have_the_same_columns(graph: Graph) -> None:
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    expected = graph.networks()
    polars, arrow = graph.networks(frame="polars"), graph.networks(frame="arrow")
    assert polars.columns == arrow.column_names == list(expected.columns)
    assert polars.height == arrow.num_rows == len(expected)
    assert all(value is None or isinstance(value, dt.date) for value in polars["start"])
    assert polars["partner_city"].to_list() == arrow["partner_city"].to_pylist()


def test_a_geo_frame_has_points(graph: Graph) -> None:
    pytest.importorskip("geopandas")
    cities = graph.cities(as_geo=True)
    assert cities.crs == "EPSG:4326"
    known = cities[cities.lat.notna()]
    assert len(known) > 0
    assert (known.geometry.x == known.long).all()
    wkt = graph.sparql(
        "SELECT ?city ?point { ?city geo:hasGeometry/geo:asWKT ?point }", as_geo=True
    )
    assert wkt.geometry.notna().all()
    assert "point" not in wkt
