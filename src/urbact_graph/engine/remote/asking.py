"""A query's way to the replicas and back: read, sent, received, and written as was asked for."""

from dataclasses import dataclass

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.dataset import ensure_known, graphs_of
from urbact_graph.engine.evaluation import problem_of_function
from urbact_graph.engine.messages import Check, Checked, Convert, Result
from urbact_graph.engine.pool import Pool
from urbact_graph.engine.protocol import Request
from urbact_graph.engine.remote.binding import bound, with_base
from urbact_graph.engine.remote.exchange import Exchange, TooMuchError
from urbact_graph.engine.remote.faults import (
    BusyError,
    EngineTimeoutError,
    FailedError,
    InterruptedExchangeError,
    ReplicaError,
)
from urbact_graph.engine.remote.replica import Message, exchange_of
from urbact_graph.engine.remote.replicas import Replicas
from urbact_graph.engine.rewriting.graphs import DEFAULT_GRAPH
from urbact_graph.engine.scheduler import Slot
from urbact_graph.engine.serialization import accepted_format, too_large
from urbact_graph.problems import (
    CLIENT_CLOSED_REQUEST,
    ENGINE_UNAVAILABLE,
    EVALUATION_FAILED,
    OVERLOADED,
    QUERY_TIMEOUT,
    ProblemError,
)
from urbact_graph.rdf.formats import Kind
from urbact_graph.settings import Settings

_GRAPH_FORMS = ("CONSTRUCT", "DESCRIBE")


@dataclass(frozen=True)
class _Evaluation:
    """The evaluation of ``request`` in its ``slot``; ``exchange`` has the time that is left."""

    request: Request
    exchange: Exchange
    slot: Slot
    cancellation: Cancellation


class Asking:
    """Asks ``replicas``; the workers of ``pool`` read queries and answers.

    ``graphs`` are the named graphs that there are, None if that is not known.
    """

    def __init__(self, settings: Settings, replicas: Replicas, pool: Pool) -> None:
        self._settings = settings
        self._replicas = replicas
        self._pool = pool
        self.graphs: frozenset[str] | None = None

    def answer(
        self, request: Request, seconds: float, slot: Slot, cancellation: Cancellation
    ) -> Result:
        """Return the answer to ``request`` within ``seconds``, in its ``slot``.

        Raises:
            TimeoutError: it took longer.
            ProblemError: the query is refused, or cannot be answered.
        """
        evaluation = _Evaluation(request, exchange_of(seconds), slot, cancellation)
        checked = self._checked(evaluation)
        kind: Kind = "graph" if checked.form in _GRAPH_FORMS else "results"
        accepted_format(request, kind)
        found = self._sent(evaluation, checked.query, kind)
        try:
            return self._converted(evaluation, checked.form, *found)
        except ProblemError as error:
            if error.problem is not EVALUATION_FAILED:
                raise
        # In another format the same answer may be right.
        found = self._sent(evaluation, checked.query, kind, again=True)
        return self._converted(evaluation, checked.form, *found)

    def _checked(self, evaluation: _Evaluation) -> Checked:
        """Have the query read, and the graphs checked that it names."""
        request, known = evaluation.request, self.graphs
        text = bound(request.query, request.substitutions)
        shares_faults = any(one.dialect.shares_faults for one in self._replicas.members)
        graphs = tuple(sorted(known or ())) if shares_faults else ()
        checked = self._read(evaluation, Check(text, request.base_iri, shares_faults, graphs))
        if not isinstance(checked, Checked):
            raise TypeError(checked)
        if known is not None and not self._settings.allow_unknown_graphs:
            chosen, used = graphs_of(request)
            ensure_known((*chosen, *used), known.__contains__)
        return checked

    def _converted(
        self, evaluation: _Evaluation, form: str, media_type: str, content: bytes
    ) -> Result:
        """Have an answer to a query of this ``form`` written as was asked for."""
        request = evaluation.request
        convert = Convert(
            media_type,
            form,
            request.results_format,
            request.graph_format,
            request.max_result_bytes,
            content,
        )
        result = self._read(evaluation, convert)
        if not isinstance(result, Result):
            raise TypeError(result)
        return result

    def _read(self, evaluation: _Evaluation, message: Check | Convert) -> Result | Checked:
        """Have a worker read a query or an answer."""
        seconds = evaluation.exchange.seconds_left
        return self._pool.ask(message, seconds, evaluation.cancellation, evaluation.slot)

    def _sent(
        self, evaluation: _Evaluation, text: str, kind: Kind, *, again: bool = False
    ) -> tuple[str, bytes]:
        """Return the media type and content of the answer to the query ``text``.

        With ``again`` it comes in another format than before.

        Raises:
            TimeoutError: the deadline has come.
            ProblemError: there is no answer, or it is too large.
        """
        request, exchange = evaluation.request, evaluation.exchange
        message, limit = _message(text, request), request.max_result_bytes
        try:
            with (
                evaluation.cancellation.callback(exchange.kill),
                evaluation.slot.used_by(exchange),
            ):
                return self._replicas.ask(message, exchange, limit, kind, again=again)
        except TooMuchError:
            raise too_large(limit) from None
        except ReplicaError as error:
            raise _problem_of(error) from None


def _message(text: str, request: Request) -> Message:
    """Return what is sent for the query ``text``."""
    chosen, _ = graphs_of(request)
    graphs: tuple[tuple[str, str], ...] = ()
    if request.default_graphs or request.named_graphs:
        # No service has this name for its default graph.
        graphs = tuple((name, iri) for name, iri in chosen if iri != DEFAULT_GRAPH)
    query = ("query", with_base(text, request.base_iri))
    all_graphs = request.all_graphs and not chosen
    return Message((query, *graphs), chooses_graphs=bool(chosen), all_graphs=all_graphs)


def _problem_of(error: ReplicaError) -> ProblemError:
    match error:
        case InterruptedExchangeError():
            return ProblemError(
                CLIENT_CLOSED_REQUEST,
                "The client closed the request while the query was running.",
            )
        case EngineTimeoutError():
            return ProblemError(
                QUERY_TIMEOUT,
                "The engine stopped the query at its own limit of time; add LIMIT, narrow its "
                "patterns, or query a copy of the data on your own machine.",
            )
        case BusyError(retry_seconds=seconds):
            wait = seconds or 1
            return ProblemError(
                OVERLOADED,
                f"The engine takes no more queries now ({error}); try again in {wait} s.",
                headers={"Retry-After": str(wait)},
            )
        case FailedError():
            return problem_of_function(str(error)) or ProblemError(
                EVALUATION_FAILED, f"The engine cannot evaluate the query: {error}."
            )
    return ProblemError(
        ENGINE_UNAVAILABLE,
        f"The engine does not answer: {error}; try again.",
        headers={"Retry-After": "1"},
    )
