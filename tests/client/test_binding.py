"""How variables are bound to terms, and prefixes declared."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store
from rdflib import BNode, URIRef, Variable
from rdflib import Literal as RdflibLiteral

from urbact_graph.client.binding import bound, term_of
from urbact_graph.client.prefixes import declared
from urbact_graph.errors import QueryError

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
_XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("food", '"food"'),
        ('a "quote" \\ \n', r'"a \"quote\" \\ \n"'),
        (7, f'"7"^^<{_XSD}integer>'),
        (True, f'"true"^^<{_XSD}boolean>'),
        (Decimal("1.50"), f'"1.50"^^<{_XSD}decimal>'),
        (0.5, f'"0.5"^^<{_XSD}double>'),
        (dt.date(2023, 6, 1), f'"2023-06-01"^^<{_XSD}date>'),
        (dt.datetime(2023, 6, 1, tzinfo=dt.UTC), f'"2023-06-01T00:00:00+00:00"^^<{_XSD}dateTime>'),
        (URIRef("https://x.org/a"), "<https://x.org/a>"),
        (NamedNode("https://x.org/a"), "<https://x.org/a>"),
        (RdflibLiteral("ville", lang="fr"), '"ville"@fr'),
        (Literal("x"), '"x"'),
        (np.int64(7), f'"7"^^<{_XSD}integer>'),
        (np.float32(0.5), f'"0.5"^^<{_XSD}double>'),
        (np.bool_(True), f'"true"^^<{_XSD}boolean>'),
        (np.datetime64("2023-06-01"), f'"2023-06-01"^^<{_XSD}date>'),
        (
            np.datetime64("2023-06-01T00:00:00.000000000"),
            f'"2023-06-01T00:00:00"^^<{_XSD}dateTime>',
        ),
        (Decimal("NaN"), f'"NaN"^^<{_XSD}double>'),
        (Decimal("-Infinity"), f'"-INF"^^<{_XSD}double>'),
    ],
)
def test_terms_of_values(value: Any, written: str) -> None:
    assert str(term_of(value)) == written


@pytest.mark.parametrize(
    "value",
    [None, ["a"], object(), b"x", pd.NaT, pd.NA, BNode("x"), Variable("x"), np.array([1])],
)
def test_a_value_without_a_term_is_refused(value: object) -> None:
    with pytest.raises(QueryError, match="cannot be bound"):
        term_of(value)


@pytest.mark.parametrize("value", ["a\ud800", RdflibLiteral("\udfff")])
def test_half_a_character_is_refused(value: object) -> None:
    with pytest.raises(QueryError, match="lone surrogate"):
        term_of(value)


def test_a_malformed_iri_is_refused() -> None:
    with pytest.raises(QueryError, match="no valid IRI"):
        term_of(URIRef("not an iri"))


QUERIES = {
    "select": "SELECT ?s ?o { ?s <urn:p> ?o }",
    "where": "SELECT * WHERE { ?s <urn:p> ?o }",
    "dollar": "SELECT $s $o WHERE { $s <urn:p> $o }",
    "expression": "SELECT ?s (EXISTS { ?s <urn:q> ?z } AS ?e) ?o WHERE { ?s <urn:p> ?o }",
    "comment": "# SELECT { ?x\nSELECT ?s ?o { ?s <urn:p> ?o }",
    "string": 'SELECT ?s ?o { ?s <urn:p> ?o FILTER(STR(?o) != "{ ?o") }',
    "subquery": "SELECT ?s ?o { { SELECT ?s ?o { ?s <urn:p> ?o } } }",
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_bound_variable_has_its_value(name: str) -> None:
    store = Store()
    store.update("INSERT DATA { <urn:a> <urn:p> 1 . <urn:b> <urn:p> 2 }")
    found = store.query(bound(QUERIES[name], {"s": NamedNode("urn:b")}))
    assert isinstance(found, QuerySolutions)
    assert [row["o"].value for row in found] == ["2"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("ASK { ?s <urn:p> 1 }", None),
        ("CONSTRUCT { ?s <urn:q> ?o } WHERE { ?s <urn:p> ?o }", 1),
        ("DESCRIBE ?s { ?s <urn:p> ?o }", 1),
    ],
)
def test_other_forms_are_bound(query: str, count: int | None) -> None:
    store = Store()
    store.update("INSERT DATA { <urn:a> <urn:p> 1 . <urn:b> <urn:p> 2 }")
    found: Any = store.query(bound(query, {"s": NamedNode("urn:b")}))
    assert bool(found) is False if count is None else len(list(found)) == count


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT ?s { ?s ?p ?o }", "no variable \\?x; it has \\?o, \\?p, \\?s"),
        ("ASK {}", "it has none"),
        ("DESCRIBE ?x", "no WHERE clause"),
        ("CONSTRUCT WHERE { ?x ?p ?o }", "write the template out"),
    ],
)
def test_what_cannot_be_bound_is_refused(query: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        bound(query, {"x": Literal("a")})


@pytest.mark.parametrize(
    ("query", "added"),
    [
        ("SELECT * { ?s a urb:City }", "PREFIX urb: <urn:u#> "),
        ("PREFIX urb: <urn:other#> SELECT * { ?s a urb:City }", ""),
        ("SELECT * { ?s a <urn:u#City> }", ""),
        ("SELECT * { ?s a xyz:City }", ""),
        ('SELECT * { ?s ?p "urb:City" } # urb:City', ""),
    ],
)
def test_prefixes_are_declared_where_they_lack(query: str, added: str) -> None:
    assert declared(query, {"urb": "urn:u#"}) == added + query
