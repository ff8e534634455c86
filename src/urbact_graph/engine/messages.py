"""The messages between the local engine, its zygote and its workers."""

from dataclasses import dataclass, field
from typing import Any, Self

from urbact_graph.engine.codec import Codec
from urbact_graph.engine.protocol import Counts, Request
from urbact_graph.problems import PROBLEMS, ProblemError


@dataclass(frozen=True)
class Load:
    """To a zygote, first of all: the dataset to load, and what holds for all its queries.

    ``content`` is the file to read, ``name`` the file that relative IRIs are relative to. Answers
    are written with ``prefixes``, a namespace for each name. The others are the settings of the
    same names.
    """

    content: str
    name: str
    media_type: str
    prefixes: dict[str, str]
    max_query_bytes: int
    max_nesting_depth: int
    max_query_memory_bytes: int
    allow_unknown_graphs: bool = False


@dataclass(frozen=True)
class LoadFailed:
    """From a zygote, which then exits: the dataset cannot be loaded."""

    reason: str


@dataclass(frozen=True)
class Fork:
    """To a zygote: fork a worker."""


@dataclass(frozen=True)
class Forked:
    """From a zygote, with three descriptors of the worker: socket, process, standard error.

    ``resident_bytes`` is the memory that the worker shares with the zygote at first.
    """

    pid: int
    resident_bytes: int


@dataclass(frozen=True)
class Collect:
    """To a zygote: wait for the worker ``pid``, which has been killed or disconnected."""

    pid: int


@dataclass(frozen=True)
class Collected:
    """From a zygote: how the worker ended, as ``Popen.returncode``; None if it is not known."""

    status: int | None


@dataclass(frozen=True)
class Result:
    """From a worker: an answer. With ``retire`` the worker is to be replaced."""

    media_type: str
    content: bytes
    retire: bool = False


@dataclass(frozen=True)
class Check:
    """To a worker: read a query that another engine is to evaluate.

    With ``shares_faults`` that engine is of the kind that the corrections of rewriting/ are for;
    ``named_graphs`` are then the graphs that it has.
    """

    query: str
    base_iri: str | None
    shares_faults: bool = False
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """From a worker: the query as the other engine is to get it, and its form in upper case."""

    query: str
    form: str
    retire: bool = False


@dataclass(frozen=True)
class Convert:
    """To a worker: write another engine's answer as was asked for.

    ``content`` is in the format ``media_type``, and the answer to a query of this ``form``; the
    other fields are those of the ``Request``.
    """

    media_type: str
    form: str
    results_format: str | None
    graph_format: str | None
    max_result_bytes: int
    content: bytes


@dataclass(frozen=True)
class Failure:
    """A problem in the place of an answer; ``retire`` as for ``Result``."""

    problem: str
    detail: str
    extensions: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    retire: bool = False

    @classmethod
    def of(cls, error: ProblemError) -> Self:
        """Make the message that carries ``error``."""
        return cls(error.problem.name, error.detail, error.extensions, error.headers)

    def error(self) -> ProblemError:
        """Make the error again that the message carries."""
        return ProblemError(
            PROBLEMS[self.problem], self.detail, extensions=self.extensions, headers=self.headers
        )


ToZygote = Load | Fork | Collect
# That the dataset is loaded is said by its counts.
FromZygote = Counts | LoadFailed | Forked | Collected
ToWorker = Request | Check | Convert
FromWorker = Result | Checked | Failure

TO_ZYGOTE: Codec[ToZygote] = Codec(Load, Fork, Collect)
FROM_ZYGOTE: Codec[FromZygote] = Codec(Counts, LoadFailed, Forked, Collected)
TO_WORKER: Codec[ToWorker] = Codec(Request, Check, Convert)
FROM_WORKER: Codec[FromWorker] = Codec(Result, Checked, Failure)
