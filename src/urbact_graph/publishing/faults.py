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
_CHECK_SCHEME = f"{_CHECK}, by http or https"
_CERTIFICATE = (
    "write the host for which it is made, or have SSL_CERT_FILE name a file with the certificate "
    "of its authority"
)
_PROXY = "correct HTTP_PROXY or HTTPS_PROXY, or name the host in NO_PROXY"
_NAMES = "check the address, HTTP_PROXY and HTTPS_PROXY"
_NO_TLS = "write http:// where the store has no TLS"
# What urllib3 passes on, the reason and the remedy as clauses, and whether another attempt may do.
# The first that fits counts. {} stands for the words of the error.
_FAULTS = (
    (ssl.SSLCertVerificationError, "its certificate is not accepted: {}", _CERTIFICATE, False),
    (ProxyError, "the proxy does not lead there: {}", _PROXY, False),
    (NameResolutionError, "the name of the host is not known", _CHECK, True),
    # To urllib3 it is a kind of silence.
    (NewConnectionError, "{}", _CHECK, True),
    # What is silent stays so.
    ((TimedOutError, TimeoutError), "nothing came for {seconds:g} s", _CHECK_SCHEME, False),
    (ssl.SSLError, "it does not speak TLS: {}", _NO_TLS, False),
    (RemoteDisconnected, "it closes the connection without an answer", _CHECK_SCHEME, True),
    ((IncompleteRead, CutOffError), "its answer breaks off", _CHECK, True),
    (BadStatusLine, "its answer is no HTTP", _CHECK_SCHEME, True),
    (LocationValueError, "{}", _NAMES, False),
    (Exception, "{}", _CHECK, True),
)


class Fault(NamedTuple):
    """Why a server gave no answer, and what to do about it where it never did: two clauses.

    ``is_passing`` where another attempt may do.
    """

    reason: str
    remedy: str
    is_passing: bool

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


def fault_of(error: Exception, seconds: float) -> Fault:
    """Return what is wrong, by the error of a request that might wait ``seconds``."""
    causes = [*_causes(error)]
    for kind, reason, remedy, is_passing in _FAULTS:
        if any(isinstance(cause, kind) for cause in causes):
            said = reason.format(_words(causes[-1]), seconds=seconds)
            return Fault(said, remedy, is_passing)
    raise AssertionError(error)


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
