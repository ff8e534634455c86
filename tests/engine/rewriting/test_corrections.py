"""Paths, graphs, columns, aggregates, strings and chains: answered as SPARQL has it."""

import pytest
from pyoxigraph import Store

from tests.engine.rewriting.asking import column, header_and_rows, holding, truth
from tests.support.tables import for_each
from urbact_graph.engine.rewriting import corrected
from urbact_graph.engine.rewriting.structure import Structure, edited

GRAPHS = holding(
    """<x:a> <x:p> 1 , 2 . <x:b> <x:next> <x:c> .
    <x:g1> { <x:a> <x:p> 1 . <x:a> <x:name> "one" }
    <x:g2> { <x:a> <x:p> 1 , 3 }"""
)


@pytest.mark.parametrize(
    "pattern",
    [
        "<http://e/x> <http://e/p>* <http://e/x>",
        "<http://e/x> <http://e/p>? <http://e/x>",
        "<http://e/x> (<http://e/p>|<http://e/q>)* <http://e/x>",
        "<http://e/x> <http://e/p>*/<http://e/q>? <http://e/x>",
        "<http://e/x> ^<http://e/p>* <http://e/x> .",
        "<http://e/x> (<http://e/p>?)+ <http://e/x>",
        "<http://e/x> !<http://e/p>* <http://e/x>",
        "x:none x:p* x:none",
        "<x:b> <x:next> <x:c> . <http://e/x> <http://e/p>* <http://e/x>",
        "<http://e/x> <http://e/p>* <http://e/x> ; <http://e/q>? <http://e/x>",
        "FILTER(true) <http://e/x> <http://e/p>* <http://e/x>",
        "OPTIONAL { <x:none> a <x:none> } <http://e/x> <http://e/p>* <http://e/x> FILTER(true)",
        "{ <http://e/x> <http://e/p>* <http://e/x> } UNION { <x:none> a <x:none> }",
        "GRAPH <x:g1> { <http://e/x> <http://e/p>* <http://e/x> }",
        "<x:b> <x:p>* <x:b>",
    ],
)
def test_a_path_of_length_zero_leads_to_the_term_itself(pattern: str) -> None:
    assert truth(f"ASK {{ {pattern} }}", GRAPHS)


@pytest.mark.parametrize(
    "pattern",
    [
        "<http://e/x> <http://e/p>+ <http://e/x>",
        "<http://e/x> <http://e/p>*/<http://e/q> <http://e/x>",
        "<http://e/x> <http://e/p>* <http://e/y>",
        "<http://e/x> <http://e/p> <http://e/x>",
        "<http://e/x> <http://e/p>* <http://e/x> ; a <x:none>",
        "FILTER NOT EXISTS { <http://e/x> <http://e/p>* <http://e/x> }",
    ],
)
def test_other_paths_do_not(pattern: str) -> None:
    assert not truth(f"ASK {{ {pattern} }}", GRAPHS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?o { <x:none> <x:next>* ?o }", ["x:none"]),
        ("SELECT ?o { ?o <x:next>? <x:none> }", ["x:none"]),
        ("SELECT ?o { <x:b> <x:next>* ?o } ORDER BY ?o", ["x:b", "x:c"]),
        ("SELECT ?o { ?o <x:next>* <x:c> } ORDER BY ?o", ["x:b", "x:c"]),
        ("SELECT ?o { 'text' <x:next>* ?o }", ["text"]),
        ("SELECT ?o { VALUES ?o { <x:none> } <x:none> <x:next>* ?o }", ["x:none"]),
        ("SELECT ?n { <x:a> <x:p> ?n . <x:none> <x:next>* ?o } ORDER BY ?n", ["1", "2"]),
        ("SELECT ?o { <x:none> <x:next>? ?o , ?o2 ; <x:q>* ?o3 }", ["x:none"]),
        ("SELECT ?o { ?s <x:next> <x:c> ; <x:next>? ?o } ORDER BY ?o", ["x:b", "x:c"]),
    ],
)
def test_paths_from_constants_have_their_solutions(query: str, expected: list[str]) -> None:
    assert column(query, GRAPHS) == expected


