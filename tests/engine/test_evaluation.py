"""The evaluation of a query on a store: forms, formats, graphs, parameters, and what is wrong."""

import pytest
from pyoxigraph import RdfFormat, Store

from tests.support.engines import request
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.messages import Result
from urbact_graph.problems import ProblemError

PREFIXES = {"x": "http://x.example/", "y": "http://y.example/"}
TRIG = """
<x:a> <x:p> "default" .
<x:g1> { <x:a> <x:p> "one" . }
<x:g2> { <x:b> <x:p> "two" . }
"""
XML_FORMATS = {
    "results_format": "application/sparql-results+xml",
    "graph_format": "application/rdf+xml",
}

JSON_LD = {"graph_format": "application/ld+json"}


@pytest.fixture(scope="module")
def store() -> Store:
    """Load a default graph and two named graphs."""
    loaded = Store()
    loaded.load(TRIG, format=RdfFormat.TRIG)
    return loaded


def result(store: Store, query: str, **members: object) -> Result:
    return evaluate(store, request(query, **members), PREFIXES)


def problem(store: Store, query: str, **members: object) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        result(store, query, **members)
    return raised.value


@pytest.mark.parametrize(
    ("query", "media_type", "content"),
    [
        (
            "SELECT ?o { ?s ?p ?o }",
            "application/sparql-results+json",
            b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"default"}}]}}',
        ),
        ("ASK {}", "application/sparql-results+json", b'{"head":{},"boolean":true}'),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle", b'<x:a> <x:p> "default" .\n'),
        ("DESCRIBE <x:a>", "text/turtle", b'<x:a> <x:p> "default" .\n'),
        ("DESCRIBE <x:unknown>", "text/turtle", b""),
    ],
)
def test_each_form_of_query_is_answered(
    store: Store, query: str, media_type: str, content: bytes
) -> None:
    assert result(store, query) == Result(media_type, content)


@pytest.mark.parametrize("graph_format", ["text/turtle", "application/n-triples"])
def test_a_graph_has_each_triple_once(store: Store, graph_format: str) -> None:
    query = "CONSTRUCT { <x:a> <x:b> 1 } { VALUES ?row { 1 2 3 } }"
    assert result(store, query, graph_format=graph_format).content.count(b"<x:a>") == 1


def test_a_graph_declares_only_the_prefixes_that_it_uses(store: Store) -> None:
    query = "CONSTRUCT { <http://x.example/a> a <http://x.example/B> } {}"
    content = result(store, query).content
    assert b"@prefix x:" in content
    assert b"x:a a x:B" in content
    assert b"y.example" not in content
    assert b"rdf-syntax" not in content
    lines = result(store, query, graph_format="application/n-triples").content
    assert lines.startswith(b"<http://x.example/a> <http://www.w3.org/")


def test_parameters_are_bound_as_terms(store: Store) -> None:
    query = "SELECT ?o ?s { ?s ?p ?o }"
    for term, count in (("<x:a>", 1), ("<x:b>", 0), ('"\\" . } #"@en', 0)):
        content = result(store, query, substitutions={"s": term}, results_format="text/csv").content
        assert content.count(b"default") == count


@pytest.mark.parametrize("term", ["_:b", "<x:a> . <x:b> <x:c> <x:d>", "", "x"])
def test_what_is_not_one_term_is_refused(store: Store, term: str) -> None:
    query = "SELECT ?o ?s { ?s ?p ?o }"
    with pytest.raises(ProblemError):
        result(store, query, substitutions={"s": term})


VALUES = "SELECT ?o { ?s <x:p> ?o } ORDER BY ?o"
GRAPHS = "SELECT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"


@pytest.mark.parametrize(
    ("query", "default_graphs", "named_graphs", "expected"),
    [
        (VALUES, (), (), "default"),
        (GRAPHS, (), (), "x:g1 x:g2"),
        (VALUES, ("x:g1",), (), "one"),
        (VALUES, ("x:g1", "x:g2"), (), "one two"),
        # Without a default graph in the request, the default graph is empty.
        (VALUES, (), ("x:g1",), ""),
        (GRAPHS, (), ("x:g2",), "x:g2"),
        ("SELECT ?o FROM <x:g2> { ?s ?p ?o }", (), (), "two"),
        # The request overrides the query.
        ("SELECT ?o FROM <x:g2> { ?s ?p ?o }", ("x:g1",), (), "one"),
    ],
)
def test_graphs_are_chosen_by_the_query_or_the_request(
    store: Store,
    query: str,
    default_graphs: tuple[str, ...],
    named_graphs: tuple[str, ...],
    expected: str,
) -> None:
    answer = result(
        store,
        query,
        results_format="text/csv",
        default_graphs=default_graphs,
        named_graphs=named_graphs,
    )
    assert " ".join(answer.content.decode().split()[1:]) == expected


