"""The two engines' answers and those of the facts, in one form that compares."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import rdflib
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    Variable,
)
from rdflib.plugins.sparql.operators import register_custom_function

from .facts import ANSWERS
from .places import metres

if TYPE_CHECKING:
    from urbact_graph.stored.query import StoredQuery

    from .facts import Arguments, Facts

GEOF = "http://www.opengis.net/def/function/geosparql/"
XSD = "http://www.w3.org/2001/XMLSchema#"


def _distance(one: rdflib.Literal, other: rdflib.Literal, unit: rdflib.URIRef) -> rdflib.Literal:
    """Compute what the engine's function of that name does, which rdflib lacks."""
    assert str(unit).endswith("/metre")
    points = [str(point).removeprefix("POINT(").removesuffix(")").split() for point in (one, other)]
    (west, south), (east, north) = (tuple(map(float, point)) for point in points)
    return rdflib.Literal(metres((south, west), (north, east)))


# Its type is that of a function over expressions not yet evaluated.
register_custom_function(rdflib.URIRef(f"{GEOF}distance"), _distance)  # type: ignore[arg-type]

Value = tuple[str, ...] | Decimal | bool | None
Comparable = list[tuple[Value, ...]] | bool


def shown(query: StoredQuery) -> list[str]:
    return [column.name for column in query.columns]


def taken(query: StoredQuery) -> list[str]:
    return [parameter.name for parameter in query.parameters]


def plain(term: object) -> Value:
    """Return a term of either engine, or a value of an answer, in one comparable form."""
    if term is None or isinstance(term, bool):
        return term
    if isinstance(term, int):
        return Decimal(term)
    if isinstance(term, NamedNode | rdflib.URIRef):
        return ("iri", term.value if isinstance(term, NamedNode) else str(term))
    if isinstance(term, Literal):
        return _plain_literal(term.value, term.language, term.datatype.value)
    if isinstance(term, rdflib.Literal):
        return _plain_literal(str(term), term.language, str(term.datatype or f"{XSD}string"))
    assert type(term) is str, term
    return _plain_literal(term, None, f"{XSD}string")


def _plain_literal(lexical: str, language: str | None, datatype: str) -> Value:
    if language:
        return ("text", lexical, language.lower())
    if datatype in {f"{XSD}integer", f"{XSD}decimal"}:
        return Decimal(lexical)
    if datatype == f"{XSD}boolean":
        return lexical in {"true", "1"}
    if datatype == f"{XSD}dateTime":
        # The engines write UTC in different ways.
        lexical = lexical.replace("+00:00", "Z")
    return ("value", lexical, datatype)


def of_rdflib(term: NamedNode | Literal) -> rdflib.URIRef | rdflib.Literal:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value))


def _sorted(rows: set[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    return sorted(rows, key=repr)


def expected(query: StoredQuery, facts: Facts, arguments: Arguments) -> Comparable:
    answer = ANSWERS[query.name](facts, arguments)
    if isinstance(answer, bool):
        return answer
    if isinstance(answer, set):
        return _sorted({tuple(map(plain, triple)) for triple in answer})
    return [tuple(map(plain, row)) for row in answer]


def on_pyoxigraph(
    query: StoredQuery, store: Store, terms: dict[str, NamedNode | Literal]
) -> Comparable:
    found = store.query(
        query.text, substitutions={Variable(name): term for name, term in terms.items()}
    )
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QueryTriples):
        return _sorted({tuple(map(plain, _parts(triple))) for triple in found})
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    assert names == shown(query) + taken(query)
    return [tuple(plain(row[column.name]) for column in query.columns) for row in found]


def _parts(triple: Triple) -> tuple[object, ...]:
    return (triple.subject, triple.predicate, triple.object)


def on_rdflib(query: StoredQuery, graph: rdflib.Graph, arguments: Arguments) -> Comparable:
    found = graph.query(query.text, initBindings=dict(arguments))
    if found.type == "ASK":
        return bool(found.askAnswer)
    if found.type == "CONSTRUCT":
        assert found.graph is not None
        return _sorted({tuple(map(plain, triple)) for triple in found.graph})
    return [
        tuple(plain(row.get(rdflib.Variable(column.name))) for column in query.columns)
        for row in found.bindings
    ]
