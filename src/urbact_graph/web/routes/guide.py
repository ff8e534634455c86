"""The guide: /guide, with SPARQL in ten steps, and its pages about the model and for readers."""

from importlib.util import find_spec

from flask import Blueprint, render_template, request

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.stored.query import SUBJECTS
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.guide.answers import SHOWN, AnsweredSteps
from urbact_graph.web.guide.model import Model, picture
from urbact_graph.web.guide.readers import Readers
from urbact_graph.web.guide.writing import highlighted, prose
from urbact_graph.web.questions.understanding import LONGEST_QUESTION
from urbact_graph.web.response import Response
from urbact_graph.web.routes.conformance import report
from urbact_graph.web.routes.home import is_offered
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.stored.code import codes

# The pages below the first one: name, title, and what it is about.
PAGES = (
    ("city-officer", "For city officers", "Find your city, see what others did, and take part."),
    ("researcher", "For researchers", "Ask the whole graph, and judge how well a fact is known."),
    ("analyst", "For analysts", "Read tables and answers in Python, R and spreadsheets."),
    ("harvester", "For harvesters", "Copy the graph, check the copy, and keep it up to date."),
    ("model", "The model", "The classes and properties, in a picture and a table."),
    ("endpoint", "The endpoint", "What it does beyond the standard, and what it leaves out."),
)
# The file that the page for harvesters downloads and checks.
_FILE = "turtle-gz"
_READERS = ("city-officer", "researcher", "analyst", "harvester")

routes = Blueprint("guide", __name__)


@routes.get("/guide")
def guide() -> Response:
    """Give the ten steps, and the ways to the other pages."""
    snapshot = _snapshot()
    steps = snapshot.derive(AnsweredSteps.of).steps
    return _page("steps", steps=steps, most=SHOWN, highlighted=highlighted, prose=prose)


@routes.get("/guide/model")
def model() -> Response:
    """Give the picture of the model, and its classes as a table."""
    found = _snapshot().derive(Model.of)
    return _page("model", model=found, picture=picture(f"{request.script_root}/"))


@routes.get("/guide/endpoint")
def endpoint() -> Response:
    """Give what the endpoint does beside the standard, as the tests of conformance report it."""
    _snapshot()
    return _page("endpoint", report=report())


@routes.get(f"/guide/<any({', '.join(repr(name) for name in _READERS)}):name>")
def reader(name: str) -> Response:
    """Give the page for one kind of reader."""
    snapshot = _snapshot()
    release = snapshot.release
    files = {file.key: file for file in release.files} if release else {}
    return _page(
        name,
        readers=snapshot.derive(Readers.of),
        subjects=SUBJECTS,
        longest=LONGEST_QUESTION,
        release=release,
        file=files.get(_FILE),
        codes=codes,
        has_parquet=find_spec("pyarrow") is not None,
    )


def _page(name: str, **parts: object) -> Response:
    return Response(
        render_template(
            f"guide/{name}.html",
            pages=PAGES,
            offers=is_offered,
            address=current_context().public_address,
            **parts,
        )
    )


def _snapshot() -> Snapshot:
    """Return the current snapshot.

    Raises:
        ProblemError: another dataset is served, which the guide does not explain.
    """
    snapshot = current_snapshot()
    if snapshot.settings.is_foreign:
        raise ProblemError(
            NOT_FOUND,
            "The guide explains the graph of URBACT, and this instance serves another dataset; "
            "/sparql takes queries about it.",
        )
    return snapshot
