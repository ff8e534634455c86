"""The larger graph has the shape of the one that it is made from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from benchmarks.scaling import Scaler
from pyoxigraph import Literal, NamedNode, QueryTriples, RdfFormat, Store, parse

from urbact_graph.settings import WRITTEN_BASE

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources

URB = f"{WRITTEN_BASE}ontology#"
COPIED = ("Call", "City", "Document", "Network", "Partnership", "Person", "Plan", "Recommendation")


@pytest.fixture(scope="module")
def once(demo_build: Build) -> list[Triple]:
    return [quad.triple for quad in parse(path=str(demo_build.dataset), format=RdfFormat.N_TRIPLES)]


@pytest.fixture(scope="module")
def scaler(demo_build: Build) -> Scaler:
    return Scaler(demo_build.dataset)


@pytest.fixture(scope="module")
def tripled(scaler: Scaler) -> Store:
    loaded = Store()
    loaded.bulk_load("".join(scaler.blocks(3, seed=1)).encode(), format=RdfFormat.N_TRIPLES)
    return loaded


def test_one_times_the_graph_is_the_graph(scaler: Scaler, demo_build: Build) -> None:
    lines = "".join(scaler.blocks(1, seed=1)).splitlines(keepends=True)
    assert sorted(lines) == demo_build.dataset.read_text(encoding="utf-8").splitlines(keepends=True)


def test_equal_seeds_give_equal_graphs(scaler: Scaler, demo_build: Build) -> None:
    one = "".join(scaler.blocks(2, seed=1))
    assert one == "".join(Scaler(demo_build.dataset).blocks(2, seed=1))
    assert one != "".join(scaler.blocks(2, seed=2))


def test_every_class_of_what_is_copied_grows_alike(once: list[Triple], tripled: Store) -> None:
    def sizes(triples: list[Triple]) -> Counter[str]:
        return Counter(str(t.object) for t in triples if t.predicate.value.endswith("#type"))

    before, after = sizes(once), sizes([quad.triple for quad in tripled])
    for kind in COPIED:
        iri = f"<{URB}{kind}>"
        assert after[iri] == 3 * before[iri], kind


@pytest.mark.exhaustive
def test_the_larger_graph_has_so_many_times_the_triples(built: Build) -> None:
    once, twice, thrice = (
        sum(block.count("\n") for block in Scaler(built.dataset).blocks(copies, seed=1))
        for copies in (1, 2, 3)
    )
    assert once == built.triples
    # Each copy has the entities, but not what there is once: the description and the tables.
    assert twice - once == pytest.approx(thrice - twice, rel=0.01)
    assert twice - once > 0.85 * built.triples


def test_no_link_of_the_larger_graph_leads_nowhere(once: list[Triple], tripled: Store) -> None:
    def nowhere(triples: list[Triple]) -> set[str]:
        subjects = {triple.subject for triple in triples}
        objects = {t.object for t in triples if isinstance(t.object, NamedNode)}
        return {iri.value for iri in objects - subjects if iri.value.startswith(WRITTEN_BASE)}

    assert nowhere([quad.triple for quad in tripled]) == nowhere(once)


def test_every_literal_but_a_name_is_a_real_one(once: list[Triple], tripled: Store) -> None:
    def literals(triples: list[Triple], *, names: bool) -> set[tuple[str, str | None]]:
        plain = "http://www.w3.org/2001/XMLSchema#string"
        found = (t.object for t in triples if isinstance(t.object, Literal))
        return {
            (o.datatype.value, o.language) if names else (str(o), None)
            for o in found
            if (o.language is not None or o.datatype.value == plain) == names
        }

    larger = [quad.triple for quad in tripled]
    assert literals(larger, names=False) == literals(once, names=False)
    assert literals(larger, names=True) == literals(once, names=True)


def test_what_rules_derive_about_cities_holds_in_the_larger_graph(
    tripled: Store, sources: GraphSources
) -> None:
    rules = [path for path in sources.rules() if path.stem in ("21-partner-cities", "33-peers")]
    assert len(rules) == 2
    for rule in rules:
        derived = tripled.query(rule.read_text(encoding="utf-8"))
        assert isinstance(derived, QueryTriples)
        wanted = set(derived)
        properties = {triple.predicate for triple in wanted}
        for predicate in properties:
            stated = {q.triple for q in tripled.quads_for_pattern(None, predicate, None)}
            assert stated == {triple for triple in wanted if triple.predicate == predicate}


@pytest.mark.slow
def test_a_share_of_the_cities_are_those_of_another_copy(built: Build) -> None:
    lines = "".join(Scaler(built.dataset).blocks(3, seed=1)).splitlines()
    pairs = [
        (_copy(subject), _copy(city))
        for subject, predicate, city, _ in (line.split(" ", 3) for line in lines)
        if predicate == f"<{URB}partnerCity>"
    ]
    assert {copy for pair in pairs for copy in pair} == {"", "1", "2"}
    assert 0.07 < sum(one != other for one, other in pairs) / len(pairs) < 0.13


def _copy(iri: str) -> str:
    return iri.rstrip(">").partition("-copy")[2]
