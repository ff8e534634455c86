"""Dates in words, and the place of networks on the time line."""

import pytest

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Network, Programme
from urbact_graph.web.languages import language_name
from urbact_graph.web.pages.dates import period, written
from urbact_graph.web.pages.entity_page import Value
from urbact_graph.web.pages.stated import Source
from urbact_graph.web.pages.time_axis import TimeAxis

# The axis has a year in ten per cent.
PROGRAMMES = (
    Programme("programme/a", "A", "2010", "2014", 2010, 2014),
    Programme("programme/b", "B", "2015", "2019", 2015, 2019),
)


def atlas_of(*networks: Network) -> Atlas:
    programmes = {one.path: one for one in PROGRAMMES}
    held = {one.path: one for one in networks}
    return Atlas("", held, {}, {}, {}, {}, {}, {}, {}, programmes, {}, {}, {})


def network(start: str, end: str, name: str = "N", programme: str = "programme/b") -> Network:
    years = (int(date[:4] or 0) for date in (start, end))
    first, last = years
    return Network(
        f"network/{name.lower()}",
        name,
        programme=programme,
        start=start,
        end=end,
        start_year=first,
        end_year=last,
    )


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2023-06-01", "1 June 2023"),
        ("2023-12-31", "31 December 2023"),
        ("2023-06", "June 2023"),
        ("2023", "2023"),
        ("", ""),
        ("2023-13", "2023-13"),
        ("2023-00-01", "2023-00-01"),
        ("soon", "soon"),
        ("2023-06-01T00:00:00Z", "2023-06-01T00:00:00Z"),
    ],
)
def test_a_date_is_written_in_words(date: str, words: str) -> None:
    assert written(date) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2012", "2015-04", "2012 to April 2015"),
        ("2012", "2012", "2012"),
        ("2012-05-01", "", "since 1 May 2012"),
        ("", "2006", "until 2006"),
        ("", "", ""),
    ],
)
def test_a_period_is_written_in_words(start: str, end: str, words: str) -> None:
    assert period(start, end) == words


@pytest.mark.parametrize(
    ("start", "end", "x", "width"),
    [
        ("2012", "2013", 20, 20),
        ("2012", "2012", 20, 10),
        ("2012-07", "2012-12", 25, 5),
        ("2012-01-01", "2012-12-31", 20, 10),
        ("2010", "2019", 0, 100),
        # What ended before it began has no length.
        ("2015", "2012", 50, 0),
    ],
)
def test_a_network_stands_where_its_dates_are(start: str, end: str, x: float, width: float) -> None:
    one = network(start, end)
    span = TimeAxis.of(atlas_of(one)).span(one)
    assert span
    assert [span.x, span.width] == pytest.approx([x, width], abs=0.05)
    assert span.number == 2
    assert not span.is_partial


@pytest.mark.parametrize(("start", "end"), [("2012", ""), ("", "2012")])
def test_a_network_with_one_date_is_marked_as_such(start: str, end: str) -> None:
    one = network(start, end)
    span = TimeAxis.of(atlas_of(one)).span(one)
    assert span
    assert span.is_partial
    assert span.x == pytest.approx(20)


def test_a_network_without_dates_has_no_place_and_stands_last() -> None:
    undated, late, early = network("", "", "U"), network("2016", "", "L"), network("", "2011", "E")
    axis = TimeAxis.of(atlas_of(undated, late, early))
    assert axis.span(undated) is None
    assert [one.name for one, _ in axis.rows((undated, late, early))] == ["E", "L", "U"]


def test_the_axis_reaches_from_the_first_programme_to_the_last_network() -> None:
    axis = TimeAxis.of(atlas_of(network("2018", "2021")))
    assert (axis.first, axis.last) == (2010, 2022)
    assert [year for _, year in axis.years] == [2010, 2015]
    assert [span.label for span in axis.programmes] == ["A", "B"]


def test_an_atlas_without_dates_has_an_empty_axis() -> None:
    empty = Atlas("", {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
    axis = TimeAxis.of(empty)
    assert axis.programmes == ()
    assert axis.span(network("2012", "2013")) is None


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("pl", "Polish"),
        ("PT", "Portuguese"),
        ("el", "Greek"),
        ("pt-BR", "Portuguese"),
        ("lat", "Latin"),
        ("xx", "xx"),
        ("", ""),
    ],
)
def test_a_language_has_its_english_name(code: str, name: str) -> None:
    assert language_name(code) == name


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("https://www.urbact.eu/networks/", "urbact.eu/networks"),
        ("https://urbact.eu/news?page=1", "urbact.eu/news?page=1"),
        ("https://a.example/caf%C3%A9", "a.example/café"),
        ("https://a.example", "a.example"),
        ("urn:isbn:1", "isbn:1"),
    ],
)
def test_a_source_is_shown_as_people_read_its_address(address: str, text: str) -> None:
    assert Source.of(Value(address, address)) == Source(address, text)
