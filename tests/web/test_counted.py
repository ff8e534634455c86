"""Numbers with what they count, on pages and in pictures."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.serving import BROWSER, text_of
from urbact_graph.web.counted import counted

# What is counted on pages, one and many.
_NOUNS = {
    "network": "networks",
    "city": "cities",
    "country": "countries",
    "plan": "plans",
    "partner": "partners",
    "piece of advice": "pieces of advice",
    "call": "calls",
    "earlier call": "earlier calls",
    "lead expert": "lead experts",
    "rule": "rules",
    "warning": "warnings",
    "info": "infos",
    "violation": "violations",
    "entity": "entities",
    "row": "rows",
    "column": "columns",
    "statement": "statements",
}
_ONE_OF_MANY = re.compile(rf"(?<![\d.,-])1 ({'|'.join(_NOUNS.values())})\b(?! of)")
_MANY_OF_ONE = re.compile(
    rf"(?<![\w.,-])(?!1 )\d[\d,]* ({'|'.join(_NOUNS)})(?![\w-]| (?:expert|partner|of))"
)
# What parts a text from the next; a number and its noun may stand in elements of their own.
_BLOCK = re.compile(r"</?(?!strong|a\b|span|em|code)[^>]*>")


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("network",), "0 networks"),
        (1, ("network",), "1 network"),
        (2, ("network",), "2 networks"),
        (1200, ("city", "cities"), "1,200 cities"),
        (1, ("country", "countries"), "1 country"),
    ],
)
def test_a_number_has_the_right_form_of_the_noun(
    number: int, words: tuple[str, ...], said: str
) -> None:
    assert counted(number, *words) == said


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/map",
        "/map?list=cities&country=pl",
        "/countries",
        "/countries/pl",
        "/countries/it",
        "/validation",
        "/shapes",
        "/tables/cities",
        "/pictures/timeline",
        "/pictures/themes",
        "/pictures/countries",
        "/network/greenplace.html",
        "/city/pl/wroclaw.html",
        "/theme/food.html",
        "/theme/climate-action.html",
        "/programme/urbact-iv.html",
        "/programme/urbact-ii.html",
    ],
)
def test_no_page_counts_one_thing_as_many_or_many_as_one(
    demo_client: FlaskClient, path: str
) -> None:
    response = demo_client.get(path, headers=BROWSER)
    assert response.status_code == 200
    for block in _BLOCK.split(response.text):
        text = text_of(block)
        assert _ONE_OF_MANY.findall(text) == []
        assert _MANY_OF_ONE.findall(text) == []
