"""The watch over a replica: whether it answers, and what it holds, every few seconds."""

import threading
import time
from collections.abc import Callable

from urbact_graph.engine.remote.capabilities import NOT_ASKED, capabilities_of
from urbact_graph.engine.remote.faults import ReplicaError
from urbact_graph.engine.remote.measuring import Label, Measure, label_of, measured
from urbact_graph.engine.remote.replica import Replica, State

# How long a replica may take for a question that costs it nothing, before it counts as doubtful.
_HEALTH_SECONDS = 1.0
# How often it is asked; one that is not well is asked more often, to be used again soon.
_INTERVAL, _SHORT_INTERVAL = 2.0, 0.4
# Soon after a query failed, but not at once: a replica that ends says so to several queries.
_PAUSE = 0.1
# What a replica holds is measured so often, but at most so large a part of the time.
_MEASURE_INTERVAL, _MEASURE_SHARE = 10.0, 50
_CAPABILITY_SECONDS = 5.0


class Monitor:
    """Watches ``replica`` in a thread; after each look ``seen`` is called.

    ``dataset`` is the node that states the version of the data. ``measure`` and ``capabilities``
    are None and empty until the replica first answers.
    """

    def __init__(
        self, replica: Replica, dataset: str, seconds: float, seen: Callable[[], None]
    ) -> None:
        self.replica = replica
        self.measure: Measure | None = None
        self.capabilities = NOT_ASKED
        self._dataset = dataset
        self._seconds = seconds
        self._seen = seen
        self._label: Label | None = None
        self._measured_until = 0.0
        self._is_stopped = False
        self._looking = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="replica", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._is_stopped = True
        self.replica.changed.set()

    def look(self, *, thoroughly: bool = False) -> None:
        """Find out how the replica is, and what it holds if that may have changed.

        With ``thoroughly`` it is measured in any case.
        """
        with self._looking:
            self.replica.changed.clear()
            try:
                label = label_of(self.replica, self._dataset, _HEALTH_SECONDS)
            except TimeoutError:
                self.replica.become(
                    State.DOUBTFUL, "takes longer than a second for a short question"
                )
                return
            except ReplicaError as error:
                self.replica.become(State.DOWN, str(error))
                return
            is_due = thoroughly or label != self._label or time.monotonic() > self._measured_until
            if self.measure is not None:
                self.replica.become(State.UP)
            if is_due:
                self._measure(label)
            if not self.capabilities and self.measure is not None:
                self.capabilities = capabilities_of(self.replica, _CAPABILITY_SECONDS)

    def _measure(self, label: Label) -> None:
        began = time.monotonic()
        try:
            self.measure = measured(self.replica, label, self._seconds)
        except TimeoutError:
            self.replica.become(State.DOUBTFUL, "takes too long to count its statements")
        except ReplicaError as error:
            self.replica.become(State.DOWN, str(error))
        else:
            self._label = label
            self.replica.version = self.measure.version
            self.replica.become(State.UP)
        now = time.monotonic()
        self._measured_until = now + max(_MEASURE_INTERVAL, _MEASURE_SHARE * (now - began))

    def _watch(self) -> None:
        while not self._is_stopped:
            is_well = self.replica.state is State.UP
            if self.replica.changed.wait(_INTERVAL if is_well else _SHORT_INTERVAL):
                time.sleep(_PAUSE)
            if not self._is_stopped:
                self.look()
                self._seen()
