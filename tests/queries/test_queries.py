"""The stored queries: their headers and their parameters."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from tests.queries.answers.engines import shown, taken
from tests.queries.cases import BASE, QUERIES
from tests.support.tables import for_each
from urbact_graph.errors import QueryError
from urbact_graph.stored.loading import decoded, load_queries, load_query
from urbact_graph.stored.query import SUBJECTS, Parameter, ParameterError, StoredQuery

ROOT = Path(__file__).parents[2]
XSD = "http://www.w3.org/2001/XMLSchema#"


def _projected(query: StoredQuery) -> list[str]:
    """Return the variables of the outermost SELECT, in their order."""
    head = query.text[re.search(r"^SELECT", query.text, re.MULTILINE).end() :]  # type: ignore[union-attr]
    head = head[: head.index("WHERE")]
    # Of an expression in brackets only the name that it gets is projected.
    while (simpler := re.sub(r"\((?:[^()]*\bAS\s+(\?\w+)\s*|[^()]*)\)", r"\1", head)) != head:
        head = simpler
    return re.findall(r"[?$](\w+)", head)


@for_each("query", QUERIES.values())
def test_the_header_says_what_the_query_does(query: StoredQuery) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", query.name)
    assert query.question.endswith("?")
    assert not query.title.endswith(".")
    for meaning in [item.meaning for item in query.parameters] + [
        item.meaning for item in query.columns
    ]:
        assert meaning.endswith("."), meaning
    for name in taken(query):
        assert re.search(rf"\${name}\b", query.text), name
        assert not re.search(rf"\?{name}\b", query.text), f"{name} is written as $ and as ?"
    if query.form == "SELECT":
        assert _projected(query) == shown(query) + taken(query)
        assert "ORDER BY" in query.text
    else:
        assert not query.columns


@for_each("query", QUERIES.values())
def test_no_parameter_is_asked_whether_it_is_bound(query: StoredQuery) -> None:
    # pyoxigraph decides BOUND of a substituted variable before it substitutes.
    assert not re.search(r"BOUND\(\$", query.text)


@for_each("query", QUERIES.values())
def test_the_header_says_what_the_query_is_about_and_how_it_is_shown(query: StoredQuery) -> None:
    header = [line for line in query.text.splitlines() if line.startswith("#")]
    assert f"# subject: {query.subject}" in header
    assert [line for line in header if line.startswith("# view: ")] == [
        f"# view: {' '.join(query.view.as_json().values())}"
    ]


def test_each_subject_has_queries() -> None:
    assert {query.subject for query in QUERIES.values()} == {*SUBJECTS}


@pytest.mark.parametrize(
    ("written", "view"),
    [
        ("bars x y", {"kind": "bars", "x": "x", "y": "y"}),
        ("lines x y", {"kind": "lines", "x": "x", "y": "y"}),
        ("lines  x y latitude ", {"kind": "lines", "x": "x", "y": "y", "series": "latitude"}),
        ("map", {"kind": "map"}),
        ("table", {"kind": "table"}),
    ],
)
def test_a_view_is_a_kind_with_columns(tmp_path: Path, written: str, view: dict[str, str]) -> None:
    columns = [f"# column: {name} C." for name in ("x", "y", "latitude", "longitude")]
    query = _query(tmp_path, f"# view: {written}", *columns, body="SELECT * {}")
    assert query.view.as_json() == view


def test_what_a_header_need_not_say(tmp_path: Path) -> None:
    query = _query(tmp_path, body="ASK {}")
    assert (query.subject, query.view.kind, query.phrases) == ("data", "table", ())


def test_phrases_name_parameters(tmp_path: Path) -> None:
    phrases = ("what about {thing}", "is there {thing}, and {thing}")
    lines = [f"# phrase: {phrase}" for phrase in phrases]
    assert _query(tmp_path, *lines, "# param: thing iri - What.").phrases == phrases


def test_titles_and_questions_are_unique() -> None:
    for attribute in ("title", "question"):
        counts = Counter(getattr(query, attribute) for query in QUERIES.values())
        assert not [text for text, count in counts.items() if count > 1]


def _described(parameter: Parameter) -> str:
    default = f", default `{parameter.default.value}`" if parameter.default is not None else ""
    return f"`{parameter.name}` ({parameter.kind}{default}): {parameter.meaning}"


def test_the_documentation_has_the_table_of_the_headers() -> None:
    written = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    rows = ["| query | question | parameters |", "|---|---|---|"]
    rows += [
        f"| `{query.name}` | {query.question} | {'<br>'.join(map(_described, query.parameters))} |"
        for query in QUERIES.values()
    ]
    table = "\n".join(rows) + "\n"
    assert table in written, f"put this table into docs/queries.md:\n{table}"


def _query(tmp_path: Path, *header: str, body: str = "ASK { $thing ?p ?o }") -> StoredQuery:
    path = tmp_path / "sample.rq"
    lines = ["# title: Sample", "# question: Is it?", *header, body]
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_query(path)


@pytest.mark.parametrize(
    ("datatype", "text", "term"),
    [
        ("iri", "network/greenplace", NamedNode("https://example.org/network/greenplace")),
        ("iri", "<urn:isbn:1>", NamedNode("urn:isbn:1")),
        ("iri", " http://example.net/a ", NamedNode("http://example.net/a")),
        ("string", 'say "hi" } #', Literal('say "hi" } #')),
        ("integer", "+007", Literal("7", datatype=NamedNode(f"{XSD}integer"))),
        ("decimal", "-1.50", Literal("-1.50", datatype=NamedNode(f"{XSD}decimal"))),
        ("date", "2024-02-29", Literal("2024-02-29", datatype=NamedNode(f"{XSD}date"))),
        ("boolean", "True", Literal("true", datatype=NamedNode(f"{XSD}boolean"))),
        ("boolean", "0", Literal("false", datatype=NamedNode(f"{XSD}boolean"))),
        ("year", "2023", Literal("2023", datatype=NamedNode(f"{XSD}integer"))),
    ],
)
def test_a_text_becomes_a_term_of_its_type(
    tmp_path: Path, datatype: str, text: str, term: NamedNode | Literal
) -> None:
    query = _query(tmp_path, f"# param: thing {datatype} - What.")
    assert query.bind({"thing": text}, "https://example.org/") == {"thing": term}


@pytest.mark.parametrize(
    ("datatype", "text"),
    [
        ("iri", "urb:Plan"),
        ("iri", "/network/greenplace"),
        ("iri", "../ontology"),
        ("iri", "<network/greenplace>"),
        ("iri", "network/green place"),
        ("iri", "x> ?p ?o } #"),
        ("integer", "3.0"),
        ("integer", "three"),
        ("integer", "9" * 30),
        ("decimal", "1e3"),
        ("decimal", "."),
        ("date", "2023-02-29"),
        ("date", "20240101"),
        ("date", "2024-1-1"),
        ("boolean", "yes"),
        ("year", "23"),
        ("year", "2023-05"),
        ("year", "1850.0"),
    ],
)
def test_a_text_of_another_type_is_refused(tmp_path: Path, datatype: str, text: str) -> None:
    query = _query(tmp_path, f"# param: thing {datatype} - What.")
    with pytest.raises(ParameterError) as error:
        query.bind({"thing": text}, "https://example.org/")
    assert error.value.parameter.name == "thing"
    sentence = str(error.value)
    article = "an" if datatype.startswith("i") else "a"
    start = f"The parameter thing of sample takes {article} {datatype}, which {text!r} is not; "
    assert sentence.startswith(f"{start}write it like ")


def test_a_parameter_left_out_or_empty_takes_its_default(tmp_path: Path) -> None:
    query = _query(
        tmp_path, '# param: thing integer "3"^^xsd:integer How many.', "# param: p iri - Which."
    )
    three = {"thing": Literal("3", datatype=NamedNode(f"{XSD}integer"))}
    assert query.bind({}, BASE) == query.bind({"thing": "", "p": " "}, BASE) == three


def test_a_parameter_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(QueryError) as error:
        QUERIES["partners-of-network"].bind({"netwrk": "x"}, BASE)
    assert str(error.value) == (
        "The query partners-of-network has no parameter netwrk; it takes network and country."
    )
    with pytest.raises(QueryError, match="plans-by-kind has no parameter x; it takes none"):
        QUERIES["plans-by-kind"].bind({"x": ""}, BASE)


_HEAD = ["# title: T", "# question: Q?"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["# question: Is it?", "ASK {}"], "line 2: the header has no title; add '# title: …'"),
        (["# title: T", "ASK {}"], "line 2: the header has no question"),
        (["# title: T", "# question: Q?"], "line 3: no query follows the header"),
        (["# title: T", "# question: Q?", "SELECT * {}"], "line 3: the header explains no column"),
        (["# title: T", "# title: U", "ASK {}"], "line 2: there is a second title"),
        (["# title:", "ASK {}"], "line 1: the title is empty"),
        (["# titel: T", "ASK {}"], "line 1: a header line starts with one of title, question"),
        (["# param: x iri - ", "ASK { $x ?p ?o }"], "line 1: a parameter needs a name, a type"),
        (["# param: x int - Y.", "ASK { $x ?p ?o }"], "line 1: there is no type int; use one of"),
        (["# param: limit iri - Y.", "ASK { $limit ?p ?o }"], "requests use the name limit for"),
        (["# param: x iri - Y.", "ASK {}"], "line 1: the query has no variable $x"),
        (["# param: x iri 3 Y.", "ASK { $x ?p ?o }"], "line 1: the default 3 is no iri"),
        (["# param: x date 3 Y.", "ASK { $x ?p ?o }"], "line 1: the default 3 is no date"),
        (['# param: x integer "a"^^xsd:integer Y.', "ASK { $x ?p ?o }"], "is no integer"),
        (['# param: x string "a Y.', "ASK { $x ?p ?o }"], 'the default "a is no string'),
        (["# column: x", "SELECT ?x {}"], "line 1: a column needs a name and its meaning"),
        (["# column: x Y.", "# column: x Z.", "SELECT ?x {}"], "line 2: x is explained twice"),
        (["# subject: town", "ASK {}"], "line 1: there is no subject town; use one of networks"),
        (["# view:", "ASK {}"], "line 1: the view is empty; write it after the colon"),
        ([*_HEAD, "# view: pie", "ASK {}"], "line 3: there is no view pie; use one of table"),
        ([*_HEAD, "# view: bars", "ASK {}"], "line 3: the view bars is written bars LABELCOLUMN"),
        ([*_HEAD, "# view: table x", "ASK {}"], "line 3: the view table is written table; correct"),
        ([*_HEAD, "# view: graph", "ASK {}"], "line 3: the view graph is for CONSTRUCT"),
        ([*_HEAD, "# view: map", "CONSTRUCT {} {}"], "line 3: the view map is for SELECT"),
        (
            [*_HEAD, "# view: bars x z", "# column: x Y.", "SELECT ?x {}"],
            "line 3: the view names the column z, which the query lacks; write one of x",
        ),
        (
            [*_HEAD, "# view: lines x x x x", "# column: x Y.", "SELECT ?x {}"],
            "line 3: the view lines is written lines XCOLUMN YCOLUMN [SERIESCOLUMN]",
        ),
        (
            [*_HEAD, "# view: map", "# column: latitude Y.", "SELECT ?latitude {}"],
            "line 3: a map needs the columns latitude and longitude, or wkt; add them",
        ),
        ([*_HEAD, "# phrase: in {x}", "ASK {}"], "line 3: the phrase names {x}, which is no param"),
        (
            [*_HEAD, "# phrase: in {y}", "# param: x iri - Y.", "ASK { $x ?p ?o }"],
            "line 3: the phrase names {y}, which is no parameter; write one of x",
        ),
        ([*_HEAD, "# phrase: in {x", "ASK {}"], "line 3: a phrase names a parameter as {NAME}"),
        ([*_HEAD, "# phrase: a", "# phrase: a", "ASK {}"], "line 4: the phrase stands there twice"),
    ],
)
def test_a_mistake_in_a_header_is_reported_with_its_line(
    tmp_path: Path, lines: list[str], sentence: str
) -> None:
    path = tmp_path / "faulty.rq"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(QueryError) as error:
        load_query(path)
    assert str(error.value).startswith("faulty.rq, line ")
    assert sentence in str(error.value)


def test_a_folder_or_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"nowhere is no folder; name the one"):
        load_queries(tmp_path / "nowhere")
    with pytest.raises(QueryError, match=r"gone.rq cannot be read: No such file"):
        load_query(tmp_path / "gone.rq")
    (tmp_path / "latin.rq").write_bytes(b"# title: caf\xe9")
    with pytest.raises(QueryError, match=r"latin.rq cannot be read: it is not UTF-8 in line 1"):
        load_query(tmp_path / "latin.rq")


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "marked.rq"
    path.write_text("# title: T\n# question: Q?\nASK {}\n", encoding="utf-8-sig")
    assert load_query(path).text.startswith("# title")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_another_encoding_of_unicode_is_named(encoding: str) -> None:
    with pytest.raises(QueryError, match=r"^It cannot be read: it (is|has) .*save it as UTF-8\.$"):
        decoded("ASK {}".encode(encoding), "It")
