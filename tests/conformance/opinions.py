"""Functions, operators and aggregates on values of every kind, as this engine and others see them.

Each expression is evaluated on all values, or on all pairs of them, in variables and as constants;
where two engines differ, ``differences.toml`` says who is right, and why.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rdflib
import sparq
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    Triple,
    parse_query_results,
)

from tests.support.evaluating import answered
from urbact_graph.engine.protocol import Request
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_XSD = "http://www.w3.org/2001/XMLSchema#"
_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_PREFIXES = f"PREFIX xsd: <{_XSD}> PREFIX e: <http://e/> "
_INTEGERS = frozenset(("integer", "unsignedByte", "nonNegativeInteger"))
NOTHING = ""

# Values of every kind by their names.
VALUES = {
    "integer": "5",
    "zero": "0",
    "negative": "-3",
    "decimal": "2.50",
    "double": "1.5e0",
    "float": '"2.5"^^xsd:float',
    "NaN": '"NaN"^^xsd:double',
    "INF": '"INF"^^xsd:double',
    "byte": '"7"^^xsd:unsignedByte',
    "big": "99999999999999999999",
    "text": '"abc"',
    "digit": '"5"',
    "empty": '""',
    "english": '"chat"@en',
    "french": '"chat"@fr',
    "true": "true",
    "false": "false",
    "date": '"2020-02-29"^^xsd:date',
    "dateTime": '"2020-01-31T10:00:00"^^xsd:dateTime',
    "zoned": '"2020-01-31T10:00:00Z"^^xsd:dateTime',
    "time": '"10:00:00"^^xsd:time',
    "year": '"2020"^^xsd:gYear',
    "days": '"P1DT2H"^^xsd:dayTimeDuration',
    "months": '"P1Y2M"^^xsd:yearMonthDuration',
    "IRI": "<http://e/a>",
    "unknown": '"x"^^e:t',
    "invalid": '"x"^^xsd:integer',
}
# Those that pairs are made of; the others have a like among these.
_PAIRED = tuple(kind for kind in VALUES if kind not in ("negative", "float", "zoned", "year"))
# Those that constants are tried with: queries of constants take longer to read.
_CONSTANTS = ("integer", "decimal", "double", "big", "text", "english", "true", "date", "days")
_UNARY_NAMES = (
    *("STR", "LANG", "DATATYPE", "isIRI", "isLiteral", "isNumeric", "ABS", "CEIL", "FLOOR"),
    *("ROUND", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "YEAR", "MONTH", "DAY", "HOURS"),
    *("MINUTES", "SECONDS", "TIMEZONE", "TZ", "MD5", "SHA1", "SHA256", "IRI", "xsd:integer"),
    *("xsd:decimal", "xsd:double", "xsd:float", "xsd:string", "xsd:boolean", "xsd:dateTime"),
)
UNARY = (
    *(f"{name}({{a}})" for name in _UNARY_NAMES),
    *("! {a}", "- {a}", "+ {a}", "IF({a}, 1, 2)", "COALESCE({a}, 0)"),
)
_BINARY_NAMES = (
    *("sameTerm", "CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "CONCAT"),
    *("LANGMATCHES", "REGEX", "STRLANG", "SUBSTR"),
)
_OPERATORS = ("=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "&&", "||")
BINARY = (
    *(f"{{a}} {operator} {{b}}" for operator in _OPERATORS),
    *("{a} IN ({b})", "{a} NOT IN ({b})"),
    *(f"{name}({{a}}, {{b}})" for name in _BINARY_NAMES),
    'REPLACE({a}, {b}, "z")',
)
AGGREGATES = (
    *("COUNT(?v)", "COUNT(DISTINCT ?v)", "SUM(?v)", "AVG(?v)", "MIN(?v)", "MAX(?v)"),
    *("GROUP_CONCAT(?v)", 'GROUP_CONCAT(DISTINCT ?v; SEPARATOR="|")', "SUM(DISTINCT ?v)"),
)
# rdflib takes long to read queries, and does not answer at all where an operand of some functions
# is of another kind than it expects.
_FEW = ("integer", "decimal", "double", "text", "english", "true", "date", "IRI")
_FRAGILE = ("{a} + {b}", "{a} - {b}", "STRLANG({a}, {b})", "SUBSTR({a}, {b})")
FEW_EXPRESSIONS = tuple(text for text in (*UNARY, *BINARY) if text not in _FRAGILE)
# What a group holds beside values: a row without one.
MISSING = "missing"

Row = dict[str, str]
Ask = Callable[[str], list[Row]]


@dataclass(frozen=True)
class Cell:
    """An expression with the kinds of its operands, or of the rows of its group."""

    expression: str
    kinds: tuple[str, ...]
    are_constants: bool = False


def expressions(ask: Ask) -> dict[Cell, str]:
    """Evaluate all expressions; values are written by ``key``, NOTHING where there is none."""
    found: dict[Cell, str] = {}
    for expression in (*UNARY, *BINARY):
        places = 2 if "{b}" in expression else 1
        kinds = list(itertools.product(_PAIRED if places > 1 else VALUES, repeat=places))
        found |= _as_variables(ask, expression, kinds)
        found |= _as_constants(ask, expression, itertools.product(_CONSTANTS, repeat=places))
    return found


def _as_variables(ask: Ask, expression: str, kinds: Sequence[tuple[str, ...]]) -> dict[Cell, str]:
    operands = ([*(VALUES[kind] for kind in of), "UNDEF"][:2] for of in kinds)
    rows = (f"({number} {' '.join(two)})" for number, two in enumerate(operands))
    text = expression.format(a="?a", b="?b")
    query = f"SELECT ?i ({text} AS ?r) {{ VALUES (?i ?a ?b) {{ {' '.join(rows)} }} }}"
    values = {int(row["i"].split("^^")[0]): row.get("r", NOTHING) for row in ask(_PREFIXES + query)}
    return {Cell(expression, of): values[number] for number, of in enumerate(kinds)}


def _as_constants(ask: Ask, expression: str, kinds: Iterable[tuple[str, ...]]) -> dict[Cell, str]:
    cells = [Cell(expression, of, are_constants=True) for of in kinds]
    columns = []
    for number, cell in enumerate(cells):
        a, b = (f"({VALUES[kind]})" for kind in (*cell.kinds, *cell.kinds)[:2])
        columns.append(f"({expression.format(a=a, b=b)} AS ?r{number})")
    (row,) = ask(f"{_PREFIXES}SELECT {' '.join(columns)} {{}}")
    return {cell: row.get(f"r{number}", NOTHING) for number, cell in enumerate(cells)}


def few_expressions(ask: Ask) -> dict[Cell, str]:
    """Evaluate most expressions on pairs of few kinds of values, in one query."""
    kinds = list(itertools.product(_FEW, repeat=2))
    rows = " ".join(f"({i} {VALUES[a]} {VALUES[b]})" for i, (a, b) in enumerate(kinds))
    columns = " ".join(
        f"({expression.format(a='?a', b='?b')} AS ?r{number})"
        for number, expression in enumerate(FEW_EXPRESSIONS)
    )
    query = f"{_PREFIXES}SELECT ?i {columns} {{ VALUES (?i ?a ?b) {{ {rows} }} }}"
    found = {}
    for row in ask(query):
        operands = kinds[int(row["i"].split("^^")[0])]
        for number, expression in enumerate(FEW_EXPRESSIONS):
            kind = operands if "{b}" in expression else operands[:1]
            found[Cell(expression, kind)] = row.get(f"r{number}", NOTHING)
    return found


def aggregates(ask: Ask) -> dict[Cell, str]:
    """Evaluate all aggregates of groups of one and of two kinds of values."""
    groups = [(), *((kind,) for kind in VALUES), *itertools.combinations((*VALUES, MISSING), 2)]
    names = [f"?r{number}" for number in range(len(AGGREGATES))]
    columns = " ".join(f"({text} AS {name})" for text, name in zip(AGGREGATES, names, strict=True))
    rows = " ".join(
        f"({number} {VALUES.get(kind, 'UNDEF')})"
        for number, group in enumerate(groups)
        for kind in group
    )
    query = f"SELECT ?i {columns} {{ VALUES (?i ?v) {{ {rows} }} }} GROUP BY ?i"
    found = {}
    for row in ask(_PREFIXES + query):
        group = groups[int(row["i"].split("^^")[0])]
        for number, expression in enumerate(AGGREGATES):
            found[Cell(expression, group)] = row.get(f"r{number}", NOTHING)
    return found


@cache
def _settings() -> Settings:
    """Allow queries as large as these."""
    return Settings.load(max_query_bytes=10_000_000, max_nesting_depth=100_000)


def ask_engine(query: str) -> list[Row]:
    """Ask this engine, through all that corrects queries."""
    request = Request(query, RESULTS_JSON, None, 100_000_000)
    content = answered(Store(), request, _settings()).content
    results = parse_query_results(content, format=QueryResultsFormat.JSON)
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [
        {name: _written(row[name]) for name in names if row[name] is not None} for row in results
    ]


def _written(term: NamedNode | BlankNode | Literal | Triple) -> str:
    if isinstance(term, Literal):
        return key(term.value, term.datatype.value, term.language or "")
    return f"<{term.value}>" if isinstance(term, NamedNode) else "blank"


def ask_sparq(query: str) -> list[Row]:
    """Ask sparq, an engine that has nothing in common with this one."""
    rows = sparq.Graph.load_n3("").query(query)
    return [{name: _of_sparq(term) for name, term in row.items() if term} for row in rows]


def _of_sparq(term: sparq.Term) -> str:
    if term.kind == "literal":
        datatype = _LANG_STRING if term.language else f"{_XSD}string"
        return key(term.value, term.datatype or datatype, term.language or "")
    return f"<{term.value}>" if term.kind == "uri" else "blank"


def ask_rdflib(query: str) -> list[Row]:
    """Ask rdflib."""
    rows = rdflib.Graph().query(query).bindings
    return [{str(name): _of_rdflib(term) for name, term in row.items()} for row in rows]


def _of_rdflib(term: rdflib.term.Identifier) -> str:
    if isinstance(term, rdflib.Literal):
        datatype = _LANG_STRING if term.language else f"{_XSD}string"
        return key(str(term), str(term.datatype or datatype), term.language or "")
    return f"<{term}>" if isinstance(term, rdflib.URIRef) else "blank"


def key(text: str, datatype: str, language: str = "") -> str:
    """Write a literal so that equal values of one datatype are equal texts."""
    if language:
        return f"{text}@{language.lower()}"
    name = datatype.removeprefix(_XSD)
    try:
        if name in ("double", "float"):
            text = f"{float(text.replace('INF', 'inf')):.6g}"
        elif name == "decimal":
            # Engines cut quotients at different places.
            text = f"{Decimal(text):.12f}".rstrip("0").rstrip(".")
        elif name in _INTEGERS:
            text = str(int(text))
    except (ValueError, ArithmeticError):
        # It is none of its datatype, and stays as it is.
        pass
    return text if name == "string" else f"{text}^^{name}"


@dataclass(frozen=True)
class Difference:
    """A rule that explains differences: of which expressions on which kinds, and who is right.

    All operands are among ``all``, and one is among ``any``, if these are given. ``engine`` and
    ``other`` are the values, ``NOTHING`` among them, or None for any. ``cells`` counts those that
    the rule is the first to explain; it is not given for an engine of which any version will do.
    """

    right: str
    why: str
    cells: int | None = None
    expressions: tuple[str, ...] = ()
    all: frozenset[str] = frozenset()
    any: frozenset[str] = frozenset()
    engine_says: str | None = None
    other_says: str | None = None

    def explains(self, cell: Cell, engine: str, other: str) -> bool:
        """Tell whether this is a reason for the values ``engine`` and ``other``."""
        kinds = set(cell.kinds)
        return (
            (not self.expressions or cell.expression in self.expressions)
            and (not self.all or kinds <= self.all)
            and (not self.any or bool(kinds & self.any))
            and self.engine_says in (None, engine)
            and self.other_says in (None, other)
        )


def read_differences(engine: str) -> list[Difference]:
    """Read the rules about ``engine`` in ``differences.toml``, in their order."""
    content = tomllib.loads((Path(__file__).parent / "differences.toml").read_text("utf-8"))
    return [_read_difference(row) for row in content[engine]]


def _read_difference(row: dict[str, Any]) -> Difference:
    for name in ("all", "any"):
        row[name] = frozenset(row.get(name, ()))
    row["expressions"] = tuple(row.get("expressions", ()))
    return Difference(**row)
