"""Who asks: the address it asks from, the one it asked at, and whether it still waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from urbact_graph.engine.cancellation import Cancellation

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from urbact_graph.engine.flights import Flight

_NAME = "urbact_graph.caller"


@dataclass
class Caller:
    """The client of one request.

    ``address`` is its IP address; ``public_address`` the one at which it reaches this instance,
    where a trusted proxy told, without a final slash; ``cancellation`` is told when it leaves;
    ``landed`` is an equal query that it has waited for.
    """

    address: str
    public_address: str | None = None
    cancellation: Cancellation = field(default_factory=Cancellation)
    landed: Flight | None = None

    def enter(self, environ: WSGIEnvironment) -> None:
        """Make this the caller of the request ``environ``."""
        environ[_NAME] = self

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> Caller:
        """Return the caller of the request ``environ``."""
        caller = environ.get(_NAME)
        return caller if isinstance(caller, cls) else cls(environ.get("REMOTE_ADDR", ""))