@pytest.mark.parametrize(
    ("query", "members", "words"),
    [
        (VALUES, {"default_graphs": ("x:no",)}, "<x:no> here; leave the parameter out to query"),
        (VALUES, {"default_graphs": ("x:g1", "x:no")}, "<x:no>"),
        (VALUES, {"named_graphs": ("x:no",)}, "<x:no> here; leave the parameter out."),
        ("SELECT * FROM <x:no> {}", {}, "<x:no> here; leave FROM out to query"),
        ("SELECT * FROM NAMED <x:no> {}", {}, "<x:no> here; leave FROM NAMED out."),
        ("PREFIX n: <x:> ASK FROM n:no {}", {}, "<x:no>"),
        ("BASE <http://x.example/> ASK FROM <no> {}", {}, "<http://x.example/no>"),
        ("ASK FROM <no> {}", {"base_iri": "http://x.example/sparql"}, "<http://x.example/no>"),
        ("ASK { GRAPH <x:no> { ?s ?p ?o } }", {}, "<x:no> here; leave GRAPH out to query"),
        ("ASK { OPTIONAL { GRAPH <x:g1> { GRAPH <x:no> {} } } }", {}, "<x:no>"),
        ("DESCRIBE <x:a> FROM <x:no>", {}, "<x:no>"),
    ],
)
def test_a_graph_that_there_is_not_is_refused_unless_allowed(
    store: Store, query: str, members: dict[str, object], words: str
) -> None:
    error = problem(store, query, **members)
    assert error.problem.name == "unknown-graph"
    assert words in error.detail
    asked = request(query, **members)
    assert evaluate(store, asked, PREFIXES, allow_unknown_graphs=True).media_type


@pytest.mark.parametrize(
    ("query", "default_graphs", "expected"),
    [
        (VALUES, ("urn:x-rdflib:default",), "default"),
        (VALUES, ("urn:x-rdflib:default", "x:g1"), "default one"),
        ("SELECT ?o { GRAPH <urn:x-rdflib:default> { ?s <x:p> ?o } }", (), "default"),
        ("SELECT ?o FROM <urn:x-rdflib:default> { ?s <x:p> ?o }", (), "default"),
        ("SELECT ?o FROM <x:g1> FROM <urn:x-rdflib:default> { ?s <x:p> ?o } ORDER BY ?o", (),
         "default one"),
    ],
)  # fmt: skip
def test_the_default_graph_has_the_name_that_rdflib_gives_it(
    store: Store, query: str, default_graphs: tuple[str, ...], expected: str
) -> None:
    answer = result(store, query, results_format="text/csv", default_graphs=default_graphs)
    assert " ".join(answer.content.decode().split()[1:]) == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (<x:f>(1) AS ?x) {}",
        "SELECT * { ?s ?p ?o FILTER(<x:f>(?o)) }",
        "SELECT * { ?s ?p ?o } ORDER BY <x:f>(?o)",
        "ASK { BIND(<http://www.w3.org/2001/XMLSchema#token>('a') AS ?x) }",
        "CONSTRUCT { ?s <x:q> ?y } { ?s ?p ?o BIND(<x:f>(?o) AS ?y) }",
    ],
)
def test_an_unknown_function_is_the_fault_of_the_query(store: Store, query: str) -> None:
    error = problem(store, query)
    assert (error.problem.name, error.problem.status) == ("unknown-function", 400)
    assert "There is no function <" in error.detail


@pytest.mark.parametrize(
    ("query", "base", "expected"),
    [
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", "http://x.example/sparql", b"<http://x.example/s>"),
        ("SELECT (<#a> AS ?x) {}", "http://x.example/sparql", b"http://x.example/sparql#a"),
        ("SELECT (IRI('b') AS ?x) {}", "http://x.example/sparql", b"http://x.example/b"),
        ("BASE <x:> SELECT (<y> AS ?x) {}", "http://x.example/sparql", b"x:y"),
    ],
)
def test_relative_iris_start_from_the_base(
    store: Store, query: str, base: str, expected: bytes
) -> None:
    form = "application/n-triples"
    assert expected in result(store, query, base_iri=base, graph_format=form).content


def test_a_mistake_behind_a_relative_iri_is_located(store: Store) -> None:
    error = problem(store, "ASK { <s> ?p ?o . }\nORDER ?o", base_iri="http://x.example/sparql")
    assert error.extensions["line"] == 2
    error = problem(store, "ASK { <s> ?p ?o . }\nORDER ?o")
    assert error.extensions["line"] == 1


def test_a_graph_with_an_invalid_iri_is_refused(store: Store) -> None:
    for members in ({"default_graphs": ("a b",)}, {"named_graphs": ("a b",)}):
        error = problem(store, VALUES, **members)
        assert error.problem.name == "malformed-request"
        assert "The IRI of a graph in the request is not valid" in error.detail


