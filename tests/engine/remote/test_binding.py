"""Terms in the place of variables give the rows that the local engine's substitutions give."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import QueryBoolean, QuerySolutions, Store, Variable

from tests.queries.cases import BASE, QUERIES
from urbact_graph.engine.remote.binding import bound, with_base
from urbact_graph.rdf.terms import read_term

ONE, TEXT = '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"a\\"?p b"'
DATA = 'INSERT DATA { <x:s> <x:p> 1, 2 ; <x:q> "a\\"?p b" . <x:t> <x:p> 1 }'


@pytest.fixture(scope="module")
def small() -> Store:
    store = Store()
    store.update(DATA)
    return store


def answered(store: Store, query: str, terms: dict[str, str]) -> object:
    known: dict[Variable, Any] = {Variable(name): read_term(term) for name, term in terms.items()}
    found = store.query(query, substitutions=known or None)
    if isinstance(found, QueryBoolean):
        return bool(found)
    if not isinstance(found, QuerySolutions):
        return {str(triple) for triple in found}
    names = [variable.value for variable in found.variables]
    rows = [tuple(str(row[name]) for name in names) for row in found]
    return names, rows if "ORDER" in query else sorted(rows)


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("SELECT ?s $o { ?s <x:p> $o }", {"o": ONE}),
        ("SELECT ?s ?o { ?s <x:p>?o FILTER(?o=$o) }", {"o": ONE}),
        ("SELECT * { ?s <x:q> ?t . { SELECT ?s $o { ?s <x:p> $o } } }", {}),
        ("SELECT ?s $o { ?s <x:p> ?v FILTER(!BOUND($o) || ?v = $o) }", {}),
        ("SELECT ?s $o { { SELECT ?s $o { ?s <x:p> ?v FILTER(?v > $o) } } }", {"o": ONE}),
        (
            "SELECT ?s (COUNT(*) AS ?n) $o { ?s <x:p> ?v FILTER(?v >= $o) } GROUP BY ?s $o",
            {"o": ONE},
        ),
        ("SELECT (COUNT(*) AS ?n) $o { ?s <x:p> ?v FILTER(?v >= $o) } GROUP BY $o", {"o": ONE}),
        ("SELECT (COUNT(*) AS ?n) $o { ?s <x:no> ?v FILTER(?v >= $o) } GROUP BY $o", {"o": ONE}),
        ("SELECT ?s ?v $o { ?s <x:p> ?v } ORDER BY $o DESC(?v) ?s LIMIT 2", {"o": ONE}),
        ("SELECT ?s $t { ?s <x:q> $t }", {"t": TEXT}),
        ('SELECT ?s $t { ?s ?p $t FILTER($t != "$t") }  # $t', {"t": TEXT}),
        ("SELECT ?v $s { $s <x:p> ?v }", {"s": "<x:s>"}),
        ("ASK { ?s <x:p> 2 FILTER(?s = <x:t>) }", {}),
    ],
)
def test_rows_are_the_same(query: str, terms: dict[str, str], small: Store) -> None:
    assert answered(small, bound(query, terms), {}) == answered(small, query, terms)


@pytest.mark.parametrize(
    ("query", "terms", "written"),
    [
        ("ASK { $s <x:p> 1 }", {"s": "<x:t>"}, "ASK { <x:t> <x:p> 1 }"),
        ("SELECT ?s { ?s ?p $o }", {}, "SELECT ?s { ?s ?p $o }"),
        ("ASK { ?s ?p '$o' }", {"o": ONE}, "ASK { ?s ?p '$o' }"),
        # The local engine takes it for unbound.
        (
            "ASK { ?s ?p ?v FILTER(BOUND($o) && ?v = $o) }",
            {"o": ONE},
            f"ASK {{ ?s ?p ?v FILTER(true && ?v = {ONE}) }}",
        ),
        (
            "SELECT $o { BIND(2 AS $o) }",
            {"o": ONE},
            f"SELECT $o {{ BIND(2 AS $o) }}\nVALUES ?o {{ {ONE} }}",
        ),
    ],
)
def test_only_variables_are_replaced(query: str, terms: dict[str, str], written: str) -> None:
    assert bound(query, terms) == written


def test_every_stored_query_gives_the_rows_of_a_substitution(demo_store: Store) -> None:
    for name, query in QUERIES.items():
        terms = {key: str(term) for key, term in query.bind({}, BASE).items()}
        found = answered(demo_store, bound(query.text, terms), {})
        assert found == answered(demo_store, query.text, terms), name


@pytest.mark.parametrize(
    ("query", "is_declared"),
    [
        ("SELECT * { <a> ?p ?o }", True),
        ("SELECT * { <> ?p ?o }", True),
        ("SELECT * { <x:a> ?p ?o }", False),
        ("BASE <x:b> SELECT * { <a> ?p ?o }", False),
        ("SELECT * { ?s ?p '<a>' }", False),
    ],
)
def test_a_base_is_declared_where_it_is_needed(query: str, is_declared: bool) -> None:
    text = with_base(query, "http://x.example/sparql")
    assert text == (f"BASE <http://x.example/sparql> {query}" if is_declared else query)
    assert with_base(query, None) == query
