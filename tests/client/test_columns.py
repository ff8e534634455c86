"""What the terms of an answer, and the texts of a table, become as columns."""

import datetime as dt
import math
from typing import Any

import pytest

from urbact_graph.client.columns import Column, Term, columns_of_terms, columns_of_texts
from urbact_graph.client.naming import in_full, short_forms
from urbact_graph.rdf.namespaces import GEO, RDF, XSD


def literal(value: str, datatype: str = "") -> Term:
    return Term("literal", value, XSD[datatype] if datatype else "")


def found(*terms: Term | None) -> list[tuple[str, str, list[Any]]]:
    return [
        (column.name, column.kind, list(column.values))
        for column in columns_of_terms("x", terms, in_full)
    ]


DAY = dt.date(2023, 6, 1)
CASES: dict[str, tuple[list[Term | None], str, list[Any]]] = {
    "integers": ([literal("1", "integer"), literal("+02", "int")], "integer", [1, 2]),
    "missing integer": ([literal("1", "integer"), None], "integer", [1, None]),
    "largest": ([literal(str(2**63 - 1), "integer")], "integer", [2**63 - 1]),
    "too large": ([literal(str(2**63), "integer")], "string", [str(2**63)]),
    "decimals": ([literal("1.50", "decimal"), literal("2", "integer")], "float", [1.5, 2.0]),
    "doubles": ([literal("1e3", "double"), literal("-INF", "double")], "float", [1e3, -math.inf]),
    "malformed": ([literal("one", "integer")], "string", ["one"]),
    "grouped as Python does": ([literal("1_0", "integer")], "string", ["1_0"]),
    "other digits": ([literal("\u0661", "integer")], "string", ["\u0661"]),
    "infinity as Python spells it": ([literal("infinity", "double")], "string", ["infinity"]),
    "without digits before the point": ([literal("-.5", "decimal")], "float", [-0.5]),
    "booleans": ([literal("true", "boolean"), literal("0", "boolean")], "boolean", [True, False]),
    "malformed boolean": ([literal("TRUE", "boolean")], "string", ["TRUE"]),
    "times": (
        [literal("2023-06-01T12:00:00+02:00", "dateTime")],
        "datetime",
        [dt.datetime(2023, 6, 1, 10, tzinfo=dt.UTC)],
    ),
    "time before the first year": (
        [literal("0001-01-01T00:00:00+14:00", "dateTime")],
        "string",
        ["0001-01-01T00:00:00+14:00"],
    ),
    "time without zone": (
        [literal("2023-06-01T12:00:00", "dateTime")],
        "string",
        ["2023-06-01T12:00:00"],
    ),
    "days": ([literal("2023-06-01", "date"), None], "date", [DAY, None]),
    "no day": ([literal("2023-02-30", "date")], "string", ["2023-02-30"]),
    "day with zone": ([literal("2023-06-01Z", "date")], "string", ["2023-06-01Z"]),
    "texts": ([literal("a"), Term("literal", "b", RDF.langString)], "string", ["a", "b"]),
    "mixed": ([literal("1", "integer"), literal("a")], "string", ["1", "a"]),
    "iris": ([Term("uri", "https://x.org/a")], "string", ["https://x.org/a"]),
    "iri and number": ([Term("uri", "urn:a"), literal("1", "integer")], "string", ["urn:a", "1"]),
    "blank node": ([Term("bnode", "b0")], "string", ["_:b0"]),
    "nothing known": ([None, None], "string", [None, None]),
    "no row": ([], "string", []),
}


@pytest.mark.parametrize("case", CASES)
def test_datatypes_decide_what_a_column_is(case: str) -> None:
    terms, kind, values = CASES[case]
    assert found(*terms) == [("x", kind, values)]


def test_dates_of_several_precisions_keep_them() -> None:
    terms = [
        literal("2023", "gYear"),
        literal("2023-06", "gYearMonth"),
        literal("2023-06-01", "date"),
    ]
    assert found(*terms, None) == [
        ("x", "date", [dt.date(2023, 1, 1), DAY, DAY, None]),
        ("x_precision", "string", ["year", "month", "day", None]),
    ]


def test_dates_whose_precision_has_no_name_left_stay_texts() -> None:
    year, day = literal("2020", "gYear"), literal("2020-01-02", "date")
    taken = ("x", "x_precision")
    (texts,) = columns_of_terms("x", [year, day], in_full, taken)
    assert (texts.kind, list(texts.values)) == ("string", ["2020", "2020-01-02"])
    (days,) = columns_of_terms("x", [day], in_full, taken)
    assert days.kind == "date"


def test_nan_is_no_missing_value() -> None:
    ((_, kind, values),) = found(literal("NaN", "double"))
    assert kind == "float"
    assert math.isnan(values[0])


def test_wkt_is_a_geometry() -> None:
    (column,) = columns_of_terms("x", [Term("literal", "POINT (1 2)", GEO.wktLiteral)], in_full)
    assert column == Column("x", "string", ["POINT (1 2)"], is_geometry=True)


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("https://w3id.org/urbact-graph/ontology#City", "urb:City"),
        ("https://w3id.org/urbact-graph/city/pl/wroclaw", "city/pl/wroclaw"),
        ("http://www.w3.org/2004/02/skos/core#Concept", "skos:Concept"),
        ("https://example.org/", "https://example.org/"),
    ],
)
def test_short_forms(iri: str, short: str) -> None:
    assert short_forms("https://w3id.org/urbact-graph/")(iri) == short


@pytest.mark.parametrize(
    ("datatype", "texts", "kind", "values"),
    [
        ("integer", ["7", None], "integer", [7, None]),
        ("decimal", ["7.5"], "float", [7.5]),
        ("date", ["2023-06-01"], "date", [DAY]),
        (
            "dateTime",
            ["2023-06-01T00:00:00Z"],
            "datetime",
            [dt.datetime(2023, 6, 1, tzinfo=dt.UTC)],
        ),
        ("string", ["2023"], "string", ["2023"]),
    ],
)
def test_texts_of_a_table(
    datatype: str, texts: list[str | None], kind: str, values: list[Any]
) -> None:
    assert columns_of_texts("x", texts, datatype) == [Column("x", kind, values)]  # type: ignore[arg-type]


def test_a_table_with_a_text_that_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="The column x has a value that is no date"):
        columns_of_texts("x", ["soon"], "string", is_date=True)
