"""Why there is no answer, and what to do about it."""

import ssl
from collections.abc import Callable, Iterator
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from typing import NamedTuple

from urllib3.exceptions import IncompleteRead as CutOffError
from urllib3.exceptions import (
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
)
from urllib3.exceptions import TimeoutError as TimedOutError

from urbact_graph.publishing.refusals import UnreachableError

_CHECK = "check the address, and that the store runs"


class Fault(NamedTuple):
    """Why a server gave no answer, and what to do about it: two clauses.

    ``is_passing`` where another attempt may do. In a reason {} stands for the words of the error,
    and {seconds} for how long it was waited.
    """

    reason: str
    remedy: str = _CHECK
    is_passing: bool = True

    def error(self, address: str, sent: int | None, hide: Callable[[str], str]) -> UnreachableError:
        """Make the error; ``sent`` counts the bytes of the body, None if it never answered."""
        reason = hide(self.reason)
        if sent is None:
            return UnreachableError(f"{address} does not answer ({reason}); {self.remedy}.")
        size = f" while {sent:,} bytes are sent" if sent else ""
        return UnreachableError(
            f"{address} does not answer any more{size} ({reason}); run the same command again once "
            "it does, with smaller pieces (--piece-bytes) if it ends while they are sent, or with "
            "a longer --timeout."
        )


# The first that fits counts.
_FAULTS: tuple[tuple[tuple[type[BaseException], ...], Fault], ...] = (
    (
        (ssl.SSLCertVerificationError,),
        Fault(
            "its certificate is not accepted: {}",
            "write the host for which it is made, or have SSL_CERT_FILE name a file with the "
            "certificate of its authority",
            is_passing=False,
        ),
    ),
    (
        (ProxyError,),
        Fault(
            "the proxy does not lead there: {}",
            "correct HTTP_PROXY or HTTPS_PROXY, or name the host in NO_PROXY",
            is_passing=False,
        ),
    ),
    ((NameResolutionError,), Fault("the name of the host is not known")),
    # To urllib3 it is a kind of silence.
    ((NewConnectionError,), Fault("{}")),
    # What is silent stays so.
    (
        (TimedOutError, TimeoutError),
        Fault("nothing came for {seconds:g} s", f"{_CHECK}, by http or https", is_passing=False),
    ),
    (
        (ssl.SSLError,),
        Fault(
            "it does not speak TLS: {}",
            "write http:// where the store has no TLS",
            is_passing=False,
        ),
    ),
    (
        (RemoteDisconnected,),
        Fault("it closes the connection without an answer", f"{_CHECK}, by http or https"),
    ),
    ((IncompleteRead, CutOffError), Fault("its answer breaks off")),
    ((BadStatusLine,), Fault("its answer is no HTTP", "check the address, and http or https")),
    (
        (LocationValueError,),
        Fault("{}", "check the address, HTTP_PROXY and HTTPS_PROXY", is_passing=False),
    ),
)


def fault_of(error: Exception, seconds: float) -> Fault:
    """Return what is wrong, by the error of a request that might wait ``seconds``."""
    causes = [*_causes(error)]
    for kinds, fault in _FAULTS:
        if any(isinstance(cause, kinds) for cause in causes):
            return fault._replace(reason=fault.reason.format(_words(causes[-1]), seconds=seconds))
    return Fault(_words(causes[-1]))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and those that it stands for, which urllib3 passes on as arguments."""
    while error is not None:
        yield error
        inner = next((one for one in error.args[::-1] if isinstance(one, BaseException)), None)
        error = inner or error.__cause__ or error.__context__


def _words(error: BaseException) -> str:
    """Return what an error of the system, of TLS or of another kind says, as a clause."""
    text = (
        getattr(error, "verify_message", "")
        or str(getattr(error, "reason", None) or "").replace("_", " ").lower()
        or getattr(error, "strerror", None)
        or str(error)
        or type(error).__name__
    )
    return " ".join(str(text).split()).rstrip(".")
