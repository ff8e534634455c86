"""What is noted of a request while it is answered, for the access log and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NAME = "urbact_graph.record"


@dataclass
class Record:
    """What became of a request.

    ``route`` is the rule that matched its address, ``cache`` what the response cache did,
    ``problem`` the name of the problem that the answer is, if it is one.
    """

    route: str = "none"
    cache: str = ""
    problem: str = ""

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> Record:
        """Return the record of the request ``environ``."""
        record: Record = environ.setdefault(_NAME, cls())
        return record
