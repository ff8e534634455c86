"""Where rows are grouped: names of expressions, and variables that are not grouped."""

import pytest

from tests.engine.rewriting.asking import header_and_rows
from urbact_graph.engine.rewriting import corrected
from urbact_graph.problems import ProblemError

VALUES = "VALUES (?g ?v) { (1 10) (1 20) (2 5) }"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (f"SELECT (COUNT(*) AS ?k) (?k * 2 AS ?d) {{ {VALUES} }}", [["3", "6"]]),
        (f"SELECT (COUNT(*) AS ?k) (-$k AS ?d) {{ {VALUES} }}", [["3", "-3"]]),
        (f"select (count(*) as ?k) (?k*2 as ?d) {{ {VALUES} }}", [["3", "6"]]),
        (
            f"SELECT (COUNT(*) AS ?k) (?k + 1 AS ?d) (?d * ?k AS ?e) {{ {VALUES} }}",
            [["3", "4", "12"]],
        ),
        (
            f"SELECT ?g (SUM(?v) AS ?s) (COUNT(?v) AS ?k) (?s / ?k AS ?m) {{ {VALUES} }} "
            "GROUP BY ?g ORDER BY ?g",
            [["1", "30", "2", "15"], ["2", "5", "1", "5"]],
        ),
        (
            f"SELECT ?g (STR(?g) AS ?t) (STRLEN(?t) AS ?l) {{ {VALUES} }} GROUP BY ?g ORDER BY ?g",
            [["1", "1", "1"], ["2", "2", "1"]],
        ),
        (
            f"SELECT ?h (?h AS ?i) (?i + 1 AS ?j) {{ {VALUES} }} GROUP BY (?g + 1 AS ?h) "
            "ORDER BY DESC(?j)",
            [["3", "3", "4"], ["2", "2", "3"]],
        ),
        (
            f"SELECT (1 AS ?one) (?one + 1 AS ?two) {{ {VALUES} }} HAVING (COUNT(*) > 2)",
            [["1", "2"]],
        ),
        (
            "SELECT ?d { { SELECT (MAX(?v) AS ?k) (IF(?k > 9, ?k, 0) AS ?d) "
            f"{{ {VALUES} }} }} }}",
            [["20"]],
        ),
        (
            "SELECT (GROUP_CONCAT(DISTINCT ?g) AS ?k) "
            f"(REPLACE(?k, ' ', '+') AS ?d) {{ {VALUES} }}",
            [["1 2", "1+2"]],
        ),
        (
            f"SELECT (COUNT(*) AS ?k) (COALESCE(?k / 0, ?k) AS ?d) {{ {VALUES} }} ORDER BY ?d",
            [["3", "3"]],
        ),
        (
            f"SELECT (1 + 1 AS ?k) (?k * 2 AS ?d) (COUNT(*) AS ?n) {{ {VALUES} }}",
            [["2", "4", "3"]],
        ),
        (
            f"SELECT (COUNT(*) AS ?k) (EXISTS {{ VALUES ?k {{ 3 }} }} AS ?e) {{ {VALUES} }}",
            [["3", "true"]],
        ),
        # What has the name in another place is another variable.
        (
            f"SELECT (COUNT(?k) AS ?n) {{ {{ SELECT (MIN(?v) AS ?k) {{ {VALUES} }} }} }}",
            [["1"]],
        ),
    ],
)
def test_a_later_expression_uses_an_earlier_one(query: str, rows: list[list[str]]) -> None:
    assert header_and_rows(query)[1] == rows


