"""Real SPARQL servers of others, started on this machine with the data of a test.

``pytest --engine NAME`` has the tests of the server and of the web ask such a server, through
``serve --engine``, in place of the engine of this machine.
"""

from __future__ import annotations

import contextlib
import http.client
import shutil
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from benchmarks.peers import RdflibEndpoint as RdflibPeer
from benchmarks.peers import Virtuoso as VirtuosoPeer
from benchmarks.processes import Processes, free_port
from pyoxigraph import DefaultGraph, RdfFormat, Store, serialize

from tests.support.waiting import DEADLINE
from urbact_graph.engine.loading import load_store
from urbact_graph.engine.local import LocalEngine
from urbact_graph.engine.remote.engine import RemoteEngine
from urbact_graph.engine.source import Source
from urbact_graph.release.release import current_release
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

_HOST = "127.0.0.1"
# How long Oxigraph's server evaluates a query.
_QUERY_SECONDS = 10


class EngineServer:
    """A server that runs during a block; ``url`` is that of its queries."""

    name: ClassVar[str]
    url: str

    @classmethod
    def missing(cls) -> str:
        """Say in a sentence what is not installed; empty if it can be started."""
        raise NotImplementedError

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Self:
        try:
            self.start(Path(self._folder.name))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, folder: Path) -> None:
        """Start it, and load what is in the store."""
        raise NotImplementedError

    def kill(self) -> None:
        """Kill it, as a machine does that has no memory left."""
        raise NotImplementedError

    def restart(self) -> None:
        """Start it once more, at the same address and with the same data."""
        raise NotImplementedError

    def stop(self) -> None:
        """End all its processes."""
        self._folder.cleanup()


class Oxigraph(EngineServer):
    """Oxigraph's own server, in memory."""

    name = "oxigraph"

    @classmethod
    def missing(cls) -> str:
        has = _program() is not None
        return "" if has else "Oxigraph's server is not installed: pip install oxigraph"

    def start(self, folder: Path) -> None:
        self.port = free_port()
        self.run(folder)
        self.load()

    def kill(self) -> None:
        _kill(self.processes)

    def restart(self) -> None:
        self.run(Path(self._folder.name))
        self.load()

    def run(self, folder: Path) -> None:
        """Start the process, with nothing in it."""
        # Else it goes on with queries whose clients have left.
        command = [_program() or "", "serve", "--timeout-s", f"{_QUERY_SECONDS}"]
        command += ["--bind", f"{_HOST}:{self.port}"]
        self.processes = Processes(command, folder)
        self.url = f"http://{_HOST}:{self.port}/query"
        self.processes.wait(self._listens, DEADLINE)

    def load(self) -> None:
        """Put everything into the server."""
        quads = list(self._store)
        has_graphs = any(not isinstance(quad.graph_name, DefaultGraph) for quad in quads)
        form = RdfFormat.N_QUADS if has_graphs else RdfFormat.N_TRIPLES
        content = serialize(quads if has_graphs else [q.triple for q in quads], format=form)
        connection = http.client.HTTPConnection(_HOST, self.port, timeout=DEADLINE)
        with contextlib.closing(connection):
            path = "/store" if has_graphs else "/store?default"
            connection.request("POST", path, content, {"Content-Type": form.media_type})
            response = connection.getresponse()
            assert response.status in (200, 201, 204), response.read()

    def stop(self) -> None:
        if hasattr(self, "processes"):
            self.processes.stop()
        super().stop()

    def _listens(self) -> bool:
        connection = http.client.HTTPConnection(_HOST, self.port, timeout=1)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/query?query=ASK%20%7B%7D")
            return connection.getresponse().status == 200
        return False


class Virtuoso(EngineServer):
    """Virtuoso 7, with the data in one graph, which its address names."""

    name = "virtuoso"

    @classmethod
    def missing(cls) -> str:
        return VirtuosoPeer.missing() or ""

    def start(self, folder: Path) -> None:
        file = folder / "data.nt"
        serialize((quad.triple for quad in self._store), str(file), RdfFormat.N_TRIPLES)
        self._peer = _Restarted(folder / "virtuoso", file)
        self._peer.start()
        target = self._peer.target
        self.url = f"http://{_HOST}:{target.port}/sparql?default-graph-uri=urn:benchmark"

    def kill(self) -> None:
        _kill(self._peer.processes)

    def restart(self) -> None:
        self._peer.restart()

    def stop(self) -> None:
        if hasattr(self, "_peer"):
            self._peer.stop()
        super().stop()


class _Restarted(VirtuosoPeer):
    """Virtuoso as it is compared, which can be started again."""

    def restart(self) -> None:
        """Start it once more on its database, after it was killed."""
        command = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
        self._run(command, self.target)


class Rdflib(EngineServer):
    """rdflib behind rdflib-endpoint's own command, for small data."""

    name = "rdflib"

    @classmethod
    def missing(cls) -> str:
        return RdflibPeer.missing() or ""

    def start(self, folder: Path) -> None:
        file = folder / "data.nt"
        serialize((quad.triple for quad in self._store), str(file), RdfFormat.N_TRIPLES)
        self._peer = RdflibPeer(folder / "rdflib", file)
        self._peer.start()
        self.url = f"http://{_HOST}:{self._peer.target.port}/"

    def stop(self) -> None:
        if hasattr(self, "_peer"):
            self._peer.stop()
        super().stop()


SERVERS: dict[str, type[EngineServer]] = {one.name: one for one in (Oxigraph, Virtuoso, Rdflib)}


@dataclass
class Chosen:
    """The server that tests ask; none without the option."""

    name: str = ""


CHOSEN = Chosen()


@contextlib.contextmanager
def engine_on(settings: Settings, source: Source) -> Iterator[LocalEngine | RemoteEngine]:
    """Give an engine on ``source``: the local one, or the one that the option names."""
    if not CHOSEN.name:
        with LocalEngine(settings, source) as local:
            yield local
        return
    store = load_store(source.load(settings))
    with (
        SERVERS[CHOSEN.name](store) as server,
        RemoteEngine(settings.model_copy(update={"engine": (server.url,)})) as remote,
    ):
        yield remote


@contextlib.contextmanager
def served_options(options: Sequence[str]) -> Iterator[list[str]]:
    """Give the options of ``serve`` with which it asks the chosen server, not its own engine."""
    given = list(options)
    if not CHOSEN.name:
        yield given
        return
    if "--dataset" in given:
        at = given.index("--dataset")
        file = Path(given[at + 1])
        others = [*given[:at], *given[at + 2 :], "--foreign"]
    else:
        root = Path(given[given.index("--sources") + 1])
        release = current_release(root / "build")
        assert release, f"{root} has no release yet"
        file, others = release.graph, given
    store = load_store(Source(file).load(Settings.load()))
    with SERVERS[CHOSEN.name](store) as server:
        yield [*others, "--engine", server.url]


def _kill(processes: Processes) -> None:
    processes.main.kill()
    processes.main.wait()


def _program() -> str | None:
    return shutil.which("oxigraph", path=sysconfig.get_path("scripts")) or shutil.which("oxigraph")
