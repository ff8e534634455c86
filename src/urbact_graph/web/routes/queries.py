"""The stored queries, each a page and an API: /queries, /queries/NAME."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, jsonify, render_template, request
from flask import Response as AnyResponse

from urbact_graph.problems import INVALID_PARAMETER, ProblemError
from urbact_graph.rdf.sparql import is_repeatable
from urbact_graph.stored.query import SUBJECTS, StoredQuery
from urbact_graph.web.context import current_snapshot
from urbact_graph.web.negotiation import HTML_TYPE
from urbact_graph.web.problems import problem_response
from urbact_graph.web.protocol import parameters
from urbact_graph.web.questions.answer import EXAMPLES
from urbact_graph.web.questions.understanding import LONGEST_QUESTION
from urbact_graph.web.response import Response
from urbact_graph.web.routes.lists import chosen_form as chosen_of_list
from urbact_graph.web.routes.questions import answer_to_question
from urbact_graph.web.stored.answering import respond
from urbact_graph.web.stored.asked import (
    PAGE,
    Asked,
    chosen_form,
    forms_of,
    refuse_repeated,
    refuse_unknown,
)
from urbact_graph.web.stored.described import described
from urbact_graph.web.stored.library import Library, library_of
from urbact_graph.web.stored.page import answer_of_page, form_of_page
from urbact_graph.web.stored.parts import TOTAL

routes = Blueprint("queries", __name__)

_GALLERY = ("q", "subject", "question", "format")
_LONGEST_WORDS = 200


@routes.get("/queries")
def gallery() -> AnyResponse:
    """Give the stored queries, or those that have the words of ``q``, as a page or as JSON.

    With ``question``, give those that it may mean, and the answer of the first.
    """
    library = library_of(current_snapshot())
    values = parameters(request)
    refuse_repeated(values)
    refuse_unknown(values, _GALLERY)
    form = chosen_of_list((PAGE, "json"))
    words = values.get("q", [""])[0].strip()[:_LONGEST_WORDS]
    subject = values.get("subject", [""])[0]
    if subject and subject not in SUBJECTS:
        raise ProblemError(
            INVALID_PARAMETER,
            f"There is no subject '{subject[:40]}'; there are {', '.join(SUBJECTS)}.",
            extensions={"parameter": "subject", "known": SUBJECTS},
        )
    found = [one for one in library.find(words) if subject in ("", one.subject)]
    response: AnyResponse
    if "question" in values:
        response = answer_to_question(values["question"][0], found, library, form)
    elif form == "json":
        response = jsonify({"queries": [described(one) for one in found]})
    else:
        groups = [(name, [one for one in found if one.subject == name]) for name in SUBJECTS]
        response = Response(
            render_template(
                "queries.html",
                groups=[(name, some) for name, some in groups if some],
                words=words,
                subject=subject,
                subjects=SUBJECTS,
                total=len(library.queries),
                found=len(found),
                examples=EXAMPLES,
                longest=LONGEST_QUESTION,
            )
        )
    response.vary.add("Accept")
    return response


@routes.get("/queries/<name>")
def stored_query(name: str) -> AnyResponse:
    """Answer the stored query ``name`` with the values given, as a page or in another format."""
    library = library_of(current_snapshot())
    query = library.query(name)
    values = parameters(request)
    wanted = values.get("format", [""])[0]
    subject = f"The answer to {query.name}"
    form = chosen_form(forms_of(query), request.headers.get("Accept"), wanted, subject)
    try:
        asked = Asked.of(query, values, library.names, current_snapshot().base)
    except ProblemError as error:
        if form is None and error.problem is INVALID_PARAMETER:
            return _page_of_problem(query, values, error, library)
        raise
    response = _page(asked, library) if form is None else respond(asked, form, library)
    response.vary.add("Accept")
    return response


def _page(asked: Asked, library: Library) -> Response:
    """Give the answer as a page, below the form with the values that it is the answer to."""
    form = form_of_page(asked.query, asked.given, library)
    answer = answer_of_page(asked, library)
    response = Response(
        render_template("query.html", **form, **answer, is_bare=not request.query_string)
    )
    if asked.query.form == "SELECT":
        response.headers[TOTAL] = str(answer["total"])
    if not is_repeatable(asked.query.text):
        response.cache_control.no_store = True
    return response


def _page_of_problem(
    query: StoredQuery,
    values: Mapping[str, Sequence[str]],
    error: ProblemError,
    library: Library,
) -> AnyResponse:
    """Give the page with the problem at its field, where it can be corrected."""
    given = {name: found[0] for name, found in values.items()}
    problem = {"detail": error.detail, **error.extensions}
    response = problem_response(error)
    response.set_data(render_template("query.html", **form_of_page(query, given, library, problem)))
    response.mimetype = HTML_TYPE
    return response
