"""Tables of cases that are tried in one test: each case is tried, and each that fails is named."""

import pytest

from tests.support.tables import for_each


def test_each_case_that_fails_is_raised_with_its_values() -> None:
    tried: list[tuple[int, str]] = []

    @for_each("number", [1, 2, 3])
    @for_each(("text", "is_right"), [("a", True), ("b", False)])
    def check(number: int, text: str, *, is_right: bool) -> None:
        tried.append((number, text))
        assert is_right or number == 2

    with pytest.raises(ExceptionGroup, match="2 of 3 cases fail") as caught:
        check()
    assert len(tried) == 6
    notes = [
        [*outer.__notes__, *(note for inner in outer.exceptions for note in inner.__notes__)]
        for outer in caught.value.exceptions
        if isinstance(outer, ExceptionGroup)
    ]
    assert notes == [[f"number = {n}", "text = 'b', is_right = False"] for n in (1, 3)]


@for_each("number", [1, 2])
def test_fixtures_are_given_beside_the_values(number: int, request: pytest.FixtureRequest) -> None:
    assert number in (1, 2)
    assert request.node.name == "test_fixtures_are_given_beside_the_values"


def test_a_table_without_a_case_is_none() -> None:
    with pytest.raises(AssertionError, match="tries nothing"):
        for_each("number", [])
