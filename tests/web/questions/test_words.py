"""The words of questions: those that mean the same, and misspelt ones."""

import pytest

from urbact_graph.web.questions.meanings import words_of
from urbact_graph.web.questions.spelling import Spelling
from urbact_graph.web.questions.vocabulary import ASKING, EMPTY, SAME, terms

SPELLING = Spelling(
    ["networks", "mobility", "recommendations", "years"],
    ["brussels", "barcelona", "breslavia", "networth"],
    ["nettles", "motility"],
)


@pytest.mark.parametrize(
    ("word", "corrected"),
    [
        ("netwroks", "networks"),
        ("mobilty", "mobility"),
        ("recomendations", "recommendations"),
        ("recomendatoins", "recommendations"),
        ("barcelonna", "barcelona"),
        # What is right, too short, or too far away is left as it is.
        ("networks", ""),
        ("nettles", ""),
        ("motility", ""),
        ("year", ""),
        ("yaers2", ""),
        ("sprockets", ""),
        ("breslau", ""),
        ("", ""),
    ],
)
def test_a_misspelt_word_is_corrected(word: str, corrected: str) -> None:
    assert SPELLING.corrected(word, is_name=False) == corrected


def test_a_name_may_be_less_alike() -> None:
    assert SPELLING.corrected("breslau", is_name=True) == "breslavia"
    assert SPELLING.corrected("sprockets", is_name=True) == ""


def test_a_word_of_a_query_is_preferred_to_a_name() -> None:
    assert SPELLING.corrected("networkh", is_name=False) == "networks"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("towns that joined projects", "cities that took part in networks"),
        ("who coordinated", "who led"),
        ("advice", "recommendations"),
        ("percentage", "share"),
        ("which networks have no lead", "networks without a lead"),
    ],
)
def test_words_that_mean_the_same_are_the_same(one: str, other: str) -> None:
    assert set(terms(one)) - {"part"} == set(terms(other)) - {"part"}


def test_coordinates_are_no_coordination() -> None:
    assert terms("coordinates") != terms("coordinated") == terms("led")


def test_no_word_has_two_meanings() -> None:
    assert not EMPTY & {*SAME, *ASKING}
    assert not ASKING & set(SAME)
    # What a word stands for stands for nothing else.
    assert all(SAME.get(stem, stem) == stem for stem in SAME.values())


def test_words_are_without_possessives_and_accents() -> None:
    found = list(words_of("Köllinger's Health&Greenspace, Com'ON City"))
    assert [one.spelling for one in found] == ["kollinger", "health greenspace", "com on", "city"]
    assert found[0].end == len("Köllinger")
