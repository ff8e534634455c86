"""The application object, which all routes share."""

from pathlib import Path
from typing import cast

from flask import Flask, current_app

from urbact_graph.engine.protocol import Engine
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings
from urbact_graph.web.assets import Assets
from urbact_graph.web.compiled_templates import CompiledTemplates
from urbact_graph.web.documentation import Documentation
from urbact_graph.web.metrics import Metrics
from urbact_graph.web.response import Response
from urbact_graph.web.snapshot import Served


class Application(Flask):
    """The web application; each request is answered from one snapshot of what is ``served``.

    ``engine`` belongs to the caller, who closes it. ``release`` is None where a dataset is served
    that was not built here.
    """

    response_class = Response
    jinja_options = {"bytecode_cache": CompiledTemplates(Path(__file__).parent)}  # noqa: RUF012 - as Flask's

    def __init__(self, settings: Settings, engine: Engine, release: Release | None) -> None:
        super().__init__("urbact_graph.web", static_folder=None)
        self.settings = settings
        self.engine = engine
        self.assets = Assets.load()
        self.documentation = Documentation.find()
        self.served = Served(settings, engine, release)
        self.metrics = Metrics(engine)


def current_application() -> Application:
    """Return the application that handles the current request."""
    return cast("Application", current_app)
