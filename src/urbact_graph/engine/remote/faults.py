"""What can be wrong with a replica, or with its answer to one query."""


class ReplicaError(Exception):
    """A replica did not answer as it should; the message is a clause that says what it did."""


class GoneError(ReplicaError):
    """It does not answer, or is no SPARQL service; another replica may answer."""


class StaleError(GoneError):
    """A connection that was kept had been closed; a new one may do."""


class BusyError(ReplicaError):
    """It takes no more queries now; ``retry_seconds`` is when to ask again, if it says so."""

    def __init__(self, reason: str, retry_seconds: int | None) -> None:
        super().__init__(reason)
        self.retry_seconds = retry_seconds


class FailedError(ReplicaError):
    """It failed at this query; another replica may not, if ``may_pass``."""

    def __init__(self, reason: str, *, may_pass: bool) -> None:
        super().__init__(reason)
        self.may_pass = may_pass


class EngineTimeoutError(ReplicaError):
    """It stopped the query at its own limit of time, which is lower than ours."""


class InterruptedExchangeError(ReplicaError):
    """The exchange was ended from this side: cancelled, evicted, or closed."""
