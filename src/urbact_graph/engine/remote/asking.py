"""A query's way to the replicas and back: read, sent, received, and written as was asked for."""

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.dataset import ensure_known, graphs_of
from urbact_graph.engine.evaluation import problem_of_function
from urbact_graph.engine.messages import Check, Checked, Convert, Result, ToWorker
from urbact_graph.engine.pool import Pool
from urbact_graph.engine.protocol import Request
from urbact_graph.engine.remote.answers import ACCEPT, OTHER_ACCEPT
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
        exchange = exchange_of(seconds)
        text = bound(request.query, request.substitutions)
        checked = self._checked(text, request, exchange, slot, cancellation)
        kind: Kind = "graph" if checked.form in _GRAPH_FORMS else "results"
        accepted_format(request, kind)
        message = self._message(checked.query, request, ACCEPT[kind])
        with cancellation.callback(exchange.kill), slot.used_by(exchange):
            found = self._sent(message, exchange, request, kind)
        try:
            return self._converted(found, checked.form, request, exchange, slot, cancellation)
        except ProblemError as error:
            if error.problem is not EVALUATION_FAILED:
                raise
        # In another format the same answer may be right.
        message = self._message(checked.query, request, OTHER_ACCEPT[kind])
        with cancellation.callback(exchange.kill), slot.used_by(exchange):
            found = self._sent(message, exchange, request, kind)
        return self._converted(found, checked.form, request, exchange, slot, cancellation)

    def _checked(
        self,
        text: str,
        request: Request,
        exchange: Exchange,
        slot: Slot,
        cancellation: Cancellation,
    ) -> Checked:
        """Have the query read, and the graphs checked that it names."""
        needs_correction = any(one.dialect.shares_faults for one in self._replicas.members)
        graphs = tuple(sorted(self.graphs or ())) if needs_correction else ()
        check = Check(text, request.base_iri, needs_correction, graphs)
        checked = self._worker(check, exchange, slot, cancellation)
        if not isinstance(checked, Checked):
            raise TypeError(checked)
        known = self.graphs
        if known is not None and not self._settings.allow_unknown_graphs:
            chosen, used = graphs_of(request)
            ensure_known((*chosen, *used), known.__contains__)
        return checked

    def _converted(
        self,
        found: tuple[str, bytes],
        form: str,
        request: Request,
        exchange: Exchange,
        slot: Slot,
        cancellation: Cancellation,
    ) -> Result:
        convert = Convert(
            found[0],
            form,
            request.results_format,
            request.graph_format,
            request.max_result_bytes,
            found[1],
        )
        result = self._worker(convert, exchange, slot, cancellation)
        if not isinstance(result, Result):
            raise TypeError(result)
        return result

    def _worker(
        self, message: ToWorker, exchange: Exchange, slot: Slot, cancellation: Cancellation
    ) -> Result | Checked:
        return self._pool.ask(message, exchange.seconds_left, cancellation, slot)

    def _message(self, text: str, request: Request, accept: str) -> Message:
        chosen, _ = graphs_of(request)
        graphs: tuple[tuple[str, str], ...] = ()
        if request.default_graphs or request.named_graphs:
            # No service has this name for its default graph.
            graphs = tuple((name, iri) for name, iri in chosen if iri != DEFAULT_GRAPH)
        query = ("query", with_base(text, request.base_iri))
        all_graphs = request.all_graphs and not chosen
        return Message((query, *graphs), accept, bool(chosen), all_graphs)

    def _sent(
        self, message: Message, exchange: Exchange, request: Request, kind: Kind
    ) -> tuple[str, bytes]:
        """Return the media type and content of the answer to ``message``.

        Raises:
            TimeoutError: the deadline has come.
            ProblemError: there is no answer, or it is too large.
        """
        limit = request.max_result_bytes
        try:
            return self._replicas.ask(message, exchange, limit, kind)
        except TooMuchError:
            raise too_large(limit) from None
        except ReplicaError as error:
            raise _problem_of(error) from None


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
