"""An engine without processes, for tests that need no real answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from urbact_graph.engine.protocol import Answer, Counters, Counts, Request, Status
from urbact_graph.rdf.formats import RESULTS_JSON

if TYPE_CHECKING:
    from urbact_graph.engine.cancellation import Cancellation

# When the engine of a test started, and its dataset was loaded: 2020-01-02T03:04:05Z.
STARTED = 1_577_934_245.0

# What the version of the dataset is the answer to.
QUERY = "SELECT ?x { ?s ?p ?x }"

SMALL = Counts(quads=3, named_graphs=0)
IDLE = Status(running=0, waiting=0, workers=1, counters=Counters())

Evaluate = Callable[[Request, str], Answer]


def results(*values: str) -> bytes:
    """Return the JSON results with a row of one literal for each of ``values``."""
    rows = ",".join(f'{{"x":{{"type":"literal","value":"{value}"}}}}' for value in values)
    return f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{rows}]}}}}'.encode()


def version_of(request: Request, version: str) -> Answer:
    """Answer QUERY with the version of the dataset, and every other query with nothing."""
    if request.results_format is None:
        return Answer(str(request.graph_format), b"", version)
    return Answer(RESULTS_JSON, results(*([version] if request.query == QUERY else [])), version)


@dataclass(frozen=True)
class Evaluation:
    """A query that was evaluated, and for which client."""

    request: Request
    seconds: float | None
    client: str
    cancellation: Cancellation | None


@dataclass
class StubDataset:
    """A dataset that is answered for by the engine; ``closed`` counts calls of ``close``."""

    engine: StubEngine
    version: str
    modified: float
    counts: Counts
    closed: int = 0

    def query(
        self,
        request: Request,
        seconds: float | None = None,
        *,
        client: str = "",
        cancellation: Cancellation | None = None,
    ) -> Answer:
        assert not self.closed, "a dataset is used after it was closed"
        evaluation = Evaluation(request, seconds, client, cancellation)
        self.engine.evaluations.append(evaluation)
        return self.engine.answer(evaluation, self.version)

    def close(self) -> None:
        self.closed += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class StubEngine:
    """An engine that answers with what ``evaluate`` returns, and notes what it was asked."""

    evaluate: Evaluate = version_of
    version: str = "1"
    started: float = STARTED
    modified: float = STARTED
    counts: Counts = SMALL
    evaluations: list[Evaluation] = field(default_factory=list)
    opened: list[StubDataset] = field(default_factory=list)
    current_status: Status = IDLE

    def answer(self, evaluation: Evaluation, version: str) -> Answer:
        return self.evaluate(evaluation.request, version)

    def open(self) -> StubDataset:
        dataset = StubDataset(self, self.version, self.modified, self.counts)
        self.opened.append(dataset)
        return dataset

    def reload(self) -> None:
        """Replace the dataset by the next version, a second later."""
        self.version = str(int(self.version) + 1)
        self.modified += 1

    def query(
        self,
        request: Request,
        seconds: float | None = None,
        *,
        client: str = "",
        cancellation: Cancellation | None = None,
    ) -> Answer:
        with self.open() as dataset:
            return dataset.query(request, seconds, client=client, cancellation=cancellation)

    def check(self) -> None:
        """Answer."""

    def status(self) -> Status:
        return self.current_status

    def close(self) -> None:
        """Hold nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
