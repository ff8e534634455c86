"""Questions in words over HTTP: the page, JSON, and what is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.evaluating import InProcessEngine
from tests.web.serving import ADDRESS, BROWSER, problem, text_of
from urbact_graph.problems import QUERY_TIMEOUT, ProblemError
from urbact_graph.settings import Settings
from urbact_graph.web import app as web
from urbact_graph.web.app import create_app
from urbact_graph.web.questions import answer
from urbact_graph.web.questions.answer import EMPTY, EXAMPLES, NOTHING
from urbact_graph.web.questions.understanding import LONGEST_QUESTION, Questions

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from pyoxigraph import Store
    from werkzeug.test import TestResponse

    from urbact_graph.sources import GraphSources
    from urbact_graph.web.application import Application

QUESTION = "Which networks was neapel in, sprockets?"


@pytest.fixture(scope="module")
def app(demo_store: Store, demo_sources: GraphSources) -> Application:
    known = Settings.load(public_url=ADDRESS, sources=demo_sources.root)
    return create_app(known, InProcessEngine(demo_store, known))


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, question: str, **others: str) -> TestResponse:
    return client.get("/queries", query_string={"question": question, **others}, headers=BROWSER)


def test_json_has_the_guesses_with_their_values(client: FlaskClient) -> None:
    found = ask(client, QUESTION, format="json").get_json()
    first = found["guesses"][0]
    assert (first["query"], first["values"]) == ("networks-of-city", {"city": "Naples"})
    assert first["title"] == "Networks of a city"
    assert found["unknown"] == first["unused"] == ["sprockets"]
    assert found["note"] == ""
    named = [one for one in found["understood"] if one["words"] == "neapel"]
    assert [meaning["value"] for meaning in named[0]["meanings"]] == ["city/it/naples"]
    assert QUESTION[named[0]["start"] : named[0]["end"]] == "neapel"
    scores = [one["score"] for one in found["guesses"]]
    assert scores == sorted(scores, reverse=True)


def test_the_accept_header_chooses(client: FlaskClient) -> None:
    asked = {"question": QUESTION}
    program = client.get("/queries", query_string=asked, headers={"Accept": "application/json"})
    assert program.get_json()["question"] == QUESTION
    browser = client.get("/queries", query_string=asked, headers=BROWSER)
    assert browser.mimetype == "text/html"
    assert {"accept"} <= program.vary.as_set() & browser.vary.as_set()


def test_the_address_of_each_guess_answers(client: FlaskClient) -> None:
    found = ask(client, QUESTION, format="json").get_json()
    assert len(found["guesses"]) > 1
    for guess in found["guesses"]:
        assert guess["address"].startswith(f"{ADDRESS}/queries/{guess['query']}")
        parts = urlsplit(guess["address"].removeprefix(ADDRESS))
        values = {name: texts[0] for name, texts in parse_qs(parts.query).items()}
        assert values == guess["values"]
        assert client.get(f"{parts.path}?{parts.query}").status_code == 200, guess


def test_the_page_says_what_was_understood_and_answers(client: FlaskClient) -> None:
    page = ask(client, QUESTION).text
    understood = page.partition('class="understood"')[2].partition("</ul>")[0]
    parts = re.findall(r'<li class="(\w+)"><span class="said">([^<]*)</span>', understood)
    assert parts == [
        ("little", "Which"),
        ("word", "networks"),
        ("little", "was"),
        ("value", "neapel"),
        ("little", "in"),
        ("unknown", "sprockets"),
    ]
    assert '<a href="/city/it/naples.html">city Naples</a>' in understood
    assert 'href="/queries/networks-of-city?city=Naples"' in page
    assert "<tbody>" in page
    assert f'value="{QUESTION}"' in page
    # Each other guess is a link.
    others = page.partition('class="others"')[2].partition("</ul>")[0]
    assert len(re.findall(r'href="/queries/[a-z-]+\?', others)) > 1


def test_the_page_says_what_the_question_does_not(client: FlaskClient) -> None:
    page = text_of(ask(client, "cities near Naples").text)
    assert "The question does not say it, so this is with kilometres 100." in page
    found = ask(client, "cities near Naples", format="json").get_json()
    assert found["guesses"][0]["assumed"] == {"kilometres": "100"}


def test_an_empty_answer_leads_to_wider_ones(client: FlaskClient) -> None:
    page = ask(client, "calls of URBACT II").text
    assert "The graph has nothing that fits these values." in page
    wider = page.partition("Leave one out:")[2].partition("</p>")[0]
    assert re.fullmatch(
        r'<a href="/queries/calls\?day=[0-9-]{10}">without URBACT II</a>', wider.strip()
    )


@pytest.mark.parametrize(("question", "note"), [("", EMPTY), ("  ", EMPTY), ("qqqq zzzz", NOTHING)])
def test_what_means_nothing_gets_one_sentence_and_examples(
    client: FlaskClient, question: str, note: str
) -> None:
    page = ask(client, question)
    assert page.status_code == 200
    assert note in text_of(page.text)
    for example in EXAMPLES:
        assert example in text_of(page.text)
    found = ask(client, question, format="json").get_json()
    assert (found["guesses"], found["note"]) == ([], note)


def test_a_question_has_a_longest_length(client: FlaskClient) -> None:
    assert ask(client, "a" * LONGEST_QUESTION).status_code == 200
    response = ask(client, "a" * (LONGEST_QUESTION + 1), format="json")
    refused = client.get("/queries", query_string={"question": "a" * (LONGEST_QUESTION + 1)})
    assert response.status_code == 400
    assert problem(refused) == "invalid-parameter"
    body = refused.get_json()
    assert body["parameter"] == "question"
    assert f"may have {LONGEST_QUESTION} characters; this one has 301" in body["detail"]


@pytest.mark.parametrize(
    "question", ["\u0000\u0007", "<script>alert(1)</script>", "\"&'", "\U0001f6b2 " * 40, "(" * 300]
)
def test_odd_characters_do_no_harm(client: FlaskClient, question: str) -> None:
    page = ask(client, question)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert ask(client, question, format="json").status_code == 200


def test_words_and_subject_choose_among_the_guesses(client: FlaskClient) -> None:
    found = ask(client, QUESTION, format="json", subject="plans").get_json()["guesses"]
    assert {one["query"] for one in found} <= {"plans-of-city", "plans-on-theme", "announced-plans"}


def test_a_problem_of_the_answer_leaves_the_guesses(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ProblemError(QUERY_TIMEOUT, "The query took longer than it may.")

    monkeypatch.setattr(answer, "answer_of_page", fail)
    page = ask(client, QUESTION)
    assert page.status_code == 200
    assert "The query took longer than it may." in page.text
    assert 'href="/queries/networks-of-city?city=Naples"' in page.text
    assert "<tbody>" not in page.text
    assert page.cache_control.no_store, "the next answer may have no problem"


@pytest.mark.parametrize("form", ["html", "json"])
def test_what_counts_from_today_is_not_kept(client: FlaskClient, form: str) -> None:
    assert ask(client, "calls open now", format=form).cache_control.no_store
    assert ask(client, "open calls", format=form).cache_control.no_store
    assert not ask(client, "calls open on 2024-05-17", format=form).cache_control.no_store


@pytest.mark.slow
def test_forms_and_links_work_below_a_path(client: FlaskClient) -> None:
    for path in ("/", "/queries", "/queries?question=networks+of+Naples"):
        page = client.get(path, headers=BROWSER, environ_overrides={"SCRIPT_NAME": "/sub"}).text
        form = page.partition('class="question-form"')[2].partition("</form>")[0]
        assert 'action="/sub/queries"' in form
        assert 'name="question"' in form
        # A plain form: what it sends is the address.
        assert "method" not in form
        assert 'href="/queries' not in page


def test_another_dataset_has_no_box(demo_store: Store, demo_sources: GraphSources) -> None:
    dataset = demo_sources.root / "other.nt"
    known = Settings.load(public_url=ADDRESS, dataset=dataset)
    client = create_app(known, InProcessEngine(demo_store, known)).test_client()
    assert "question-form" not in client.get("/", headers=BROWSER).text
    assert client.get("/queries?question=networks").status_code == 404


@pytest.mark.slow
def test_the_first_question_does_not_wait(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(app.served, "warm", lambda *makers: made.extend(makers))
    web.warm(app)
    assert Questions.of in made
