"""The files that browsers get beside the pages; their addresses name their content."""

from flask import Blueprint, Response, request

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.application import current_application
from urbact_graph.web.assets import content_type
from urbact_graph.web.response import IMMUTABLE

routes = Blueprint("static_files", __name__)


@routes.get("/static/<name>")
def file(name: str) -> Response:
    """Give the file of this name, to be kept for ever."""
    asset = current_application().assets.files.get(name)
    if asset is None:
        raise ProblemError(
            NOT_FOUND, f"There is no file {name!r}; the pages name those of the current version."
        )
    response = Response(asset.content, content_type=content_type(asset.media_type))
    response.headers["Cache-Control"] = IMMUTABLE
    return response


def address(name: str) -> str:
    """Return the address on this instance of the file that was bundled as ``name``."""
    return f"{request.script_root}/{current_application().assets.path(name)}"
