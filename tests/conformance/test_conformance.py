"""Each case is as its file says: right, or wrong in the way that is documented."""

import pytest

from tests.conformance.cases import Case, read_areas
from tests.conformance.evaluation import mistakes

CASES = [case for area in read_areas() for case in area.cases]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_is_as_its_file_says(case: Case) -> None:
    assert mistakes(case) == []


def test_no_two_cases_have_one_name() -> None:
    names = [str(case) for case in CASES]
    assert len(names) == len(set(names))
