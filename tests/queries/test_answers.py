"""The answers of the stored queries, on two engines, against the facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rdflib
from pyoxigraph import RdfFormat, Store, parse

from tests.queries.answers import ANSWERS, Facts
from tests.queries.answers.engines import expected, of_rdflib, on_pyoxigraph, on_rdflib
from tests.queries.cases import BASE, OTHERS, QUERIES
from tests.support.marking import sampled
from urbact_graph.validation.rdflib_terms import memory_graph

if TYPE_CHECKING:
    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources

ROOT = Path(__file__).parents[2]
CASES = [
    (name, given, f"{name}-{number}")
    for name in QUERIES
    for number, given in enumerate([{}, *OTHERS.get(name, [])])
]
DEMO = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/demo").rglob("*.ttl"))


def is_in_demo(name: str, given: dict[str, str]) -> bool:
    """Tell whether all that the parameters name, given or by default, is in the demo."""
    terms = QUERIES[name].bind(given, BASE).values()
    named = [term.value.removeprefix(BASE) for term in terms if term.value.startswith(BASE)]
    return all(f"\n<{iri}>\n" in DEMO for iri in named if not iri.startswith("ontology#"))


ALL = [
    pytest.param(name, given, id=case, marks=[pytest.mark.slow] * bool(given))
    for name, given, case in CASES
]
# rdflib takes minutes on the real graph for what our engine answers at once: it answers them
# there with their defaults, and every case on the demo, some of them in quick tests.
_SLOWEST = {"city-by-name", "reach-by-region"}
DEFAULTS = [
    pytest.param(name, given, id=case)
    for name, given, case in CASES
    if not given and name not in _SLOWEST
]
_IN_DEMO = [case for case in CASES if is_in_demo(*case[:2])]
_FIRST = {name: case for name, _, case in reversed(_IN_DEMO)}
IN_DEMO = [
    pytest.param(name, given, id=case, marks=[] if _FIRST[name] == case else pytest.mark.slow)
    for name, given, case in _IN_DEMO
]


def loaded(dataset: Path) -> rdflib.Graph:
    """Load a file of N-Triples for rdflib."""
    quads = parse(path=str(dataset), format=RdfFormat.N_TRIPLES)
    return memory_graph(quad.triple for quad in quads)


@pytest.fixture(scope="module")
def graph(built: Build) -> rdflib.Graph:
    return loaded(built.dataset)


@pytest.fixture(scope="module")
def facts(sources: GraphSources, built: Build) -> Facts:
    return Facts(sources, built.dataset)


@pytest.fixture(scope="module")
def demo_graph(demo_dataset: Path) -> rdflib.Graph:
    return loaded(demo_dataset)


@pytest.fixture(scope="module")
def demo_facts(demo_sources: GraphSources, demo_dataset: Path) -> Facts:
    return Facts(demo_sources, demo_dataset)


_ANSWERED: dict[str, object] = {}


def expected_once(name: str, given: dict[str, str], facts: Facts) -> object:
    """Return the answer by the facts of the real graph, worked out once for all tests."""
    key = f"{name} {sorted(given.items())}"
    if key not in _ANSWERED:
        terms = QUERIES[name].bind(given, BASE)
        arguments = {key: of_rdflib(term) for key, term in terms.items()}
        _ANSWERED[key] = expected(QUERIES[name], facts, arguments)
    return _ANSWERED[key]


@pytest.mark.parametrize(("name", "given"), ALL)
def test_the_answer_is_that_of_the_facts(
    name: str, given: dict[str, str], facts: Facts, store: Store
) -> None:
    query = QUERIES[name]
    assert name in ANSWERS, f"tests/queries/answers/ has no answer to {name}"
    answer = expected_once(name, given, facts)
    assert on_pyoxigraph(query, store, query.bind(given, BASE)) == answer
    if not given:
        assert answer, "the default parameters should show something"


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "given"), DEFAULTS)
def test_rdflib_gives_the_same_answer(
    name: str, given: dict[str, str], facts: Facts, graph: rdflib.Graph
) -> None:
    query = QUERIES[name]
    arguments = {key: of_rdflib(term) for key, term in query.bind(given, BASE).items()}
    assert on_rdflib(query, graph, arguments) == expected(query, facts, arguments)


@pytest.mark.parametrize(("name", "given"), sampled(IN_DEMO, 4))
def test_both_engines_answer_from_the_demo(
    name: str,
    given: dict[str, str],
    demo_facts: Facts,
    demo_store: Store,
    demo_graph: rdflib.Graph,
) -> None:
    query = QUERIES[name]
    terms = query.bind(given, BASE)
    arguments = {key: of_rdflib(term) for key, term in terms.items()}
    answer = expected(query, demo_facts, arguments)
    assert on_pyoxigraph(query, demo_store, terms) == answer
    # Where nothing matches, rdflib answers a query with GROUP BY by one empty row.
    assert not answer or on_rdflib(query, demo_graph, arguments) == answer


def test_every_expected_answer_has_its_query() -> None:
    assert set(ANSWERS) == set(QUERIES)
    assert set(OTHERS) <= set(QUERIES)


@pytest.mark.slow
def test_other_parameters_change_the_answer(facts: Facts) -> None:
    for name, cases in OTHERS.items():
        answers = [expected_once(name, given, facts) for given in ({}, *cases)]
        assert all(answer != answers[0] for answer in answers[1:]), name


def test_the_facts_are_those_that_were_read(facts: Facts) -> None:
    assert len(facts.networks) == 235
    assert len(facts.members) == 1831
    assert len(facts.cities) == 764
    assert len(facts.plans) == 666
    assert len(facts.announced_plans) == 123
    assert len(facts.recommendations) == 445
    assert len(facts.calls) == 21
    assert sum(len(facts.themes(network)) for network in facts.networks) == 708


def test_what_the_neighbourhood_derives_adds_to_what_is_stated(
    facts: Facts, sources: GraphSources
) -> None:
    network = rdflib.URIRef(f"{BASE}network/greenplace")
    stated = rdflib.Graph().parse(sources.data / "networks" / "greenplace.ttl")
    answer = ANSWERS["network-neighbourhood"](facts, {"network": network})
    assert isinstance(answer, set)
    assert set(stated) < answer
