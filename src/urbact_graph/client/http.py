"""HTTP for programs: retries that keep to Retry-After, conditional requests, problems as errors."""

import ast
import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPMessage
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from SPARQLWrapper import GET, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from urbact_graph.errors import EngineError
from urbact_graph.files import write_whole
from urbact_graph.problems import PROBLEMS, Problem, ProblemError

_NOT_MODIFIED, _BUSY = 304, (429, 503)
# The longest that a request waits for the server altogether, in seconds, and how often.
_PATIENCE, _ATTEMPTS = 60.0, 4
# A longer query does not fit into the address on every server.
_LONGEST_ADDRESS = 4_000
# The statuses that SPARQLWrapper has exceptions of its own for.
_STATUSES = {
    "QueryBadFormed": 400,
    "Unauthorized": 401,
    "EndPointNotFound": 404,
    "URITooLong": 414,
    "EndPointInternalError": 500,
}


@dataclass(frozen=True)
class Reply:
    """The answer to a request: its media type without parameters, its ETag, its content."""

    media_type: str
    etag: str
    content: bytes


class Http:
    """Requests to one server; ``cache`` is the folder that keeps answers, if any."""

    def __init__(self, seconds: float, cache: Path | None) -> None:
        self._seconds = seconds
        self._cache = cache
        self._agent = f"urbact-graph/{version('urbact-graph')}"

    def get(self, address: str, accept: str, parameters: Mapping[str, str] | None = None) -> Reply:
        """Return the answer to GET.

        Raises:
            ProblemError: the server answers with an error; with the server's words.
            EngineError: it does not answer.
        """
        if parameters:
            address = f"{address}?{urlencode(parameters)}"

        def ask(headers: Mapping[str, str]) -> Reply:
            wanted = {"Accept": accept, "User-Agent": self._agent, **headers}
            with urlopen(Request(address, headers=wanted), timeout=self._seconds) as found:  # noqa: S310
                return _reply(found.headers, found.read())

        return self._answered(ask, f"GET {address} {accept}")

    def query(self, endpoint: str, query: str, accept: str) -> Reply:
        """Return the answer to a SPARQL query.

        Raises:
            ProblemError: as ``get``.
            EngineError: as ``get``.
        """
        is_short = len(query) <= _LONGEST_ADDRESS

        def ask(headers: Mapping[str, str]) -> Reply:
            wrapper = SPARQLWrapper(endpoint, agent=self._agent)
            wrapper.setTimeout(self._seconds)
            wrapper.setMethod(GET if is_short else POST)
            wrapper.setQuery(query)
            wrapper.addCustomHttpHeader("Accept", accept)
            for name, value in headers.items():
                wrapper.addCustomHttpHeader(name, value)
            found = wrapper.query()
            return _reply(found.response.headers, found.response.read())

        return self._answered(ask, f"{endpoint} {accept} {query}" if is_short else "")

    def _answered(self, ask: Callable[[Mapping[str, str]], Reply], key: str) -> Reply:
        kept = self._kept(key)
        headers = {"If-None-Match": kept.etag} if kept else {}
        deadline = time.monotonic() + _PATIENCE
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                reply = ask(headers)
            except HTTPError as error:
                with error:
                    if error.code == _NOT_MODIFIED and kept:
                        return kept
                    seconds = _retry_after(error.headers)
                    is_last = attempt == _ATTEMPTS or seconds is None
                    if error.code in _BUSY and not is_last and seconds is not None:
                        if time.monotonic() + seconds <= deadline:
                            time.sleep(seconds)
                            continue
                    raise _problem(error.code, error.read()) from None
            except SPARQLWrapperException as error:
                status = _STATUSES.get(type(error).__name__, 500)
                raise _problem(status, _body_of(error)) from None
            except (URLError, TimeoutError, OSError) as error:
                reason = getattr(error, "reason", None) or error
                raise EngineError(
                    f"The server does not answer ({reason}); check its address, and that it runs."
                ) from None
            self._keep(key, reply)
            return reply
        raise AssertionError("the last attempt returns or raises")

    def _kept(self, key: str) -> Reply | None:
        if self._cache is None or not key:
            return None
        with contextlib.suppress(OSError, ValueError):
            head, _, content = self._file(key).read_bytes().partition(b"\n")
            media_type, etag = json.loads(head)
            return Reply(media_type, etag, content)
        return None

    def _keep(self, key: str, reply: Reply) -> None:
        if self._cache is None or not key or not reply.etag:
            return
        head = json.dumps([reply.media_type, reply.etag]).encode()
        try:
            write_whole(self._file(key), head + b"\n" + reply.content)
        except OSError as error:
            raise EngineError(
                f"The cache {self._cache} cannot be written ({error.strerror}); name another "
                "folder, or leave it out."
            ) from None

    def _file(self, key: str) -> Path:
        assert self._cache is not None  # noqa: S101 - its callers have looked
        return self._cache / hashlib.sha256(key.encode()).hexdigest()


def _reply(headers: HTTPMessage, content: bytes) -> Reply:
    return Reply(headers.get_content_type(), headers.get("ETag", ""), content)


def _retry_after(headers: HTTPMessage) -> float | None:
    """Return the seconds that the server asks to wait (RFC 9110, section 10.2.3)."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    return None


def _body_of(error: SPARQLWrapperException) -> bytes:
    """Return the body of the answer, which the exception has only as a part of its message."""
    written = str(error).partition("Response:\n")[2].strip()
    with contextlib.suppress(ValueError, SyntaxError):
        body = ast.literal_eval(written)
        if isinstance(body, bytes):
            return body
    return written.encode()


def _problem(status: int, body: bytes) -> ProblemError:
    """Return the error of an answer: its problem details (RFC 9457), or the text that it has."""
    details: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        found = json.loads(body)
        details = found if isinstance(found, dict) else {}
    title = str(details.pop("title", "")) or f"The server answered with status {status}"
    name = str(details.pop("type", "")).rstrip("/").rpartition("/")[2]
    detail = str(details.pop("detail", "")) or _excerpt(body) or f"{title}."
    for standard in ("status", "instance"):
        details.pop(standard, None)
    problem = PROBLEMS.get(name) or Problem(name or f"status-{status}", status, title)
    return ProblemError(problem, detail, extensions=details)


def _excerpt(body: bytes, characters: int = 500) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return "" if text.startswith("<") else text[:characters]