@pytest.mark.parametrize(
    ("query", "members", "expected"),
    [
        ("SELECT ?o FROM <x:g1> FROM <x:g2> { ?s <x:p> ?o } ORDER BY ?o", {}, ["1", "3"]),
        ("SELECT (COUNT(*) AS ?n) FROM <x:g1> FROM <x:g2> { ?s ?p ?o }", {}, ["3"]),
        ("SELECT (COUNT(*) AS ?n) FROM <x:g1> FROM <x:g1> { ?s ?p ?o }", {}, ["2"]),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {"default_graphs": ("x:g1", "x:g2")}, ["3"]),
        (
            "SELECT ?g FROM <x:g1> FROM <x:g2> FROM NAMED <x:g2> { GRAPH ?g { ?s <x:p> 3 } }",
            {},
            ["x:g2"],
        ),
        ("SELECT ?g FROM <x:g1> FROM <x:g2> { GRAPH ?g { ?s ?p ?o } }", {}, []),
    ],
)
def test_merged_graphs_have_each_triple_once(
    query: str, members: dict[str, object], expected: list[str]
) -> None:
    assert column(query, GRAPHS, **members) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?g { GRAPH ?g { VALUES ?g { <x:g1> } ?s <x:p> 1 } }", ["x:g1"]),
        ("SELECT ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s <x:name> ?o } } } ORDER BY ?n",
         ["0", "1"]),
        ("SELECT ?g { GRAPH ?g { <x:a> <x:p> 1 MINUS { <x:a> <x:name> ?n } } }", ["x:g1", "x:g2"]),
        ("SELECT ?g { GRAPH ?g { <x:a> <x:p> ?o MINUS { <x:a> <x:p> ?o , 3 } } }", ["x:g1"]),
        ("SELECT ?g { GRAPH ?g { ?s ?p 3 } }", ["x:g2"]),
        # The engine lets a filter see the graph, which people rely on.
        ("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o FILTER(?g = <x:g1>) } }", ["x:g1"]),
    ],
)  # fmt: skip
def test_patterns_are_evaluated_in_each_graph(query: str, expected: list[str]) -> None:
    assert sorted(column(query, GRAPHS)) == expected


@pytest.mark.parametrize(
    ("query", "header"),
    [
        ("SELECT * { ?s ?p ?o }", ["s", "p", "o"]),
        ("select distinct * where { ?z ?y ?x }", ["z", "y", "x"]),
        ("SELECT REDUCED*{?s ?p ?o}", ["s", "p", "o"]),
        ("SELECT # all\n * { ?s ?p ?o }", ["s", "p", "o"]),
        ("SELECT * { BIND(1 AS ?z) BIND(?z + 1 AS ?a) }", ["z", "a"]),
        ("SELECT * { { SELECT ?x { ?x ?p ?o } } ?b ?a ?x }", ["x", "b", "a"]),
        ("SELECT * { VALUES (?b ?a) { (1 2) } }", ["b", "a"]),
        ("SELECT * { ?s ?p ?o FILTER NOT EXISTS { ?o ?q ?r } }", ["s", "p", "o"]),
        ("SELECT * FROM <x:g1> { ?s ?p ?o } ORDER BY ?o LIMIT 1", ["s", "p", "o"]),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", ["g", "s", "p", "o"]),
        ("SELECT ?o ?s { ?s ?p ?o }", ["o", "s"]),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", ["n"]),
    ],
)
def test_columns_come_in_the_order_of_the_text(query: str, header: list[str]) -> None:
    assert header_and_rows(query, GRAPHS)[0] == header


@for_each(
    ("expression", "expected"),
    [
        ('REPLACE("a.b", "\\\\.", "\\\\$")', "a$b"),
        ('REPLACE("abc", "b", "\\\\\\\\")', "a\\c"),
        ('REPLACE("abc", "(b)", "$1x")', "abxc"),
        ('REPLACE("abc", "(b)", "<$0>")', "a<b>c"),
        ('REPLACE("abc", "(b)", "$12")', "ab2c"),
        ('REPLACE("abcdefghijkl", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)", "$12")', "l"),
        ('REPLACE("abc", "[(]|(?:b)(c)", "$1_")', "ac_"),
        ('REPLACE("abc", "B", "$0$0", "i")', "abbc"),
        ("REPLACE('abc', '(b)', '''$1x''')", "abxc"),
        ('REPLACE(REPLACE("abc", "(b)", "$1x"), "(x)", "$1y")', "abxyc"),
        ('REPLACE("abc", "b", "z")', "azc"),
        ('REPLACE("abc", "b", "$x$")', "a$x$c"),
        ('REPLACE("a.b", ".", "$1", "q")', "a$1b"),
        ('REPLACE("a.b", ".", "\\\\$", "q")', "a\\$b"),
        # What is no string in the query.
        ('REPLACE("abc", "b", CONCAT("\\\\$", "x"))', "a$xc"),
        ('REPLACE("abc", "(b)", STR("$1x"))', "abxc"),
        ('REPLACE("abc", "(b)", STR("\\\\$1\\\\\\\\"))', "a$1\\c"),
        ('REPLACE("abc", "(b)", STR("\\\\\\\\$1"))', "a\\bc"),
        ('REPLACE("abc", "b", STR("$x$"))', "a$x$c"),
        ('REPLACE("a.b", ".", STR("$1"), "q")', "a$1b"),
        ('REPLACE("abc", "b", REPLACE("x", "(x)", "<$1>"))', "a<x>c"),
        ('REPLACE("abc", "(b)", "$1$1"^^xsd:string)', "abbc"),
        ('replace ( "abc" , "(b)" , "$1_" )', "ab_c"),
        ("TRUE", "true"),
        ("False", "false"),
        ("!TRUE || FALSE", "false"),
        ('CONCAT("TRUE", "False")', "TRUEFalse"),
    ],
)
def test_expressions_have_the_values_of_the_standard(expression: str, expected: str) -> None:
    assert column(f"SELECT ({expression} AS ?x) {{}}") == [expected]


