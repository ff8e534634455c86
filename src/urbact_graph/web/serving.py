"""Serve the application with granian."""

import contextlib
import multiprocessing
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from urbact_graph.engine.pool import Engine
from urbact_graph.errors import EngineError, UrbactGraphError
from urbact_graph.settings import Settings
from urbact_graph.web import create_app
from urbact_graph.web.sparql import public_address

# Threads that hold a request while a worker evaluates it: all that run, all that wait, and some
# that tell the rest to come back later or answer /health.
_SPARE_THREADS = 8


def serve(settings: Settings, dataset: Path) -> None:
    """Serve ``dataset`` until the process is told to stop.

    Raises:
        UrbactGraphError: the address cannot be listened on.
    """
    # Granian starts its processes again when one fails, and by then it runs threads: no forks.
    multiprocessing.set_start_method("spawn", force=True)
    with _reserved(settings) as port:
        settings = settings.model_copy(update={"port": port})
        threads = settings.running_queries + settings.waiting_queries + _SPARE_THREADS
        server = Granian(
            "urbact-graph",
            address=settings.host,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=threads,
            backpressure=threads,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
        )
        server.serve(target_loader=_Loader(settings, dataset), wrap_loader=False)


class _Loader:
    """Makes the application in the web process; started there, the engine ends with it."""

    def __init__(self, settings: Settings, dataset: Path) -> None:
        self.settings = settings
        self.dataset = dataset

    def __call__(self) -> Callable[..., Any]:
        try:
            engine = Engine(self.settings, self.dataset)
        except EngineError as error:
            raise SystemExit(str(error)) from None
        app = create_app(self.settings, engine)
        click.echo(
            f"Serving {engine.quads:,} statements of {self.dataset.name} at "
            f"{public_address(self.settings)}/sparql",
            err=True,
        )
        return app


@contextlib.contextmanager
def _reserved(settings: Settings) -> Iterator[int]:
    """Hold the port while the server starts; it binds it again beside us.

    The server's own sockets would share a taken port with whoever has it, instead of failing.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise UrbactGraphError(
            f"{settings.host}, port {settings.port}, cannot be listened on "
            f"({error.strerror}); choose another with --host or --port."
        ) from None
    with socket.socket(family) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((settings.host, settings.port))
        yield held.getsockname()[1]
