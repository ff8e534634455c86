"""MIN and MAX over values of several kinds are the first and the last by ORDER BY."""

import pytest

from tests.engine.rewriting.asking import column, header_and_rows
from urbact_graph.engine.rewriting import corrected


@pytest.mark.parametrize(
    ("values", "least", "greatest"),
    [
        ("10 '5' 9", "9", "5"),
        ("9 '5' 10", "9", "5"),
        ("'b' 10 'a'@en 9", "9", "b"),
        ("10 <x:a> 9", "x:a", "10"),
        ("<x:b> <x:a>", "x:a", "x:b"),
        ("'b'@en <x:a> 'a'@fr <x:c>", "x:a", "b"),
        ("10 '2024-01-01'^^xsd:date 9", "2024-01-01", "10"),
        ("'2024-01-01'^^xsd:date '2023-05-01'^^xsd:date 3", "2023-05-01", "3"),
        ("10 9 true false", "false", "10"),
        ("10 'x'^^xsd:integer 9", "x", "10"),
        ("10 'NaN'^^xsd:double 9", "NaN", "10"),
        ("3 'INF'^^xsd:double '-INF'^^xsd:double", "-INF", "INF"),
        ("'a' 3 'c'@en", "3", "c"),
        ("10 <<(<x:a> <x:b> 1)>> 9", "9", "x:a x:b 1"),
        ("9 10 9.5", "9", "10"),
        ("", "", ""),
    ],
)
def test_the_least_and_the_greatest_are_those_of_the_order(
    values: str, least: str, greatest: str
) -> None:
    pattern = f"VALUES ?v {{ {values} }}"
    aggregates = "(MIN(?v) AS ?lo) (MAX(?v) AS ?hi) (min(DISTINCT (?v)) AS ?l) (max( ?v ) AS ?h)"
    rows = header_and_rows(f"SELECT {aggregates} {{ {pattern} }}")[1]
    assert rows == [[least, greatest, least, greatest]]
    for direction, value in (("ASC", least), ("DESC", greatest)):
        ordered = column(f"SELECT ?v {{ {pattern} }} ORDER BY {direction}(?v) LIMIT 1")
        assert ordered == ([value] if values else [])


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "SELECT ?g (MIN(?v) AS ?m) { VALUES (?g ?v) { (1 10) (1 '5') (1 9) (2 'x') } } "
            "GROUP BY ?g ORDER BY ?g",
            [["1", "9"], ["2", "x"]],
        ),
        (
            "SELECT ?g { VALUES (?g ?v) { (1 10) (1 '5') (1 9) (2 20) } } GROUP BY ?g "
            "HAVING (MIN(?v) = 9) ORDER BY MAX(?v)",
            [["1"]],
        ),
        ("SELECT (MIN(?v + 1) AS ?m) { VALUES ?v { 10 9 } }", [["10"]]),
        ("SELECT (MAX(IF(?v > 9, STR(?v), ?v)) AS ?m) { VALUES ?v { 9 10 } }", [["10"]]),
        ("SELECT (MAX(?v) - MIN(?v) AS ?m) { VALUES ?v { 10 9 } }", [["1"]]),
        ("SELECT (MAX(?v) AS ?m) (?m + 1 AS ?n) { VALUES ?v { 10 9 } }", [["10", "11"]]),
    ],
)
def test_they_can_stand_wherever_an_aggregate_can(query: str, rows: list[list[str]]) -> None:
    assert header_and_rows(query)[1] == rows


@pytest.mark.parametrize("value", ["STR(?v)", "YEAR(?v)", "STRLEN(?v)", f"?v{' - ?v' * 200}"])
def test_values_of_one_kind_are_aggregated_as_they_are(value: str) -> None:
    query = f"SELECT (MIN({value}) AS ?x) (MAX({value}) AS ?y) {{ ?s ?p ?v }}"
    assert corrected(query, bool) == query