DAY = '"P1D"^^xsd:dayTimeDuration'
DATES = f"""VALUES (?a ?z ?day ?n ?m) {{
    ("2020-01-01"^^xsd:date "2020-01-01"^^xsd:date {DAY} 1 2.5)
}}"""


@pytest.mark.parametrize(
    "expression",
    [
        "?a + ?day",
        "?z + ?day",
        "?day + ?a",
        "?day + ?z",
        f"?a + {DAY}",
        f"?z + {DAY}",
        f"{DAY} + ?z",
        f'"2020-01-01"^^xsd:date + {DAY}',
        f'{DAY} + "2020-01-01"^^xsd:date',
        f"?z+{DAY}",
        "(?z) + (?day)",
        f"(?z + {DAY})",
        f"IF(true, ?z + {DAY}, 1)",
        f"COALESCE(1/0, ?z + {DAY})",
        f"xsd:date(STR(?z)) + {DAY}",
        '?z + <http://www.w3.org/2001/XMLSchema#dayTimeDuration>("P1D")',
        f"?z + {DAY} + {DAY} - {DAY}",
    ],
)
def test_a_time_and_a_duration_can_be_added_in_any_order(expression: str) -> None:
    assert column(f"SELECT ({expression} AS ?x) {{ {DATES} }}") == ["2020-01-02"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("?n + ?m", "3.5"),
        ("?n + 1", "2"),
        ("?n + ?m * 2", "6"),
        ("2 * ?n + ?m", "4.5"),
        ("?n - ?n + ?m", "2.5"),
        ("-?n + ?m", "1.5"),
        ("(?n + ?m) * 2", "7"),
        ("?n + ?m = 3.5 && ?n + ?n = 2", "true"),
        ("?n + (?m + ?n)", "4.5"),
        ('?n + "a"', ""),
        ("?z + ?n", ""),
        ("?z + ?a", ""),
    ],
)
def test_other_sums_stay_what_they_are(expression: str, expected: str) -> None:
    assert column(f"SELECT ({expression} AS ?x) {{ {DATES} }}") == [expected]


@pytest.mark.parametrize("path", ["<x:next>+", "(<x:next>)+", "(<x:next>|<x:q>)+", "((<x:next>)+)"])
def test_a_path_of_one_or_more_is_no_sum(path: str) -> None:
    assert column(f"SELECT ?o {{ <x:b> {path} ?o }}", GRAPHS) == ["x:c"]


