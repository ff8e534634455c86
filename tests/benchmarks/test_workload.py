"""The benchmarks ask the stored queries, with their terms written into the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.workload import TURTLE, Target, bound, content, questions, request
from pyoxigraph import NamedNode, Store

from tests.queries.answers.engines import on_pyoxigraph
from tests.queries.cases import BASE, OTHERS, QUERIES
from tests.support.tables import for_each

ROOT = Path(__file__).parents[2]
QUESTIONS = {question.name: question for question in questions(ROOT / "queries")}


@for_each(
    ("name", "given"),
    [(name, given) for name in QUERIES for given in [{}, *OTHERS.get(name, [])]],
)
def test_a_query_with_its_terms_in_its_text_answers_the_same(
    name: str, given: dict[str, str], demo_store: Store
) -> None:
    query = QUERIES[name]
    terms = query.bind(given, BASE)
    text = bound(query.text, terms)
    columns = type(query)(
        name,
        "",
        "",
        tuple(p for p in query.parameters if p.name not in terms),
        query.columns,
        "",
        text,
    )
    assert on_pyoxigraph(columns, demo_store, {}) == on_pyoxigraph(query, demo_store, terms)


def test_a_term_is_written_where_it_can_stand() -> None:
    text = (
        "# title: T\nSELECT ?x (COUNT(?y) AS ?n) $z\nWHERE { ?x ?y $z . # $z\n"
        'FILTER(?y != "$z") { SELECT ?x $z { ?x ?y $z } GROUP BY ?x $z ORDER BY $z STR($z) }}\n'
        "GROUP BY ?x $z HAVING(COUNT(?y) > $z) ORDER BY ?x $z"
    )
    assert bound(text, {"z": NamedNode("urn:z")}) == (
        "SELECT ?x (COUNT(?y) AS ?n) \nWHERE { ?x ?y <urn:z> . # $z\n"
        'FILTER(?y != "$z") { SELECT ?x  { ?x ?y <urn:z> } GROUP BY ?x  ORDER BY  STR(<urn:z>) }}\n'
        "GROUP BY ?x  HAVING(COUNT(?y) > <urn:z>) ORDER BY ?x \n"
    )


def test_point_questions_are_about_single_entities() -> None:
    assert {name for name, question in QUESTIONS.items() if question.is_point} == {
        "city-names",
        "have-cities-met",
        "network-neighbourhood",
        "networks-of-city",
        "partners-of-network",
        "peers-of-city",
        "plans-of-city",
        "plans-of-network",
        "recommendations-of-city",
        "similar-networks",
    }


@pytest.mark.parametrize("form", [None, {"default-graph-uri": "urn:g"}])
def test_no_request_is_sent_twice_when_cold(form: dict[str, str] | None) -> None:
    asked = request(QUESTIONS["find"], Target("127.0.0.1", 80, "/sparql", form))
    sent = {asked.encode(number) for number in (None, 1, 2, 30)}
    assert len(sent) == 4
    for message in sent:
        head, body = message.split(b"\r\n\r\n", 1)
        assert b"Content-Length: %d" % len(body) in head


def test_answers_are_compared_by_their_values() -> None:
    question = QUESTIONS["reach-by-size"]
    template = '{"results": {"bindings": [{"size": {"value": "%s"}, "cities": {"value": "%s"}}]}}'
    same = {template % ("1 under 20,000", number) for number in ("5", "5.0")}
    assert len({str(content(question, body.encode())) for body in same}) == 1
    other = content(question, (template % ("1 under 20,000", "6")).encode())
    assert other != content(question, same.pop().encode())
    graph = next(question for question in QUESTIONS.values() if question.accept == TURTLE)
    assert content(graph, b"<urn:a> <urn:b> 1, 2, 1 .").rows == 2
