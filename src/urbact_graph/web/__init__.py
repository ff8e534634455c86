"""The graph over HTTP."""

from flask import Flask, Response

from urbact_graph.engine.pool import Engine
from urbact_graph.formats import FORMATS
from urbact_graph.settings import Settings
from urbact_graph.web.problems import register_problems
from urbact_graph.web.sparql import sparql_blueprint

# A form's percent-encoding may make three bytes of one; the rest is room for other parameters.
_BODY_BYTES_PER_QUERY_BYTE = 3
_OTHER_BYTES = 16_000


def create_app(settings: Settings, engine: Engine) -> Flask:
    """Make the web application that answers from ``engine``.

    Whoever started the engine closes it; the application holds no other resource.
    """
    app = Flask("urbact_graph.web")
    app.config["MAX_CONTENT_LENGTH"] = (
        settings.query_bytes * _BODY_BYTES_PER_QUERY_BYTE + _OTHER_BYTES
    )
    app.jinja_env.globals["formats"] = FORMATS
    register_problems(app, settings)
    app.register_blueprint(sparql_blueprint(settings, engine))
    app.after_request(_open_to_scripts)
    return app


def _open_to_scripts(response: Response) -> Response:
    """Let scripts of any origin read every answer, errors too (Fetch standard, CORS protocol)."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "*"
    headers["X-Content-Type-Options"] = "nosniff"
    if "Allow" in headers:
        headers["Access-Control-Allow-Methods"] = headers["Allow"]
        headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
        headers["Access-Control-Max-Age"] = "86400"
    return response
