"""What an engine is to the rest of the package, wherever it evaluates: requests in, answers out.

Any SPARQL service can be put behind these protocols. Implementations are thread-safe.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from urbact_graph.engine.cancellation import Cancellation


@dataclass(frozen=True)
class Request:
    """A query to be evaluated.

    ``results_format`` and ``graph_format`` are the media types of the answer to SELECT and ASK,
    and to CONSTRUCT and DESCRIBE; None where the client accepts no format of that kind. At
    ``max_result_bytes`` the evaluation is given up. ``default_graphs`` and ``named_graphs`` are
    IRIs, and override the query's own dataset unless both are empty (SPARQL 1.1 Protocol, section
    2.1.4). ``substitutions`` maps names of variables to RDF terms in N-Triples. ``base_iri`` is
    what relative IRIs of the query start from, unless it declares a BASE. ``attempt`` is how often
    the evaluation ended without an answer before, which an engine may use to evaluate otherwise.
    With ``all_graphs`` the default graph is the union of all graphs, where no other is chosen.
    ``is_own`` is a query of this package that no client has written: it may take longer than those
    of clients, as a busy machine would otherwise leave pages without what they are made of.
    """

    query: str
    results_format: str | None
    graph_format: str | None
    max_result_bytes: int
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    substitutions: Mapping[str, str] = field(default_factory=dict)
    base_iri: str | None = None
    attempt: int = 0
    all_graphs: bool = False
    is_own: bool = False


@dataclass(frozen=True)
class Answer:
    """A complete, serialised answer; ``version`` is that of the dataset it was computed from."""

    media_type: str
    content: bytes
    version: str = ""


@dataclass(frozen=True)
class Counts:
    """The size of one version of the dataset: all its quads, and its named graphs."""

    quads: int
    named_graphs: int


@dataclass
class Counters:
    """Totals since the engine started.

    ``answers`` are queries answered, ``problems`` queries that failed by the problem's name,
    ``seconds`` the time for which queries ran; ``reloads`` and ``failed_reloads`` are changes of
    the dataset.
    """

    answers: int = 0
    problems: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    reloads: int = 0
    failed_reloads: int = 0


@dataclass(frozen=True)
class Capability:
    """Something that an engine was asked to do: its name, whether it did it, and if not, what."""

    name: str
    is_there: bool
    note: str = ""


@dataclass(frozen=True)
class ReplicaStatus:
    """A replica of a remote engine: its kind, and its ``state``: up, doubtful or down.

    ``reason`` says why it is not up; ``version`` is that of its data.
    """

    kind: str
    state: str
    reason: str
    version: str
    running: int
    capabilities: tuple[Capability, ...] = ()


@dataclass(frozen=True)
class Status:
    """An engine at one moment: queries that run and that wait, and the counters.

    ``workers`` is how many queries could be evaluated without further preparation, or are being
    evaluated; 0 where the engine cannot know. ``replicas`` are those of a remote engine.
    """

    running: int
    waiting: int
    workers: int
    counters: Counters
    replicas: tuple[ReplicaStatus, ...] = ()


class Dataset(Protocol):
    """One version of the dataset, which answers queries until it is closed."""

    @property
    def version(self) -> str:
        """The version that answers name."""

    @property
    def modified(self) -> float:
        """When this version replaced another, in seconds since 1970."""

    @property
    def counts(self) -> Counts:
        """How large it is."""

    def query(
        self,
        request: Request,
        seconds: float | None = None,
        *,
        client: str = "",
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Evaluate ``request`` within ``seconds``, or within the engine's limit if that is less.

        The time counts towards the quota of ``client``, an IP address; without one it counts
        towards none. On ``cancellation`` the evaluation is stopped.

        Raises:
            ProblemError: the query is refused, cannot be evaluated within the limits, or was
                cancelled; or this has been closed.
        """

    def close(self) -> None:
        """Release all that this holds; calling it again has no effect."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Engine(Dataset, Protocol):
    """Evaluates queries on the version of a dataset that is current at that moment, or open.

    Its version, its size and when it was modified are those of the current version. Closing it
    stops all evaluations, also those of open versions.
    """

    @property
    def started(self) -> float:
        """When the engine started, in seconds since 1970."""

    def open(self) -> Dataset:
        """Return the current version; it stays available until closed, also after a reload."""

    def check(self) -> None:
        """Verify that the engine answers, unless it is fully occupied.

        Raises:
            ProblemError: it does not answer.
        """

    def status(self) -> Status:
        """Return what the engine does at this moment."""