@for_each(
    ("aggregate", "values", "expected"),
    [
        ("GROUP_CONCAT(?v)", "1 2", "1 2"),
        ("GROUP_CONCAT(?v)", "<x:a> 'b' 'c'@en true", "x:a b c true"),
        ("GROUP_CONCAT(?v; SEPARATOR = '|')", "'2020-01-01'^^xsd:date 1.5", "2020-01-01|1.5"),
        ("GROUP_CONCAT(DISTINCT ?v ; separator=', ')", "1 1", "1"),
        ("GROUP_CONCAT(STR(?v))", "1 2", "1 2"),
        ("GROUP_CONCAT(?v + 1)", "1 2", "2 3"),
        ("LANG(GROUP_CONCAT(?v))", "'a'@en", ""),
        ("GROUP_CONCAT(DISTINCT ?v)", "'chat'@en 'chat'@fr 'chat' 'chat'@en", "chat chat chat"),
        ("GROUP_CONCAT(DISTINCT ?v)", "'a'@en--ltr 'a'@en--rtl 'a'@en 'a'@en--ltr", "a a a"),
        ("GROUP_CONCAT(DISTINCT ?v; SEPARATOR='+')", "1 1.0 '1' 1e0 1", "1+1+1+1"),
        ("GROUP_CONCAT(DISTINCT ?v)", "<x:a> 'x:a' <x:a>", "x:a x:a"),
        ("GROUP_CONCAT(DISTINCT STR(?v))", "1 1.0 '1'", "1"),
        ("group_concat(distinct ?v + 1)", "1 1.0 1", "2 2"),
        ("LANG(GROUP_CONCAT(DISTINCT ?v))", "'a'@en", ""),
        ("GROUP_CONCAT(DISTINCT ?v)", "", ""),
        ("STRLEN(GROUP_CONCAT(DISTINCT ?v; SEPARATOR=''))", "'ab' 'c'@en", "3"),
        ("COUNT(1/?v)", "1 0", "1"),
        ("COUNT(?v + 1)", "1 'a' <x:a>", "1"),
        ("COUNT(?v)", "1 UNDEF", "1"),
        ("COUNT(DISTINCT ?v)", "1 1", "1"),
        ("COUNT(*)", "1 1", "2"),
        ("COUNT(*) + COUNT(?v + 1)", "1 1", "4"),
    ],
)
def test_aggregates_take_values_of_every_kind(aggregate: str, values: str, expected: str) -> None:
    assert column(f"SELECT ({aggregate} AS ?x) {{ VALUES ?v {{ {values} }} }}") == [expected]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("FILTER({})", ["1"]),
        ("FILTER(?x > 0 && ({}))", ["1"]),
        ("FILTER(!({}) || ?x = 1)", ["1", "2"]),
        ("FILTER(IF({}, true, false))", ["1"]),
        ("BIND(({}) AS ?y) FILTER(?y)", ["1"]),
        ("FILTER EXISTS {{ FILTER({}) }}", ["1"]),
    ],
)
@pytest.mark.parametrize("operator", ["||", pytest.param(" || ", marks=pytest.mark.slow)])
def test_long_chains_of_alternatives_are_answered(
    template: str, expected: list[str], operator: str
) -> None:
    chain = operator.join(["?x = 1", *(f"?x={number}" for number in range(10, 4_000))])
    query = f"SELECT ?x {{ VALUES ?x {{ 1 2 }} {template.format(chain)} }} ORDER BY ?x"
    assert column(query) == expected


def test_long_chains_of_conditions_are_answered() -> None:
    chain = " && ".join(f"?x != {number}" for number in range(2, 4_000))
    assert column(f"SELECT ?x {{ VALUES ?x {{ 1 2 }} FILTER({chain}) }}") == ["1"]
    # Both at once, each chain of conditions within one of alternatives.
    conditions = " && ".join(f"?x != {number}" for number in range(2, 100))
    both = " || ".join([conditions] * 40)
    assert column(f"SELECT ?x {{ VALUES ?x {{ 1 2 }} FILTER({both}) }}") == ["1"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o } ORDER BY ?o)",
        "SELECT * { ?s ?p ?o ORDER BY ?o",
        "SELECT ?x { FILTER(?a<?b||?c>?d) } ORDER BY ?x ]",
        "TRUE ( REPLACE",
        "ORDER BY",
        "",
    ],
)
def test_what_is_no_query_is_left_to_the_parser(query: str) -> None:
    assert corrected(query, lambda _: True) == query


def test_comparisons_that_look_like_iris_hide_no_bracket() -> None:
    query = "SELECT ?x { VALUES (?x ?b) { (1 5) } FILTER((?x<(1+2)&&3>1)) } ORDER BY ?x"
    assert column(query) == ["1"]


def test_the_structure_of_a_query() -> None:
    structure = Structure("PREFIX p: <http://e/> BASE <http://b/> ASK { p:a <c> (1 2) }")
    assert structure.is_sound
    names = {token.text: index for index, token in enumerate(structure.tokens)}
    assert structure.iri(names["p:a"], None) == "http://e/a"
    assert structure.iri(names["<c>"], "http://other/") == "http://b/c"
    assert structure.iri(names["ASK"], None) is None
    assert structure.depth[names["1"]] == 2
    assert structure.text(names["1"], names["2"] + 1) == "1 2"


def test_edits_at_the_same_place_all_count() -> None:
    structure = Structure("a b")
    first = structure.edit(0, 1, "x")
    assert edited("a b", [first, structure.edit(1, 2, "")]) == "x "


def test_a_store_without_named_graphs_is_asked_for_constants() -> None:
    store = holding("<x:a> <x:p> <x:b> .")
    assert column("SELECT ?o { <x:a> <x:p>* ?o } ORDER BY ?o", store) == ["x:a", "x:b"]
    assert column("SELECT ?o { <x:n> <x:p>* ?o }", store) == ["x:n"]
    assert isinstance(store, Store)
