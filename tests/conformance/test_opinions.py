"""Where another engine has other answers, it is known who is right, and why."""

from collections import Counter
from collections.abc import Mapping
from functools import cache

import pytest

from tests.conformance.opinions import (
    AGGREGATES,
    BINARY,
    MISSING,
    UNARY,
    VALUES,
    Cell,
    Difference,
    aggregates,
    ask_engine,
    ask_rdflib,
    ask_sparq,
    expressions,
    few_expressions,
    read_differences,
)

ENGINES = ("sparq", "rdflib")
RULES = [(engine, rule) for engine in ENGINES for rule in read_differences(engine)]


@cache
def answers(engine: str) -> Mapping[Cell, tuple[str, str]]:
    """Return what this engine and the other one say of every cell."""
    if engine == "rdflib":
        ours, theirs = few_expressions(ask_engine), few_expressions(ask_rdflib)
    else:
        ours = {**expressions(ask_engine), **aggregates(ask_engine)}
        theirs = {**expressions(ask_sparq), **aggregates(ask_sparq)}
    assert ours.keys() == theirs.keys()
    return {cell: (ours[cell], theirs[cell]) for cell in ours}


@cache
def explanations(engine: str) -> Mapping[Cell, Difference | None]:
    """Return for each cell in which the two differ the first rule that explains it."""
    rules = read_differences(engine)
    return {
        cell: next((rule for rule in rules if rule.explains(cell, *said)), None)
        for cell, said in answers(engine).items()
        if said[0] != said[1]
    }


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_every_difference_is_explained(engine: str) -> None:
    unknown = [cell for cell, rule in explanations(engine).items() if rule is None]
    assert not [(cell, *answers(engine)[cell]) for cell in unknown]


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "rule"), RULES, ids=lambda value: getattr(value, "why", value))
def test_a_rule_explains_as_many_differences_as_it_says(engine: str, rule: Difference) -> None:
    if rule.cells is not None:
        assert Counter(explanations(engine).values())[rule] == rule.cells
    assert rule.right in ("engine", "other", "both")
    assert rule.all | rule.any <= {*VALUES, MISSING}
    assert set(rule.expressions) <= {*UNARY, *BINARY, *AGGREGATES}


def test_rules_about_the_fixed_version_count_what_they_explain() -> None:
    assert all(rule.cells for rule in read_differences("sparq"))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_most_answers_are_the_same_and_not_empty(engine: str) -> None:
    same = [ours for ours, theirs in answers(engine).values() if ours == theirs]
    assert len(same) > 4 * len(explanations(engine))
    assert sum(map(bool, same)) > len(same) / 5


@pytest.mark.slow
def test_every_expression_has_a_value_somewhere() -> None:
    found = {cell.expression for cell, (ours, _) in answers("sparq").items() if ours}
    assert found == {*UNARY, *BINARY, *AGGREGATES}
