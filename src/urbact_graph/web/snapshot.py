"""The graph as the pages and documents read it: by the engine, and from its edition."""

from __future__ import annotations

import copy
import re
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from flask import has_request_context, request
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from urbact_graph.release.release import Release, find_release
from urbact_graph.engine.messages import Request
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.problems import RESULT_TOO_LARGE, OUT_OF_MEMORY, QUERY_TIMEOUT, ProblemError
from urbact_graph.web.context import Caller

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from urbact_graph.engine.local import Engine
    from urbact_graph.settings import Settings

_N_TRIPLES = "application/n-triples"
_VARIABLE = re.compile(r"\?(\w+)")
_Made = TypeVar("_Made")
Term = NamedNode | Literal
# Why the same query fails again; it is tried again after so many seconds.
_LASTING = (QUERY_TIMEOUT, OUT_OF_MEMORY, RESULT_TOO_LARGE)
_AGAIN_SECONDS = 60.0


class ServedGraph:
    """What is served now; ``build_folder`` holds the editions, None where there are none."""

    def __init__(self, settings: Settings, engine: Engine, build_folder: Path | None) -> None:
        self.settings = settings
        self.engine = engine
        self._build_folder = build_folder
        self._edition = ByVersion(engine, self._find_edition)
        self._is_for_all = False

    @property
    def base(self) -> str:
        """The base of the graph's IRIs."""
        return self.settings.base_iri

    @property
    def edition(self) -> Release | None:
        """What is given out with it; None where a dataset of one's own is served."""
        return self._edition.get()

    @property
    def modified(self) -> datetime:
        """When the dataset that is served took its place."""
        return datetime.fromtimestamp(int(self.engine.modified), UTC)

    def for_all(self) -> ServedGraph:
        """Return the same graph, asked for everybody, so that whoever asks first may leave."""
        shared = copy.copy(self)
        shared._is_for_all = True
        return shared

    def address(self) -> str:
        """Return the public address of this instance, for this request, without a final slash."""
        return Caller.of(request.environ).public_address or self.settings.address

    def triples(self, query: str, **terms: Term) -> list[Triple]:
        """Return what a CONSTRUCT ``query`` gives, ``terms`` in the place of its variables.

        Raises:
            ProblemError: the engine has no turn for it or gives it up.
        """
        content = self._answer(_written(query, terms), results=None, graph=_N_TRIPLES)
        return [quad.triple for quad in parse(content, format=RdfFormat.N_TRIPLES)]

    def rows(self, query: str, **terms: Term) -> list[tuple[Term | None, ...]]:
        """Return what a SELECT ``query`` gives, a tuple a row in the order of its variables.

        Raises:
            ProblemError: the engine has no turn for it or gives it up.
        """
        content = self._answer(_written(query, terms), results=RESULTS_JSON, graph=None)
        results = parse_query_results(content, format=QueryResultsFormat.JSON)
        if not isinstance(results, QuerySolutions):
            raise TypeError("the query is no SELECT")
        return [tuple(row) for row in results]

    def _answer(self, query: str, *, results: str | None, graph: str | None) -> bytes:
        asked = Request(query, results, graph, self.settings.max_result_bytes)
        if self._is_for_all or not has_request_context():
            return self.engine.query(asked).content
        caller = Caller.of(request.environ)
        return self.engine.query(
            asked, client=caller.address, cancellation=caller.cancellation
        ).content

    def _find_edition(self) -> Release | None:
        folder = self._build_folder
        edition = find_release(folder, self.engine.version) if folder else None
        # Another server on the same folder must not forget what is served here.
        self._held = edition.hold() if edition else None
        return edition


class ByVersion(Generic[_Made]):
    """What is made once for each version of the dataset, when it is first asked for.

    What cannot be made is not tried again at once: all who ask would wait for it, one by one.
    """

    def __init__(self, engine: Engine, make: Callable[[], _Made]) -> None:
        self._engine = engine
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[str, _Made] | None = None
        self._failed: tuple[str, float, ProblemError] | None = None

    def get(self) -> _Made:
        """Return what was made for the version of now.

        Raises:
            ProblemError: the engine could not answer what it is made of.
        """
        version = self._engine.version
        made = self._made
        if made is None or made[0] != version:
            with self._lock:
                made = self._made
                if made is None or made[0] != version:
                    made = self._made = version, self._first(version)
        return made[1]

    def _first(self, version: str) -> _Made:
        failed = self._failed
        if failed and failed[0] == version and time.monotonic() < failed[1]:
            raise ProblemError(failed[2].problem, failed[2].detail)
        try:
            return self._make()
        except ProblemError as error:
            if error.problem in _LASTING:
                self._failed = version, time.monotonic() + _AGAIN_SECONDS, error
            raise


def _written(query: str, terms: dict[str, Term]) -> str:
    """Write ``terms`` into a query of ours in the place of its variables.

    The engine's own substitution reads every triple before it looks at the term: 60 ms instead of
    one for a network. A term is written as N-Triples has it, so that it cannot be anything else.
    """
    return _VARIABLE.sub(lambda found: str(terms.get(found[1], found[0])), query)
