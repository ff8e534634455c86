"""Requests to a store: sent again while it is busy or its connections break, never redirected."""

import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.client import HTTPException
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Timeout, make_headers
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from urbact_graph.publishing.addresses import origin
from urbact_graph.publishing.credentials import NAMES, Credentials
from urbact_graph.publishing.faults import fault_of
from urbact_graph.publishing.refusals import Answer, StoreError, UnreachableError, refused
from urbact_graph.retry_after import seconds_to_wait

_UNAUTHORIZED, _FORBIDDEN = 401, 403
# What passes: too many requests, or a server or a proxy before it that is busy or starts.
_PASSING = frozenset((429, 502, 503, 504))
# Seconds before each further attempt, where the server does not say them.
_WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
# The longest time for the first answer, in seconds: an address that is wrong may never answer.
_FIRST_ANSWER = 60.0
# The longest time that the server may ask to wait, in seconds.
_LONGEST_WAIT = 300.0
# The largest answer that is taken, where nothing reads it as it comes.
_LONGEST_BODY = 64_000_000


class _Request(NamedTuple):
    method: str
    address: str
    headers: Mapping[str, str]
    body: bytes | None
    consume: Callable[[BaseHTTPResponse], None] | None


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
        self.waiting = waiting
        self._credentials = credentials
        self._seconds = seconds
        self._headers = {"User-Agent": f"urbact-graph/{version('urbact-graph')}"}
        self._managers: dict[tuple[str, str], PoolManager] = {}
        # The servers that have answered, by their origins.
        self._answering: set[str] = set()

    def send(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        repeated: bool = True,
        consume: Callable[[BaseHTTPResponse], None] | None = None,
    ) -> Answer:
        """Return the answer to a request; ``consume`` reads the body of a good one as it comes.

        The request is sent again while the server is busy (429, 502, 503, 504; it may say for how
        long) or the connection breaks, unless it must not be ``repeated``.

        Raises:
            UnreachableError: there is no answer.
        """
        request = _Request(method, address, {**self._headers, **(headers or {})}, body, consume)
        pauses = iter(_WAITS if repeated else ())
        while True:
            try:
                answer = self._authorized(request)
            except (HTTPError, OSError, HTTPException) as error:
                fault = fault_of(error, self._patience(address))
                # What has never answered is rather a wrong address.
                is_known = origin(address) in self._answering
                pause = next(pauses, None) if is_known and fault.is_passing else None
                if pause is None:
                    known = len(body or b"") if is_known else None
                    raise fault.error(address, known, self._credentials.hide) from None
                reason = fault.reason
            else:
                pause = _pause(answer, pauses)
                if pause is None:
                    return answer
                reason = f"the store answers {answer.status}"
            self.waiting(pause, reason)
            time.sleep(pause)

    def refused(self, what: str, address: str, answer: Answer, remedy: str = "") -> StoreError:
        """Make the error of an answer that refuses ``what``; ``remedy`` is a clause for it."""
        if answer.status == _UNAUTHORIZED:
            remedy = self._credentials.remedy(answer.headers)
        elif answer.status == _FORBIDDEN and not self._credentials.are_named:
            remedy = f"set the credentials of a user who may write there: {NAMES}"
        return refused(what, address, answer, self._credentials.hide, remedy)

    def _patience(self, address: str) -> float:
        is_known = origin(address) in self._answering
        return self._seconds if is_known else min(self._seconds, _FIRST_ANSWER)

    def _authorized(self, request: "_Request") -> Answer:
        answer = self._once(request)
        # What is known of the address may be out of date, as a nonce of Digest authentication is.
        is_lacking = answer.status == _UNAUTHORIZED
        if is_lacking and self._credentials.learn(request.address, answer.headers):
            answer = self._once(request)
        return answer

    def _once(self, request: "_Request") -> Answer:
        address = request.address
        manager = self._manager(address)
        response = manager.request(
            request.method,
            address,
            body=request.body,
            headers={**request.headers, **self._credentials.header(request.method, address)},
            timeout=Timeout(self._patience(address)),
            redirect=False,
            retries=False,
            preload_content=False,
        )
        try:
            self._answering.add(origin(address))
            answer = Answer(response.status, response.reason or "", response.headers)
            if request.consume and answer.is_good:
                request.consume(response)
                return answer
            return replace(answer, body=response.read(_LONGEST_BODY))
        finally:
            response.close()
            # A connection that is kept may be closed at the moment at which a switch is sent.
            manager.clear()

    def _manager(self, address: str) -> PoolManager:
        parts = urlsplit(address)
        proxy = "" if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme, "")
        key = parts.scheme, proxy
        if key not in self._managers:
            self._managers[key] = _new_manager(*key)
        return self._managers[key]


def _pause(answer: Answer, pauses: Iterator[float]) -> float | None:
    """Return the seconds before the next attempt; None if ``answer`` is the last one."""
    if answer.status not in _PASSING:
        return None
    pause = next(pauses, None)
    asked = seconds_to_wait(answer.headers)
    if pause is None or (asked is not None and asked > _LONGEST_WAIT):
        return None
    return pause if asked is None else asked


def _new_manager(scheme: str, proxy: str) -> PoolManager:
    context = _certificates() if scheme == "https" else None
    if not proxy:
        return PoolManager(ssl_context=context)
    address = proxy if "://" in proxy else f"http://{proxy}"
    pair = parse_url(address).auth
    headers = make_headers(proxy_basic_auth=unquote(pair)) if pair else None
    return ProxyManager(address, proxy_headers=headers, ssl_context=context)


def _certificates() -> ssl.SSLContext:
    """Return the certificates of the system, with those that SSL_CERT_FILE names.

    Raises:
        UnreachableError: it names none.
    """
    context = ssl.create_default_context()
    if file := os.environ.get("SSL_CERT_FILE"):
        try:
            context.load_verify_locations(file)
        except OSError as error:
            reason = error.strerror if not isinstance(error, ssl.SSLError) else "no certificates"
            raise UnreachableError(
                f"SSL_CERT_FILE is {file}, which cannot be read ({reason}); name a file of "
                "certificates in PEM, or unset it."
            ) from None
    return context
