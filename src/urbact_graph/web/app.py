"""The Flask application: ``create_app`` is the only way to make one."""

from urllib.parse import quote

from flask import request

from urbact_graph.engine.protocol import Engine
from urbact_graph.problems import ProblemError
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings
from urbact_graph.web.application import Application, current_application
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import EVIDENCE_LABELS
from urbact_graph.web.context import RequestContext, current_context
from urbact_graph.web.counted import counted
from urbact_graph.web.documents.index import Index
from urbact_graph.web.guide.answers import AnsweredSteps
from urbact_graph.web.guide.model import Model
from urbact_graph.web.guide.readers import Readers
from urbact_graph.web.languages import read_languages
from urbact_graph.web.pages.coverage import Coverage
from urbact_graph.web.pages.dates import period, written
from urbact_graph.web.pages.home_page import HomePage
from urbact_graph.web.pages.large_pages import ontology_page
from urbact_graph.web.problems import problem_response, register_problems
from urbact_graph.web.questions.understanding import Questions
from urbact_graph.web.reconciling.reconciler import Reconciler
from urbact_graph.web.response import Response, finish
from urbact_graph.web.routes import BLUEPRINTS
from urbact_graph.web.routes.home import Contents
from urbact_graph.web.routes.pictures import drawn_pictures
from urbact_graph.web.routes.reports import rules_of
from urbact_graph.web.routes.static import address
from urbact_graph.web.search.index import SearchIndex
from urbact_graph.web.spellings import without_final_slash
from urbact_graph.web.stored.library import read_names

# The percent-encoding of a form may turn one byte into three; the rest is for other parameters.
_BODY_BYTES_PER_QUERY_BYTE = 3
_OTHER_BODY_BYTES = 16_000


def create_app(settings: Settings, engine: Engine, release: Release | None = None) -> Application:
    """Make the application that answers from ``engine`` and ``release``.

    ``release`` is None where a dataset is served that was not built here. The engine belongs to the
    caller, who closes it; the application holds no other resource.
    """
    app = Application(settings, engine, release)
    app.config["MAX_CONTENT_LENGTH"] = max_body_bytes(settings)
    app.jinja_env.globals["formats"] = FORMATS
    app.jinja_env.globals.update(
        static=address,
        written=written,
        counted=counted,
        period=period,
        evidence_labels=EVIDENCE_LABELS,
    )
    # Each address has one spelling only.
    app.url_map.merge_slashes = False
    app.before_request(_begin)
    register_problems(app)
    app.before_request(without_final_slash)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(_page_context)
    app.after_request(_finish)
    app.teardown_request(_end)
    return app


def warm(app: Application) -> None:
    """Have a thread prepare what pages, lists and search are made of, before anyone asks."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    if not app.settings.is_foreign:
        first = (Index.of, Atlas.of, SearchIndex.of, HomePage.of, Contents.of, Coverage.of)
        later = (read_languages, ontology_page, drawn_pictures, rules_of, read_names)
        asked = (Questions.of, AnsweredSteps.of, Model.of, Readers.of, Reconciler.of)
        app.served.warm(*first, *later, *asked)


def max_body_bytes(settings: Settings) -> int:
    """Return how large the body of a request may be: a form with the longest allowed query."""
    return settings.max_query_bytes * _BODY_BYTES_PER_QUERY_BYTE + _OTHER_BODY_BYTES


def _begin() -> None:
    app, context = current_application(), current_context()
    context.snapshot = app.served.enter()
    context.generation = context.snapshot.generation
    context.public_address = context.public_address or app.settings.address
    context.route = request.url_rule.rule if request.url_rule else "none"
    if context.problem_before:
        raise context.problem_before


def _finish(response: Response) -> Response:
    context = current_context()
    try:
        return finish(response, context)
    except ProblemError as error:
        # Flask has no error handlers for what is raised after the route.
        return finish(problem_response(error), context)


def _end(_: BaseException | None) -> None:
    context = RequestContext.of(request.environ)
    if context.snapshot:
        current_application().served.leave(context.snapshot)
        context.snapshot = None


def _path_of_page() -> str:
    """Return the path of the page that the current request is for, the same in each spelling."""
    is_of_entity = (request.endpoint or "").startswith("entities.")
    return request.path if is_of_entity else request.path.removesuffix(".html")


def _page_context() -> dict[str, object]:
    """Give all pages what they have in common.

    That is the path of this instance, the page's own address, the base of the graph's IRIs, and
    whether the dataset was built elsewhere.
    """
    settings, address = current_application().settings, current_context().public_address
    return {
        "root": f"{request.script_root}/",
        "address_of_page": f"{address}{quote(_path_of_page())}",
        "base_of_iris": settings.base_iri,
        "is_foreign": settings.is_foreign,
    }
