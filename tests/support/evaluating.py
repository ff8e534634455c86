"""An engine that evaluates in this process, for tests of what answers say rather than of limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from urbact_graph.engine.admission import admit
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.protocol import Answer, Counters, Counts, Request, Status
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from pyoxigraph import Store

    from urbact_graph.engine.cancellation import Cancellation
    from urbact_graph.engine.messages import Result

# When each such engine started, and its dataset was loaded: 2020-01-02T03:04:05Z.
STARTED = 1_577_934_245.0


def answered(store: Store, request: Request, settings: Settings) -> Result:
    """Answer ``request`` as a worker does, without its limits of time and memory.

    The query must not be one that crashes the parser or never ends.

    Raises:
        ProblemError: as a worker raises it.
    """
    admit(
        request.query,
        max_query_bytes=settings.max_query_bytes,
        max_nesting_depth=settings.max_nesting_depth,
    )
    prefixes = namespaces(settings.base_iri)
    return evaluate(store, request, prefixes, allow_unknown_graphs=settings.allow_unknown_graphs)


@dataclass
class InProcessEngine:
    """An ``Engine`` on a store that does not change; an open version is the engine itself."""

    store: Store
    settings: Settings = field(default_factory=Settings.load)
    version: str = "1"
    started: float = STARTED
    modified: float = STARTED

    @property
    def counts(self) -> Counts:
        return Counts(len(self.store), len(list(self.store.named_graphs())))

    def open(self) -> Self:
        return self

    def query(
        self,
        request: Request,
        seconds: float | None = None,  # noqa: ARG002 - nothing is stopped
        *,
        client: str = "",  # noqa: ARG002
        cancellation: Cancellation | None = None,  # noqa: ARG002
    ) -> Answer:
        result = answered(self.store, request, self.settings)
        return Answer(result.media_type, result.content, self.version)

    def check(self) -> None:
        """Answer."""

    def status(self) -> Status:
        return Status(running=0, waiting=0, workers=1, counters=Counters())

    def close(self) -> None:
        """Hold nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
