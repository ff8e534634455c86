"""What is published of the cases is what they give now."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conformance.cases import DEVIATES, NOT_OFFERED, read_areas
from tests.conformance.report import DOCUMENT, JSON_FILE, ROOT, as_document, as_json, report
from tests.support.stubs import StubEngine
from tests.web.serving import BROWSER, problem, text_of
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

CASES = [case for area in read_areas() for case in area.cases]
DEVIATIONS = [case for case in CASES if case.outcome == DEVIATES]
AGAIN = "run python -m tests.conformance"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings(), StubEngine()).test_client()


def test_the_carried_report_is_that_of_the_cases() -> None:
    assert JSON_FILE.read_text(encoding="utf-8") == as_json(report()), AGAIN


def test_the_document_is_that_of_the_cases() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == as_document(report()), AGAIN


def test_the_table_of_the_endpoint_has_every_deviation_and_no_other() -> None:
    document = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    section = document.partition("## Where the engine differs from the standard\n")[2]
    rows = re.findall(r"^\| ([^|]*) \|", section.partition("\n## ")[0], re.MULTILINE)
    # The first two lines are the head of the table.
    listed = {case.listed for case in DEVIATIONS}
    assert set(rows[2:]) == listed, "each row is `listed` by a case, and each deviation by a row"


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        ("/conformance", "*/*", "application/json"),
        ("/conformance", "application/json", "application/json"),
        ("/conformance", BROWSER["Accept"], "text/html"),
        ("/conformance", "text/html;q=0.5, application/json", "application/json"),
        ("/conformance.json", BROWSER["Accept"], "application/json"),
        ("/conformance.html", "application/json", "text/html"),
    ],
)
def test_the_report_comes_as_a_page_or_as_json(
    client: FlaskClient, path: str, accept: str, media_type: str
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)
    if media_type == "application/json":
        assert response.get_json() == report()
    assert ("Accept" in response.vary) == (path == "/conformance")


@pytest.mark.parametrize("accept", ["text/turtle", "application/json;q=0", "image/*"])
def test_a_format_that_there_is_not_is_not_acceptable(client: FlaskClient, accept: str) -> None:
    response = client.get("/conformance", headers={"Accept": accept})
    assert (response.status_code, problem(response)) == (406, "not-acceptable")


def test_people_read_every_deviation_with_its_way_round(client: FlaskClient) -> None:
    page = text_of(client.get("/conformance.html").text)
    for case in DEVIATIONS:
        for text in (case.says, case.deviates, case.way_round, case.query):
            assert " ".join(text.split()) in page
    for case in CASES:
        if case.outcome == NOT_OFFERED:
            assert case.not_offered in page
