"""Questions in words lead to the stored query and the values that they mean, on the real graph."""

from collections.abc import Iterator, Sequence

import pytest

from tests.web.questions.asked import QUESTIONS, Asked
from urbact_graph.web.application import Application
from urbact_graph.web.questions.understanding import Questions

pytestmark = pytest.mark.process

HELD_OUT = QUESTIONS[2::3]
TUNED = tuple(one for one in QUESTIONS if one not in HELD_OUT)


@pytest.fixture(scope="module")
def questions(real_app: Application) -> Iterator[Questions]:
    """Index the stored queries and the names of the real graph."""
    snapshot = real_app.served.enter()
    yield snapshot.derive(Questions.of)
    real_app.served.leave(snapshot)


def missed(questions: Questions, asked: Sequence[Asked]) -> list[str]:
    """Return the questions whose first guess is another query or has other values."""
    wrong = []
    for sentence, name, values in asked:
        wanted = {key: value.replace("ontology#", "urb:") for key, value in values.items()}
        guess = next(iter(questions.understand(sentence).guesses), None)
        found = {one.parameter.name: one.meaning.text for one in guess.values} if guess else {}
        if guess is None or guess.query.name != name or found != wanted:
            wrong.append(sentence)
    return wrong


def test_nine_in_ten_questions_are_understood_first(questions: Questions) -> None:
    assert len(QUESTIONS) >= 60
    assert len(missed(questions, QUESTIONS)) <= len(QUESTIONS) / 10


def test_most_questions_that_nothing_was_chosen_for_are_understood(questions: Questions) -> None:
    assert len(missed(questions, HELD_OUT)) <= len(HELD_OUT) / 8


@pytest.mark.parametrize("sentence", ["", "?", "qqqq zzzz", "the of and", "((((", "\u0000"])
def test_nonsense_means_nothing(questions: Questions, sentence: str) -> None:
    assert questions.understand(sentence).guesses == ()


def test_words_without_a_meaning_are_named(questions: Questions) -> None:
    found = questions.understand("which networks was Gdańsk in, sprockets?")
    assert found.unknown == ("sprockets",)
    assert [one.words for one in found.mentions if not one.is_hint] == ["Gdańsk"]
