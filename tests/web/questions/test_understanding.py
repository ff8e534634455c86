"""Questions in words lead to the stored query and the values that they mean, on the real graph."""

from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.web.questions.asked import QUESTIONS, Asked, independent
from tests.web.serving import BROWSER
from urbact_graph.settings import Settings
from urbact_graph.stored.query import StoredQuery
from urbact_graph.web.application import Application
from urbact_graph.web.questions.answer import EXAMPLES
from urbact_graph.web.questions.understanding import Questions
from urbact_graph.web.stored.library import library_of

pytestmark = pytest.mark.process

KNOWN, LATER, FRESH = (independent(part) for part in ("known", "later", "fresh"))
DAY = date(2026, 5, 17)


@pytest.fixture(scope="module")
def client(real_app: Application) -> FlaskClient:
    return real_app.test_client()


@pytest.fixture(scope="module")
def questions(real_app: Application) -> Iterator[Questions]:
    """Index the stored queries and the names of the real graph."""
    snapshot = real_app.served.enter()
    yield snapshot.derive(Questions.of)
    real_app.served.leave(snapshot)


def complete(query: StoredQuery, values: dict[str, str]) -> dict[str, str]:
    """Return ``values`` with those that all other parameters have without them."""
    base = Settings().base_iri
    # A day that the question does not name is that on which it is asked.
    days = {one.name: DAY.isoformat() for one in query.parameters if one.datatype == "date"}
    defaults = {
        one.name: one.default.value.replace(f"{base}ontology#", "urb:").removeprefix(base)
        for one in query.parameters
        if one.default is not None
    }
    return (
        defaults | days | {name: text.replace("ontology#", "urb:") for name, text in values.items()}
    )


def missed(questions: Questions, asked: Sequence[Asked]) -> list[str]:
    """Return the questions whose first guess is another query or has other values."""
    wrong = []
    for sentence, name, values in asked:
        guess = next(iter(questions.understand(sentence, DAY).guesses), None)
        found = {one.parameter.name: one.meaning.text for one in guess.values} if guess else {}
        if (
            guess is None
            or guess.query.name != name
            or complete(guess.query, found) != complete(guess.query, values)
        ):
            wrong.append(sentence)
    return wrong


@pytest.mark.parametrize("asked", [QUESTIONS, KNOWN, LATER, FRESH], ids=len)
def test_nine_in_ten_questions_are_understood_first(
    questions: Questions, asked: Sequence[Asked]
) -> None:
    assert len(asked) >= 20
    wrong = missed(questions, asked)
    assert len(wrong) <= len(asked) / 10, wrong


@pytest.mark.parametrize("sentence", ["", "?", "qqqq zzzz", "the of and", "((((", "\u0000"])
def test_nonsense_means_nothing(questions: Questions, sentence: str) -> None:
    assert questions.understand(sentence).guesses == ()


def test_words_without_a_meaning_are_named(questions: Questions) -> None:
    found = questions.understand("which networks was Gdańsk in, sprockets?")
    assert found.unknown == ("sprockets",)
    assert [one.words for one in found.mentions if not one.is_hint] == ["Gdańsk"]


@pytest.mark.parametrize(
    ("sentence", "query", "values"),
    [
        # Misspelt names, words and themes.
        ("netwroks of Barcelonna", "networks-of-city", {"city": "city/es/barcelona"}),
        ("partners of BioCantens", "partners-of-network", {"network": "network/biocanteens"}),
        ("networks on tourizm", "networks-on-theme", {"theme": "theme/tourism"}),
        ("networks of Breslau", "networks-of-city", {"city": "city/pl/wroclaw"}),
        # A city with its country, in which it is, and with another one.
        ("networks of Porto (Portugal)", "networks-of-city", {"city": "city/pt/porto"}),
        (
            "peers of Porto in Italy",
            "peers-of-city",
            {"city": "city/pt/porto", "country": "ITA"},
        ),
        # A kind beside a name says nothing more.
        ("networks of the city of Cork", "networks-of-city", {"city": "city/ie/cork"}),
        # What "now" is.
        ("which calls are open now", "calls", {"day": "2026-05-17"}),
        # Programmes by numbers and words.
        ("calls of urbact 4", "calls", {"programme": "programme/urbact-iv"}),
        ("networks of the second programme", "networks", {"programme": "programme/urbact-ii"}),
        # Where more is named than any query takes, the one that takes most of it.
        (
            "cities in Portugal such as Porto and Lisbon that joined networks on housing in 2012",
            "peers-of-city",
            {"city": "city/pt/porto", "country": "PRT", "theme": "theme/housing"},
        ),
    ],
)
def test_each_kind_of_words_has_its_meaning(
    questions: Questions, sentence: str, query: str, values: dict[str, str]
) -> None:
    assert missed(questions, [(sentence, query, values)]) == []


def test_the_queries_are_those_that_are_served(real_app: Application, questions: Questions) -> None:
    snapshot = real_app.served.enter()
    known = library_of(snapshot).queries
    guesses = questions.understand("networks of Naples").guesses
    real_app.served.leave(snapshot)
    assert len(guesses) > 1
    assert all(one.query is known[one.query.name] for one in guesses)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_has_an_answer(client: FlaskClient, example: str) -> None:
    page = client.get("/queries", query_string={"question": example}, headers=BROWSER)
    assert page.status_code == 200
    assert "<tbody>" in page.text
    assert "not understood" not in page.text
    assert "not used" not in page.text
