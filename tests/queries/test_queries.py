"""The stored queries: headers, parameters, and answers on two engines against the facts."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Store

from urbact_graph.errors import QueryError
from urbact_graph.queries import StoredQuery, load_queries, load_query, table_of
from urbact_graph.settings import Settings

from tests.queries.answers import ANSWERS, Facts
from tests.queries.answers.engines import expected, of_rdflib, on_pyoxigraph, on_rdflib, shown, taken

if TYPE_CHECKING:
    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources

ROOT = Path(__file__).parents[2]
BASE = Settings().base_iri
QUERIES = load_queries(ROOT / "queries")
XSD = "http://www.w3.org/2001/XMLSchema#"
COUNTRY = "http://publications.europa.eu/resource/authority/country/"

# Further values of parameters; every query is asked with its defaults as well.
OTHERS: dict[str, list[dict[str, str]]] = {
    "calls": [
        {"day": "2024-03-20", "programme": "programme/urbact-iv"},
        {"day": "2016-05-31"},
        {"day": "2016-06-01"},
        {"day": "2015-02-28"},
    ],
    "cities-in-box": [{"south": "-30", "north": "36.5", "west": "-25.", "east": ".5"}],
    "cities-on-theme": [
        {"country": f"{COUNTRY}PRT"},
        {"theme": "theme/climate-action", "firstYear": "2010", "lastYear": "2011"},
        {"lastYear": "2012"},
    ],
    "city-table": [{"country": f"<{COUNTRY}FRA>"}],
    "disagreements": [{"class": "ontology#Partnership"}],
    "entities-with-sources": [{"class": "ontology#Person"}, {"class": "ontology#Plan"}],
    "find": [{"text": "WROC"}],
    "have-cities-met": [{"peer": "city/al/lezhe"}],
    "lead-experts": [{"atLeast": "1"}],
    "missing-in-cities": [{"country": f"{COUNTRY}GBR"}],
    "missing-in-networks": [{"programme": "programme/urbact-iv"}],
    "missing-in-plans": [{"kind": "ontology#InvestmentPlan"}],
    "network-neighbourhood": [{"network": "network/urb-health"}],
    "network-pairs": [{"atLeast": "5"}],
    "networks": [
        {"programme": "programme/urbact-i"},
        {"kind": "ontology#TransferNetwork", "firstYear": "2020"},
        {"firstYear": "2010", "lastYear": "2010"},
    ],
    "networks-on-theme": [
        {"declaredOnly": "true"},
        {"theme": "theme/climate-action", "programme": "programme/urbact-ii"},
    ],
    "newcomers": [{"programme": "programme/urbact-ii", "country": f"{COUNTRY}ITA"}],
    "partner-counts-that-differ": [{"programme": "programme/urbact-iii"}],
    "partners-of-network": [
        {"network": "network/urb-health"},
        {"network": f"{BASE}network/urb-health", "country": f"{COUNTRY}ESP"},
    ],
    "peers-of-city": [{"city": "city/hu/budapest", "country": f"{COUNTRY}ITA"}],
    "plans-by-kind-and-theme": [{"programme": "programme/urbact-iii"}],
    "plans-on-theme": [
        {"theme": "theme/climate-action", "country": f"{COUNTRY}ESP"},
        {"kind": "ontology#LocalActionPlan"},
    ],
    "reach-by-country": [{"programme": "programme/urbact-iv"}],
    "reach-by-size": [{"programme": "programme/urbact-ii"}],
    "recommendations-on-theme": [
        {"theme": "theme/local-economy"},
        {"theme": "theme/climate-action", "addressee": "ontology#NationalAddressee"},
    ],
    "results-of-calls": [{"programme": "programme/urbact-iv"}],
    "returning-cities": [{"atLeast": "3", "country": f"{COUNTRY}POL"}],
    "sources-by-site": [{"atLeast": "100"}],
    "themes-by-programme": [{"programme": "programme/urbact-i"}],
    "years-of-theme": [{"theme": "theme/food"}],
}
CASES = [
    pytest.param(name, given, id=f"{name}-{number}")
    for name in QUERIES
    for number, given in enumerate([{}, *OTHERS.get(name, [])])
]


@pytest.fixture(scope="module")
def graph(built: Build) -> rdflib.Graph:
    return rdflib.Graph().parse(built.dataset, format="nt")


@pytest.fixture(scope="module")
def facts(sources: GraphSources, graph: rdflib.Graph) -> Facts:
    return Facts(sources, graph)


@pytest.mark.parametrize(("name", "given"), CASES)
def test_the_answer_is_that_of_the_facts(
    name: str, given: dict[str, str], facts: Facts, store: Store, graph: rdflib.Graph
) -> None:
    query = QUERIES[name]
    assert name in ANSWERS, f"tests/answers/ says nothing about the answer to {name}"
    terms = query.bind(given, BASE)
    arguments = {key: of_rdflib(term) for key, term in terms.items()}
    answer = expected(query, facts, arguments)
    assert on_pyoxigraph(query, store, terms) == answer
    assert on_rdflib(query, graph, arguments) == answer
    if not given:
        assert answer, "the default parameters should show something"


def test_every_expected_answer_has_its_query() -> None:
    assert set(ANSWERS) == set(QUERIES)
    assert set(OTHERS) <= set(QUERIES)


def test_other_parameters_change_the_answer(facts: Facts) -> None:
    for name, cases in OTHERS.items():
        answers = [
            expected(
                QUERIES[name],
                facts,
                {key: of_rdflib(term) for key, term in QUERIES[name].bind(given, BASE).items()},
            )
            for given in ({}, *cases)
        ]
        assert all(answer != answers[0] for answer in answers[1:]), name


def test_the_facts_are_those_that_were_read(facts: Facts) -> None:
    assert len(facts.networks) == 235
    assert len(facts.seats) == 1768
    assert len(facts.cities) == 754
    assert len(facts.plans) == 477
    assert len(facts.recommendations) == 462
    assert len(facts.calls) == 28
    assert sum(len(facts.themes(network)) for network in facts.networks) == 708


def test_what_the_neighbourhood_derives_adds_to_what_is_stated(
    facts: Facts, sources: GraphSources
) -> None:
    network = rdflib.URIRef(f"{BASE}network/greenplace")
    stated = rdflib.Graph().parse(sources.data / "networks" / "greenplace.ttl")
    answer = ANSWERS["network-neighbourhood"](facts, {"network": network})
    assert isinstance(answer, set)
    assert set(stated) < answer


def _projected(query: StoredQuery) -> list[str]:
    """Return the variables of the outermost SELECT, in their order."""
    head = query.text[re.search(r"^SELECT", query.text, re.MULTILINE).end() :]  # type: ignore[union-attr]
    head = head[: head.index("WHERE")]
    # Of an expression in brackets only the name that it gets is projected.
    while (simpler := re.sub(r"\((?:[^()]*\bAS\s+(\?\w+)\s*|[^()]*)\)", r"\1", head)) != head:
        head = simpler
    return re.findall(r"[?$](\w+)", head)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_the_header_tells_what_the_query_does(query: StoredQuery) -> None:
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


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_no_parameter_is_asked_whether_it_is_bound(query: StoredQuery) -> None:
    # pyoxigraph decides BOUND of a substituted variable before it substitutes.
    assert not re.search(r"BOUND\(\$", query.text)


def test_titles_and_questions_are_told_apart() -> None:
    for attribute in ("title", "question"):
        counts = Counter(getattr(query, attribute) for query in QUERIES.values())
        assert not [text for text, count in counts.items() if count > 1]


def test_the_documentation_has_the_table_of_the_headers() -> None:
    written = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    table = table_of(QUERIES.values())
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
    ],
)
def test_a_text_of_another_type_is_refused(tmp_path: Path, datatype: str, text: str) -> None:
    query = _query(tmp_path, f"# param: thing {datatype} - What.")
    with pytest.raises(QueryError) as error:
        query.bind({"thing": text}, "https://example.org/")
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
        (["# param: x iri - Y.", "ASK {}"], "line 1: the query has no variable $x"),
        (["# param: x iri 3 Y.", "ASK { $x ?p ?o }"], "line 1: the default 3 is no iri"),
        (["# param: x date 3 Y.", "ASK { $x ?p ?o }"], "line 1: the default 3 is no date"),
        (['# param: x integer "a"^^xsd:integer Y.', "ASK { $x ?p ?o }"], "is no integer"),
        (['# param: x string "a Y.', "ASK { $x ?p ?o }"], 'the default "a is no string'),
        (["# column: x", "SELECT ?x {}"], "line 1: a column needs a name and its meaning"),
        (["# column: x Y.", "# column: x Z.", "SELECT ?x {}"], "line 2: x is explained twice"),
    ],
)
def test_a_mistake_in_a_header_is_told_with_its_line(
    tmp_path: Path, lines: list[str], sentence: str
) -> None:
    path = tmp_path / "faulty.rq"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(QueryError) as error:
        load_query(path)
    assert str(error.value).startswith("faulty.rq, line ")
    assert sentence in str(error.value)


def test_a_folder_or_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"nowhere is no folder; name the one"):
        load_queries(tmp_path / "nowhere")
    with pytest.raises(QueryError, match=r"gone.rq cannot be read: No such file"):
        load_query(tmp_path / "gone.rq")
    (tmp_path / "latin.rq").write_bytes(b"# title: caf\xe9")
    with pytest.raises(QueryError, match=r"latin.rq cannot be read: it is not UTF-8"):
        load_query(tmp_path / "latin.rq")
