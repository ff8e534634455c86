"""Equal queries at one time are evaluated once: whoever comes later joins the one on its way."""

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import Engine
from urbact_graph.engine.messages import Answer, Request
from urbact_graph.problems import OVERLOADED, CLIENT_CLOSED_REQUEST, RATE_LIMITED, ProblemError

# What befell the first for a reason of its own does not bind those who joined it.
_OWN = (OVERLOADED, CLIENT_CLOSED_REQUEST, RATE_LIMITED)


class Flight:
    """An evaluation on its way; it is given up once everybody who waits for it has left."""

    def __init__(self) -> None:
        self.outcome: Future[Answer] = Future()
        # Whoever waits for it may give up waiting, but not the evaluation.
        self.outcome.set_running_or_notify_cancel()
        self.cancellation = Cancellation()
        self._lock = threading.Lock()
        self._waiting = 0

    @contextlib.contextmanager
    def joined(self, cancellation: Cancellation) -> Iterator[None]:
        """Be one of those who wait, until ``cancellation`` is told."""
        with self._lock:
            self._waiting += 1
        with cancellation.calls(self._leave):
            yield

    def _leave(self) -> None:
        with self._lock:
            self._waiting -= 1
            is_empty = not self._waiting
        if is_empty:
            self.cancellation.cancel()


class Flights:
    """The evaluations on their way to ``engine``; thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._flights: dict[_Key, Flight] = {}

    def find(self, request: Request, seconds: float | None) -> Flight | None:
        """Return the flight of an equal request, to join it without a thread."""
        if not self._flights:
            return None
        with self._lock:
            return self._flights.get(self._key(request, seconds))

    def query(
        self,
        request: Request,
        seconds: float | None,
        *,
        client: str,
        cancellation: Cancellation,
        landed: Flight | None = None,
    ) -> Answer:
        """Answer as the engine does, together with whoever asks the same.

        ``landed`` is a flight that was joined before, and has an outcome.

        Raises:
            ProblemError: as the engine does.
        """
        if landed and (answer := _shared(landed, cancellation)):
            return answer
        key = self._key(request, seconds)
        while True:
            with self._lock:
                flight = self._flights.get(key)
                if is_first := flight is None:
                    flight = self._flights[key] = Flight()
            with flight.joined(cancellation):
                if is_first:
                    return self._fly(key, flight, request, client)
                if answer := _shared(flight, cancellation):
                    return answer

    def _key(self, request: Request, seconds: float | None) -> "_Key":
        return self._engine.version, request.encoded, seconds

    def _fly(self, key: "_Key", flight: Flight, request: Request, client: str) -> Answer:
        try:
            answer = self._engine.query(
                request, key[2], client=client, cancellation=flight.cancellation
            )
        except BaseException as error:
            flight.outcome.set_exception(error)
            raise
        else:
            flight.outcome.set_result(answer)
            return answer
        finally:
            with self._lock:
                del self._flights[key]


_Key = tuple[str, bytes, float | None]


def _shared(flight: Flight, cancellation: Cancellation) -> Answer | None:
    """Wait for the outcome of ``flight``; None if it is not one for others."""
    try:
        return flight.outcome.result()
    except ProblemError as error:
        if cancellation.told or error.problem not in _OWN:
            raise
        return None
