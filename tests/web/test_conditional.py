"""Conditional and range requests, header by header (RFC 9110, sections 13 and 14)."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.http import http_date

from urbact_graph.problems import PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE, ProblemError
from urbact_graph.web.conditional import Conditions

TIME = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BEFORE, THEN, AFTER = (http_date(TIME + timedelta(seconds=step)) for step in (-1, 0, 1))
SIZE = 1_000
# As late as a date can be, and later still in UTC.
BEYOND_ALL_DATES = "Fri, 31 Dec 9999 23:59:59 -2359"


def conditions(**headers: str) -> Conditions:
    """Return the conditions of a request with ``headers``, named in Python's way."""
    known = {name.replace("_", "-"): text for name, text in headers.items()}
    return Conditions.of(known.get)


# ---- If-None-Match and If-Modified-Since -----------------------------------------------------


@pytest.mark.parametrize(
    ("header", "matches"),
    [
        ('W/"tag"', True),
        ('"tag"', True),
        ('"a", W/"tag", "b"', True),
        ('"a","tag"', True),
        ('  "tag"  ', True),
        ('"tagx"', False),
        ('"xtag"', False),
        ('W/""', False),
        ('"a", "b"', False),
        ("", False),
        ('"', False),
        ('W/"tag', False),
        (",,,", False),
        ('"*"', False),
        ("W/", False),
        ("é", False),
        ("\\" * 200 + '"' * 201, False),
        # A list of more than 1,000 characters is ignored.
        ('"tag"' + ', "a"' * 200, False),
    ],
)
def test_a_tag_is_found_in_every_form_of_the_list(header: str, matches: bool) -> None:
    found = conditions(if_none_match=header)
    assert found.matches("tag") is matches
    assert found.is_not_modified("tag", TIME) is matches


def test_a_star_matches_any_representation_that_has_a_tag() -> None:
    found = conditions(if_none_match="*")
    assert found.is_not_modified("tag", None)
    assert not found.is_not_modified(None, TIME)
    # It names none.
    assert not found.matches("tag")


@pytest.mark.parametrize(
    ("since", "is_not_modified"),
    [
        (THEN, True),
        (AFTER, True),
        (BEFORE, False),
        ("", False),
        ("nonsense", False),
        ("yesterday", False),
        (BEYOND_ALL_DATES, False),
        ("Mon, 01 Jan 0001 00:00:00 +2359", False),
        ("Mon, 99 Nov 9999999999 10:00:00 GMT", False),
        (AFTER + " " * 200, False),
    ],
)
def test_a_date_is_compared_if_it_is_one(since: str, is_not_modified: bool) -> None:
    assert conditions(if_modified_since=since).is_not_modified("tag", TIME) is is_not_modified


def test_without_a_date_nothing_is_compared_with_one() -> None:
    assert not conditions(if_modified_since=AFTER).is_not_modified("tag", None)
    assert not conditions().is_not_modified("tag", TIME)


def test_a_tag_takes_precedence_over_a_date() -> None:
    assert not conditions(if_none_match='"a"', if_modified_since=AFTER).is_not_modified("tag", TIME)
    assert conditions(if_none_match='"tag"', if_modified_since=BEFORE).is_not_modified("tag", TIME)


# ---- If-Match and If-Unmodified-Since --------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "is_unchanged"),
    [
        ({}, True),
        ({"if_match": '"tag"'}, True),
        ({"if_match": '"a", "tag"'}, True),
        ({"if_match": "*"}, True),
        ({"if_match": '"a"'}, False),
        ({"if_match": ""}, False),
        # Only strong tags are equal by strong comparison.
        ({"if_match": 'W/"tag"'}, False),
        ({"if_match": '"a",' * 300}, True),
        ({"if_unmodified_since": THEN}, True),
        ({"if_unmodified_since": AFTER}, True),
        ({"if_unmodified_since": BEFORE}, False),
        ({"if_unmodified_since": "nonsense"}, True),
        ({"if_unmodified_since": BEYOND_ALL_DATES}, True),
        ({"if_match": '"tag"', "if_unmodified_since": BEFORE}, True),
        ({"if_match": '"a"', "if_unmodified_since": AFTER}, False),
    ],
)
def test_a_precondition_holds_or_is_a_problem(headers: dict[str, str], is_unchanged: bool) -> None:
    found = conditions(**headers)
    if is_unchanged:
        found.ensure_unchanged("tag", TIME)
        return
    with pytest.raises(ProblemError) as raised:
        found.ensure_unchanged("tag", TIME)
    assert raised.value.problem == PRECONDITION_FAILED


# ---- Range and If-Range ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=100-", (100, SIZE)),
        ("bytes=5-1005", (5, SIZE)),
        ("bytes=999-", (999, SIZE)),
        ("bytes=0-", (0, SIZE)),
        ("bytes=-10", (SIZE - 10, SIZE)),
        ("bytes=-2000", (0, SIZE)),
        ("BYTES=3-4", (3, 5)),
        ("bytes= 3-4 ", (3, 5)),
        ("bytes=,3-4, ,", (3, 5)),
        # However many digits a number has.
        ("bytes=0-99999999999999999999999", (0, SIZE)),
        ("bytes=990-" + "9" * 5_000, (990, SIZE)),
        ("bytes=-" + "9" * 5_000, (0, SIZE)),
        ("bytes=" + "0" * 5_000 + "3-4", (3, 5)),
        # Several ranges, no range, and what is none.
        ("bytes=0-1,5-6", None),
        ("bytes=5-3", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes 0-5", None),
        ("items=0-5", None),
        ("bytes=1-2-3", None),
        ("bytes=٣-٤", None),
        ("", None),
    ],
)
def test_one_range_gives_a_part_and_all_else_the_whole(
    header: str, part: tuple[int, int] | None
) -> None:
    assert conditions(range=header).part("tag", TIME, SIZE) == part


def test_without_a_range_the_whole_is_given() -> None:
    assert conditions().part("tag", TIME, SIZE) is None


@pytest.mark.parametrize(
    "header", ["bytes=1000-", "bytes=1000-1005", "bytes=-0", "bytes=" + "9" * 5_000 + "-"]
)
def test_a_range_without_a_byte_of_the_file_is_a_problem(header: str) -> None:
    with pytest.raises(ProblemError) as raised:
        conditions(range=header).part("tag", TIME, SIZE)
    assert raised.value.problem == RANGE_NOT_SATISFIABLE
    assert raised.value.headers == {"Content-Range": "bytes */1000"}
    assert "1000 bytes" in raised.value.detail


def test_an_empty_file_has_no_part() -> None:
    for header in ("bytes=0-", "bytes=0-0", "bytes=-5"):
        with pytest.raises(ProblemError):
            conditions(range=header).part("tag", TIME, 0)


@pytest.mark.parametrize(
    ("header", "is_part"),
    [
        ('"tag"', True),
        (THEN, True),
        ('"other"', False),
        ('W/"tag"', False),
        (BEFORE, False),
        (AFTER, False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_a_download_continues_only_with_the_file_that_it_began_with(
    header: str, is_part: bool
) -> None:
    found = conditions(range="bytes=10-19", if_range=header)
    assert found.part("tag", TIME, SIZE) == ((10, 20) if is_part else None)
    # A range that is not there is no problem if it is not that of this file.
    beyond = conditions(range="bytes=1000-", if_range=header)
    if is_part:
        with pytest.raises(ProblemError):
            beyond.part("tag", TIME, SIZE)
    else:
        assert beyond.part("tag", TIME, SIZE) is None
