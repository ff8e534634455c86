"""The body of every error: problem details (RFC 9457), or the same as a page or as text."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from urbact_graph.problems import (
    INTERNAL_ERROR,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    QUERY_TOO_LARGE,
    ProblemError,
)
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance, prefers_text
from urbact_graph.web.pages.query_page import PATH, page_of_problem
from urbact_graph.web.response import ACCEPT_QUERY, Response

PROBLEM_MEDIA_TYPE = "application/problem+json"

_BY_STATUS = {
    HTTPStatus.NOT_FOUND: NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: QUERY_TOO_LARGE,
}
_DETAILS = {
    NOT_FOUND: "No page has this address; the query endpoint is /sparql.",
    QUERY_TOO_LARGE: "The body is larger than a query may be (max_query_bytes); shorten it.",
}
# How much of an unknown method an error repeats.
_MAX_METHOD_LENGTH = 20
_LOGGER = logging.getLogger(__name__)


def register_problems(app: Flask) -> None:
    """Make ``app`` answer every error, its own or Flask's, with a problem."""
    app.before_request(_refuse_double_slash)
    app.register_error_handler(ProblemError, problem_response)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected_error)


def problem_response(error: ProblemError) -> Response:
    """Make the response for ``error``: JSON, or HTML or text for clients that prefer these."""
    context, problem = current_context(), error.problem
    context.problem = problem.name
    body = {
        "type": f"{current_snapshot().base}problem/{problem.name}",
        "title": problem.title,
        "status": problem.status,
        "detail": error.detail,
        **error.extensions,
    }
    accept = request.headers.get("Accept")
    if Acceptance(accept).names(HTML_TYPE):
        content, media_type = _page(body), HTML_TYPE
    elif prefers_text(accept, request.headers.get("User-Agent")):
        content, media_type = f"{problem.title}.\n{error.detail}\n", "text/plain"
    else:
        content, media_type = json.dumps(body, ensure_ascii=False), PROBLEM_MEDIA_TYPE
    response = Response(content, status=problem.status, mimetype=media_type)
    response.headers.update(error.headers)
    if request.path == PATH:
        response.headers["Accept-Query"] = ACCEPT_QUERY
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "User-Agent"))
    return response


def _page(problem: Mapping[str, object]) -> str:
    """Return the page of ``problem``; that of a query has the query, to be corrected there."""
    posted = current_context().query if request.path == PATH else ""
    if query := request.args.get("query") or posted:
        return page_of_problem(query, problem)
    return render_template("problem.html", problem=problem)


def release_removed() -> ProblemError:
    """Make the problem of a release whose files were removed while it is served."""
    return ProblemError(
        NOT_FOUND, "The files of the release that is served are no longer there; reload the server."
    )


def _http_error(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    is_client_error = status < HTTPStatus.INTERNAL_SERVER_ERROR
    default = MALFORMED_REQUEST if is_client_error else INTERNAL_ERROR
    problem = _BY_STATUS.get(HTTPStatus(status), default)
    if isinstance(error, MethodNotAllowed):
        return problem_response(_method_not_allowed(error))
    omitted = ("Content-Type", "Content-Length")
    headers = {name: value for name, value in error.get_headers() if name not in omitted}
    detail = _DETAILS.get(problem, error.description or problem.title)
    return problem_response(ProblemError(problem, detail, headers=headers))


def _method_not_allowed(error: MethodNotAllowed) -> ProblemError:
    allowed = ", ".join(sorted(error.valid_methods or ()))
    method = request.method[:_MAX_METHOD_LENGTH]
    return ProblemError(
        METHOD_NOT_ALLOWED,
        f"This address does not allow the method {method}, only {allowed}; nothing can be changed "
        "over HTTP.",
        headers={"Allow": allowed},
    )


def _unexpected_error(_: Exception) -> Response:
    _LOGGER.exception("Unexpected error")
    return problem_response(
        ProblemError(INTERNAL_ERROR, "The server met an unexpected error; its log describes it.")
    )


def _refuse_double_slash() -> None:
    if request.environ["PATH_INFO"].startswith("//"):
        # Werkzeug would answer as if there were one slash.
        current_context().route = "none"
        raise NotFound
