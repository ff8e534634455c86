"""Results are read back as they were written, by readers of JSON, XML, CSV and TSV."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    Triple,
    parse_query_results,
)
from rdflib.plugins.sparql.results.csvresults import CSVResultParser

from tests.support.strategies import Drawn, terms
from tests.support.tables import for_each
from urbact_graph.errors import FormatError
from urbact_graph.rdf.formats import formats
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.writing import write_results

RESULTS = {form.name: form.media_type for form in formats("results")}
SPARQL = "{http://www.w3.org/2005/sparql-results#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
DIRECTION = "{http://www.w3.org/2005/11/its}dir"
NOT_IN_XML = "\x00\x01\x08\x0b\x0c\x0e\x1c\x1f\ufffe\uffff"
STORE = Store()

Row = tuple[Drawn | None, ...]


def evaluated(rows: list[Row], columns: int = 2) -> QuerySolutions:
    """Evaluate a query whose rows are ``rows``."""
    names = [f"x{number}" for number in range(columns)]
    query = [f"SELECT {' '.join(f'?{name}' for name in names)} {{"]
    for number, row in enumerate(rows):
        values = " ".join(
            f"BIND({_expression(term)} AS ?x{place})" for place, term in enumerate(row) if term
        )
        query.append(f"{'UNION ' if number else ''}{{ BIND({number} AS ?n) {values} }}")
    found = STORE.query(f"{' '.join(query)} }} ORDER BY ?n")
    assert isinstance(found, QuerySolutions)
    return found


def _expression(term: Drawn) -> str:
    """Write a term as an expression; a query can name a blank node only by a function."""
    if isinstance(term, BlankNode):
        return f'BNODE("{term.value}")'
    if isinstance(term, Triple):
        return f"TRIPLE({', '.join(map(_expression, term))})"
    return str(term)


def held(rows: list[Row], columns: int = 2) -> list[Row]:
    """Return ``rows`` as the engine has them, which writes some numbers in another way."""
    return [tuple(solution) for solution in evaluated(rows, columns)]


def written(rows: list[Row], name: str, columns: int = 2) -> bytes:
    def evaluate() -> QuerySolutions:
        return evaluated(rows, columns)

    return write_results(evaluate(), RESULTS[name], evaluate)


def from_json(value: dict[str, Any] | None) -> Drawn | None:
    if value is None:
        return None
    text = value["value"]
    if value["type"] == "triple":
        parts: list[Any] = [from_json(text[part]) for part in ("subject", "predicate", "object")]
        return Triple(*parts)
    if value["type"] == "literal":
        return _literal(text, value.get("xml:lang"), value.get("its:dir"), value.get("datatype"))
    return NamedNode(text) if value["type"] == "uri" else BlankNode(text)


def from_xml(element: ElementTree.Element | None) -> Drawn | None:
    if element is None:
        return None
    kind, text = element.tag.removeprefix(SPARQL), element.text or ""
    if kind == "triple":
        parts: list[Any] = [from_xml(part[0]) for part in element]
        return Triple(*parts)
    if kind == "literal":
        found = element.attrib
        return _literal(text, found.get(LANG), found.get(DIRECTION), found.get("datatype"))
    return NamedNode(text) if kind == "uri" else BlankNode(text)


def _literal(
    text: str, language: str | None, direction: str | None, datatype: str | None
) -> Literal:
    if language:
        base = BaseDirection(direction) if direction else None
        return Literal(text, language=language, direction=base)
    return Literal(text, datatype=NamedNode(datatype or XSD.string))


def read_json(content: bytes) -> list[Row]:
    found = json.loads(content)
    names = found["head"]["vars"]
    rows = found["results"]["bindings"]
    return [tuple(from_json(row.get(name)) for name in names) for row in rows]


def read_xml(content: bytes) -> list[Row]:
    root = ElementTree.fromstring(content)  # noqa: S314 - the tests' own
    names = [variable.attrib["name"] for variable in root.iter(f"{SPARQL}variable")]
    rows = []
    for result in root.iter(f"{SPARQL}result"):
        bound = {binding.attrib["name"]: binding[0] for binding in result}
        rows.append(tuple(from_xml(bound.get(name)) for name in names))
    return rows


def read_tsv(content: bytes) -> list[Row]:
    found = parse_query_results(content, format=QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    return [tuple(solution) for solution in found]


READERS = {"json": read_json, "xml": read_xml, "tsv": read_tsv}
# Texts that some format has its own way to write, and some reader its own way to read.
TEXTS = [
    *(
        "",
        " ",
        "  ",
        "\t",
        " a ",
        "a\rb",
        "a\r\nb",
        "\n",
        "\r",
        "a\tb",
        '"',
        '""',
        ',"',
        "\\",
        "\\t",
    ),
    *("'", "a,b", ",", ";", "=1+1", "@x", "-1", "#", "NA", "NULL", "\\N", "true", "<b>&amp;]]>"),
    *(
        "&#13;",
        "a\x0bb",
        "a\x1cb",
        "a\x85b",
        "a\u2028b",
        "a\u2029b",
        "\ufeffa",
        "a\x00b",
        "a\ufffeb",
    ),
    *("\x7f", "😀", "?x\ty\n"),
]
COLUMNS = (1, 2)


@for_each("name", READERS)
@for_each("text", TEXTS)
def test_a_text_is_read_back_or_refused(text: str, name: str) -> None:
    rows: list[Row] = [(Literal(text), None), (None, Literal(text, language="en"))]
    lacking = sorted(set(text) & set(NOT_IN_XML))
    if name == "xml" and lacking:
        with pytest.raises(FormatError, match=f"U\\+{ord(lacking[0]):04X}.*json, csv, tsv"):
            written(rows, name)
    else:
        assert READERS[name](written(rows, name)) == rows


@given(st.lists(st.tuples(st.none() | terms, st.none() | terms), max_size=3))
def test_any_rows_are_read_back_or_refused(rows: list[Row]) -> None:
    expected = held(rows)
    for name, read in READERS.items():
        try:
            content = written(rows, name)
        except FormatError:
            assert name == "xml"
            continue
        assert read(content) == expected, name


def plain(term: Drawn | None) -> str:
    """Return a term as it stands in CSV (SPARQL 1.1 Query Results CSV and TSV, section 3.2)."""
    if isinstance(term, Triple):
        return " ".join(map(plain, term))
    return f"_:{term.value}" if isinstance(term, BlankNode) else term.value if term else ""


def cells(content: bytes) -> list[list[str]]:
    """Return the rows that Python reads, without the blank lines, which most readers skip."""
    return [row for row in csv.reader(io.StringIO(content.decode(), newline="")) if row]


def cells_of_rdflib(content: bytes) -> list[list[str]]:
    # With an empty value a variable is not bound there.
    found = CSVResultParser().parse(io.BytesIO(content))  # type: ignore[no-untyped-call]
    names = found.vars or []
    return [
        list(map(str, names)),
        *([str(row.get(n, "")) for n in names] for row in found.bindings),
    ]


@for_each("columns", COLUMNS)
@for_each("text", TEXTS)
def test_csv_is_read_back_by_every_reader(text: str, columns: int) -> None:
    last: Row = (Literal("z"),) * columns
    rows: list[Row] = [(Literal(text), *last[1:]), last, (Literal(text), *last[1:])]
    rows += [(*last[:-1], Literal(text)), (None,) * columns, last]
    content = written(rows, "csv", columns)
    expected = [[f"x{n}" for n in range(columns)], *([plain(term) for term in row] for row in rows)]
    assert cells(content) == expected
    if columns == 2 or text.strip():
        # rdflib takes "" for no row at all where it is the only column.
        assert [row for row in cells_of_rdflib(content) if any(row)] == [
            row for row in expected if any(row)
        ]
    # pandas and others also skip a line of white space.
    assert columns == 2 or not re.search(rb"\n[ \t]*\r\n", content)


@given(st.lists(st.tuples(st.none() | terms), max_size=4))
@example([(None,), (None,)])
@example([(Literal("a\r\n\r\nb"),), (Literal(" "),), (Literal('"'),)])
def test_csv_of_one_column_has_a_row_for_each_row(rows: list[Row]) -> None:
    expected = [[plain(term) for term in row] for row in held(rows, 1)]
    assert cells(written(rows, "csv", 1))[1:] == expected


@given(st.lists(st.tuples(st.none() | terms, st.none() | terms), max_size=4))
def test_csv_of_columns_is_read_back(rows: list[Row]) -> None:
    expected = [[plain(term) for term in row] for row in held(rows)]
    assert cells(written(rows, "csv"))[1:] == expected


@pytest.mark.parametrize(
    "term",
    [
        NamedNode("https://e.example/a,p,1.html"),
        Literal("a,b", datatype=NamedNode("https://e.example/c,d")),
        Triple(NamedNode("x:a,b"), NamedNode("x:p"), Literal('",\n')),
        Triple(NamedNode("x:a"), NamedNode("x:p"), Literal('c"')),
        Triple(
            NamedNode("x:a"),
            NamedNode("x:p"),
            Triple(BlankNode("b"), NamedNode("x:p,"), Literal("\r")),
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("columns", COLUMNS)
def test_a_comma_in_any_term_is_no_new_column(term: Drawn, columns: int) -> None:
    rows: list[Row] = [(Literal("a,b\r\n,\x00"),) * columns, (None,) * columns, (term,) * columns]
    expected = [[plain(value) for value in row] for row in rows]
    assert cells(written(rows, "csv", columns))[1:] == expected


def test_a_media_type_may_have_parameters() -> None:
    # As pyoxigraph itself names the format.
    media_type = QueryResultsFormat.CSV.media_type
    assert media_type != RESULTS["csv"]

    def evaluate() -> QuerySolutions:
        return evaluated([(NamedNode("x:a,b"),)], 1)

    assert write_results(evaluate(), media_type, evaluate) == b'x0\r\n"x:a,b"\r\n'


def test_csv_quotes_no_more_than_it_has_to() -> None:
    rows: list[Row] = [(Literal("=1+1"), Literal("")), (Literal(" a "), NamedNode("x:y"))]
    assert written(rows, "csv") == b"x0,x1\r\n=1+1,\r\n a ,x:y\r\n"
    assert written([(None,), (Literal("a"),)], "csv", 1) == b'x0\r\n""\r\na\r\n'


def test_a_name_that_begins_with_a_byte_order_mark_keeps_it() -> None:
    def evaluate() -> QuerySolutions:
        found = STORE.query("SELECT (1 AS ?\ufeffx) {}")
        assert isinstance(found, QuerySolutions)
        return found

    content = write_results(evaluate(), RESULTS["csv"], evaluate)
    assert next(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == ["\ufeffx"]


@pytest.mark.parametrize(("query", "value"), [("ASK {}", True), ("ASK { FILTER(false) }", False)])
@pytest.mark.parametrize("name", RESULTS)
def test_a_boolean_is_held_by_each_format(name: str, query: str, value: bool) -> None:
    found = STORE.query(query)
    assert isinstance(found, QueryBoolean)
    content = write_results(found, RESULTS[name], lambda: found)
    if name == "csv":
        # pyoxigraph reads no CSV, as its values have no types.
        assert content == str(value).lower().encode()
        return
    form = QueryResultsFormat.from_media_type(RESULTS[name])
    again = parse_query_results(content, format=form)
    assert isinstance(again, QueryBoolean)
    assert bool(again) is value
