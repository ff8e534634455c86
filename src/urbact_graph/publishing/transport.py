"""Requests to a store: sent again while it is busy or its connections break, never redirected."""

import contextlib
import shutil
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)

from typing_extensions import override

from urbact_graph.publishing.credentials import Credentials
from urbact_graph.publishing.refusals import Answer, UnreachableError
from urbact_graph.retry_after import seconds_to_wait

_UNAUTHORIZED = 401
# What passes: too many requests, or a server or a proxy before it that is busy or starts.
_PASSING = frozenset((429, 502, 503, 504))
# Seconds before each further attempt, where the server does not say them.
_WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
# The longest time for the first answer, in seconds: an address that is wrong may never answer.
_FIRST_ANSWER = 60.0
# The longest time that the server may ask to wait, in seconds.
_LONGEST_WAIT = 300.0
_LONGEST_ERROR = 100_000


class _AnswersEarly:
    """A connection whose server may answer, and close it, before it has read the request.

    So it does with a body that is too large: the answer says why the rest cannot be sent.
    """

    def request(self, *arguments: Any, **named: Any) -> None:
        """Send a request."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ConnectionAbortedError):
            super().request(*arguments, **named)  # type: ignore[misc]


class _Connection(_AnswersEarly, HTTPConnection):
    pass


class _SecureConnection(_AnswersEarly, HTTPSConnection):
    pass


class _Http(HTTPHandler):
    @override
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(HTTPSHandler):
    @override
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_SecureConnection, req, context=ssl.create_default_context())


class _NoRedirects(HTTPRedirectHandler):
    """Redirects nothing: a PUT would become a GET, and the credentials go to another address."""

    @override
    def redirect_request(self, *_: object) -> None:
        return None


class Transport:
    """Sends requests with ``credentials``, each of which may wait ``seconds`` for each byte.

    ``waiting`` is called before a pause, with its seconds and the reason as a clause.
    """

    def __init__(
        self,
        credentials: Credentials,
        seconds: float,
        waiting: Callable[[float, str], None] = lambda *_: None,
    ) -> None:
        self.credentials = credentials
        self.waiting = waiting
        self._seconds = seconds
        self._opener = build_opener(_Http, _Https, _NoRedirects)
        self._agent = f"urbact-graph/{version('urbact-graph')}"
        self._has_answered = False

    def send(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        repeated: bool = True,
        into: Path | None = None,
    ) -> Answer:
        """Return the answer to a request; a good one's body goes ``into`` a file if one is named.

        The request is sent again while the server is busy (429, 502, 503, 504; it may say for how
        long) or the connection breaks, unless it must not be ``repeated``.

        Raises:
            UnreachableError: there is no answer.
        """
        pauses = iter(_WAITS if repeated else ())
        while True:
            try:
                answer = self._authorized(method, address, headers, body, into)
            except (OSError, HTTPException) as error:
                reason = self._reason(error)
                # What has never answered is rather a wrong address, and what is silent stays so.
                is_passing = self._has_answered and not _is_silence(error)
                pause = next(pauses, None) if is_passing else None
                if pause is None:
                    raise self._unreachable(address, reason, body) from None
            else:
                self._has_answered = True
                pause = self._pause(answer, pauses)
                if pause is None:
                    return answer
                reason = f"the store answers {answer.status}"
            self.waiting(pause, reason)
            time.sleep(pause)

    @property
    def _patience(self) -> float:
        return self._seconds if self._has_answered else min(self._seconds, _FIRST_ANSWER)

    def _pause(self, answer: Answer, pauses: Iterator[float]) -> float | None:
        """Return the seconds before the next attempt; None if ``answer`` is the last one."""
        if answer.status not in _PASSING:
            return None
        pause = next(pauses, None)
        asked = seconds_to_wait(answer.headers)
        if pause is None or (asked is not None and asked > _LONGEST_WAIT):
            return None
        return pause if asked is None else asked

    def _authorized(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None,
        into: Path | None,
    ) -> Answer:
        answer = self._once(method, address, headers, body, into)
        # What is known of the address may be out of date, as a nonce of Digest authentication is.
        if answer.status == _UNAUTHORIZED and self.credentials.learn(address, answer.headers):
            answer = self._once(method, address, headers, body, into)
        return answer

    def _once(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None,
        into: Path | None,
    ) -> Answer:
        request = Request(  # noqa: S310 - addresses are checked
            address, body, {"User-Agent": self._agent, **headers}, method=method
        )
        self.credentials.authorize(request)
        try:
            with self._opener.open(request, timeout=self._patience) as found:
                content = b"" if into is None else _copied(found, into)
                if into is None:
                    content = found.read()
                return Answer(found.status, found.reason, found.headers, content)
        except HTTPError as error:
            content = b""
            with error, contextlib.suppress(OSError, HTTPException):
                content = error.read(_LONGEST_ERROR)
            return Answer(error.code, str(error.reason or ""), error.headers, content)

    def _reason(self, error: Exception) -> str:
        reason = error.reason if isinstance(error, URLError) else error
        if _is_silence(error):
            return f"nothing came for {self._patience:g} s"
        text = str(getattr(reason, "strerror", None) or reason) or type(reason).__name__
        return self.credentials.hide(" ".join(text.split()))

    def _unreachable(self, address: str, reason: str, body: bytes | None) -> UnreachableError:
        if not self._has_answered:
            return UnreachableError(
                f"{address} does not answer ({reason}); check the address, and that the store runs."
            )
        size = f" while {len(body):,} bytes are sent" if body else ""
        return UnreachableError(
            f"{address} does not answer any more{size} ({reason}); run the same command again once "
            "it does, with smaller pieces (--piece-bytes) if it ends while they are sent, or with "
            "a longer --timeout."
        )


def _is_silence(error: Exception) -> bool:
    """Tell whether the server has sent nothing for as long as it may."""
    return isinstance(error.reason if isinstance(error, URLError) else error, TimeoutError)


def _copied(found: HTTPResponse, into: Path) -> bytes:
    """Write the body of ``found`` to a file; return nothing.

    Raises:
        IncompleteRead: it is shorter than announced.
    """
    with into.open("wb") as file:
        shutil.copyfileobj(found, file, 1 << 20)
        length, size = found.headers.get("Content-Length"), file.tell()
    if length is not None and size != int(length):
        raise IncompleteRead(b"", int(length) - size)
    return b""
