"""Serve the application with granian."""

import contextlib
import ctypes
import ipaddress
import multiprocessing
import os
import signal
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
# From linux/prctl.h: the signal that a process gets when the one that started it ends.
_PR_SET_PDEATHSIG = 1


def serve(settings: Settings, dataset: Path) -> None:
    """Serve ``dataset`` until the process is told to stop.

    What is served stays what it was, even where the file is replaced and a process starts anew.

    Raises:
        UrbactGraphError: the address cannot be listened on.
    """
    # Granian starts its processes again when one fails, and by then it runs threads: no forks.
    multiprocessing.set_start_method("spawn", force=True)
    with _reserved(settings) as (address, port), dataset.open("rb") as content:
        settings = settings.model_copy(update={"port": port})
        held_as = Path(f"/proc/{os.getpid()}/fd/{content.fileno()}")
        threads = settings.running_queries + settings.waiting_queries + _SPARE_THREADS
        server = Granian(
            "urbact-graph",
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=threads,
            backpressure=threads,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
        )
        if ipaddress.ip_address(address).is_unspecified and settings.public_url is None:
            click.echo(
                f"Note: nobody reaches {settings.host} by that name; give the address that links "
                "should have with --public-url.",
                err=True,
            )
        server.serve(target_loader=_Loader(settings, dataset, held_as), wrap_loader=False)


class _Loader:
    """Makes the application in the web process; started there, the engine ends with it."""

    def __init__(self, settings: Settings, dataset: Path, held_as: Path) -> None:
        self.settings = settings
        self.dataset = dataset
        self.held_as = held_as

    def __call__(self) -> Callable[..., Any]:
        # Without the main process nobody would ever stop this one.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        try:
            engine = Engine(self.settings, self.dataset, self.held_as)
        except EngineError as error:
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(2) from None
        app = create_app(self.settings, engine)
        click.echo(
            f"Serving {engine.quads:,} statements of {self.dataset.name} at "
            f"{public_address(self.settings)}/sparql",
            err=True,
        )
        return app


@contextlib.contextmanager
def _reserved(settings: Settings) -> Iterator[tuple[str, int]]:
    """Resolve the host, and hold the port while the server starts; it binds it beside us.

    The server's own sockets would share a taken port with whoever has it, instead of failing.
    """
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, _, _, _, (address, *_) = found[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, settings.port))
    except OSError as error:
        raise UrbactGraphError(
            f"{settings.host}, port {settings.port}, cannot be listened on "
            f"({error.strerror}); choose another with --host or --port."
        ) from None
    with socket.socket(family) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((address, settings.port))
        yield str(address), held.getsockname()[1]
