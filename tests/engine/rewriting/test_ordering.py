"""ORDER BY: a total order over values of every kind, wherever it stands."""

import itertools
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Store

from tests.engine.rewriting.asking import column, holding
from tests.support.engines import request
from tests.support.tables import for_each
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.rewriting import corrected

XSD = "http://www.w3.org/2001/XMLSchema#"
# By value, where that is defined; the kinds in the order in which they come.
NUMBERS = [
    "'NaN'^^xsd:double",
    "-1e300",
    "-3",
    "-2.5",
    "0",
    "9",
    "1e1",
    "123.4",
    "'INF'^^xsd:float",
]
TEXTS = ["''", "'10'", "'5'", "'a'@en", "'b'", "'c'@fr"]
DATES = ["'-0044-03-15'^^xsd:date", "'1999-12-31'^^xsd:date", "'2020-01-01'^^xsd:date"]
YEARS = ["'0999'^^xsd:gYear", "'2020'^^xsd:gYear", "'12020'^^xsd:gYear"]
MOMENTS = ["'2019-12-31T23:00:00Z'^^xsd:dateTime", "'2020-01-01T02:00:00+01:00'^^xsd:dateTime"]
DURATIONS = [
    "'-P1D'^^xsd:dayTimeDuration",
    "'PT1H'^^xsd:dayTimeDuration",
    "'P1D'^^xsd:dayTimeDuration",
]
BOOLEANS = ["false", "true"]
TRIPLES = ["<<( <x:a> <x:p> 9 )>>", "<<( <x:a> <x:p> 10 )>>", "<<( <x:b> <x:p> 1 )>>"]
NODES = ["UNDEF", "<x:a>", "<x:b>"]
KINDS = [NODES, NUMBERS, TEXTS, DATES, YEARS, MOMENTS, DURATIONS, BOOLEANS, TRIPLES]
ALL = [value for kind in KINDS for value in kind]


def sorted_by_engine(values: list[str], order: str = "?x") -> list[str]:
    """Return ``values`` as they come, each by its place in the list."""
    rows = " ".join(f"({value} {place})" for place, value in enumerate(values))
    places = column(f"SELECT ?i {{ VALUES (?x ?i) {{ {rows} }} }} ORDER BY {order}")
    return [values[int(place)] for place in places]


def test_numbers_among_texts_come_by_value() -> None:
    assert column('SELECT ?x { VALUES ?x { 10 "5" 9 } } ORDER BY ?x') == ["9", "10", "5"]


@for_each("kind", KINDS)
@for_each("order", ["?x", "DESC(?x)", "(?x)", "ASC(?x)", "COALESCE(?x, 1/0)"])
def test_values_of_one_kind_come_by_value(kind: list[str], order: str) -> None:
    expected = kind[::-1] if "DESC" in order else kind
    for values in itertools.islice(itertools.permutations(kind), 24):
        assert sorted_by_engine(list(values), order) == expected


@given(st.lists(st.sampled_from(ALL), min_size=2, max_size=30, unique=True), st.randoms())
@example([*NUMBERS, *TEXTS], random.Random(1))
@example(ALL, random.Random(2))
def test_the_order_does_not_depend_on_that_of_the_rows(
    values: list[str], mixer: random.Random
) -> None:
    expected = sorted_by_engine(values)
    mixer.shuffle(values)
    assert sorted_by_engine(values) == expected
    for kind in KINDS:
        assert [value for value in expected if value in kind] == [
            value for value in kind if value in expected
        ]
    assert sorted_by_engine(values, "DESC(?x)") == expected[::-1]
    # Nodes come first, triple terms last.
    nodes, triples = ([value in kind for value in expected] for kind in (NODES, TRIPLES))
    assert nodes == sorted(nodes, reverse=True)
    assert triples == sorted(triples)


@pytest.fixture(scope="module")
def mixed() -> Store:
    """Load a thousand values of all kinds, in an order that is none, as objects of one property."""
    random.seed(3)
    literals = [f'"{random.randrange(2000)}"' for _ in range(400)]
    literals += [str(random.randrange(2000)) for _ in range(400)]
    literals += [f'"{random.randrange(1000, 3000)}"^^<{XSD}gYear>' for _ in range(300)]
    literals += [f'"{random.randrange(99)}"@en' for _ in range(100)]
    literals += [f"<x:{random.randrange(2000)}>" for _ in range(200)]
    random.shuffle(literals)
    return holding("\n".join(f"<x:s{i}> <x:p> {text} ." for i, text in enumerate(literals)))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { ?s ?p ?o } ORDER BY ?o",
        "SELECT ?o { ?s ?p ?o } ORDER BY ?p ?o",
        "SELECT ?o { ?s ?p ?o } ORDER BY ?o ?s LIMIT 2000",
        "SELECT DISTINCT ?o { ?s ?p ?o } ORDER BY ?o",
        "SELECT REDUCED ?o { ?s ?p ?o } order by ?o",
        "SELECT $o { $s $p $o } ORDER BY $o",
        "SELECT ?o { { SELECT ?o { ?s ?p ?o } ORDER BY ?o } }",
        "SELECT ?o { { SELECT * { ?s ?p ?o } ORDER BY ?o LIMIT 2000 } }",
        "SELECT ?o { ?s ?p ?o } GROUP BY ?o ORDER BY ?o",
        "SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?o HAVING (COUNT(*) > 0) ORDER BY ?o ?n",
        "SELECT ?o { ?s ?p ?o } ORDER BY (IF(true, ?o, 1))",
        "SELECT ?o { ?s ?p ?o } ORDER BY COALESCE(?none, ?o)",
        "SELECT (SAMPLE(?o) AS ?x) { ?s ?p ?o } GROUP BY ?s ORDER BY SAMPLE(?o)",
        "SELECT (MAX(?o) AS ?x) { ?s ?p ?o } GROUP BY ?s ORDER BY ?x",
        "SELECT ?o { ?s ?p ?o } # ORDER BY\nORDER # by\n BY ?o",
        "SELECT ?s { ?o ?p ?s } ORDER BY ?s",
        "SELECT ?o { { ?s ?p ?o } UNION { ?o ?p ?s } } ORDER BY ?o",
        "SELECT ?o { ?s ?p ?o OPTIONAL { ?o ?q ?r } } ORDER BY ?o",
    ],
)
def test_long_lists_of_mixed_values_are_ordered(mixed: Store, query: str) -> None:
    # Without the correction this ends the process, which no test can catch.
    values = column(query, mixed)
    assert len(values) > 400
    nodes = [value for value in values if value.startswith("x:")]
    assert nodes
    if "MAX" not in query and "SAMPLE" not in query and "UNION" not in query:
        assert values[: len(nodes)] == sorted(nodes)