@pytest.mark.parametrize(
    ("query", "line", "column", "words"),
    [
        ("SELECT * WHERE { ?s ?p ", 1, 23, "at the end of the query"),
        ("SELECT *\nWHERE { ?s foo:p ?o }", 2, 12, "near 'foo:p'. The prefix is not declared"),
        ("SELECT ?x WHERE { ?s ?p ?o } GROUP BY ?s", 1, 41, "neither grouped nor aggregated"),
        ("SELECT (?x + 1 AS ?x) { ?x ?p ?o }", 1, 35, "choose another name"),
        ("SELECT * WHERE { ?s ?p ?o } } ", 1, 29, "near '}'"),
        ("SELECT * WHERE { ?s ?p ?o } GRUOP BY ?s", 1, 29, "near 'GRUOP'"),
        ("SELCT * WHERE { ?s ?p ?o }", 1, 1, "near 'SELCT'"),
        ("SELECT * { ?s ?p ?o }; SELECT * { ?s ?p ?o }", 1, 22, "near ';'"),
        ("SELECT * { ?s ?p <theme/food> }", 1, 18, "The IRI is not absolute"),
        ("SELECT * { ?s ?p ?o FILTR(?o) }", 1, 21, "near 'FILTR'"),
        ("SELECT * {\n\n  # note\n  ?x a <x:y> .\n  OPTIONAL\n}", 6, 1, "near '}'"),
        ("", 1, 1, "at the end of the query"),
    ],
)
def test_a_syntax_error_is_located(
    store: Store, query: str, line: int, column: int, words: str
) -> None:
    error = problem(store, query)
    assert error.problem.name == "syntax-error"
    assert error.extensions == {"line": line, "column": column}
    assert words in error.detail
    assert "expected" not in error.detail.lower(), "no list of all that the parser would accept"


@pytest.mark.parametrize(
    ("query", "members", "words"),
    [
        ("ASK {}", {"results_format": None}, "SELECT and ASK return a table"),
        ("SELECT * {}", {"results_format": None}, "accept one of json, xml, csv, tsv."),
        ("DESCRIBE <x:a>", {"graph_format": None}, "CONSTRUCT and DESCRIBE return a graph"),
        ("SELECT ('\\u0001' AS ?x) {}", XML_FORMATS, "U+0001, which XML cannot express; choose"),
        ("SELECT ('a\\uFFFEb' AS ?x) {}", XML_FORMATS, "one of json, csv, tsv."),
        (
            "CONSTRUCT { <x:a> <x:p> '\\u000B' } {}",
            XML_FORMATS,
            "one of ttl, nt, nq, trig, jsonld.",
        ),
        ("CONSTRUCT { <x:a> <x:1> 1 } {}", XML_FORMATS, "the property <x:1>"),
        ("CONSTRUCT { <x:a> <x:p> <<( <x:a> <x:p> 1 )>> } {}", JSON_LD, "ttl, nt, nq, trig, rdf."),
        (
            "CONSTRUCT { <x:a> <x:p> ?x } { BIND(STRLANGDIR('a', 'ar', 'rtl') AS ?x) }",
            JSON_LD,
            "direction",
        ),
    ],
)
def test_a_form_that_no_accepted_format_can_hold(
    store: Store, query: str, members: dict[str, object], words: str
) -> None:
    error = problem(store, query, **members)
    assert error.problem.name == "not-acceptable"
    assert words in error.detail


@pytest.mark.parametrize("query", ["SELECT ?o { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_an_answer_may_be_as_large_as_allowed_and_no_larger(store: Store, query: str) -> None:
    size = len(result(store, query).content)
    assert len(result(store, query, max_result_bytes=size).content) == size
    error = problem(store, query, max_result_bytes=size - 1)
    assert error.problem.name == "result-too-large"
    assert error.extensions == {"limit": "max_result_bytes", "value": size - 1}


def test_carriage_returns_come_through_xml_and_count(store: Store) -> None:
    query = "SELECT ('a\\rb' AS ?x) {}"
    content = result(store, query, **XML_FORMATS).content
    assert b"a&#13;b" in content
    error = problem(store, query, **XML_FORMATS, max_result_bytes=len(content) - 1)
    assert error.problem.name == "result-too-large"


def test_a_comma_in_an_iri_is_no_new_column(store: Store) -> None:
    query = "SELECT (<x:a,b> AS ?x) ('c' AS ?y) {}"
    content = result(store, query, results_format="text/csv").content
    assert content == b'x,y\r\n"x:a,b",c\r\n'
    for less in (1, 5):
        limit = len(content) - less
        error = problem(store, query, results_format="text/csv", max_result_bytes=limit)
        assert error.problem.name == "result-too-large"


@pytest.mark.parametrize("members", [{"results_format": "no/format"}, {"graph_format": "a/b"}])
def test_an_unknown_format_is_a_failure_of_the_evaluation(
    store: Store, members: dict[str, object]
) -> None:
    query = "ASK {}" if "results_format" in members else "DESCRIBE <x:a>"
    with pytest.raises((ProblemError, TypeError)) as raised:
        result(store, query, **members)
    if isinstance(raised.value, ProblemError):
        assert raised.value.problem.name == "evaluation-failed"