HAVING = f"SELECT ?g (COUNT(*) AS ?n) {{ {VALUES} }} GROUP BY ?g HAVING"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (f"{HAVING}(?n > 1)", [["1", "2"]]),
        (f"{HAVING}($n > 1 && COUNT(*) < 9)", [["1", "2"]]),
        (f"{HAVING}(?n > 0) (?n < 2)", [["2", "1"]]),
        (f"{HAVING}(?n IN (2, 3)) ORDER BY ?n LIMIT 5", [["1", "2"]]),
        (f"{HAVING}(BOUND(?n)) ORDER BY ?g", [["1", "2"], ["2", "1"]]),
        (f"{HAVING}(!BOUND(?n))", []),
        (f"{HAVING}(?g = 2 && ?n = 1)", [["2", "1"]]),
        (f"{HAVING.lower()}(abs(?n) > 1)", [["1", "2"]]),
        # Any value of the group stands for a variable that is not grouped.
        (f"{HAVING}(?v < 10)", [["2", "1"]]),
        (f"{HAVING}(BOUND(?v)) ORDER BY ?v", [["2", "1"], ["1", "2"]]),
        (f"{HAVING}(?nothing > 1)", []),
        (
            f"SELECT ?g (SUM(?v) AS ?s) (?s / 2 AS ?h) {{ {VALUES} }} GROUP BY ?g HAVING(?h > 9)",
            [["1", "30", "15"]],
        ),
        (f"SELECT (AVG(?v) AS ?a) {{ {VALUES} FILTER(?v > 5) }} HAVING(?a > 9)", [["15"]]),
        (
            f"SELECT ?n {{ {{ SELECT ?g (MAX(?v) AS ?n) {{ {VALUES} }} GROUP BY ?g "
            "HAVING(?n > 9) } }",
            [["20"]],
        ),
        (
            "SELECT (COUNT(*) AS ?n) { VALUES ?d { '2020-02-01'^^xsd:date '2019-01-01'^^xsd:date } "
            "} GROUP BY (YEAR(?d)) ORDER BY YEAR(?d)",
            [["1"], ["1"]],
        ),
        (
            "SELECT (MAX(?d) AS ?m) { VALUES ?d { '2020-02-01'^^xsd:date '2019-01-01'^^xsd:date } "
            "} GROUP BY (YEAR(?d)) ORDER BY DESC(YEAR(?d))",
            [["2020-02-01"], ["2019-01-01"]],
        ),
        (
            f"SELECT ?h {{ {VALUES} }} GROUP BY (?g + 1 AS ?h) HAVING(?h > 2) ORDER BY ?h",
            [["3"]],
        ),
    ],
)
def test_having_and_order_know_names_and_variables(query: str, rows: list[list[str]]) -> None:
    assert header_and_rows(query)[1] == rows


@pytest.mark.parametrize(
    "expressions",
    [
        "(?later AS ?d) (COUNT(*) AS ?later)",
        "(COUNT(*) AS ?k) (?k AS ?k)",
        "(COUNT(*) + RAND() AS ?k) (?k - ?k AS ?zero)",
        "(COUNT(*) AS ?k) (?v * ?k AS ?d)",
    ],
)
def test_what_has_no_value_yet_is_a_mistake(expressions: str) -> None:
    with pytest.raises(ProblemError, match=r"Syntax error at line 1, column \d+"):
        header_and_rows(f"SELECT {expressions} {{ {VALUES} }}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (1 AS ?k) (?k + 1 AS ?d) {}",
        "SELECT (COUNT(*) AS ?k) (SUM(?k) AS ?d) {}",
        "SELECT (COUNT(*) AS ?k) {} ORDER BY ?k",
        "SELECT (COUNT(*) AS ?k) ( AS ?d) {}",
        "SELECT ?g (COUNT(?v) AS ?k) { ?g ?p ?v } GROUP BY ?g HAVING (COUNT(?v) > 1)",
        "SELECT ?g { ?g ?p ?v } GROUP BY ?g HAVING (?g > ?atLeast) LIMIT 3",
    ],
)
def test_other_queries_stay_as_they_are(query: str) -> None:
    assert corrected(query, bool) == query


def test_an_expression_that_grows_too_long_is_not_written() -> None:
    doubled = " ".join(f"(?a{n} + ?a{n} AS ?a{n + 1})" for n in range(30))
    query = f"SELECT (COUNT(*) AS ?a0) {doubled} {{}}"
    assert len(corrected(query, bool)) < 60_000
