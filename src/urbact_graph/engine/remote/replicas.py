"""The replicas of an engine: which of them is asked, and which is asked instead of one that fails.

Asked is the one with the fewest queries from here, of those that are up and hold the same version
of the data as most. Queries change nothing, so that each can be sent again.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from urbact_graph.engine.remote.answers import accept_of, media_type_of
from urbact_graph.engine.remote.exchange import Exchange
from urbact_graph.engine.remote.faults import BusyError, FailedError, GoneError, ReplicaError
from urbact_graph.engine.remote.replica import Message, Replica, State
from urbact_graph.rdf.formats import Kind

# A failure that another replica may not have is tried on so many.
_MAX_FAILURES = 2


class Replicas:
    """All replicas of an engine; thread-safe.

    ``version`` is that of the data which queries are answered from. When it changes, ``changed`` is
    called with it, by the thread that saw it.
    """

    def __init__(self, members: Sequence[Replica]) -> None:
        self.members = tuple(members)
        self.version = ""
        self.changed: Callable[[str], None] = lambda _: None
        self._lock = threading.Lock()
        self._calls = itertools.count()

    @property
    def serving(self) -> list[Replica]:
        """Those that queries are sent to, if there are any that answer."""
        current = [one for one in self.members if one.version == self.version]
        up = [one for one in current if one.state is State.UP]
        return up or [one for one in current if one.state is State.DOUBTFUL]

    def ask(
        self,
        message: Message,
        exchange: Exchange,
        max_bytes: int,
        kind: Kind,
        *,
        again: bool = False,
    ) -> tuple[str, bytes]:
        """Send ``message`` to a replica, or to another if that fails.

        Return the media type and the content of the answer, which is of this ``kind``. The format
        is chosen here, with ``again`` another one than before.

        Raises:
            TimeoutError: the deadline has come.
            TooMuchError: the answer has more than ``max_bytes``.
            ReplicaError: none answers; what the last one did.
        """
        tried: list[Replica] = []
        failures = 0
        last: ReplicaError | None = None
        while replica := self._next(tried):
            tried.append(replica)
            try:
                accept = accept_of(replica.dialect, kind, again=again)
                with replica.occupied():
                    response = replica.ask(replace(message, accept=accept), exchange, max_bytes)
                return media_type_of(response, replica.dialect, kind), response.content
            except GoneError as error:
                # It may be only this query that it fails; the monitor finds out.
                replica.doubt(str(error))
                last = error
            except BusyError as error:
                last = error
            except FailedError as error:
                failures += 1
                if not error.may_pass or failures == _MAX_FAILURES:
                    raise
                last = error
            except TimeoutError:
                # It is looked at soon.
                replica.changed.set()
                raise
        raise last or GoneError(self.reason)

    @property
    def reason(self) -> str:
        """Why no replica is asked, as a clause."""
        return next((one.reason for one in self.members if one.reason), "none answers")

    def settle(self) -> None:
        """Choose the version that most replicas hold, of those that answer."""
        with self._lock:
            held = Counter(
                one.version for one in self.members if one.state is not State.DOWN and one.version
            )
            if not held:
                return
            most = max(held.values())
            leading = [version for version, count in held.items() if count == most]
            # While half of them have the next one, the one before goes on.
            if self.version in leading:
                return
            self.version = leading[0]
            self.changed(self.version)

    def close(self) -> None:
        """Close all connections that are kept."""
        for replica in self.members:
            replica.close()

    def _next(self, tried: Sequence[Replica]) -> Replica | None:
        candidates = [one for one in self.serving if one not in tried]
        if not candidates:
            return None
        # Those with equally many take turns.
        start = next(self._calls) % len(candidates)
        return min(candidates[start:] + candidates[:start], key=lambda one: one.running)
