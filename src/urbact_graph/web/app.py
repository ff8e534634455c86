"""The graph over HTTP."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Flask, Response, g, request

from urbact_graph.engine.local import Engine
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.settings import Settings
from urbact_graph.server.response_cache import ResponseCache
from urbact_graph.web.endpoint import Endpoint
from urbact_graph.web.snapshot import ServedGraph
from urbact_graph.web.routes.limits import limits_blueprint
from urbact_graph.web.routes import linked_data_blueprints
from urbact_graph.web.routes.metrics import Metrics, metrics_blueprint
from urbact_graph.web.problems import register_problems
from urbact_graph.web.response import OPEN_TO_SCRIPTS, REVALIDATED
from urbact_graph.web.routes.sparql import sparql_blueprint

# What scripts may say beyond what the Fetch standard lets them say unasked.
_ASKED_BY_SCRIPTS = (
    "Accept, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Range"
)
# A form's percent-encoding may make three bytes of one; the rest is room for other parameters.
_BODY_BYTES_PER_QUERY_BYTE = 3
_OTHER_BYTES = 16_000


class Application(Flask):
    """The web application: pages and errors behind a cache of answers.

    ``engine`` is whose it is: whoever started it closes it.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        super().__init__("urbact_graph.web.app")
        self.settings = settings
        self.sparql = Endpoint(settings, engine)
        self.responses = ResponseCache(self.wsgi_app, self.sparql, settings.max_cache_bytes)
        # Only a graph that was built here has editions; whoever serves it says where.
        build_folder = None if settings.dataset else settings.build_folder
        self.graph = ServedGraph(settings, engine, build_folder)
        self.started = datetime.fromtimestamp(int(engine.started), UTC)
        self.metrics = Metrics(engine, self.responses)
        self.wsgi_app = self.responses  # type: ignore[method-assign]

    def note_time(self) -> None:
        """Note when what is going to be answered from was last changed."""
        g.data_modified = self.graph.modified
        g.modified = max(self.started, g.data_modified)

    def dated(self, response: Response) -> Response:
        """Say how long an answer holds and when it was last changed, if its route has not.

        Pages also change with the program and its settings, that is not before it started.
        """
        if response.status_code < HTTPStatus.BAD_REQUEST and not response.cache_control:
            response.headers["Cache-Control"] = REVALIDATED
        if response.status_code == HTTPStatus.OK and response.last_modified is None:
            # As it was before: a reload may have come in between.
            response.last_modified = g.modified
        return response


def create_app(settings: Settings, engine: Engine) -> Application:
    """Make the web application that answers from ``engine``.

    Whoever started the engine closes it; the application holds no other resource.
    """
    app = Application(settings, engine)
    app.config["MAX_CONTENT_LENGTH"] = body_bytes(settings)
    app.jinja_env.globals["formats"] = FORMATS
    app.context_processor(lambda: _place(settings))
    # An address has one way to be written.
    app.url_map.merge_slashes = False
    app.before_request(app.note_time)
    register_problems(app, settings)
    app.register_blueprint(sparql_blueprint(settings, app.sparql))
    app.register_blueprint(limits_blueprint(settings))
    app.register_blueprint(metrics_blueprint(app.metrics))
    for blueprint in linked_data_blueprints(app.graph):
        app.register_blueprint(blueprint)
    app.after_request(app.dated)
    app.after_request(_open_to_scripts)
    return app


def body_bytes(settings: Settings) -> int:
    """Return how large the body of a request may be: that of a form with the longest query."""
    return settings.max_query_bytes * _BODY_BYTES_PER_QUERY_BYTE + _OTHER_BYTES


def _place(settings: Settings) -> dict[str, object]:
    """Give the pages the path that this instance stands at, and whether the data are another's."""
    return {"root": f"{request.script_root}/", "is_foreign": settings.dataset is not None}


def _open_to_scripts(response: Response) -> Response:
    headers = response.headers
    headers.update(OPEN_TO_SCRIPTS)
    if "Allow" in headers:
        headers["Access-Control-Allow-Methods"] = headers["Allow"]
        headers["Access-Control-Allow-Headers"] = _ASKED_BY_SCRIPTS
        headers["Access-Control-Max-Age"] = "86400"
    return response
