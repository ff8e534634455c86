"""Where another engine has other answers, it is known who is right, and why."""

from collections import Counter
from functools import cache

import pytest

from tests.conformance.opinions import (
    AGGREGATES,
    BINARY,
    UNARY,
    VALUES,
    Cell,
    Difference,
    aggregates,
    ask_engine,
    ask_sparq,
    expressions,
    read_differences,
)

RULES = list(read_differences())


@cache
def answers() -> dict[Cell, tuple[str, str]]:
    """Return what this engine and sparq say of every cell."""
    engine = {**expressions(ask_engine), **aggregates(ask_engine)}
    other = {**expressions(ask_sparq), **aggregates(ask_sparq)}
    assert engine.keys() == other.keys()
    return {cell: (engine[cell], other[cell]) for cell in engine}


@cache
def explanations() -> dict[Cell, Difference | None]:
    """Return for each cell in which the two differ the first rule that explains it."""
    return {
        cell: next((rule for rule in RULES if rule.explains(cell, *said)), None)
        for cell, said in answers().items()
        if said[0] != said[1]
    }


def test_every_difference_is_explained() -> None:
    unknown = [cell for cell, rule in explanations().items() if rule is None]
    assert not [(cell, *answers()[cell]) for cell in unknown]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.why)
def test_a_rule_explains_as_many_differences_as_it_says(rule: Difference) -> None:
    assert Counter(explanations().values())[rule] == rule.cells
    assert rule.right in ("engine", "other", "both")


def test_most_answers_are_the_same_and_not_empty() -> None:
    same = [engine for engine, other in answers().values() if engine == other]
    assert len(same) > 4 * len(explanations())
    assert sum(map(bool, same)) > len(same) / 5
    for expression in (*UNARY, *BINARY, *AGGREGATES):
        valued = [
            cell for cell in answers() if cell.expression == expression and answers()[cell][0]
        ]
        assert valued, f"{expression} has no value anywhere: is it a mistake?"


def test_rules_name_only_what_there_is() -> None:
    for rule in RULES:
        assert rule.all | rule.any <= {*VALUES, "missing"}
        assert set(rule.expressions) <= {*UNARY, *BINARY, *AGGREGATES}