@pytest.mark.parametrize("form", ["CONSTRUCT { ?s <x:q> ?o }", "DESCRIBE ?s"])
def test_the_other_forms_of_queries_are_ordered(mixed: Store, form: str) -> None:
    query = f"{form} {{ ?s ?p ?o }} ORDER BY ?o LIMIT 5"
    lines = evaluate(mixed, request(query), {}).content.splitlines()
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("?x ?label", "7 10 a B c"),
        ("?x DESC(?label)", "a 10 7 c B"),
        ("DESC(?x) ?label", "B c 7 10 a"),
        ("?label", "7 10 B a c"),
        ("LCASE(STR(?label))", "10 7 a B c"),
        ("?n DESC(?x) ?label", "B c 7 10 a"),
        ("DESC(STRLEN(STR(?label))) ?label", "10 7 B a c"),
    ],
)
def test_several_keys_come_in_turn(order: str, expected: str) -> None:
    store = holding('<x:b> <x:l> "B" , "c" . <x:a> <x:l> "a" , 7 , 10 .')
    query = f"SELECT ?label (1 AS ?n) {{ ?x <x:l> ?label }} ORDER BY {order}"
    assert column(query, store) == expected.split()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s",
        "SELECT ?s { ?s a <x:c> . OPTIONAL { ?s ?p ?o } } ORDER BY DESC(?s)",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?o ORDER BY DESC(?n)",
        "SELECT (STR(?o) AS ?t) { ?s ?p ?o } ORDER BY ?t",
        "SELECT ?o { ?s ?p ?o } ORDER BY STR(?o) DESC(LANG(?o)) ASC(COUNT(?o))",
        "SELECT ?o { ?s ?p ?o }",
        'SELECT ("ORDER BY ?x" AS ?o) {} # ORDER BY ?o',
    ],
)
def test_what_is_of_one_kind_is_left_as_it_is(query: str) -> None:
    assert corrected(query, lambda _: False) == query


@pytest.mark.parametrize(
    "query",
    [
        # What joins with a pattern of the whole group only sometimes may still be a literal.
        "SELECT ?s { VALUES ?s { 1 } OPTIONAL { ?s ?p ?o } } ORDER BY ?s",
        "SELECT ?s { { ?s ?p ?o } UNION { ?o ?p ?s } } ORDER BY ?s",
        "SELECT ?o { ?s ?p ?o } ORDER BY ?o",
        "SELECT (MIN(?o) AS ?t) { ?s ?p ?o } GROUP BY ?s ORDER BY ?t",
    ],
)
def test_what_may_be_of_several_kinds_gets_a_key_for_the_kind(query: str) -> None:
    assert "isNumeric" in corrected(query, lambda _: False)


def test_objects_of_triple_terms_are_kept_apart_at_a_second_attempt() -> None:
    mixer = random.Random(1)
    objects = [f'"{mixer.randrange(2_000)}"' for _ in range(300)]
    objects += [str(mixer.randrange(2_000)) for _ in range(300)]
    mixer.shuffle(objects)
    values = " ".join(f"<<( <x:a> <x:b> {value} )>>" for value in objects)
    query = f"SELECT (OBJECT(?x) AS ?o) {{ VALUES ?x {{ {values} }} }} ORDER BY ?x"
    # At the first attempt this ends the process.
    numbers = [int(value) for value in column(query, attempt=1)]
    # Numbers come by value, then texts by their characters.
    assert numbers[:300] == sorted(numbers[:300])
    assert list(map(str, numbers[300:])) == sorted(map(str, numbers[300:]))


def test_times_with_a_zone_are_kept_apart_at_a_second_attempt() -> None:
    values = [
        "'2020-01-01T00:00:00Z'^^xsd:dateTime",
        "'2020-01-01T05:00:00'^^xsd:dateTime",
        "'2020-01-01T10:00:00+14:00'^^xsd:dateTime",
        "'2020-01-01T14:30:00'^^xsd:dateTime",
        "'2019-12-31T23:00:00-14:00'^^xsd:dateTime",
    ]
    orders = set()
    for permutation in itertools.permutations(values):
        rows = " ".join(f"({value} {value})" for value in permutation)
        query = f"SELECT ?y {{ VALUES (?x ?y) {{ {rows} }} }} ORDER BY ?x"
        orders.add(tuple(column(query, attempt=1)))
    assert len(orders) == 1
