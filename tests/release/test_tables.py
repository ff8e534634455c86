"""The CSV tables and their description: one row for each entity, each cell as in the graph."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from csvw import CSVW
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, Triple

from urbact_graph.description.distributions import (
    LICENCE,
    TABLES,
    table_file_name,
    tables_metadata_name,
)
from urbact_graph.errors import DatasetError
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.release.columns import named
from urbact_graph.release.csvw import describe_tables
from urbact_graph.release.layouts import LAYOUTS
from urbact_graph.release.tables import SEPARATORS, Table, make_tables

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, str]

VERSION = "2026-11-23-0123456789ab"
CLASSES = {
    "networks": "urb:Network",
    "partnerships": "urb:Partnership",
    "cities": "urb:City",
    "plans": "urb:Plan",
    "recommendations": "urb:Recommendation",
    "calls": "urb:Call",
    "programmes": "urb:Programme",
    "people": "urb:Person",
    "documents": "urb:Document",
}
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(
    scope="module", params=["demo_build", pytest.param("built", marks=pytest.mark.slow)]
)
def store(request: pytest.FixtureRequest) -> Store:
    """Load the demo, and the real graph."""
    loaded = Store()
    dataset = request.getfixturevalue(request.param).dataset
    loaded.load(path=str(dataset), format=RdfFormat.N_TRIPLES)
    return loaded


@pytest.fixture(scope="module")
def tables(store: Store, base: str) -> dict[str, Table]:
    return make_tables(store, base)


@pytest.fixture(scope="module")
def rows(tables: dict[str, Table]) -> dict[str, list[Row]]:
    return {name: read(table) for name, table in tables.items()}


@pytest.fixture(scope="module")
def metadata(store: Store, tables: dict[str, Table], base: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(describe_tables(store, tables, VERSION, base))
    return found


def read(table: Table) -> list[Row]:
    return list(csv.DictReader(io.StringIO(table.content.decode(), newline="")))


def select(store: Store, base: str, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(query, prefixes=namespaces(base))
    assert isinstance(solutions, QuerySolutions)
    return [tuple(term.value for term in solution) for solution in solutions]


def row(rows: dict[str, list[Row]], table: str, base: str, path: str) -> Row:
    return next(row for row in rows[table] if row["iri"] == base + path)


def test_there_is_a_layout_for_each_published_table() -> None:
    assert tuple(LAYOUTS) == TABLES
    for layout in LAYOUTS.values():
        names = [column.name for column in layout.columns]
        assert names[:2] == ["iri", "label"]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("urb:planKind", "plan_kind"),
        ("urb:declaredPartnerCount", "declared_partner_count"),
        ("wgs:lat", "lat"),
        ("urb:city/wgs:long", "long"),
        ("foaf:page", "page"),
    ],
)
def test_a_column_is_named_after_its_property(path: str, name: str) -> None:
    assert named(path) == name


@pytest.mark.parametrize("name", list(CLASSES))
def test_each_entity_of_a_class_has_one_row(
    name: str, rows: dict[str, list[Row]], store: Store, base: str
) -> None:
    found = select(store, base, f"SELECT DISTINCT ?x {{ ?x a {CLASSES[name]} }}")
    assert sorted(row["iri"] for row in rows[name]) == sorted(iri for (iri,) in found)
    assert len(rows[name]) > 0
    assert all(row["label"] for row in rows[name])


def test_each_theme_has_one_row(rows: dict[str, list[Row]], store: Store, base: str) -> None:
    query = f"SELECT ?x {{ ?x a skos:Concept FILTER(STRSTARTS(STR(?x), '{base}theme/')) }}"
    assert [(row["iri"],) for row in rows["themes"]] == sorted(select(store, base, query))


def test_the_files_are_those_of_rfc_4180(tables: dict[str, Table]) -> None:
    for table in tables.values():
        text = table.content.decode("utf-8")
        assert not text.startswith("\ufeff")
        assert text.endswith("\r\n")
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert {len(record) for record in records} == {len(table.layout.columns)}
        assert records[0] == [column.name for column in table.layout.columns]
        assert [record[0] for record in records[1:]] == sorted(record[0] for record in records[1:])
        assert len(records) - 1 == table.rows


def test_a_network_reads_as_the_graph_says(rows: dict[str, list[Row]], base: str) -> None:
    found = row(rows, "networks", base, "network/greenplace")
    assert found["label"] == "GreenPlace"
    assert found["type"] == "Action Planning Network"
    assert found["type_iri"] == f"{base}ontology#ActionPlanningNetwork"
    assert (found["programme"], found["programme_iri"]) == (
        "URBACT IV",
        f"{base}programme/urbact-iv",
    )
    assert (found["start"], found["end"]) == ("2023-06-01", "2025-12-31")
    assert (found["lead_city"], found["lead_country_code"]) == ("Wroclaw", "PL")
    themes = dict(zip(found["theme"].split("|"), found["theme_iri"].split("|"), strict=True))
    assert themes["Urban renewal"] == f"{base}theme/urban-renewal"
    assert len(themes) == 5
    cities = found["partner_city"].split("|")
    assert len(cities) == found["partner_city_iri"].count("|") + 1 >= 5
    assert cities == sorted(cities)


def test_a_city_reads_as_the_graph_says(
    rows: dict[str, list[Row]], store: Store, base: str
) -> None:
    found = row(rows, "cities", base, "city/pl/wroclaw")
    ((lat, long, people),) = select(
        store,
        base,
        f"SELECT ?a ?b ?c {{ <{base}city/pl/wroclaw> wgs:lat ?a ; wgs:long ?b ; "
        "urb:population ?c }",
    )
    assert (found["lat"], found["long"], found["population"]) == (lat, long, people)
    assert (found["country"], found["country_code"]) == ("Poland", "PL")
    assert found["country_iri"].endswith("/country/POL")


def test_dates_are_as_exact_as_they_are_known(rows: dict[str, list[Row]]) -> None:
    lengths = {len(row["start"]) for row in rows["networks"]}
    assert lengths <= {0, 4, 7, 10}
    assert 10 in lengths


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_each_cell_is_in_the_graph_and_each_value_in_a_cell(
    name: str, tables: dict[str, Table], rows: dict[str, list[Row]], store: Store, base: str
) -> None:
    layout = LAYOUTS[name]
    pattern = layout.rows.replace("{base}", base)
    for column in layout.columns:
        if not column.property_name or column.within:
            continue
        query = f"SELECT DISTINCT ?iri ?v {{ {pattern} . ?iri {column.path} ?v }}"
        expected: dict[str, set[str]] = {}
        for iri, value in select(store, base, query):
            expected.setdefault(iri, set()).add(value)
        separator = tables[name].separators.get(column.name)
        assert bool(separator) == column.is_many
        for found in rows[name]:
            cell = found[column.name]
            values = set(cell.split(separator)) if separator else {cell}
            assert values == expected.get(found["iri"], {""}), (found["iri"], column.name)


def test_labels_stand_in_the_order_of_their_iris(
    tables: dict[str, Table], rows: dict[str, list[Row]], store: Store, base: str
) -> None:
    labels: dict[str, set[str]] = {}
    for iri, label in select(store, base, "SELECT ?x ?l { ?x rdfs:label ?l }"):
        labels.setdefault(iri, set()).add(label)
    checked = 0
    for name, table in tables.items():
        for column in table.layout.columns:
            if column.is_label:
                separator = table.separators.get(column.name, "\0")
                iri_separator = table.separators.get(f"{column.name}_iri", "\0")
                for found in rows[name]:
                    shown = found[column.name].split(separator)
                    iris = found[f"{column.name}_iri"].split(iri_separator)
                    for text, iri in zip(shown, iris, strict=True):
                        assert text in labels.get(iri, {iri}), (name, column.name, iri)
                        checked += 1
    assert checked > 200


# It takes a quarter of a minute for the real graph.
@pytest.mark.parametrize(
    "store",
    ["demo_build", pytest.param("built", marks=[pytest.mark.graph, pytest.mark.exhaustive])],
    indirect=True,
    scope="module",
)
def test_the_description_is_valid_and_so_are_the_tables(
    store: Store, tables: dict[str, Table], base: str, tmp_path: Path
) -> None:
    for name, table in tables.items():
        (tmp_path / table_file_name(name, VERSION)).write_bytes(table.content)
    place = tmp_path / tables_metadata_name(VERSION)
    place.write_bytes(describe_tables(store, tables, VERSION, base))
    read = CSVW(str(place), validate=True)
    assert read.is_valid, read.warnings
    assert {table.local_name: len(list(table)) for table in read.tables} == {
        table_file_name(name, VERSION): table.rows for name, table in tables.items()
    }
    # It finds what is wrong.
    programmes = tmp_path / table_file_name("programmes", VERSION)
    programmes.write_bytes(programmes.read_bytes().replace(b"/urbact-iv,", b"/urbact-v,"))
    with pytest.raises(ValueError, match="urbact-iv"):
        _ = CSVW(str(place), validate=True).is_valid


def test_the_description_has_all_columns(
    metadata: dict[str, Any], tables: dict[str, Table]
) -> None:
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert metadata["dc:license"] == {"@id": LICENCE}
    assert metadata["schema:version"] == VERSION
    assert metadata["dialect"]["lineTerminators"] == ["\r\n"]
    for described, table in zip(metadata["tables"], TABLES, strict=True):
        assert described["url"] == table_file_name(table, VERSION)
        assert described["dc:title"] == table.capitalize()
        schema = described["tableSchema"]
        assert schema["primaryKey"] == "iri"
        *columns, kind = schema["columns"]
        layout = tables[table].layout
        assert [column["name"] for column in columns] == [c.name for c in layout.columns]
        assert kind["virtual"]
        for column, known in zip(columns, layout.columns, strict=True):
            assert ("separator" in column) == known.is_many
            assert column["titles"] == [known.name, known.title]
            assert column.get("required", False) == known.is_required


def test_columns_are_explained_by_the_vocabulary(metadata: dict[str, Any]) -> None:
    columns = metadata["tables"][0]["tableSchema"]["columns"]
    theme = next(column for column in columns if column["name"] == "theme_text")
    assert theme["dc:description"]
    start = next(column for column in columns if column["name"] == "start")
    assert "2023-06" in start["dc:description"]
    assert start["datatype"]["base"] == "string"


def test_read_by_the_standard_the_tables_state_triples_of_the_graph(
    metadata: dict[str, Any], rows: dict[str, list[Row]], store: Store
) -> None:
    """Generate RDF from tabular data, as far as these tables need it (W3C, 2015, section 4)."""
    stated = 0
    for table, name in zip(metadata["tables"], LAYOUTS, strict=True):
        for column in table["tableSchema"]["columns"]:
            if column.get("suppressOutput"):
                continue
            predicate = NamedNode(column["propertyUrl"])
            for found in rows[name]:
                for term in terms(column, found):
                    triple = Triple(NamedNode(found["iri"]), predicate, term)
                    assert any(True for _ in store.quads_for_pattern(*triple)), triple
                    stated += 1
    assert stated > 300


def terms(column: dict[str, Any], found: Row) -> list[NamedNode | Literal]:
    if column.get("virtual"):
        return [NamedNode(column["valueUrl"])]
    cell = found[column["name"]]
    if not cell:
        return []
    if "valueUrl" in column:
        assert column["valueUrl"] == f"{{+{column['name']}}}"
        return [NamedNode(cell)]
    values = cell.split(column["separator"]) if "separator" in column else [cell]
    if "lang" in column:
        return [Literal(value, language=column["lang"]) for value in values]
    return [Literal(value, datatype=NamedNode(XSD + column["datatype"])) for value in values]


def test_foreign_keys_lead_to_rows(metadata: dict[str, Any], rows: dict[str, list[Row]]) -> None:
    names = {table_file_name(name, VERSION): name for name in rows}
    checked = set()
    for table in metadata["tables"]:
        for key in table["tableSchema"].get("foreignKeys", []):
            listed = {row["iri"] for row in rows[names[key["reference"]["resource"]]]}
            column = key["columnReference"]
            assert {row[column] for row in rows[names[table["url"]]]} <= listed
            checked.add((names[table["url"]], column))
    assert ("partnerships", "network_iri") in checked
    assert len(checked) >= 4


# Small graphs ---------------------------------------------------------------------------------


def graph(base: str, text: str) -> Store:
    store = Store()
    head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in namespaces(base).items())
    store.update(f"{head}INSERT DATA {{ {text} }}", base_iri=base)
    return store


def test_an_empty_graph_has_tables_without_rows(base: str) -> None:
    for table in make_tables(Store(), base).values():
        assert table.rows == 0
        assert table.content.count(b"\r\n") == 1


def test_quotes_commas_and_lines_stay_in_their_cell(base: str) -> None:
    text = 'say "a, b",\nand\r\nmore'
    store = graph(base, f"<city/x> a urb:City ; rdfs:label {Literal(text)} .")
    (found,) = read(make_tables(store, base)["cities"])
    assert found["label"] == text


def test_english_is_preferred_then_the_first_language(base: str) -> None:
    store = graph(
        base,
        '<city/a> a urb:City ; rdfs:label "eins"@de , "one"@en , "un"@fr .'
        '<city/b> a urb:City ; rdfs:label "un"@fr , "eins"@de .',
    )
    assert [x["label"] for x in read(make_tables(store, base)["cities"])] == ["one", "eins"]


def test_what_has_no_label_is_called_by_its_iri(base: str) -> None:
    store = graph(base, "<city/a> a urb:City ; urb:inNetwork <network/b> .")
    (found,) = read(make_tables(store, base)["cities"])
    assert found["network"] == found["network_iri"] == f"{base}network/b"


def test_the_separator_is_in_none_of_the_values(base: str) -> None:
    text = '<city/a> a urb:City ; skos:altLabel "x|y" , "z" ; foaf:page <p> , <q> .'
    table = make_tables(graph(base, text), base)["cities"]
    (found,) = read(table)
    assert table.separators["other_names"] == SEPARATORS[1]
    assert found["other_names"].split(SEPARATORS[1]) == ["x|y", "z"]
    assert table.separators["page"] == SEPARATORS[0]


def test_values_that_leave_no_separator_are_reported(base: str) -> None:
    store = graph(base, f'<city/a> a urb:City ; skos:altLabel "{"".join(SEPARATORS)}" .')
    with pytest.raises(DatasetError, match="skos:altLabel in the table of cities"):
        make_tables(store, base)


def test_several_values_where_there_is_room_for_one_are_reported(base: str) -> None:
    store = graph(base, "<city/a> a urb:City ; urb:population 1 , 2 .")
    sentence = f"{base}city/a has 2 values for urb:population .1, 2.*table of cities.*leave one"
    with pytest.raises(DatasetError, match=sentence):
        make_tables(store, base)


def test_the_time_of_modification_is_given_where_it_is_known(base: str) -> None:
    stamp = '"2026-11-23T10:00:00Z"^^xsd:dateTime'
    store = graph(
        base, f"<dataset> dct:modified {stamp} . <city/a> a urb:City ; dct:modified {stamp} ."
    )
    tables = make_tables(store, base)
    (found,) = read(tables["cities"])
    assert found["modified"] == "2026-11-23T10:00:00Z"
    described = json.loads(describe_tables(store, tables, VERSION, base))
    assert described["dc:modified"]["@value"] == "2026-11-23T10:00:00Z"


def test_another_base_is_the_base_of_all() -> None:
    base = "https://other.example/"
    store = graph(base, "<theme/a> skos:inScheme <theme> ; rdfs:label 'A'@en .")
    tables = make_tables(store, base)
    assert [x["iri"] for x in read(tables["themes"])] == ["https://other.example/theme/a"]
    assert "w3id.org/urbact" not in describe_tables(store, tables, "v", base).decode()
