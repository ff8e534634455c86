"""Terms: dates as precise as they are known, and terms read from their text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from pyoxigraph import Literal, NamedNode

from tests.support.strategies import directed_literals, iris, literals
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.terms import (
    Term,
    date_time,
    integer,
    moment_text,
    partial_date,
    read_term,
    typed,
)


@pytest.mark.parametrize(
    ("text", "datatype"),
    [("2006", XSD.gYear), ("2006-03", XSD.gYearMonth), ("2006-03-02", XSD.date)],
)
def test_a_date_keeps_its_precision(text: str, datatype: str) -> None:
    assert partial_date(text) == Literal(text, datatype=NamedNode(datatype))


def test_a_text_that_is_no_date_is_an_error() -> None:
    with pytest.raises(KeyError):
        partial_date("spring of 2006")


def test_a_moment_is_written_in_universal_time_to_the_second() -> None:
    moment = datetime(2026, 11, 23, 9, 46, 44, 999, tzinfo=UTC)
    for zone in (UTC, timezone(timedelta(hours=2))):
        assert moment_text(moment.astimezone(zone)) == "2026-11-23T09:46:44Z"
        assert date_time(moment.astimezone(zone)) == typed("2026-11-23T09:46:44Z", XSD.dateTime)


TERMS: list[Term] = [
    NamedNode("https://example.org/a"),
    Literal("text"),
    Literal('of "two"\nlines \\ é'),
    Literal("text", language="en"),
    integer(-3),
    typed("1.50", XSD.decimal),
]


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_a_term_is_read_from_its_text(term: Term) -> None:
    assert read_term(str(term)) == term


@pytest.mark.parametrize("text", ["", "text", '"open', "<rel>", "<a:b> . <x:s> <x:p> <x:o>", "?x"])
def test_what_is_no_term_is_an_error(text: str) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        read_term(text)


@pytest.mark.parametrize("text", ["_:b", "<<( <x:s> <x:p> <x:o> )>>"])
def test_other_terms_of_rdf_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an IRI or a literal"):
        read_term(text)


@given(iris | literals | directed_literals)
def test_any_term_is_read_from_what_it_is_written_as(term: Term) -> None:
    assert read_term(str(term)) == term
