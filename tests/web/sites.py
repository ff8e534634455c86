"""Sources in a folder of their own, which a test changes and publishes again, and their stream."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Triple, parse

from tests.support.replicas import Replica
from tests.support.stubs import StubEngine
from tests.web.serving import ADDRESS
from urbact_graph.dataset.building import build
from urbact_graph.files import alone
from urbact_graph.release.making import make_release
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources
from urbact_graph.validation.outcome import REPORT_NAME
from urbact_graph.web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from urbact_graph.release.release import Release
    from urbact_graph.web.application import Application


# Sources that changed need not conform for what is tested here.
_EMPTY_REPORT = """<https://example.org/report> a <http://www.w3.org/ns/shacl#ValidationReport> .
"""


@dataclass
class Site:
    """Sources that a test changes and serves again."""

    sources: GraphSources
    app: Application

    @classmethod
    def of(cls, sources: GraphSources, folder: Path) -> Site:
        """Copy the sources with their build folder, and serve them."""
        shutil.copytree(sources.root, folder, symlinks=True)
        return cls.at(GraphSources(folder))

    @classmethod
    def at(cls, sources: GraphSources) -> Site:
        """Serve the sources where they are; where they have no report of validation, without it."""
        report = sources.root / "build" / REPORT_NAME
        if not report.exists():
            report.parent.mkdir(exist_ok=True)
            report.write_text(_EMPTY_REPORT, encoding="utf-8")
        release = publish(sources)
        return cls(sources, create_app(Settings.load(public_url=ADDRESS), StubEngine(), release))

    def reload(self) -> None:
        """Serve the graph as it is now."""
        self.app.served.replace(publish(self.sources))

    def release(self) -> Release:
        """Return the release that is served."""
        snapshot = self.app.served.enter()
        self.app.served.leave(snapshot)
        assert snapshot.release
        return snapshot.release

    def graph(self) -> set[Triple]:
        """Return all that is served."""
        content = parse(path=str(self.release().graph), format=RdfFormat.N_TRIPLES)
        return {quad.triple for quad in content}

    def replica(self, media_type: str = "application/trig") -> Replica:
        """Return a client of the stream that has read nothing yet."""
        return replica_of(self.app, media_type)


def publish(sources: GraphSources) -> Release:
    """Build and release the graph, with the report of the validation that stands there."""
    folder = sources.root / "build"
    built = build(sources, folder)
    with alone(folder):
        return make_release(built, sources, folder, folder / REPORT_NAME)


def replica_of(app: Application, media_type: str) -> Replica:
    """Return a client of the stream of ``app`` that has read nothing yet."""
    client = app.test_client()

    def get(url: str, headers: dict[str, str]) -> tuple[int, Message, bytes]:
        response = client.get(url.removeprefix(ADDRESS), headers=headers)
        received = Message()
        for name, value in response.headers:
            received[name] = value
        return response.status_code, received, response.data

    return Replica(f"{ADDRESS}/ldes", media_type, get)
