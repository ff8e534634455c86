"""What kinds of engines have beside the standard, by the name that they give themselves.

Only what a query needs: a limit of time of their own, the union of all graphs, how they say that an
answer is incomplete. All else is standard, and an engine of no known kind is asked by that alone.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Parameters = tuple[tuple[str, str], ...]


def _none(_: float) -> Parameters:
    return ()


@dataclass(frozen=True)
class Dialect:
    """A kind of engine.

    ``named`` is what the header Server holds, in lower case. ``timeout`` returns the parameters
    that limit a query to some seconds. ``union`` are those with which the default graph is the
    union of all graphs; None if there are none. ``partial`` are a header and its value that mark an
    incomplete answer. With ``shares_faults`` it evaluates as the local engine does, and needs the
    same corrections. With ``prefers_xml`` its JSON has other terms than its XML, which is right.
    """

    name: str
    named: str
    timeout: Callable[[float], Parameters] = _none
    union: Parameters | None = None
    partial: Mapping[str, str] = field(default_factory=dict)
    shares_faults: bool = False
    prefers_xml: bool = False

    def is_partial(self, headers: Mapping[str, str]) -> bool:
        """Tell whether the ``headers`` of an answer say that it is incomplete."""
        return any(headers.get(name) == value for name, value in self.partial.items())


def _milliseconds(seconds: float) -> Parameters:
    # Virtuoso takes less than a second for a whole one.
    return (("timeout", str(max(1_000, math.ceil(seconds * 1_000)))),)


def _whole_seconds(seconds: float) -> Parameters:
    return (("timeout", str(max(1, math.ceil(seconds)))),)


def _seconds(seconds: float) -> Parameters:
    return (("timeout", f"{seconds:.3f}"),)


def _with_unit(seconds: float) -> Parameters:
    return (("timeout", f"{max(1, math.ceil(seconds))}s"),)


STANDARD = Dialect("SPARQL 1.1 service", "")
DIALECTS = (
    Dialect("Oxigraph", "oxigraph", union=(("union-default-graph", ""),), shares_faults=True),
    # Its default graph is the union of all graphs anyway; its JSON has numbers for truth values.
    Dialect("Virtuoso", "virtuoso", _milliseconds, (), {"X-SQL-State": "S1TAT"}, prefers_xml=True),
    Dialect("Fuseki", "fuseki", _seconds, union=(("default-graph-uri", "urn:x-arq:UnionGraph"),)),
    Dialect("GraphDB", "graphdb", _whole_seconds, ()),
    Dialect("RDF4J", "rdf4j", _whole_seconds, ()),
    Dialect("QLever", "qlever", _with_unit, ()),
    Dialect("urbact-graph", "urbact-graph", _seconds),
)


def dialect_of(server: str) -> Dialect:
    """Return the kind of the engine whose answers have this header Server."""
    name = server.lower()
    return next((known for known in DIALECTS if known.named in name), STANDARD)
