"""Paths with alternatives: each way counts, as in a union."""

import pytest

from tests.engine.rewriting.asking import column, holding
from urbact_graph.engine.rewriting import corrected
from urbact_graph.rdf.sparql import tokens

DATA = holding(
    "PREFIX : <x:> :a :p :b ; :r :b , 'x'@en . "
    ":b :q :a ; :l 'y' , 'z' ; :p :c . :c :l 'x' , 3 ; :p 3 ."
)


# Each with the same pattern without alternatives.
@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("?s x:p|x:r ?o", "{ ?s x:p ?o } UNION { ?s x:r ?o }"),
        ("?s (x:p|^x:q) ?o", "{ ?s x:p ?o } UNION { ?o x:q ?s }"),
        ("?s ^(x:p|^x:q) ?o", "{ ?o x:p ?s } UNION { ?s x:q ?o }"),
        ("?s (x:p|x:p|x:p) ?o", "?s x:p ?o VALUES ?i { 1 2 3 }"),
        ("x:a (x:p|x:r) x:b", "VALUES ?i { 1 2 }"),
        ("x:a x:r|x:r 'x'@en", "VALUES ?i { 1 2 }"),
        ("x:c x:l|x:p 3", "VALUES ?i { 1 2 }"),
        ("?s x:p|x:l '3'^^xsd:integer", "VALUES ?i { 1 2 }"),
        ("?s (x:p|^x:q)/x:l ?o", "{ ?s x:p/x:l ?o } UNION { ?m x:q ?s ; x:l ?o }"),
        ("?s ((x:p|^x:q)/x:l)|x:r ?o", "{ ?s (x:p|^x:q)/x:l ?o } UNION { ?s x:r ?o }"),
        ("?s ^(x:p/(x:l|x:p)) ?o", "{ ?o x:p/x:l ?s } UNION { ?o x:p/x:p ?s }"),
        ("?s a|x:p|x:r ?o ; x:q|x:q ?u", "?s x:q ?u ; x:p|x:r ?o VALUES ?i { 1 2 }"),
        ("?s x:p|x:r ?o , ?u ; x:l ?v", "?s x:p|x:r ?o . ?s x:p|x:r ?u . ?s x:l ?v"),
        ("?s x:p|x:r ?o FILTER(?o = x:b || ?o = x:c)", "?s x:p|x:r ?o FILTER(?o IN (x:b, x:c))"),
        ("?s x:q ?u OPTIONAL { ?u x:p|x:r ?o }", "?s x:q ?u . ?u x:p|x:r ?o"),
        # Paths of any length lead to a node once.
        ("?s (x:p|x:p)* ?o", "?s x:p* ?o"),
        ("?s (x:p|x:r)? ?o", "?s (x:p|x:r|x:r)? ?o"),
        ("?s !(x:p|x:q) ?o", "{ ?s x:r ?o } UNION { ?s x:l ?o }"),
    ],
)
def test_each_way_counts(pattern: str, meant: str) -> None:
    (found,), (expected,) = (
        column(f"SELECT (COUNT(*) AS ?n) {{ {text} }}", DATA) for text in (pattern, meant)
    )
    assert found == expected != "0"


def test_a_path_of_length_zero_beside_another_way() -> None:
    rows = column("SELECT ?o { x:none x:p*|x:q ?o }", DATA)
    assert rows == ["x:none"]


def test_the_same_path_for_every_row_of_a_subquery() -> None:
    query = "SELECT ?s ?n { { SELECT ?s (COUNT(*) AS ?n) { ?s x:p|x:r ?o } GROUP BY ?s } }"
    assert sorted(column(query.replace("?s ?n {", "?n {", 1), DATA)) == ["1", "1", "3"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s <x:p> ?o FILTER(?o || ?s) }",
        "SELECT * { ?s (<x:p>|<x:q>)+ ?o }",
        "SELECT * { _:b <x:p>|<x:q> ?o . _:b <x:r> ?u }",
        f"SELECT * {{ ?s {'/'.join(['(<x:p>|<x:q>)'] * 6)} ?o }}",
    ],
)
def test_other_queries_stay_as_they_are(query: str) -> None:
    written = corrected(query, lambda _: False)
    assert [token.text for token in tokens(written)] == [token.text for token in tokens(query)]
