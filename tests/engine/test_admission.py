"""The lexical check of a query: what is admitted, what is refused, and where."""

import pytest

from tests.support.marking import sampled
from urbact_graph.engine.admission import admit
from urbact_graph.problems import ProblemError
from urbact_graph.rdf.sparql import tokens


def refused(
    query: str, max_query_bytes: int = 64_000, max_nesting_depth: int = 100
) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        admit(query, max_query_bytes=max_query_bytes, max_nesting_depth=max_nesting_depth)
    return raised.value


def passes(query: str, max_query_bytes: int = 64_000, max_nesting_depth: int = 100) -> None:
    admit(query, max_query_bytes=max_query_bytes, max_nesting_depth=max_nesting_depth)


def test_size_is_counted_in_bytes_of_utf8() -> None:
    passes("ASK {} # é", max_query_bytes=11)
    error = refused("ASK {} # é", max_query_bytes=10)
    assert error.problem.name == "query-too-large"
    assert error.extensions == {"limit": "max_query_bytes", "value": 10}
    assert "10 bytes" in error.detail


@pytest.mark.parametrize("pair", ["{}", "()", "[]"])
def test_brackets_nest_up_to_the_limit(pair: str) -> None:
    opening, closing = pair[0], pair[1]
    passes(opening * 5 + closing * 5, max_nesting_depth=5)
    error = refused("ASK\n " + opening * 6 + closing * 6, max_nesting_depth=5)
    assert error.problem.name == "nesting-too-deep"
    assert error.extensions == {"limit": "max_nesting_depth", "value": 5, "line": 2, "column": 7}


def test_brackets_side_by_side_do_not_nest() -> None:
    passes("{}" * 50, max_nesting_depth=1)


@pytest.mark.parametrize(
    ("opening", "closing"), [("<< ", " >>"), ("<<", ">>"), ("<<\n<x:s> <x:p> ", ">>")]
)
def test_reified_triples_nest(opening: str, closing: str) -> None:
    for depth in (5, 6):
        query = f"ASK {{ {opening * depth}?s ?p ?o{closing * depth} ?q ?r }}"
        passes(query, max_nesting_depth=depth + 1)
        assert refused(query, max_nesting_depth=depth).problem.name == "nesting-too-deep"


def test_triple_terms_nest() -> None:
    query = "ASK { ?s ?p " + "<<( ?s ?p " * 6 + "?o" + " )>>" * 6 + " }"
    passes(query, max_nesting_depth=7)
    assert refused(query, max_nesting_depth=6).problem.name == "nesting-too-deep"


@pytest.mark.parametrize(
    "text",
    [
        "<< ?s ?p ?o >> ?q ?r . ",
        "<<?s ?p ?o>> ?q ?r . ",
        "<<<x:s> <x:p> <x:o>>> ?q ?r . ",
        "?s ?p <<(<x:s> <x:p> <x:o>)>> . ",
        "FILTER(?a < ?b) ",
        "FILTER(?a<?b && ?c>?d) ",
        "FILTER(?a < <x:b>) ",
        "FILTER(?a <= ?b || ?a >= ?c) ",
        "<x:s> <x:p> <x:o> . ",
        "<x:s><x:p><x:o>. ",
    ],
)
def test_comparisons_iris_and_adjacent_triples_do_not_nest(text: str) -> None:
    passes(f"ASK {{ {text * 50} }}", max_nesting_depth=2)


@pytest.mark.parametrize("operator", ["!", "-", "+", "^"])
def test_runs_of_prefix_operators_count_as_nesting(operator: str) -> None:
    passes(f"ASK {{ FILTER({operator * 5} true) }}", max_nesting_depth=5)
    assert refused(f"ASK {{ FILTER({operator * 6}true) }}", max_nesting_depth=5)
    spread = f"{operator} # comment\n" * 6
    assert refused(f"ASK {{ FILTER({spread}true) }}", max_nesting_depth=5)


@pytest.mark.parametrize(
    "text",
    [
        '"{{{{{{"',
        "'{{{{{{'",
        '"""{{{ " {{{"""',
        "'''{{{ ' {{{'''",
        '"\\"{{{{{{"',
        "<http://x.example/a#{>".replace("{", ""),
        "# {{{{{{\n",
        "?SERVICE",
        "$service",
        "service:x",
        "x:SERVICE",
        "<http://x.example/SERVICE>",
        "'SERVICE <http://x.example/> {}'",
        "# SERVICE <http://x.example/>\n",
        '"x"@service',
        '"x"@en-service',
        "x:a\\,SERVICE",
        "x:a\\(\\(\\(b",
        "x:a\u00b7SERVICE",
        "_:a\u00b7SERVICE",
        "?x\u203fSERVICE",
        "<http://x.example/\\u0041/SERVICE>",
        "<http://x.example/A_(Secret_Service)>",
        '"""a "b" SERVICE"""',
    ],
)
def test_strings_iris_comments_and_names_do_not_count(text: str) -> None:
    passes(f"SELECT * WHERE {{ ?s ?p {text} }}", max_nesting_depth=2)


