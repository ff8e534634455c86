"""What was tested of the answers beside the standards: /conformance."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, render_template, request
from slugify import slugify

from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance

_JSON_TYPE = "application/json"
_SUFFIXES = {HTML_TYPE: "html", _JSON_TYPE: "json"}

routes = Blueprint("conformance", __name__)


@routes.get("/conformance")
@routes.get("/conformance.<any(html,json):suffix>")
def conformance(suffix: str = "") -> Response:
    """Give the report that the tests wrote, as a page or as JSON, by suffix or by Accept.

    Raises:
        ProblemError: neither is accepted.
    """
    chosen = suffix or _SUFFIXES[_accepted()]
    if chosen == "html":
        response = Response(render_template("conformance.html", report=report()))
    else:
        response = Response(_text(), mimetype=_JSON_TYPE)
    if not suffix:
        # The chosen format has an address of its own (RFC 9110, section 8.7).
        response.headers["Content-Location"] = f"conformance.{chosen}"
        response.vary.add("Accept")
    return response


def _accepted() -> str:
    acceptance = Acceptance(request.headers.get("Accept"))
    html, data = acceptance.quality(HTML_TYPE), acceptance.quality(_JSON_TYPE)
    if acceptance.names(HTML_TYPE) and html >= data:
        return HTML_TYPE
    if data > 0:
        return _JSON_TYPE
    raise ProblemError(
        NOT_ACCEPTABLE,
        f"The report comes as {HTML_TYPE}, {_JSON_TYPE}; accept one of these.",
    )


@cache
def _text() -> str:
    """Read the report of the package; ``python -m tests.conformance`` writes it."""
    return (files("urbact_graph.web") / "conformance.json").read_text(encoding="utf-8")


@cache
def report() -> dict[str, Any]:
    """Return the report; each case has the ``anchor`` that it has on the page, too."""
    found: dict[str, Any] = json.loads(_text())
    for area in found["areas"]:
        for case in area["cases"]:
            case["anchor"] = slugify(case["title"])
    return found
