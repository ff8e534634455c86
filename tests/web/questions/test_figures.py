"""Dates, years, distances, numbers and codes of a question."""

from datetime import date

from tests.support.tables import for_each
from urbact_graph.web.questions.figures import figures

DAY = date(2026, 5, 17)


def meanings(sentence: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for found in figures(sentence, DAY) for one in found.meanings]


@for_each(
    ("sentence", "found"),
    [
        ("open on 2019-03-15", [("date", "2019-03-15")]),
        ("open on 15 March 2019?", [("date", "2019-03-15")]),
        ("open on the 15th of March, 2019", [("date", "2019-03-15")]),
        ("open on March 15, 2019", [("date", "2019-03-15")]),
        ("open on 15.3.2019", [("date", "2019-03-15")]),
        ("open on 15/03/2019", [("date", "2019-03-15")]),
        ("open in Sept. 2021", [("date", "2021-09-01"), ("year", "2021")]),
        ("open now", [("date", "2026-05-17"), ("year", "2026")]),
        ("networks this year", [("year", "2026")]),
        ("networks last year", [("year", "2025")]),
        ("over the last 5 years", [("firstYear", "2021")]),
        ("in the past ten years", [("firstYear", "2016")]),
        ("in the 1990s", [("firstYear", "1990"), ("lastYear", "1999")]),
        ("between 2009 and 2012", [("firstYear", "2009"), ("lastYear", "2012")]),
        ("from 2009 to 2012", [("firstYear", "2009"), ("lastYear", "2012")]),
        ("2009\N{EN DASH}2012", [("firstYear", "2009"), ("lastYear", "2012")]),
        ("since 2015", [("firstYear", "2015")]),
        ("from 2015 onwards", [("firstYear", "2015")]),
        ("before 2010", [("lastYear", "2010")]),
        ("in 2012", [("year", "2012")]),
        ("within 60 km of Turin", [("kilometres", "60")]),
        ("less than 80 kilometres from Lyon", [("kilometres", "80")]),
        ("a 50-km radius around Graz", [("kilometres", "50")]),
        ("10 miles from Cork", [("kilometres", "16.1")]),
        (
            "20 km of 50.85, 4.35",
            [("latitude", "50.85"), ("longitude", "4.35"), ("kilometres", "20")],
        ),
        ("regions at NUTS 3", [("level", "3")]),
        ("more than 4 networks", [("atLeast", "5")]),
        ("more than once", [("atLeast", "2")]),
        ("at least three networks", [("atLeast", "3")]),
        ("two or more networks", [("atLeast", "2")]),
        (">= 7 networks", [("atLeast", "7")]),
        ("the city Q1726", [("code", "Q1726")]),
        ("the city PL WRO", [("code", "PL WRO")]),
        ("the region PL514", [("code", "PL514")]),
        ("the place 3081368", [("code", "3081368")]),
        # No figures: a day that there is not, a word, a number of nothing.
        ("open on 2019-02-30", [("year", "2019")]),
        ("nowhere", []),
        ("may cities apply", []),
        ("100 cities", []),
    ],
)
def test_figures_are_read(sentence: str, found: list[tuple[str, str]]) -> None:
    assert sorted(meanings(sentence)) == sorted(found)


def test_the_words_of_a_figure_are_those_of_the_sentence() -> None:
    sentence = "Cities within 60 km of Turin since 2010"
    found = list(figures(sentence, DAY))
    assert [sentence[one.start : one.end] for one in found] == [one.words for one in found]
    assert {one.words for one in found} == {"within 60 km of", "since 2010"}