@pytest.mark.parametrize(
    "call",
    [
        "SERVICE <http://x.example/> {}",
        "service <http://x.example/> {}",
        "SeRvIcE SILENT ?where {}",
        "SERVICE\n<http://x.example/>{}",
        "SERVICE# comment\n<http://x.example/>{}",
        "{ SELECT * WHERE { SERVICE ?s {} } }",
        "FILTER EXISTS { SERVICE ?s {} }",
        "?s ?p 'a' . SERVICE ?s {}",
        "?s ?p 'it\\'s' . SERVICE ?s {}",
        "?s ?p <http://x.example/#> . SERVICE ?s {}",
        "FILTER(1<2) SERVICE ?s {} FILTER(2>1)",
        # The parser needs no boundary before or after a keyword.
        "SERVICESILENT<http://x.example/>{}",
        "SERVICE:s{}",
        "SERVICEx:s # comment\n{}",
        "?s ?p trueSERVICE<x:y>{}",
        "?s ?p 1SERVICE<x:y>{}",
        "?s ?p 1e5SERVICE<x:y>{}",
        "?s ?p 1.SERVICE<x:y>{}",
        # Neither a full stop nor a hyphen begins a local name.
        "?s ?p x:.SERVICE <x:y> {}",
        "?s ?p :.SERVICE <x:y> {}",
        # These look like a string, a comment or an IRI, but are none.
        "?s ?p x:a\\' . SERVICE <x:y> {} VALUES ?y {'a'}",
        "?s ?p x:a\\#b . SERVICE <x:y> {}",
        "FILTER(1<2)SERVICE#c>\n<x:y>{}",
        "FILTER(1<f(2))SERVICE#c>\n<x:y>{}",
    ],
)
def test_service_is_refused_wherever_it_stands(call: str) -> None:
    error = refused(f"SELECT * WHERE {{ {call} }}")
    assert error.problem.name == "service-not-allowed"
    assert error.problem.status == 403
    assert "line" in error.extensions


def test_a_prefix_named_service_is_not_a_call() -> None:
    passes("PREFIX service: <x:> SELECT * WHERE { ?s service:p service:o . { ?a ?b ?c } }")


@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
def test_a_string_that_is_not_closed_hides_no_brackets(quote: str) -> None:
    error = refused(f"SELECT * WHERE {{\n ?s ?p {quote}abc {'{' * 200}")
    assert error.problem.name == "syntax-error"
    assert error.extensions == {"line": 2, "column": 8}


def test_brackets_hidden_in_a_comparison_count() -> None:
    hidden = "ASK { FILTER(1<" + "(" * 50 + "2" + ")" * 50 + ">1) }"
    assert refused(hidden, max_nesting_depth=40).problem.name == "nesting-too-deep"


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "_",
        "1-",
        '\\"',
        "''a",
        "<",
        "<a",
        "x:",
        "?",
        "@",
        "a.",
        "1.",
        "\u00e9",
        "\\",
        "x:%",
        "1e",
    ],
)
@pytest.mark.parametrize("start", sampled(["", '"', "'''", "<", "ASK{"], 3))
def test_a_token_costs_no_more_than_its_length(start: str, unit: str) -> None:
    # Each text would take seconds where a token is read again from each of its characters.
    for _ in tokens(start + unit * (30_000 // len(unit))):
        pass


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <x:a> <x:b> <x:c> }",
        "# SELECT\nPREFIX x: <x:> BASE <x:> delete WHERE { ?s ?p ?o }",
        "LOAD <http://x.example/>",
        "DROP ALL",
        "WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "PREFIX select: <x:> CLEAR ALL",
    ],
)
def test_updates_are_refused(update: str) -> None:
    error = refused(update)
    assert error.problem.name == "update-not-supported"
    assert error.problem.status == 403


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX add: <x:> SELECT * WHERE { ?s add:p ?o }",
        "BASE <x:> PREFIX : <load> ASK { :a ?p ?o }",
        "SELECT * WHERE { ?add ?p 'DROP ALL' }",
        "",
    ],
)
def test_queries_are_not_taken_for_updates(query: str) -> None:
    passes(query)
