"""What a name means is said to be sure only where it is."""

from typing import Any

import pytest

from urbact_graph.client.reconciling import SAME_SCORE, reconciled
from urbact_graph.client.shapes import LONGEST_TEXT
from urbact_graph.web.search import index


def found(*scores: float) -> list[dict[str, Any]]:
    return [{"iri": f"urn:{place}", "score": score} for place, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((SAME_SCORE,), {"iri": "urn:0", "score": SAME_SCORE, "match": True}),
        ((SAME_SCORE, 84.0), {"iri": "urn:0", "score": SAME_SCORE, "match": True}),
        ((SAME_SCORE, SAME_SCORE), {"iri": "urn:0", "score": SAME_SCORE, "match": False}),
        ((99.9,), {"iri": "urn:0", "score": 99.9, "match": False}),
        ((), {"match": False}),
    ],
)
def test_a_match_is_the_only_thing_of_the_name(
    scores: tuple[float, ...], expected: dict[str, Any]
) -> None:
    assert reconciled(["a"], lambda _: found(*scores)) == [{"name": "a", **expected}]


def test_each_name_is_looked_for_once() -> None:
    asked: list[str] = []

    def find(name: str) -> list[dict[str, Any]]:
        asked.append(name)
        return found(SAME_SCORE)

    rows = reconciled(["a", " a ", "b", "", None, float("nan"), "x" * 201, "a"], find)
    assert [row["name"] for row in rows] == ["a", " a ", "b", "", None, None, "x" * 201, "a"]
    assert [row["match"] for row in rows] == [True, True, True, *[False] * 4, True]
    assert asked == ["a", "b"]


def test_the_search_has_the_same_limits() -> None:
    assert SAME_SCORE == index._SAME
    assert LONGEST_TEXT == index.LONGEST_QUERY
