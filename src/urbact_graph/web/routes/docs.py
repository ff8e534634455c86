"""The documentation: /docs/, the site that was built from the documents of the package."""

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.application import current_application
from urbact_graph.web.assets import content_type
from urbact_graph.web.documentation import INDEX, media_type_of
from urbact_graph.web.response import Response
from urbact_graph.web.spellings import redirect_to

# How much of an unknown name an error repeats.
_LONGEST_NAME = 200

routes = Blueprint("docs", __name__)


@routes.get("/docs")
def folder() -> AnyResponse:
    """Redirect to the first page, whose links are relative to it."""
    return redirect_to("docs/")


@routes.get("/docs/")
def index() -> Response:
    """Give the first page."""
    return page(INDEX)


@routes.get("/docs/<path:name>")
def page(name: str) -> Response:
    """Give a page, or a file that pages load."""
    documentation = current_application().documentation
    if not documentation:
        raise ProblemError(
            NOT_FOUND,
            "The documentation was not built with this server; run `python -m docs.site` in the "
            "working copy, with the extra docs installed, then restart the server.",
        )
    file = documentation.files.get(name)
    if file is None:
        raise ProblemError(
            NOT_FOUND,
            f"The documentation has no page {name[:_LONGEST_NAME]!r}; /docs/ has its contents.",
        )
    try:
        content = file.read_bytes()
    except OSError:
        raise ProblemError(
            NOT_FOUND, "The documentation has been built again meanwhile; restart the server."
        ) from None
    return Response(content, content_type=content_type(media_type_of(name)))
