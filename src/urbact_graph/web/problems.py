"""The one body that every error has: RFC 9457 problem details, or text for people."""

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from urbact_graph.problems import (
    INTERNAL_ERROR,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    QUERY_TOO_LARGE,
    ProblemError,
)
from urbact_graph.settings import Settings
from urbact_graph.web.negotiation import Acceptance
from urbact_graph.web.records import Record

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PROBLEM_MEDIA_TYPE = "application/problem+json"
# Programs of the command line say that they take anything; people read what they print.
_TERMINALS = ("curl/", "wget/", "httpie/")

_BY_STATUS = {
    HTTPStatus.NOT_FOUND: NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: QUERY_TOO_LARGE,
}


_LOGGER = logging.getLogger(__name__)
_REFUSED = "urbact_graph.refused"


def refuse(environ: "WSGIEnvironment", error: ProblemError) -> None:
    """Have the application answer a request, whatever it asks, with ``error``."""
    environ[_REFUSED] = error


def unexpected() -> ProblemError:
    """Log the exception that is being handled, and make the error to answer with."""
    _LOGGER.exception("Unexpected error")
    return ProblemError(
        INTERNAL_ERROR, "The server met an error it did not expect; it is in the server's log."
    )


def ensure_not_refused(environ: "WSGIEnvironment") -> None:
    """Raise the error, if there is one, that a request is to be answered with."""
    error = environ.get(_REFUSED)
    if isinstance(error, ProblemError):
        raise error


def register_problems(app: Flask, settings: Settings) -> None:
    """Make ``app`` answer every error, its own and Flask's, with a problem body."""

    def refused(error: ProblemError) -> Response:
        return problem_response(error, settings)

    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        problem = _BY_STATUS.get(
            HTTPStatus(status),
            MALFORMED_REQUEST if status < 500 else INTERNAL_ERROR,  # noqa: PLR2004
        )
        headers = {
            name: value
            for name, value in error.get_headers()
            if name not in ("Content-Type", "Content-Length")
        }
        detail = _DETAILS.get(problem, error.description or problem.title)
        return problem_response(ProblemError(problem, detail, headers=headers), settings)

    def unforeseen(_: Exception) -> Response:
        return problem_response(unexpected(), settings)

    def refused_before() -> None:
        Record.of(request.environ).route = request.url_rule.rule if request.url_rule else "none"
        ensure_not_refused(request.environ)
        if request.environ["PATH_INFO"].startswith("//"):
            # Werkzeug would take it for the address with one slash, which is none of ours.
            Record.of(request.environ).route = "none"
            raise NotFound

    app.before_request(refused_before)
    app.register_error_handler(ProblemError, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unforeseen)


_DETAILS = {
    NOT_FOUND: "No page has this address; the query endpoint is /sparql.",
    METHOD_NOT_ALLOWED: "This address does not take that method; see the Allow header.",
    QUERY_TOO_LARGE: "The body is larger than a query may be (max_query_bytes); shorten it.",
}


def _page(body: dict[str, object]) -> str:
    # With the query, so that it can be mended where it stands.
    return render_template("problem.html", problem=body, query=request.args.get("query"))


def problem_response(error: ProblemError, settings: Settings) -> Response:
    """Make the answer for ``error``: JSON, or HTML or plain text for who asks for them."""
    problem = error.problem
    Record.of(request.environ).problem = problem.name
    body = {
        "type": f"{settings.base_iri}problem/{problem.name}",
        "title": problem.title,
        "status": problem.status,
        "detail": error.detail,
        **error.extensions,
    }
    acceptance = Acceptance(request.headers.get("Accept"))
    agent = request.headers.get("User-Agent", "").lower()
    if acceptance.names("text/html"):
        content, media_type = _page(body), "text/html"
    elif acceptance.names("text/plain") or agent.startswith(_TERMINALS):
        content, media_type = f"{problem.title}.\n{error.detail}\n", "text/plain"
    else:
        content, media_type = json.dumps(body, ensure_ascii=False), PROBLEM_MEDIA_TYPE
    response = Response(content, status=problem.status, mimetype=media_type)
    response.headers.update(error.headers)
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "User-Agent"))
    return response
